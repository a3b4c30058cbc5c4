import { expect, it } from 'vitest';
import { likelyTactics } from './tactics.ts';

const tags = (...tactics: string[]) => ['attack.t1003', ...tactics.map((tactic) => `attack.${tactic}`)];

it.each<[name: string, rules: string[][], tactics: string[]]>([
  ['what the only rule names', [tags('execution', 'discovery')], ['discovery', 'execution']],
  ['what most rules name, not what few name for another technique', [tags('impact'), tags('impact', 'execution'), tags('impact')], ['impact']],
  ['two, where each is named by half', [tags('persistence'), tags('initial-access')], ['initial-access', 'persistence']],
  ['the one named most where none reaches half', [tags('impact'), tags('impact'), tags('discovery'), tags('execution'), tags('collection')], ['impact']],
  ['what is named, where others name nothing', [tags('impact'), tags(), tags(), tags()], ['impact']],
  ['nothing, where no rule names one', [tags()], []],
])('is %s', (_name, rules, tactics) => {
  expect(likelyTactics(rules)).toEqual(tactics);
});
