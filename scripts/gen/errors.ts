import { ERROR_CODES } from '../../pipeline/core/errors.ts';
import type { Generator } from './files.ts';

export default {
  name: 'errors',
  generate() {
    const rows = Object.entries(ERROR_CODES).map(([code, sentence]) => `| \`${code}\` | ${sentence.replaceAll('|', '\\|')} |`);
    return new Map([
      [
        'docs/reference/errors.md',
        `# Error codes\n\nWritten by \`npm run gen\` from \`pipeline/core/errors.ts\`.\n\n| code | what it means and what to do |\n|---|---|\n${rows.join('\n')}\n`,
      ],
    ]);
  },
} satisfies Generator;
