import { ownSections } from '../../local/config.ts';
import { inputSections } from '../../local/inputs.ts';
import { optionRows } from '../../pipeline/core/config.ts';
import { sections } from '../../topologies/telemetry/config.ts';
import type { Generator } from './files.ts';

const INTRODUCTION = `# Options

Written by \`npm run gen\` from the schemas of the components. Defaults come first, then \`goshawk.yaml\` (or \`--config FILE\`), then the
environment. \`<NAME>_FILE\` reads a value from a file. Secrets are not shown in messages. Problems are reported all at once, before anything starts.
`;

export default {
  name: 'options',
  generate() {
    const bySection = Map.groupBy(optionRows({ ...inputSections, ...ownSections, ...sections }), ({ section }) => section);
    const pages = [...bySection]
      .sort(([a], [b]) => a.localeCompare(b))
      .map(([section, rows]) => {
        const lines = rows.map(
          ({ option, environment, type, fallback, description, isSecret }) =>
            `| \`${option}\` | \`${environment}\` | ${type} | ${isSecret ? '' : `\`${fallback}\``} | ${description.replaceAll('|', '\\|')}${isSecret ? ' Secret.' : ''} |`,
        );
        return `\n## ${section}\n\n| option | environment | type | default | |\n|---|---|---|---|---|\n${lines.join('\n')}\n`;
      });
    return new Map([['docs/reference/options.md', INTRODUCTION + pages.join('')]]);
  },
} satisfies Generator;
