// The page of what becomes of events in OCSF, from the tables of pipeline/publish/ocsf, with a document of each class that the fixtures show.
import { config, formats, openIngestor } from '../../pipeline/ingest/index.ts';
import { eventsOf, fixturesOf } from '../../pipeline/ingest/test/fixtures.ts';
import { BASE_FIELDS, CLOUD, DECISIONS, EVENT_FIELDS, FIREWALL_RULE, METADATA, OCSF_VERSION, SEVERITIES } from '../../pipeline/publish/ocsf/base-attributes.ts';
import type { Condition, EventClass } from '../../pipeline/publish/ocsf/event-class.ts';
import { eventDocument } from '../../pipeline/publish/ocsf/index.ts';
import { OBSERVABLES } from '../../pipeline/publish/ocsf/observables.ts';
import { CLASSES } from '../../pipeline/publish/ocsf/select.ts';
import type { Part, Shape } from '../../pipeline/publish/ocsf/shape.ts';
import { plainContext } from '../../schemas/avro/plain.ts';
import type { Generator } from './files.ts';

export default {
  name: 'ocsf',
  async generate() {
    const classes = CLASSES.map((eventClass, index) => sectionOf(eventClass, index));
    const objects = [...SHARED.values()].map(({ name, fields }) => `### Object ${name}\n\n${table(rowsOf(fields))}`);
    const samples = [...(await samplesOf())].map(([name, sample]) => `### ${name}\n\n\`\`\`json\n${sample}\n\`\`\``);
    const parts = [HEAD, orderOf(), everyDocument(), '## Classes', ...classes, '## Objects', ...objects, '## Samples', ...samples];
    return new Map([['docs/reference/ocsf.md', `${parts.join('\n\n')}\n`]]);
  },
} satisfies Generator;

const HEAD = `# OCSF

Written by \`npm run gen\` from the tables of \`pipeline/publish/ocsf/\`. Documents are of [OCSF ${OCSF_VERSION}](https://schema.ocsf.io/${OCSF_VERSION}), the extension for Windows
included, and its tests judge them by the published schema. They are on \`sink.<organization>.ocsf.v1\`, one JSON object a record, where the configuration asks for them:

\`\`\`yaml
publish:
  formats: [ecs, ocsf]                        # of every organization; [ecs] unless set
  formatsOfOrganization: { acme: [ocsf] }     # in place of it
\`\`\`

Subscriptions ask for them, too ([what is published](../operating/publish.md)). Which events, findings and alerts the configuration asks for is the same for all formats ([options](options.md), \`publish\`). Read with \`isolation.level=read_committed\`.

- **Class**: the first of the list below of which a condition holds, and whose required attributes are known. The rest is Base Event.
- **\`native.<name>\`** in the tables is a field of the sensor's own document; all other names are ECS.
- **Activity**: the first of the class that fits; else 99 with the sensor's own word (ECS \`event.action\`) as \`activity_name\`, or 0.
- **Required, but not known**: \`Unknown\`, or 0 of an enum, as the schema's guide has it. Values that are not of the form that the schema asks for (a name where an address belongs) stay unmapped.
- **\`unmapped\`**: every ECS field that found no place, by its dotted name, and \`goshawk.*\`: where the raw record lies, and which decoder read it. Of a list where OCSF has one value, the first is placed and the list is unmapped.
- **\`raw_data\`**: the sensor's own document as JSON text, all of it up to 512 Ki characters; what is longer is cut, \`metadata.is_truncated\` says so, and \`raw_data_size\` is that of the whole.
- **\`metadata.uid\`** is the public id of the event, the key of the record, and what \`GET /v2/events/<id>\` takes. \`time\` is in milliseconds; \`metadata.original_time\` has the microseconds.
- **\`metadata.profiles\`**: \`host\`, \`cloud\` and \`security_control\`, where attributes of theirs are there.
- **Findings and alerts of Goshawk** are Detection Findings (2004): \`finding_info.uid\` stays, each revision is a document of its own (\`activity_name\` Create, Update, Close), \`metadata.log_name\` is \`goshawk.finding\` or
  \`goshawk.alert\`, \`evidences\` has the places of the raw records.`;

