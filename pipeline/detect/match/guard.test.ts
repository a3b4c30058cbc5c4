import { describe, expect, it } from 'vitest';
import { parseRuleSet } from '../../../domains/sigma/index.ts';
import { Programs } from '../compile/program.ts';
import type { EventView } from './view.ts';
import { guarded } from './guard.ts';

const members = (conditions: readonly string[]) => {
  const programs = new Programs(() => () => []);
  const { rules } = parseRuleSet(
    conditions.map((condition, at) => ({
      file: String(at),
      text: JSON.stringify({
        title: `rule ${at}`,
        logsource: { product: 'x' },
        detection: { a: { A: '1' }, b: { B: '1' }, c: { C: '1' }, d: { D: '1' }, condition },
      }),
    })),
  );
  return rules.map((rule, at) => ({ program: programs.compile(rule), rules: [at] }));
};
const viewOf = (met: readonly string[], asked: string[] = []): EventView =>
  ({
    holds: ({ id }: { readonly id: number }) => {
      asked.push('abcd'[id]!);
      return met.includes('abcd'[id]!);
    },
  }) as unknown as EventView;

describe('guarded', () => {
  it.each<[string, readonly string[], readonly (readonly number[])[]]>([
    ['puts those below one guard that share a part', ['not a and not b', 'not a and not c', 'not a and not d'], [[0, 1, 2]]],
    ['takes the part that most share', ['not a and not b', 'not b and not c', 'not b and not d', 'not c and not d'], [[0, 1, 2], [3]]],
    ['takes a part out of parts', ['not (a or b)', 'not a and (not b and not c)'], [[0], [1]]],
    ['takes a condition without parts as a whole', ['not a', 'not a or not b'], [[0], [1]]],
    ['has none for nothing', [], []],
  ])('%s', (_name, conditions, expected) => {
    const groups = guarded(members(conditions)).map((one) => one.members.map(({ rules }) => rules[0]!));
    expect(groups.toSorted((a, b) => a[0]! - b[0]!)).toEqual(expected);
  });

  it('asks the shared part alone, and it holds wherever a member does', () => {
    const [one] = guarded(members(['not a and not b', 'not a and not c']));
    const asked: string[] = [];
    expect(one!.guard(viewOf(['a'], asked))).toBe(false);
    expect(asked).toEqual(['a']);
    expect(one!.guard(viewOf(['b', 'c']))).toBe(true);
  });
});
