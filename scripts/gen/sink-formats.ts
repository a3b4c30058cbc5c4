// A page for each form in which sinks hand on documents, from the mapping tables of connectors/_formats.
import { avroValue, cef, csv, leef, rfc3164Header, rfc5424Header } from '../../connectors/_formats/index.ts';
import { cefMappings, HEADER_LENGTHS } from '../../connectors/_formats/cef/mapping.ts';
import { ECS_TABLE, OTHER } from '../../connectors/_formats/columns/ecs.ts';
import { OCSF_CLASSES, ocsfColumns } from '../../connectors/_formats/columns/ocsf.ts';
import { ECS_COLUMNS, OCSF_COLUMNS } from '../../connectors/_formats/csv/mapping.ts';
import type { Document } from '../../connectors/_formats/document.ts';
import { LEEF_MAPPINGS } from '../../connectors/_formats/leef/mapping.ts';
import { DEVICE, HEAD_PLACES } from '../../connectors/_formats/pairs/head.ts';
import type { Mapping } from '../../connectors/_formats/pairs/mapping.ts';
import { CONVERTERS } from '../../connectors/_formats/pairs/values.ts';
import { SYSLOG_SEVERITIES } from '../../connectors/_formats/syslog/index.ts';
import { PARAMETERS } from '../../connectors/_formats/syslog/mapping.ts';
import { asRead, OWN } from '../../connectors/_formats/test/own.ts';
import type { Column } from '../../domains/tables/index.ts';
import { config, openIngestor } from '../../pipeline/ingest/index.ts';
import { eventsOf, fixturesOf } from '../../pipeline/ingest/test/fixtures.ts';
import { eventDocument } from '../../pipeline/publish/ocsf/event.ts';
import { CLASSES } from '../../pipeline/publish/ocsf/select.ts';
import { eventToEcs } from '../../schemas/avro/ecs.ts';
import { plainContext } from '../../schemas/avro/plain.ts';
import type { Generator } from './files.ts';

interface Samples {
  readonly ecs: Document;
  readonly ocsf: Document;
}

export default {
  name: 'sink-formats',
  async generate() {
    const samples = await samplesOf();
    const pages: readonly (readonly [name: string, text: string])[] = [
      ['README', readme()],
      ['ecs', ecsPage(samples)],
      ['ocsf', ocsfPage(samples)],
      ['cef', cefPage(samples)],
      ['leef', leefPage(samples)],
      ['syslog', syslogPage(samples)],
      ['csv', csvPage(samples)],
      ['parquet', parquetPage()],
      ['avro', avroPage(samples)],
    ];
    return new Map(pages.map(([name, text]) => [`docs/reference/formats/${name}.md`, `${text}\n`]));
  },
} satisfies Generator;

async function samplesOf(): Promise<Samples> {
  const ingestor = await openIngestor(config.parse({}), { installation: 'test' });
  const [event] = fixturesOf('windows').flatMap((fixture) => eventsOf(ingestor, fixture));
  return { ecs: asRead(eventToEcs(event!, plainContext())), ocsf: asRead(eventDocument(event!, plainContext())) };
}

const WRITTEN = 'Written by `npm run gen` from the tables of `connectors/_formats/`.';
const page = (...parts: readonly string[]): string => parts.join('\n\n');
const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows.map((row) => row.map(cell))].map((row) => `| ${row.join(' | ')} |`).join('\n');
const fenced = (text: string, language = ''): string => `\`\`\`${language}\n${text}\n\`\`\``;
const places = (paths: readonly string[]): string =>
  paths.map((path) => `\`${path.replace('?', '')}\`${path.endsWith('?') ? ' (findings and alerts)' : ''}`).join(', else ');
/** A line for each field at the top; the sensor's own document is left out. */
const json = (document: Document): string =>
  fenced(
    `{\n${Object.entries(document)
      .map(([name, value]) => `  ${JSON.stringify(name)}: ${name === 'native' || name === 'raw_data' ? '...' : JSON.stringify(value)}`)
      .join(',\n')}\n}`,
    'json',
  );
