// Sigma rules against events with known matches. Layout of the folder: docs/conformance/sigma.md.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { RuleChain } from '../cli/rules/chain.ts';
import type { Engine, EventDocument } from '../pipeline/detect/match/engine.ts';
import { openEngine, readRuleFiles } from '../pipeline/detect/open-rules.ts';
import windows from '../pipeline/ingest/windows/index.ts';
import { parseRuleSet } from '../domains/sigma/index.ts';
import type { Placeholders } from '../domains/sigma/index.ts';
import type { Finding } from '../schemas/avro/types.gen.ts';
import { draft } from '../pipeline/ingest/kit.ts';
import type { ConformanceSet } from './measure.ts';
import { Tally } from './measure.ts';

type Json = Readonly<Record<string, unknown>>;
interface Sources {
  readonly product?: readonly string[];
  readonly category?: readonly string[];
  readonly service?: readonly string[];
}
interface GivenEvent {
  readonly id: string;
  readonly logsource: Sources;
  readonly event: Json;
}
interface Expected {
  readonly id: string;
  readonly rules: readonly string[];
  readonly extra_without_logsource_gate?: readonly string[];
}
interface RegressionCase {
  readonly rule: string;
  readonly source: string;
  readonly min_matches: number;
  readonly event_ids: readonly string[];
}
interface RawEvent {
  readonly id: string;
  readonly raw: Json;
}
interface Vector {
  readonly id: string;
  readonly strict: boolean;
  readonly rule: string;
  readonly placeholders?: Placeholders;
  readonly events: readonly { readonly logsource?: Sources; readonly event: Json; readonly match: boolean }[];
}
interface FilterVector {
  readonly id: string;
  readonly strict: boolean;
  readonly documents: string;
  readonly events: readonly { readonly logsource: Sources; readonly event: Json; readonly rules: readonly string[] }[];
}
interface Invalid {
  readonly id: string;
  readonly strict: boolean;
  readonly documents: string;
}
interface Fires {
  readonly correlation: string;
  readonly group: Readonly<Record<string, string>>;
  readonly first_at_event: number;
  readonly optional?: boolean;
}
interface CorrelationVector {
  readonly id: string;
  readonly strict: boolean;
  readonly rules: string;
  readonly events: readonly (Json & { readonly '@timestamp': string })[];
  readonly fires: readonly Fires[];
  readonly base_detections?: readonly Json[];
}
/** What each file of the folder holds, one JSON document per line. */
interface Rows {
  readonly 'events.ndjson': GivenEvent;
  readonly 'expected.ndjson': Expected;
  readonly 'regression_cases.ndjson': RegressionCase;
  readonly 'regression_raw.ndjson': RawEvent;
  readonly 'vectors.ndjson': Vector;
  readonly 'placeholders.ndjson': Vector;
  readonly 'filters.ndjson': FilterVector;
  readonly 'invalid.ndjson': Invalid;
  readonly 'correlation.ndjson': CorrelationVector;
}

/** As stages get it: JSON text in bytes. */
const bytes = (event: Json): EventDocument => Buffer.from(JSON.stringify(event));
const idsOf = (engine: Engine, logsource: Sources, event: Json): readonly string[] =>
  engine
    .match({ product: logsource.product ?? [], category: logsource.category ?? [], service: logsource.service ?? [] }, bytes(event))
    .map(({ rule }) => rule.id ?? rule.title)
    .sort();
const setOf = (documents: string, placeholders: Placeholders = {}) => parseRuleSet([{ file: 'documents', text: documents }], { placeholders });

export default {
  name: 'sigma',
  async run(folder) {
    const tally = new Tally('sigma');
    const read = <N extends keyof Rows>(name: N): readonly Rows[N][] => {
      const file = join(folder, name);
      return existsSync(file)
        ? readFileSync(file, 'utf8')
            .split('\n')
            .filter((line) => line !== '')
            .map((line) => JSON.parse(line) as Rows[N])
        : [];
    };
    const events = read('events.ndjson');
    const expected = new Map(read('expected.ndjson').map((one) => [one.id, one]));
    const engine = existsSync(join(folder, 'rules')) ? await measureRules(tally, folder, events, expected, read('regression_cases.ndjson')) : undefined;
    for (const vector of read('vectors.ndjson')) measureVector(tally, 'vectors', vector);
    for (const vector of read('filters.ndjson')) measureFilter(tally, vector);
    for (const vector of read('placeholders.ndjson')) measureVector(tally, 'placeholders', vector);
    for (const { id, strict, documents } of read('invalid.ndjson'))
      if (strict) tally.case('invalid', id, 'refused', () => (setOf(documents).refusals.length > 0 ? 'refused' : 'accepted'));
    for (const vector of read('correlation.ndjson')) if (vector.strict) measureCorrelation(tally, vector);
    measureNormaliser(tally, read('regression_raw.ndjson'), new Map(events.map((one) => [one.id, one])), expected, engine);
    return tally.result();
  },
} satisfies ConformanceSet;

