// docs/reference/connectors.md: what every connector, transform and predicate takes, printed from their schemas.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { commonBlock, ownBlock } from '../../connectors/_worker/settings/blocks.ts';
import { optionsOf } from '../../connectors/_worker/settings/options.ts';
import type { Option } from '../../connectors/_worker/settings/options.ts';
import { isSink, plugins } from '../../connectors/_worker/settings/plugins.ts';
import type { Plugin } from '../../connectors/_worker/settings/plugins.ts';
import type { Named } from '../../connectors/_worker/transforms/index.ts';
import { PREDICATES, TRANSFORMS } from '../../connectors/_worker/transforms/index.ts';
import { projectFolder } from '../../local/project.ts';
import type { Generator } from './files.ts';

const INTRODUCTION = `# Connectors

Written by \`npm run gen\` from the schemas of connectors and transforms. A connector is created by its name and its options, all of them text, through the
[REST interface of the worker](../operating/connect.md), which is that of Kafka Connect. Unknown options are refused, with the name that was probably meant; all problems are
reported at once, each at its option (\`PUT /connector-plugins/<class>/config/validate\`).

**Secrets** are named, never written into a configuration: \`\${file:PATH:KEY}\` is a key of a properties file, \`\${file:PATH}\` a whole file, \`\${dir:FOLDER:FILE}\` a file of a folder, \`\${env:NAME}\`
an environment variable of the worker. The worker's own options \`connect.secretFolders\` and \`connect.secretVariables\` say which of them an organization may name
([options](options.md)). They are looked up when a task starts, and taken out of every message that leaves it. Options whose name ends in \`File\` name a file in the same folders. Whoever may manage
an organization's connectors decides where its secrets are sent; nobody sees them.
`;

const ON_TRANSFORMS = `
## Transforms

Applied to each record before it goes to the sink, in the order of \`transforms\`. They do what those of Kafka Connect do with JSON without schemas. Regular expressions are those of RE2, in
linear time. A value is read as JSON, a key as text, unless the converters say otherwise; what comes out as text is written as it is, all else as JSON, and numbers keep their digits. Whatever is renamed, the id
of a document and the place where it lies stay what they are. A record that a transform cannot be applied to becomes a dead letter, or stops the task, as \`errors.tolerance\` says.

\`\`\`json
{
  "transforms": "small,quiet,daily",
  "transforms.small.type": "Project",
  "transforms.small.fields": "@timestamp,event,rule,host.name,user.name,message",
  "transforms.quiet.type": "Redact",
  "transforms.quiet.pattern": "[0-9]{13,19}",
  "transforms.quiet.within": "message",
  "transforms.daily.type": "org.apache.kafka.connect.transforms.TimestampRouter",
  "transforms.daily.predicate": "alerts",
  "transforms.daily.negate": "true",
  "predicates": "alerts",
  "predicates.alerts.type": "TopicNameMatches",
  "predicates.alerts.pattern": "sink[.].*[.]alerts[.]v1"
}
\`\`\`

Each takes, as \`transforms.<name>.*\`, its \`type\` and
`;

const cell = (text: string): string => text.replaceAll('|', String.raw`\|`).replaceAll('\n', ' ');
function table(options: readonly Option[]): string {
  if (options.length === 0) return '\nNo options.\n';
  const rows = options.map(({ definition: { name, type, required, default_value: fallback, documentation }, choices, isClosed }) => {
    const what = [
      documentation,
      type === 'PASSWORD' ? 'Secret.' : '',
      isClosed && type !== 'CLASS' ? `One of ${choices.map((each) => `\`${each}\``).join(', ')}.` : '',
    ];
    const shown = required ? 'required' : fallback === null || type === 'PASSWORD' || fallback === '' ? '' : `\`${cell(fallback)}\``;
    return `| \`${name}\` | ${type} | ${shown} | ${cell(what.filter((part) => part !== '').join(' '))} |`;
  });
  return `\n| option | type | default | |\n|---|---|---|---|\n${rows.join('\n')}\n`;
}

function connector(plugin: Plugin): string {
  const page = `docs/sinks/${plugin.name}.md`;
  const facts = [
    `A ${plugin.type}, version ${plugin.version}.`,
    isSink(plugin) && typeof plugin.duplicates === 'string'
      ? plugin.duplicates === 'identified'
        ? 'What is sent twice is there once.'
        : 'What is sent twice may be there twice.'
      : '',
    existsSync(join(projectFolder, page)) ? `[How to](../sinks/${plugin.name}.md).` : '',
  ];
  return `\n### ${plugin.name}\n\n${facts.filter((fact) => fact !== '').join(' ')}\n${table(ownBlock(plugin).options)}`;
}

/** Its variants together: they take the same. */
function part(named: readonly Named[]): string {
  const [first] = named as [Named];
  const names = named.map(({ names: [full], className }) => `\`${full ?? className}\``);
  const short = first.className.split('.').at(-1)!.replace(/\$.*/, '');
  const options = optionsOf(first.options, null).filter(({ definition }) => !['predicate', 'negate'].includes(definition.name));
  return `\n### ${short}\n\n${first.description}\n\n\`type\`: ${names.join(', ')}, or without the part before the last dot.\n${table(options)}`;
}
const byName = (all: readonly Named[]): readonly (readonly Named[])[] => [...Map.groupBy(all, ({ className }) => className.replace(/\$.*/, '')).values()];

const CONDITION = optionsOf(TRANSFORMS[0]!.options, null).filter(({ definition }) => ['predicate', 'negate'].includes(definition.name));

export default {
  name: 'connectors',
  async generate() {
    const all = await plugins();
    const sections = [
      `\n## Every sink\n${table(commonBlock({ type: 'sink' }).options)}`,
      `\n## Every source\n${table(commonBlock({ type: 'source' }).options)}`,
      `\n## Sinks\n${all
        .filter((plugin) => plugin.type === 'sink')
        .map(connector)
        .join('')}`,
      `\n## Sources\n${all
        .filter((plugin) => plugin.type === 'source')
        .map(connector)
        .join('')}`,
      `${ON_TRANSFORMS}${table(CONDITION)}${byName(TRANSFORMS).map(part).join('')}`,
      `\n## Predicates\n${byName(PREDICATES).map(part).join('')}`,
    ];
    return new Map([['docs/reference/connectors.md', INTRODUCTION + sections.join('')]]);
  },
} satisfies Generator;
