import type { CommandFile } from './command.ts';
import { registerTest } from './rules/cases.ts';
import { registerCoverage } from './rules/coverage.ts';
import { registerExplain } from './rules/explain.ts';
import { registerLint } from './rules/lint.ts';
import { registerMatch } from './rules/match.ts';

export default {
  name: 'rules',
  register(program, io) {
    const rules = program.command('rules').description('Sigma rules: check them, match them against events, run their cases');
    for (const register of [registerLint, registerMatch, registerTest, registerExplain, registerCoverage]) register(rules, io);
  },
} satisfies CommandFile;
