import { PERMISSIONS, ROLES } from '../../api/gate/permissions.ts';
import { PROBLEMS } from '../../api/gate/problem.ts';
import type { Generator } from './files.ts';

/** Who may call what, and what a refusal is called. */
export default {
  name: 'roles',
  generate() {
    const mark = (access: (typeof PERMISSIONS)[keyof typeof PERMISSIONS], role: (typeof ROLES)[number]) =>
      typeof access === 'string' ? access : (access as readonly string[]).includes(role) ? 'yes' : '';
    const roles = Object.entries(PERMISSIONS).map(([what, access]) => `| \`${what}\` | ${ROLES.map((role) => mark(access, role)).join(' | ')} |`);
    const problems = Object.entries(PROBLEMS).map(([code, { status, title }]) => `| \`${code}\` | ${status} | ${title} |`);
    const text = [
      '# The API: roles and problems',
      '',
      'Written by `npm run gen` from `api/gate/`. Everyone acts within the organization of the token. `public` needs no token; `loopback` needs none from this machine.',
      '',
      `| route or field | ${ROLES.join(' | ')} |`,
      `|---|${ROLES.map(() => '---|').join('')}`,
      ...roles,
      '',
      'Errors are `application/problem+json` (RFC 9457) with one of these codes; `detail` says what to do.',
      '',
      '| code | status | title |',
      '|---|---|---|',
      ...problems,
      '',
    ].join('\n');
    return new Map([['docs/reference/api.md', text]]);
  },
} satisfies Generator;
