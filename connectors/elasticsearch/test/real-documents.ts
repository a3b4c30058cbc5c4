// Documents of real events, as publish writes them: every tenth of the recordings in examples/sample, or of GOSHAWK_TEST_DATA.
import { readSamples } from '../../../bench/samples.ts';
import { config, openIngestor } from '../../../pipeline/ingest/index.ts';
import { eventDocument as ecs } from '../../../pipeline/publish/ecs/index.ts';
import { eventDocument as ocsf } from '../../../pipeline/publish/ocsf/index.ts';
import { plainContext } from '../../../schemas/avro/plain.ts';

export async function realDocuments(): Promise<Readonly<Record<'ecs' | 'ocsf', readonly Buffer[]>>> {
  const ingestor = await openIngestor(config.parse({}), { installation: 'tests' });
  const context = plainContext();
  const some = (await readSamples()).filter((_sample, n) => n % 10 === 0);
  const events = some.flatMap(({ source, text }, offset) =>
    ingestor.events(
      { value: Buffer.from(text), position: { topic: `raw.default.${source}`, partition: 0, offset }, appendedAt: 1_700_000_000_000_000 },
      { organization: 'default', name: source, sensor: source, format: undefined },
      { get: () => undefined, put: () => undefined },
    ),
  );
  return {
    ecs: events.map((event) => Buffer.from(JSON.stringify(ecs(event, context)))),
    ocsf: events.map((event) => Buffer.from(JSON.stringify(ocsf(event, context)))),
  };
}
