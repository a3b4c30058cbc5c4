// Expected documents of the formats' fixtures, and the page of formats.
import { load } from '../../pipeline/core/load.ts';
import { config, formats, openIngestor } from '../../pipeline/ingest/index.ts';
import type { Ingestor } from '../../pipeline/ingest/index.ts';
import type { Decoder } from '../../pipeline/ingest/kit.ts';
import { eventsOf, expectedText, fixturesOf, hasReadme, licenceOf } from '../../pipeline/ingest/test/fixtures.ts';
import type { Fixture } from '../../pipeline/ingest/test/fixtures.ts';
import { confidences } from '../../pipeline/ingest/test/confidence.ts';
import type { Generator } from './files.ts';

export default {
  name: 'formats',
  async generate() {
    const ingestor = await openIngestor(config.parse({}), { installation: 'test' });
    const all = await Promise.all(formats().map((name) => load<Decoder>(new URL('../../pipeline/ingest/', import.meta.url), name)));
    const files = new Map<string, string>();
    const rows: string[] = [];
    const sections: string[] = [];
    for (const decoder of all) {
      const fixtures = fixturesOf(decoder.name);
      const expected = fixtures.map((fixture) => printed(ingestor, fixture));
      for (const [index, { expectedPath }] of fixtures.entries()) files.set(expectedPath, expected[index]!);
      rows.push(rowOf(decoder, fixtures));
      sections.push(sectionOf(decoder, expected));
    }
    files.set('docs/reference/formats.md', pageOf(rows, sections));
    return files;
  },
} satisfies Generator;

const printed = (ingestor: Ingestor, fixture: Fixture): string => expectedText(eventsOf(ingestor, fixture), fixture);
const cell = (text: string): string => text.replaceAll('|', '\\|');

function rowOf(decoder: Decoder, fixtures: readonly Fixture[]): string {
  const title = hasReadme(decoder.name) ? `[${decoder.name}](../../pipeline/ingest/${decoder.name}/README.md)` : decoder.name;
  const datasets = decoder.datasets.map((name) => (name === '*' ? 'any the sender names' : `\`${name}\``)).join(', ');
  return `| ${title} | ${cell(decoder.reads)} | ${cell(decoder.recognisedBy)} | ${confidences(decoder, fixtures).join(', ')} | ${datasets} | ${cell(decoder.needsOrder ?? '')} | ${cell(licenceOf(decoder.name))} |`;
}

function sectionOf(decoder: Decoder, expected: readonly string[]): string {
  const names = new Set<string>();
  for (const line of expected.join('').split('\n')) if (line !== '') leaves(JSON.parse(line) as Readonly<Record<string, unknown>>, '', names);
  return `### ${decoder.name}\n\n${[...names]
    .sort()
    .map((name) => `\`${name}\``)
    .join(', ')}`;
}
function leaves(part: Readonly<Record<string, unknown>>, prefix: string, names: Set<string>): void {
  for (const [key, value] of Object.entries(part)) {
    if (prefix === '' && ['goshawk', 'native', 'ecs', 'labels'].includes(key)) continue;
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) leaves(value as Record<string, unknown>, `${prefix}${key}.`, names);
    else names.add(prefix + key);
  }
}

const pageOf = (rows: readonly string[], sections: readonly string[]): string =>
  [
    '# Formats',
    '',
    'Written by `npm run gen` from the folders of `pipeline/ingest/` and their fixtures. How to add one: [pipeline/ingest](../../pipeline/ingest/README.md).',
    '',
    'A record is of the format that its raw topic names (`ingest.formatOfSource`), that the gateway names in the header `format`, or that its content tells.',
    'Confidence is what the fixtures reach: `certain` (no other format is asked), `likely`, `possible`. The message of a syslog record is looked at as if it had come alone.',
    "What no format reads is kept as dataset `unparsed`. Formats with a reason under *order* need each record to carry its sensor's key.",
    '',
    '| format | reads | recognised by | confidence | datasets | order | fixtures |',
    '|---|---|---|---|---|---|---|',
    ...rows,
    '',
    '## ECS fields',
    '',
    'Those that the fixtures show; `related.*` and what enrichment adds come on top, and every field of the sensor is in `native`.',
    '',
    sections.join('\n\n'),
    '',
  ].join('\n');
