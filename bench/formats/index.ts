import { avro, cef, csv, leef, parquet, parseDocument, rfc5424Header } from '../../connectors/_formats/index.ts';
import type { Document } from '../../connectors/_formats/index.ts';
import { config, openIngestor } from '../../pipeline/ingest/index.ts';
import { eventDocument } from '../../pipeline/publish/ocsf/event.ts';
import { eventToEcsText } from '../../schemas/avro/ecs.ts';
import { plainContext } from '../../schemas/avro/plain.ts';
import type { Bench, Benchmark, Figure } from '../figure.ts';
import { bestOf } from '../figure.ts';

const FILE_DOCUMENTS = 5_000;
const header = rfc5424Header();
const LINES: readonly (readonly [name: string, write: (document: Document) => { readonly length: number }, goal: number | null])[] = [
  ['CEF', cef().encode, 10],
  ['LEEF', leef().encode, 10],
  ['header of RFC 5424', header, 10],
];
const FILES = [csv(), parquet(), avro];

export default {
  name: 'formats',
  description: 'Published documents in the forms of sinks, in memory, beside reading their JSON',
  async run(bench: Bench): Promise<readonly Figure[]> {
    const figures: Figure[] = [];
    for (const [schema, values] of Object.entries(await valuesOf(bench))) {
      const documents = values.map(parseDocument);
      const baseline = {
        what: 'JSON.parse of the document',
        value: bestOf(3, values.length, () => {
          for (const value of values) parseDocument(value);
        }),
      };
      const add = (name: string, count: number, work: () => number, goal: number | null) => {
        let bytes = 0;
        const value = bestOf(3, count, () => (bytes = work()));
        const note = `${count} documents, ${Math.round(bytes / count)} bytes each`;
        figures.push({
          measure: `${schema}: ${name}`,
          value,
          unit: 'us/document',
          baseline,
          goal: goal === null ? null : { value: goal, isAtMost: true },
          note,
        });
      };
      for (const [name, write, goal] of LINES) add(name, documents.length, () => documents.reduce((sum, document) => sum + write(document).length, 0), goal);
      const one = Map.groupBy(documents, ({ class_uid }) => class_uid).values(); // a file holds one class
      const largest = [...one].reduce((a, b) => (b.length > a.length ? b : a)).slice(0, FILE_DOCUMENTS);
      for (const format of FILES) add(format.name, largest.length, () => format.encode(largest).length, null);
    }
    return figures;
  },
} satisfies Benchmark;

async function valuesOf(bench: Bench): Promise<Readonly<Record<'ecs' | 'ocsf', readonly Buffer[]>>> {
  const ingestor = await openIngestor(config.parse({}), { installation: 'bench' });
  const memory = { get: () => undefined, put: () => undefined };
  const context = plainContext();
  const events = (await bench.samples()).flatMap(({ source, text }, offset) =>
    ingestor.events(
      { value: Buffer.from(text), position: { topic: `raw.default.${source}`, partition: 0, offset }, appendedAt: 1_700_000_000_000_000 },
      { organization: 'default', name: source, sensor: source, format: undefined },
      memory,
    ),
  );
  return {
    ecs: events.map((event) => Buffer.from(eventToEcsText(event, context))),
    ocsf: events.map((event) => Buffer.from(JSON.stringify(eventDocument(event, context)))),
  };
}
