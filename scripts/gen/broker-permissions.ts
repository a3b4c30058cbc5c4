import { permissionRows, principals } from '../../topologies/permissions.ts';
import type { Generator } from './files.ts';

export default {
  name: 'broker-permissions',
  generate() {
    const notes = principals().map(({ name, note }) => `| \`${name}\` | ${note} |`);
    const rows = permissionRows().map(({ principal, resource, operations }) => {
      const [kind, name] = resource.split(' ');
      return `| \`${principal}\` | ${kind} | \`${name}\` | ${operations} |`;
    });
    const text =
      `# Permissions on the broker\n\nWritten by \`npm run gen\` from \`topologies/permissions.ts\`. \`./goshawk topics --create --permissions\` sets them on a broker with an authorizer.` +
      ` A name that ends in \`*\` is the beginning of names. Reading and writing include describing. The administrator may do everything.\n\n` +
      `| principal | |\n|---|---|\n${notes.join('\n')}\n\n| principal | resource | name | operations |\n|---|---|---|---|\n${rows.join('\n')}\n`;
    return new Map([['docs/reference/broker-permissions.md', text]]);
  },
} satisfies Generator;
