// The field catalogue: a sample of the events that are stored, written in the transaction that stores them.
import type { Logger } from 'pino';
import type { ClientBase } from '../../store/connect.ts';
import { isDataRefused } from '../../store/failure.ts';
import { writeFields } from '../../store/fields.ts';
import { BOUNDS, FieldCatalogue } from '../../domains/fields/index.ts';
import type { ExampleKind, SampledEvent } from '../../domains/fields/index.ts';
import { eventToEcs } from '../../schemas/avro/ecs.ts';
import type { Enriched } from '../../schemas/avro/types.gen.ts';

/** What a load adds to its transaction. */
export interface Beside {
  readonly write: (client: ClientBase) => Promise<void>;
  /** To be called when the transaction is durable, and only then. */
  readonly commit: () => void;
}
/** Looks at what a load stores. What it gives is for one attempt: a load that is tried again looks again. */
export type Observer<V> = (values: readonly V[]) => Beside;

export interface FieldObserverOptions {
  readonly examples: ExampleKind;
  /** How long counts gather before they are written. Fields that this process has not met are written with the load that has them. */
  readonly intervalMs: number;
  readonly nowMs: () => number;
  readonly log: Pick<Logger, 'warn'>;
}

/** Events of a dataset that are looked at in each minute of append time; of the others, one in 1,024. */
const FIRST_OF_MINUTE = 4;
const MOST_OF_LOAD = 200;
const MINUTE = 60_000_000;
const MAX_NATIVE_BYTES = 65_536; // walking larger documents would hold up the load
const MAX_PENDING_BYTES = 2 << 20; // of native documents, which take several times that once parsed
const ZERO = 0x30;

/** One per loader. Remembers names within BOUNDS, and the samples of `intervalMs`. */
export function fieldObserver({ examples, intervalMs, nowMs, log }: FieldObserverOptions): Observer<Enriched> {
  const known = new FieldCatalogue('none', BOUNDS); // tells new fields from others
  let pending: readonly Sample[] = []; // not written yet
  let hasNews = false;
  let taken: Taken = new Map(); // of this minute
  let minute = Number.NaN;
  let writtenMs = Number.NEGATIVE_INFINITY;

  return (values) => {
    const { chosen, counts, at } = choose(values, taken, minute);
    const samples = [...pending, ...chosen.map(sampleOf).filter((sample) => sample !== undefined)];
    for (const { event } of samples.slice(pending.length)) hasNews = known.add(event) || hasNews;
    const bytes = samples.reduce((sum, sample) => sum + sample.bytes, 0);
    const isDue = samples.length > 0 && (hasNews || bytes > MAX_PENDING_BYTES || nowMs() - writtenMs >= intervalMs);
    return {
      async write(client) {
        if (!isDue) return;
        const catalogue = new FieldCatalogue(examples, BOUNDS);
        for (const { event } of samples) catalogue.add(event);
        await client.query('SAVEPOINT fields');
        try {
          await writeFields(client, [...catalogue.datasets()]);
        } catch (error) {
          if (!isDataRefused(error)) throw error;
          await client.query('ROLLBACK TO fields'); // events matter more than what is told about them
          log.warn({ err: error }, 'The field catalogue could not be written; these samples are left out.');
        }
      },
      commit() {
        taken = counts;
        minute = at;
        pending = isDue ? [] : samples;
        if (!isDue) return;
        hasNews = false;
        writtenMs = nowMs();
      },
    };
  };
}

/** How many events were looked at, by organization and dataset. */
type Taken = Map<string, Map<string, number>>;
interface Choice {
  readonly chosen: readonly Enriched[];
  readonly counts: Taken;
  /** Minute of append time that the counts are of. */
  readonly at: number;
}

/** Which events to look at: few, whatever the rate. Runs for every event, so it makes no text. */
function choose(values: readonly Enriched[], taken: Taken, minute: number): Choice {
  const chosen: Enriched[] = [];
  let counts: Taken = new Map([...taken].map(([organization, datasets]) => [organization, new Map(datasets)]));
  let at = minute;
  let last = '';
  let datasets = new Map<string, number>();
  for (const value of values) {
    const { organization, dataset, id, provenance, native } = value.event;
    const now = Math.floor(provenance.appendedAt / MINUTE);
    if (now > at || Number.isNaN(at)) {
      at = now;
      counts = new Map();
      last = '';
    }
    // Another partition may be minutes behind: its events count as of this minute.
    if (organization !== last) {
      last = organization;
      datasets = counts.get(organization) ?? new Map<string, number>();
      counts.set(organization, datasets);
    }
    const count = datasets.get(dataset) ?? 0;
    if (count < FIRST_OF_MINUTE) datasets.set(dataset, count + 1);
    else if (!isByChance(id)) continue;
    if (native.length <= MAX_NATIVE_BYTES && chosen.push(value) === MOST_OF_LOAD) break;
  }
  return { chosen, counts, at };
}
/** One in 1,024: ids are hashes in hex. */
const isByChance = (id: string): boolean => id.charCodeAt(0) === ZERO && id.charCodeAt(1) === ZERO && id.charCodeAt(2) < ZERO + 4;

interface Sample {
  readonly event: SampledEvent;
  readonly bytes: number;
}

const MAX_DATASET = 200;

/** Holds no bytes of the event, whose batch could be megabytes. Undefined for what cannot be shown: its native document is no JSON, or its dataset no name. */
function sampleOf({ event, context }: Enriched): Sample | undefined {
  const { organization, dataset, provenance } = event;
  if (dataset.length > MAX_DATASET || !dataset.isWellFormed() || /\p{Cc}/u.test(dataset)) return undefined;
  try {
    const { native, goshawk: _goshawk, labels: _labels, ecs: _version, ...ecs } = eventToEcs(event, context);
    return { event: { organization, dataset, at: provenance.appendedAt, native, ecs }, bytes: event.native.length };
  } catch {
    return undefined; // written to the topic by somebody else
  }
}