async function measureRules(
  tally: Tally,
  folder: string,
  events: readonly GivenEvent[],
  expected: ReadonlyMap<string, Expected>,
  regression: readonly RegressionCase[],
): Promise<Engine> {
  const set = parseRuleSet(await readRuleFiles(join(folder, 'rules')));
  for (const { file, reason } of set.refusals) tally.case('loaded', file, null, () => reason);
  const gated = openEngine(set);
  const ungated = openEngine(set, { isGated: false });
  const met = new Map<string, readonly string[]>();
  for (const { id, logsource, event } of events) {
    const want = expected.get(id);
    if (want === undefined) continue;
    tally.case('expected_gated', id, [...want.rules].sort(), () => {
      const rules = idsOf(gated, logsource, event);
      met.set(id, rules);
      return rules;
    });
    tally.case('expected_ungated', id, [...want.rules, ...(want.extra_without_logsource_gate ?? [])].sort(), () => idsOf(ungated, logsource, event));
  }
  for (const { rule, source, min_matches: minimum, event_ids: ids } of regression) {
    const count = ids.filter((id) => met.get(id)?.includes(rule)).length;
    tally.case('regression', source, true, () => count >= minimum || `${count} of at least ${minimum} events of ${rule}`);
  }
  return gated;
}

function measureVector(tally: Tally, measure: string, { id, strict, rule, placeholders, events }: Vector): void {
  if (!strict) return;
  tally.case(
    measure,
    id,
    events.map(({ match }) => match),
    () => {
      const set = setOf(rule, placeholders);
      if (set.refusals.length > 0) throw new Error(set.refusals[0]!.reason);
      // Without a log source a vector is about the condition alone.
      return events.map(({ logsource, event }) => idsOf(openEngine(set, { isGated: logsource !== undefined }), logsource ?? {}, event).length > 0);
    },
  );
}

function measureFilter(tally: Tally, { id, strict, documents, events }: FilterVector): void {
  if (!strict) return;
  tally.case(
    'filters',
    id,
    events.map(({ rules }) => [...rules].sort()),
    () => {
      const engine = openEngine(setOf(documents));
      return events.map(({ logsource, event }) => idsOf(engine, logsource, event));
    },
  );
}

/** Through detect and correlate. The event whose arrival makes a correlation true is the last of its first finding. */
function measureCorrelation(tally: Tally, { id, rules, events, fires }: CorrelationVector): void {
  const nameOf = (correlation: string, group: Readonly<Record<string, string>>, at: number) =>
    `${correlation} ${JSON.stringify(Object.entries(group).sort(([one], [other]) => (one < other ? -1 : 1)))} at ${at}`;
  const must = fires
    .filter(({ optional }) => optional !== true)
    .map((one) => nameOf(one.correlation, one.group, one.first_at_event))
    .sort();
  tally.case('correlation', id, must, () => {
    const set = setOf(rules);
    if (set.refusals.length > 0) throw new Error(set.refusals[0]!.reason);
    const chain = new RuleChain(set, { engine: openEngine(set, { isGated: false }) });
    const first = new Map<string, string>();
    const note = (findings: readonly Finding[]): void => {
      for (const { kind, title, fields, events: inside } of findings) {
        if (kind !== 'correlation') continue;
        const group = Object.fromEntries(fields.map((field) => [field.name, field.value]));
        const pair = JSON.stringify([title, group]);
        if (!first.has(pair)) first.set(pair, nameOf(title, group, inside.at(-1)!.offset));
      }
    };
    for (const [offset, event] of events.entries()) {
      const time = Date.parse(event['@timestamp']) * 1000;
      const made = draft('test', 'test', bytes(event) as Uint8Array);
      const provenance = { topic: 'raw.default.test', partition: 0, offset, index: 0, appendedAt: time, parser: 'test', parserVersion: 1 };
      note(chain.send({ ...made, id: `${offset}`, time, organization: 'default', provenance }, time).findings);
      note(chain.advance(time, time)); // a match of a chained correlation joins the stream here, not after its end
    }
    const end = Math.max(...events.map((event) => Date.parse(event['@timestamp']))) * 1000 + 400 * 86_400_000_000;
    note(chain.advance(end, end));
    const may = new Set(fires.filter(({ optional }) => optional === true).map((one) => nameOf(one.correlation, one.group, one.first_at_event)));
    return [...first.values()].filter((name) => !may.has(name)).sort();
  });
}

/**
 * The nested form that other tools export must become the flat event that rules read: every field of it, and the same matches. The native
 * document is lossless, so attributes that the flat events leave out may be there too.
 */
function measureNormaliser(
  tally: Tally,
  raws: readonly RawEvent[],
  flat: ReadonlyMap<string, GivenEvent>,
  expected: ReadonlyMap<string, Expected>,
  engine: Engine | undefined,
): void {
  for (const { id, raw } of raws) {
    const want = flat.get(id);
    if (want === undefined) continue;
    tally.case('normaliser', id, { differences: [], rules: [...(expected.get(id)?.rules ?? [])].sort() }, () => {
      const text = JSON.stringify(raw);
      const decoded = windows.decode({
        bytes: Buffer.from(text),
        text,
        raw: text,
        syslog: undefined,
        json: raw,
        appendedAt: 0,
        zone: undefined,
        memory: { get: () => undefined, put: () => {} },
      });
      if (typeof decoded === 'string') return decoded;
      const { native, product, logsource } = decoded[0]!;
      const rules =
        engine
          ?.match({ product, ...logsource }, native)
          .map(({ rule }) => rule.id ?? rule.title)
          .sort() ?? [];
      return { differences: differences(want.event, JSON.parse(Buffer.from(native).toString('utf8')) as Json), rules };
    });
  }
}
const differences = (want: Json, got: Json): readonly string[] =>
  Object.keys(want)
    .filter((key) => !isDeepStrictEqual(want[key], got[key]))
    .map((key) => `${key}: ${JSON.stringify(want[key])} became ${JSON.stringify(got[key])}`);
