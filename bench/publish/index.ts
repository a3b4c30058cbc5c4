import { config, openIngestor } from '../../pipeline/ingest/index.ts';
import * as ecs from '../../pipeline/publish/ecs/index.ts';
import * as ocsf from '../../pipeline/publish/ocsf/index.ts';
import { plainContext } from '../../schemas/avro/plain.ts';
import type { Bench, Benchmark, Figure } from '../figure.ts';
import { bestOf } from '../figure.ts';

export default {
  name: 'publish',
  description: 'Events to documents as text, in memory, beside parsing and writing their native JSON alone',
  async run(bench: Bench): Promise<readonly Figure[]> {
    const ingestor = await openIngestor(config.parse({}), { installation: 'bench' });
    const memory = { get: () => undefined, put: () => undefined };
    const events = (await bench.samples()).flatMap(({ source, text }, offset) =>
      ingestor.events(
        { value: Buffer.from(text), position: { topic: `raw.default.${source}`, partition: 0, offset }, appendedAt: 1_700_000_000_000_000 },
        { organization: 'default', name: source, sensor: source, format: undefined },
        memory,
      ),
    );
    const context = plainContext();
    const baseline = {
      what: 'JSON.parse and JSON.stringify of the native document',
      value: bestOf(3, events.length, () => {
        for (const { native } of events) Buffer.from(JSON.stringify(JSON.parse(Buffer.from(native).toString())));
      }),
    };
    return Object.entries({ ecs, ocsf }).map(([name, { eventDocument }]): Figure => {
      let bytes = 0;
      const value = bestOf(3, events.length, () => {
        bytes = 0;
        for (const event of events) bytes += Buffer.from(JSON.stringify(eventDocument(event, context))).length;
      });
      return {
        measure: `${name}: document`,
        value,
        unit: 'us/document',
        baseline,
        goal: null,
        note: `${events.length} documents of ${Math.round(bytes / events.length)} bytes`,
      };
    });
  },
} satisfies Benchmark;
