import { PROBLEMS } from '../../api/gate/problem.ts';
import type { Generator } from './files.ts';

/** What a refusal of the API is called. */
export default {
  name: 'problems',
  generate() {
    const problems = Object.entries(PROBLEMS).map(([code, { status, title }]) => `| \`${code}\` | ${status} | ${title} |`);
    const text = [
      '# The API: problems',
      '',
      'Written by `npm run gen` from `api/gate/problem.ts`. Who may call what: [permissions](permissions.md).',
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
