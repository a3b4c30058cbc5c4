import { config as ingestConfig, openIngestor } from '../../pipeline/ingest/index.ts';
import { config, publishEvents } from '../../pipeline/publish/index.ts';
import { ReferenceData } from '../../pipeline/runtime/reference.ts';
import { plainContext } from '../../schemas/avro/plain.ts';
import type { RefSubscription } from '../../schemas/avro/types.gen.ts';
import type { Bench, Benchmark, Figure } from '../figure.ts';
import { bestOf } from '../figure.ts';

const APPENDED_AT = 1_700_000_000_000_000;
/** Subscriptions that no sample meets, by what they ask. */
const ASKING: Readonly<Record<string, (n: number) => Partial<RefSubscription>>> = {
  'other datasets': (n) => ({ datasets: [`other.${n}`], query: 'word' }),
  'two fields': (n) => ({ query: `host.name:nowhere${n} process.name:none${n}*` }),
  'a network': (n) => ({ query: `source.ip:203.0.${n}.0/24` }),
  'a regular expression': (n) => ({ query: `process.command_line=~"nowhere${n}.*x"` }),
  'a word of the native document': (n) => ({ query: `"needle ${n} in no haystack"` }),
  'a native field': (n) => ({ query: `EventID:9999${n}` }),
};

export default {
  name: 'subscriptions',
  description: 'PUBLISH-EVENTS on events that no subscription wants, decoding aside, beside the same without subscriptions',
  async run(bench: Bench): Promise<readonly Figure[]> {
    const ingestor = await openIngestor(ingestConfig.parse({}), { installation: 'bench' });
    const memory = { get: () => undefined, put: () => undefined };
    const events = (await bench.samples()).flatMap(({ source, text }, offset) =>
      ingestor.events(
        { value: Buffer.from(text), position: { topic: `raw.default.${source}`, partition: 0, offset }, appendedAt: APPENDED_AT },
        { organization: 'default', name: source, sensor: source, format: undefined },
        memory,
      ),
    );
    const context = plainContext();
    const records = events.map((event, offset) => ({
      key: null,
      value: { event, context },
      headers: new Map<string, Uint8Array>(),
      position: { topic: 'events.enriched.v1', partition: 0, offset },
      appendedAt: APPENDED_AT,
    }));
    const measured = (subscriptions: readonly RefSubscription[]): number => {
      const reference = new ReferenceData();
      for (const row of subscriptions) reference.put('subscriptions', row.id, row, Number.NEGATIVE_INFINITY);
      reference.now = APPENDED_AT;
      const stage = publishEvents(config.parse({ eventKinds: [] }));
      const task = { reference, stores: {}, watermark: () => 0, schedule: () => undefined };
      return bestOf(5, records.length, () => {
        for (const record of records) stage.process(record, task);
      });
    };
    const baseline = { what: 'no subscription', value: measured([]) };
    return Object.entries(ASKING).flatMap(([what, asking]) =>
      [1, 10, 100].map((count): Figure => ({
        measure: `${count} asking for ${what}`,
        value: measured(Array.from({ length: count }, (_unused, n) => ({ ...PLAIN, id: String(n), name: `s${n}`, ...asking(n) }))),
        unit: 'us/event',
        baseline,
        goal: count === 10 ? { value: 3, isAtMost: true } : null,
        note: `${events.length} events`,
      })),
    );
  },
} satisfies Benchmark;

const PLAIN: RefSubscription = {
  id: '',
  organization: 'default',
  validFrom: 0,
  writtenAt: 0,
  version: 1,
  name: '',
  format: 'ecs',
  kinds: ['event'],
  minSeverity: 'informational',
  datasets: [],
  query: '',
  enabled: true,
};