const linkOf = ({ uid, name }: EventClass) => `${name} (${uid})`;
const orderOf = () => ['## Order', '', ...CLASSES.map((one, index) => `${index + 1}. ${linkOf(one)}: ${one.when.map(conditionText).join('; or ')}`)].join('\n');

function conditionText(condition: Condition): string {
  const listed = (label: string, words: readonly string[] | undefined) =>
    words === undefined ? [] : [`${label} ${words.map((word) => `\`${word}\``).join(' or ')}`];
  const said = [
    ...listed('kind', condition.kind),
    ...listed('category', condition.category),
    ...listed('not category', condition.notCategory),
    ...listed('type', condition.type),
    ...listed('dataset', condition.dataset),
    ...listed('product', condition.product),
    ...listed('code', condition.code),
    ...listed('protocol', condition.protocol),
    ...listed('outcome', condition.outcome),
    ...(condition.action === undefined ? [] : [`action like \`${condition.action.source.replaceAll('|', '\\|')}\``]),
    ...(condition.method === undefined ? [] : [`method like \`${condition.method.source}\``]),
    ...listed('has', condition.has),
    ...(condition.hasHost === undefined ? [] : [condition.hasHost ? 'names a host' : 'names no host']),
  ];
  return said.length === 0 ? 'any' : said.join(', ');
}

/** Objects that several classes hold, by what they say; described once. */
const SHARED_FROM = 3;
const sayingOf = (part: Part): string => (part.kind === 'object' && Object.keys(part.fields).length >= SHARED_FROM ? JSON.stringify(part.fields) : '');

function sharedObjects(): ReadonlyMap<string, { readonly name: string; readonly fields: Shape['fields'] }> {
  const found = new Map<string, { readonly names: string[]; readonly fields: Shape['fields']; times: number }>();
  const visit = (name: string, part: Part): void => {
    if (part.kind === 'list' || part.kind === 'either') for (const one of part.of) visit(name, one);
    if (part.kind !== 'object') return;
    const saying = sayingOf(part);
    const before = found.get(saying);
    if (saying !== '' && before !== undefined) before.times += 1;
    else if (saying !== '') found.set(saying, { names: [name], fields: part.fields, times: 1 });
    if (before === undefined || saying === '') for (const [inner, one] of Object.entries(part.fields)) visit(inner, one);
  };
  for (const { fields } of CLASSES) for (const [name, part] of Object.entries(fields)) visit(name, part);
  const names = new Set<string>();
  const unused = (name: string, n = 1): string => {
    const wanted = n === 1 ? name : `${name} ${n}`;
    if (names.has(wanted)) return unused(name, n + 1);
    names.add(wanted);
    return wanted;
  };
  return new Map(
    [...found]
      .filter(([, { times }]) => times >= SHARED_FROM)
      .map(
        ([
          saying,
          {
            names: [name = ''],
            fields,
          },
        ]) => [saying, { name: unused(name), fields }],
      ),
  );
}
const SHARED = sharedObjects();
const anchor = (name: string) => `[${name}](#object-${name.replaceAll(' ', '-')})`;