const mappingTable = (mappings: readonly Mapping[]): string =>
  table(
    ['key', 'value', 'longest', 'from ECS', 'from OCSF'],
    mappings.map(({ key, as, maxLength, label, isWhole, ecs, ocsf }) => [
      `\`${key}\`${label === undefined ? '' : ` (\`${key}Label\` is "${label}")`}`,
      CONVERTERS[as].says,
      maxLength === null ? '' : `${maxLength}${isWhole === true ? ', else left out' : ''}`,
      places(ecs),
      places(ocsf),
    ]),
  );
const CLASS_RULE = `- **Event class**: ${HEAD_PLACES['event class']}; OCSF: ${HEAD_PLACES['event class of OCSF']}. It is the same for all that is of one sort, in every installation.`;
const NAME_RULE = `- **Name**: ${HEAD_PLACES.name}; OCSF: ${HEAD_PLACES['name of OCSF']}.`;
const NOT_SAID =
  'The document of the sensor (`native`, in OCSF `raw_data`) is in none of the keys; `GoshawkTopic`, `GoshawkPartition` and `GoshawkOffset` say where it lies.';
const THROUGH_LISTS =
  'Where a list of objects lies on the way, a place has the values of all of them. Names in brackets have dots of their own; `[type_id=1]` are the elements of a list of which that holds.';

function readme(): string {
  return page(
    '# Formats of sinks',
    'Documents on `sink.<organization>.<ecs|ocsf>.v1` are JSON, one object a record. Sinks hand them on as they are or in one of these forms; what a sink takes, its page says.',
    table(
      ['format', 'is', 'takes', 'duplicates are told by'],
      [
        ['[ECS JSON](ecs.md)', 'the document as it is', 'ECS topics', '`event.id`'],
        ['[OCSF JSON](ocsf.md)', 'the document as it is', 'OCSF topics', '`metadata.uid`'],
        ['[CEF](cef.md)', 'a line a document', 'both', '`cs1`'],
        ['[LEEF](leef.md)', 'a line a document', 'both', '`GoshawkId`'],
        ['[syslog](syslog.md)', 'headers of RFC 5424 and RFC 3164 before a line', 'both', '`id` of the structured data'],
        ['[CSV](csv.md)', 'a file of rows', 'both, each file one', '`event.id`, `metadata.uid`'],
        ['[Parquet](parquet.md)', 'a file of columns', 'both, each file one, OCSF one class', '`event.id`, `metadata.uid`'],
        ['[Avro](avro.md)', 'a file of records, or single values', 'both, each file one, OCSF one class', '`event.id`, `metadata.uid`'],
        ['NDJSON', 'the documents, one a line', 'both', '`event.id`, `metadata.uid`'],
      ],
    ),
    'A value that a key cannot hold leaves the key out; what a standard limits in length is cut between characters. A document that a format cannot write at all is rejected with `FORMAT_REFUSED` and the reason, and is a dead letter of its connector.',
    'Whole numbers above 2^53 keep their digits in JSON as it is; all other formats read the document first, and JavaScript rounds them.',
  );
}

function ecsPage({ ecs }: Samples): string {
  const [finding, alert] = OWN.ecs;
  const leaves = (document: Document, prefix = ''): readonly (readonly [string, string])[] =>
    Object.entries(document).flatMap(([name, value]): readonly (readonly [string, string])[] =>
      typeof value === 'object' && value !== null && !Array.isArray(value)
        ? leaves(value as Document, `${prefix}${name}.`)
        : [[`\`${prefix}${name}\``, `\`${JSON.stringify(value)}\``]],
    );
  return page(
    '# ECS JSON',
    WRITTEN,
    'Documents of [ECS](https://www.elastic.co/docs/reference/ecs) 9.4 as publish writes them to `sink.<organization>.ecs.v1`. An event has every field that its decoder found, as [fields](../fields.md) and [formats](../formats.md) list them, what ECS has no name for under `goshawk`, and the document of the sensor under `native`. Times are to the microsecond, in UTC. The schema that typed fields come from is `schemas/avro/event.avsc`.',
    '## An event',
    json(ecs),
    '## A finding',
    '`event.id` is of the finding and its revision: each revision is a document of its own. A finding that is taken back has `goshawk.finding.withdrawn`.',
    table(['field', 'in the sample'], leaves(finding)),
    '## An alert',
    table(['field', 'in the sample'], leaves(alert)),
  );
}

function ocsfPage({ ocsf }: Samples): string {
  return page(
    '# OCSF JSON',
    WRITTEN,
    'Documents of [OCSF](https://schema.ocsf.io/1.8.0) 1.8.0 as publish writes them to `sink.<organization>.ocsf.v1`. **The whole mapping, class by class, with a sample of each: [OCSF](../ocsf.md).**',
    '## An event',
    json(ocsf),
    '## A finding',
    json(OWN.ocsf[0]),
    '## An alert',
    json(OWN.ocsf[1]),
  );
}

