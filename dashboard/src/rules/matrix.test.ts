import { describe, expect, it } from 'vitest';
import type { CoverageQuery } from '../gql/graphql.ts';
import { matrixOf, shadeOf, techniquesOf } from './matrix.ts';

type Covered = CoverageQuery['coverage'][number];
const rule = (id: string, hits = 0, state: Covered['rules'][number]['state'] = 'production') => ({
  id,
  title: `Rule ${id}`,
  level: 'high' as const,
  state,
  hits,
});
const covered = (technique: string, tactics: string[], ...rules: Covered['rules']): Covered => ({
  technique,
  name: `A: ${technique}`,
  family: 'A',
  tactics,
  rules,
  hits: rules.reduce((sum, { hits }) => sum + hits, 0),
});

describe('the matrix', () => {
  it('has every tactic of ATT&CK in the order of an attack, then others, then techniques without one', () => {
    const matrix = matrixOf(
      techniquesOf([covered('T1003', ['credential-access'], rule('a')), covered('T0800', ['inhibit-response'], rule('b')), covered('T1110', [], rule('c'))]),
    );
    expect(matrix).toHaveLength(16);
    expect(matrix.at(0)?.name).toBe('Reconnaissance');
    expect(matrix.slice(-2).map(({ name, techniques }) => [name, techniques.map(({ id }) => id)])).toEqual([
      ['Inhibit response', ['T0800']],
      ['No tactic named', ['T1110']],
    ]);
    expect(matrix.find(({ id }) => id === 'credential-access')?.techniques.map(({ id }) => id)).toEqual(['T1003']);
  });

  it('puts a technique below each of its tactics', () => {
    const matrix = matrixOf(techniquesOf([covered('T1078', ['persistence', 'initial-access'], rule('a'))]));
    expect(matrix.filter(({ techniques }) => techniques.length > 0).map(({ id }) => id)).toEqual(['initial-access', 'persistence']);
  });

  it('counts a rule of several sub-techniques once', () => {
    const [technique] = techniquesOf([covered('T1003.001', [], rule('a', 5)), covered('T1003', [], rule('b', 1)), covered('T1003.002', [], rule('a', 5))]);
    expect(technique).toMatchObject({ id: 'T1003', name: 'A', hits: 6, below: ['T1003.001', 'T1003.002'] });
    expect(technique?.rules.map(({ id }) => id)).toEqual(['a', 'b']);
  });

  it.each<[rules: number, shade: number]>([
    [0, 0],
    [1, 1],
    [2, 2],
    [3, 2],
    [4, 3],
    [10, 4],
  ])('shades %i rules in production by step %i', (n, shade) => {
    const rules = [...Array.from({ length: n }, (_, at) => rule(String(at))), rule('d', 0, 'draft')];
    expect(shadeOf({ rules, hits: 0 }, 'rules')).toBe(shade);
  });

  it('shades findings by powers of ten', () => {
    expect([0, 1, 9, 10, 999, 1000].map((hits) => shadeOf({ rules: [], hits }, 'findings'))).toEqual([0, 1, 1, 2, 3, 4]);
  });
});
