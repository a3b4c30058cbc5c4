import { PERMISSIONS } from '../../api/gate/permissions.ts';
import { describePermission, PERMISSION_NAMES, permissionsOfRole, ROLES } from '../../api/gate/roles.ts';
import type { Generator } from './files.ts';

/** Who may do what through the API: roles by permission, permissions by route and field. */
export default {
  name: 'permissions',
  generate() {
    const columns = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
    const roles = PERMISSION_NAMES.map((name) => {
      const { text, only } = describePermission(name);
      const held = ROLES.map((role) => (permissionsOfRole(role).has(name) ? 'yes' : ''));
      return columns([`\`${name}\``, text, ...held, only === undefined ? 'yes' : '']);
    });
    const ways = Map.groupBy(Object.entries(PERMISSIONS), ([, access]) => access);
    const needed = ['public', 'loopback', 'token', ...PERMISSION_NAMES].flatMap((access) => {
      const names = ways.get(access as never)?.map(([what]) => `\`${what}\``) ?? [];
      return names.length === 0 ? [] : [columns([`\`${access}\``, names.join('<br>')])];
    });
    const text = [
      '# The API: roles and permissions',
      '',
      'Written by `npm run gen` from `api/gate/`. Every route, GraphQL field and live room names one permission; a role is a set of permissions; who has',
      'several roles has them all together. Everyone acts within the organization of the token. Roles of an organization itself are made of the permissions',
      'of the last column: [how](../operating/access.md). What the stages may do on the broker is [another page](broker-permissions.md).',
      '',
      columns(['permission', 'allows to', ...ROLES.map((role) => `\`${role}\``), 'own roles']),
      columns(['---', '---', ...ROLES.map(() => '---'), '---']),
      ...roles,
      '',
      '## What needs which',
      '',
      '`public` needs no token, or brings a proof of its own; `loopback` needs none from this machine, and `pipeline:read` from elsewhere; `token` needs any valid one.',
      '',
      columns(['permission', 'routes, fields and rooms']),
      columns(['---', '---']),
      ...needed,
      '',
    ].join('\n');
    return new Map([['docs/reference/permissions.md', text]]);
  },
} satisfies Generator;