function cefPage({ ecs, ocsf }: Samples): string {
  const format = cef();
  const of = (document: Document) => fenced(format.encode(document).toString('utf8'));
  return page(
    '# CEF',
    WRITTEN,
    'ArcSight Common Event Format, implementation standard, revision 27. Version 0 is written unless a sink is asked for 1, in which addresses of both families stand in the same keys.',
    fenced(`CEF:0|${DEVICE.vendor}|${DEVICE.product}|${DEVICE.version}|<event class>|<name>|<severity>|<key>=<value> ...`),
    `${CLASS_RULE}
${NAME_RULE}
- **Severity**: a tenth of \`event.severity\`, 0 to 10 (to 3 low, to 6 medium, to 8 high, then very high); \`Unknown\` where nobody rated it. OCSF: \`severity_id\`.
- **Version** of the header is that of this mapping, not of Goshawk.
- Lengths in characters: class ${HEADER_LENGTHS.classId}, name ${HEADER_LENGTHS.name}, keys as below, before they are escaped.
- \`\\\` and \`|\` are escaped in the header, \`\\\` and \`=\` in values; line breaks in values are \`\\n\` and \`\\r\`. Other control characters, and line breaks in the header, become blanks.
- \`rt\` and other times are milliseconds since 1970; an earlier one is left out. \`externalId\` takes ids of 40 characters, so only those of findings and alerts fit: \`cs1\` has all.
- A sink that has a limit for the message leaves out keys from the end of the table until it fits.
- Keys that begin with \`Goshawk\` are of this product. ${NOT_SAID}
- ${THROUGH_LISTS}`,
    '## Samples',
    'The event of [ECS JSON](ecs.md), the same in OCSF, and the alert:',
    of(ecs),
    of(ocsf),
    of(OWN.ecs[1]),
    '## Keys of version 0',
    mappingTable(cefMappings(0)),
    '## In version 1',
    'These keys take IPv4 and IPv6, and there is no `c6a1`, `c6a2`, `c6a3`:',
    mappingTable(cefMappings(1).filter(({ as }) => as === 'ip')),
  );
}

function leefPage({ ecs, ocsf }: Samples): string {
  const format = leef({ delimiter: '^' });
  const of = (document: Document) => fenced(format.encode(document).toString('utf8'));
  return page(
    '# LEEF',
    WRITTEN,
    'IBM Log Event Extended Format 2.0 (and 1.0, which names no delimiter), "LEEF version 2" guide.',
    fenced(`LEEF:2.0|${DEVICE.vendor}|${DEVICE.product}|${DEVICE.version}|<event class>|x09|<key>=<value><tab>...`),
    `${CLASS_RULE}
- \`sev\`: a tenth of \`event.severity\`, 1 to 10; left out where nobody rated it.
- \`devTime\` has 13 digits, so that no \`devTimeFormat\` is needed; a time before 1970 is left out.
- \`isLoginEvent\`: category \`authentication\`, type \`start\` (OCSF: Authentication, Logon); \`isLogoutEvent\`: type \`end\` (Logoff).
- Nothing can be escaped: \`|\` becomes \`\u00a6\`, \`^\` becomes \`\u02c6\`; control characters, line breaks and the delimiter become blanks.
- A sink that has a limit for the message leaves out keys from the end of the table until it fits.
- Keys that begin with \`Goshawk\` are of this product. ${NOT_SAID}
- ${THROUGH_LISTS}`,
    '## Samples',
    'The event of [ECS JSON](ecs.md), the same in OCSF, and the alert, with `^` in place of the tab to be seen:',
    of(ecs),
    of(ocsf),
    of(OWN.ecs[1]),
    '## Keys',
    mappingTable(LEEF_MAPPINGS),
  );
}

function syslogPage({ ecs }: Samples): string {
  return page(
    '# Syslog headers',
    WRITTEN,
    'What stands before a message: JSON, CEF or LEEF. How messages are framed is the business of the sink.',
    '## RFC 5424',
    fenced(`${rfc5424Header()(ecs)}{"@timestamp":...}\n${rfc5424Header()(OWN.ecs[1])}{"@timestamp":...}`),
    `- **PRI**: facility 16 (local0) unless set, and the severity: ${SYSLOG_SEVERITIES.map(([least, number, name]) => `${least} and above ${number} ${name}`).join(', ')}. What nobody rated is informational.
- **TIMESTAMP**: \`@timestamp\`, in OCSF \`metadata.original_time\`, to the microsecond, in UTC; \`-\` outside the years 0000 to 9999.
- **HOSTNAME**: the host that the document is about, of an alert the first that it names, unless the sink is told a name; characters that a name cannot have become \`_\`.
- **APP-NAME** \`goshawk\` unless set, **PROCID** \`-\`, **MSGID** the dataset.
- **STRUCTURED-DATA**: \`goshawk@32473\` with the parameters below, each of 256 characters at most. 32473 is the number that RFC 5612 keeps for examples.
- A byte order mark stands before the message only where it is asked for.`,
    mappingTable(PARAMETERS),
    '## RFC 3164',
    fenced(`${rfc3164Header()(ecs)}CEF:0|...\n${rfc3164Header({ tag: true })(OWN.ecs[1])}{"@timestamp":...}`),
    'Times are UTC: the form has no zone. Where there is no host it is `goshawk`. JSON has the tag `goshawk: ` in front; CEF and LEEF have none, for receivers look for them in its place.',
  );
}

