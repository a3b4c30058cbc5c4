import { config, openIngestor } from '../../pipeline/ingest/index.ts';
import { Codec } from '../../schemas/avro/codec.ts';
import { fixedIds } from '../../schemas/avro/registry.ts';
import { schemas } from '../../schemas/avro/types.gen.ts';
import type { Bench, Benchmark, Figure } from '../figure.ts';
import { bestOf } from '../figure.ts';
import { meanBytes } from '../samples.ts';
import { formatFigures } from './formats.ts';

const APPENDED = 1_700_000_000_000_000;

export default {
  name: 'ingest',
  description: 'Native records to encoded events, in memory, beside parsing their JSON alone',
  async run(bench: Bench): Promise<readonly Figure[]> {
    const ingestor = await openIngestor(config.parse({}), { installation: 'bench' });
    const codec = new Codec(fixedIds());
    const all = await bench.samples();
    const figures: Figure[] = [];
    for (const [source, samples] of [...Map.groupBy(all, (sample) => sample.source), ['all', all] as const]) {
      const records = samples.map(({ text }, offset) => ({
        value: Buffer.from(text),
        position: { topic: `raw.default.${source}`, partition: 0, offset },
        appendedAt: APPENDED,
      }));
      const origin = { organization: 'default', name: source, sensor: source, format: undefined };
      const memory = { get: () => undefined, put: () => undefined };
      let events = 0;
      const value = bestOf(3, records.length, () => {
        events = 0;
        for (const record of records) {
          for (const event of ingestor.events(record, origin, memory)) {
            codec.encode(schemas.event, event);
            events++;
          }
        }
      });
      const baseline = bestOf(3, records.length, () => {
        for (const { value: bytes } of records) JSON.parse(bytes.toString());
      });
      figures.push({
        measure: `${source}: parse, map and encode`,
        value,
        unit: 'us/record',
        baseline: { what: 'JSON.parse alone', value: baseline },
        goal: { value: 25, isAtMost: true },
        note: `${records.length} records of ${meanBytes(samples)} bytes, ${events} events`,
      });
    }
    return [...figures, ...formatFigures(ingestor)];
  },
} satisfies Benchmark;