/** `path | where from` of every attribute. */
function rowsOf(fields: Readonly<Record<string, Part>>, prefix = ''): readonly string[] {
  return Object.entries(fields).flatMap(([name, part]): readonly string[] => {
    const path = `${prefix}${name}`;
    const from = (names: readonly string[]) => names.map((one) => `\`${one}\``).join(', else ');
    switch (part.kind) {
      case 'value':
        return [`| \`${path}\` | ${from(part.from)} |`];
      case 'choice':
        return [`| \`${path}\`, \`${part.caption}\` | ${from(part.from)}${part.otherwise === undefined ? '' : `, else ${part.otherwise.join(' ')}`} |`];
      case 'list':
        return part.of.flatMap((one) => rowsOf(one.fields, `${path}[].`));
      case 'either':
        return part.of.flatMap((one, index) => rowsOf({ [index === 0 ? name : `${name} (else)`]: one }, prefix));
      case 'object': {
        const shared = SHARED.get(sayingOf(part));
        return shared === undefined ? rowsOf(part.fields, `${path}.`) : [`| \`${path}\` | ${anchor(shared.name)} |`];
      }
    }
  });
}
const table = (rows: readonly string[]) => ['| attribute | ECS field |', '|---|---|', ...rows].join('\n');

function everyDocument(): string {
  const severities = SEVERITIES.map(([least, id, name]) => `${Number.isFinite(least) ? `${least} and above` : 'below'}: ${id} ${name}`).join(', ');
  const decisions = Object.entries(DECISIONS).map(([type, { action, disposition }]) => `\`${type}\`: ${String(action)}, ${String(disposition)}`);
  return [
    '## Every document',
    '',
    `\`severity_id\` follows from ECS \`event.severity\` (${severities}; unknown: 0), \`action_id\` and \`disposition_id\` from ECS \`event.type\` (${decisions.join('; ')}).`,
    `\`observables\` are the values of ${Object.keys(OBSERVABLES)
      .map((path) => `\`${path}\``)
      .join(', ')}, and what enrichment found in \`related.*\`. \`enrichments\` are assets. Labels are \`metadata.tags\`.`,
    '',
    table(rowsOf({ ...BASE_FIELDS, ...EVENT_FIELDS, metadata: METADATA, cloud: CLOUD, firewall_rule: FIREWALL_RULE })),
  ].join('\n');
}

function sectionOf(eventClass: EventClass, index: number): string {
  const { activities, fields, needs = [] } = eventClass;
  return [
    `### ${index + 1}. ${linkOf(eventClass)}`,
    '',
    ...(needs.length > 0 ? [`Needs ${needs.map((names) => names.map((name) => `\`${name}\``).join(' or ')).join(' and ')}.`, ''] : []),
    ...(activities.length > 0 ? [`Activities: ${activities.map(({ id, name, when }) => `${id} ${name} (${conditionText(when)})`).join('; ')}.`, ''] : []),
    table(rowsOf(fields)),
  ].join('\n');
}

/** A short document of each class among those of the fixtures, a line for each attribute, by the name of the class. */
async function samplesOf(): Promise<ReadonlyMap<string, string>> {
  const ingestor = await openIngestor(config.parse({}), { installation: 'test' });
  const found = new Map<string, Readonly<Record<string, unknown>>>();
  for (const event of formats().flatMap((format) => fixturesOf(format).flatMap((fixture) => eventsOf(ingestor, fixture)))) {
    const document = eventDocument(event, plainContext());
    const name = linkOf(CLASSES.find(({ uid }) => uid === document.class_uid)!);
    const before = found.get(name);
    if (before === undefined || isBetter(document, before)) found.set(name, document);
  }
  return new Map(
    [...found]
      .sort(([, a], [, b]) => (a.class_uid as number) - (b.class_uid as number))
      .map(([name, document]) => [
        name,
        `{\n${Object.entries({ ...document, raw_data: '...' })
          .map(([attribute, value]) => `  ${JSON.stringify(attribute)}: ${JSON.stringify(value)}`)
          .join(',\n')}\n}`,
      ]),
  );
}
/** More attributes first, then fewer characters. */
function isBetter(document: Readonly<Record<string, unknown>>, before: Readonly<Record<string, unknown>>): boolean {
  const [more, fewer] = [Object.keys(document).length, Object.keys(before).length];
  return more !== fewer ? more > fewer : JSON.stringify(document).length < JSON.stringify(before).length;
}