function csvPage({ ecs }: Samples): string {
  const columns = ['@timestamp', 'event.id', 'event.category', 'host.name', 'process.command_line', 'message'];
  return page(
    '# CSV',
    WRITTEN,
    `RFC 4180: a header, rows ended by CR LF, UTF-8. A column is a place in the document: \`source.ip\`, \`goshawk.finding.status\`. ${THROUGH_LISTS}`,
    `- A list of plain values is \`a; b\`; what has parts is JSON; what is not there is empty.
- What a spreadsheet would take for a formula gets an apostrophe in front, unless the sink is told otherwise.
- Without columns of its own, a file has those below, of ECS or of OCSF as its first document is; a document of the other is rejected.`,
    '## Sample',
    fenced(csv({ columns }).encode([ecs]).toString('utf8').trim().replaceAll('\r\n', '\n'), 'csv'),
    '## Columns of ECS documents',
    [...ECS_COLUMNS].map((name) => `\`${name}\``).join(', '),
    '## Columns of OCSF documents',
    [...OCSF_COLUMNS].map((name) => `\`${name}\``).join(', '),
  );
}

const TYPE_NAMES: Readonly<Record<string, string>> = {
  text: 'text',
  json: 'text, JSON',
  integer: 'int64',
  number: 'double',
  boolean: 'boolean',
  micros: 'timestamp, microseconds, UTC',
};
const typeOf = (column: Column): string => `${column.isList === true ? 'list of ' : ''}${'columns' in column ? 'struct' : TYPE_NAMES[column.type]!}`;
const flattened = (columns: readonly Column[], prefix = ''): readonly string[] =>
  columns.flatMap((column) =>
    'columns' in column
      ? flattened(column.columns, `${prefix}${column.name}${column.isList === true ? '[]' : ''}.`)
      : [`\`${prefix}${column.name}\` ${typeOf(column)}`],
  );

function parquetPage(): string {
  const nameOf = (uid: number): string => CLASSES.find((one) => one.uid === uid)?.name ?? '';
  return page(
    '# Parquet',
    WRITTEN,
    `Every value may be null. Rows are in order of event time; statistics of each row group let readers skip. A batch is one file: memory is bounded by the batch.`,
    `- **ECS**: one table for events, findings and alerts, a column for each field by its dotted name. What no column holds, and what does not fit the type of its column, stands in \`${OTHER}\` as JSON: nothing is lost. \`native\` is the document of the sensor.
- **OCSF**: a table for each class, nested as the schema nests it, as AWS Security Lake asks of custom sources. Attributes are those that [the mapping](../ocsf.md) can write, in the types of the schema, times in milliseconds. What else a document has stands in \`unmapped\`, under \`${OTHER}\`.
- A file holds one of these: a document of another kind, or of another class, is rejected.`,
    '```sql\n-- DuckDB\nselect "@timestamp", "host.name", "process.command_line" from \'*.parquet\' where list_contains("event.category", \'process\');\nselect finding_info.title, evidences[1].uid from \'*.parquet\' where severity_id >= 4;\n```',
    '## Columns of ECS',
    table(
      ['column', 'type'],
      [...[...ECS_TABLE].map(([name, { type, isList }]) => [`\`${name}\``, typeOf({ name, type, isList })]), [`\`${OTHER}\``, 'text, JSON']],
    ),
    '## Columns of OCSF',
    ...OCSF_CLASSES.map((uid) => `### ${nameOf(uid)} (${uid})\n\n${flattened(ocsfColumns(uid)).join(', ')}`),
  );
}

function avroPage({ ecs }: Samples): string {
  const { schema } = avroValue(ecs);
  return page(
    '# Avro',
    WRITTEN,
    `Object container files of [Avro](https://avro.apache.org/docs/1.12.0/specification) 1.12, packed by \`deflate\`, with the schema in front; or single values, by single-object encoding (the CRC-64 fingerprint of their schema in front) or bare, for who names the schema otherwise.`,
    `- Records are nested: ECS as \`goshawk.documents.Ecs\`, OCSF as a record for each class, \`goshawk.documents.Ocsf<class_uid>\`. The columns are those of [Parquet](parquet.md), ECS names nested at their dots.
- Every field is a union with null, which is its default. \`@timestamp\` is \`timestamp\`, for names in Avro have letters, digits and \`_\`.
- What no field holds stands in \`${OTHER}\` (OCSF: in \`unmapped\`) as JSON.
- Rows are in order of event time. Equal documents give an equal file.
- A file holds ECS or one class of OCSF: what is another is rejected.`,
    '## The schema of ECS',
    fenced(schema, 'json'),
  );
}
