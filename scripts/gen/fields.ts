// The fields that the formats' fixtures, the recordings and the cases of our rules show: what `rules lint` checks rules against, and a page to look them up.
import { readCases } from '../../cli/rule-cases.ts';
import { FieldCatalogue, leavesOf } from '../../domains/fields/index.ts';
import type { FieldCount } from '../../domains/fields/index.ts';
import { config, formats, openIngestor } from '../../pipeline/ingest/index.ts';
import { eventsOf, fixturesOf } from '../../pipeline/ingest/test/fixtures.ts';
import { decoded, recordsOf, sampleFiles } from '../../pipeline/ingest/test/records.ts';
import type { KnownSource } from '../../pipeline/detect/known-fields.ts';
import { OWN_RULES } from '../../pipeline/detect/open-rules.ts';
import type { Event } from '../../schemas/avro/types.gen.ts';
import type { Generator } from './files.ts';

export default {
  name: 'fields',
  async generate() {
    const ingestor = await openIngestor(config.parse({}), { installation: 'test' });
    const fixtures = formats().flatMap((format) => fixturesOf(format).flatMap((fixture) => eventsOf(ingestor, fixture)));
    const recordings = sampleFiles().flatMap((file) => decoded(ingestor, recordsOf(file)));
    const catalogue = new FieldCatalogue('none');
    const sources = new Map<string, { readonly source: Omit<KnownSource, 'fields' | 'events'>; events: number; readonly fields: Set<string> }>();
    const matching = (await readCases(OWN_RULES)).flatMap(({ cases }) => cases.filter(({ match }) => match).flatMap(({ events }) => events));
    const cases = decoded(
      ingestor,
      matching.map((record) => (typeof record === 'string' ? record : JSON.stringify(record))),
    );
    for (const event of [...fixtures, ...recordings, ...cases]) {
      const native = JSON.parse(Buffer.from(event.native).toString('utf8')) as unknown;
      if (!cases.includes(event)) catalogue.add({ organization: '', dataset: event.dataset, at: 0, native, ecs: {} });
      const source = sourceOf(event);
      const key = JSON.stringify(source);
      let known = sources.get(key);
      if (known === undefined) sources.set(key, (known = { source, events: 0, fields: new Set() }));
      known.events += 1;
      for (const { name } of leavesOf(native)) known.fields.add(name);
    }
    const known = [...sources]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([, { source, events, fields }]) => ({ ...source, events, fields: [...fields].sort() }));
    return new Map([
      ['pipeline/detect/known-fields.gen.json', `[\n${known.map((one) => JSON.stringify(one)).join(',\n')}\n]\n`],
      ['docs/reference/fields.md', pageOf(catalogue)],
    ]);
  },
} satisfies Generator;

const sourceOf = ({ product, logsource: { category, service } }: Event) => ({ product, category: [...category].sort(), service: [...service].sort() });

function pageOf(catalogue: FieldCatalogue): string {
  const sections = [...catalogue.datasets()]
    .filter(({ dataset }) => dataset !== 'unparsed')
    .map(({ dataset, events, fields }) => `## ${dataset}\n\n${events === 1 ? 'One event' : `${events} events`}. ${listOf(fields)}`);
  return [
    '# Fields',
    '',
    "Written by `npm run gen`. Fields of sensors' own documents, as detection rules name them, that the formats' fixtures and the recordings in `examples/sample` show, by dataset.",
    'Keys that are values (ids, addresses) are `*`. An installation keeps a catalogue of the fields that its own events have, with examples and times: `./goshawk fields`, the page',
    '*Fields* of the dashboard, `GET /v2/fields`, `fields` in GraphQL. `./goshawk rules lint` tells fields of rules that are in neither.',
    '',
    sections.join('\n\n'),
    '',
  ].join('\n');
}

function listOf(fields: readonly FieldCount[]): string {
  const byType = Map.groupBy(fields, ({ types }) => types.filter((type) => type !== 'null').join(' or ') || 'null');
  return [...byType]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([type, all]) => `*${type}*: ${all.map(({ name }) => `\`${name}\``).join(', ')}.`)
    .join(' ');
}
