import type { CommandFile } from './command.ts';
import { registerTest } from './rules/cases.ts';
import { registerCoverage } from './rules/coverage.ts';
import { registerExplain } from './rules/explain.ts';
import { registerImport } from './rules/import.ts';
import { registerLint } from './rules/lint.ts';
import { registerMatch } from './rules/match.ts';
import { registerPromote } from './rules/promote.ts';

export default {
  name: 'rules',
  register(program, io) {
    const rules = program.command('rules').description('Sigma rules: check, match, explain, test, cover, import, promote');
    for (const register of [registerLint, registerMatch, registerTest, registerExplain, registerCoverage, registerImport, registerPromote]) register(rules, io);
  },
} satisfies CommandFile;
