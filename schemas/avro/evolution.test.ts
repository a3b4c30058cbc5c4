import { expect, it } from 'vitest';
import { evolutionProblems } from './evolution.ts';
import { ruleProblems } from './rules.ts';
import type { AvroField, AvroRecord, AvroSchema } from './schema.ts';

const field = (name: string, type: AvroSchema, more: Partial<AvroField> = {}): AvroField => ({ name, type, doc: 'A field.', ...more });
const record = (...fields: AvroField[]): AvroRecord => ({ type: 'record', name: 'Thing', namespace: 'goshawk.v1', doc: 'A thing.', fields });
const parent = (...fields: AvroField[]): AvroRecord => ({ type: 'record', name: 'Parent', namespace: 'goshawk.v1', doc: 'A parent.', fields });
const level = (...symbols: string[]): AvroSchema => ({ type: 'enum', name: 'Level', namespace: 'goshawk.v1', doc: 'A level.', symbols });

const WRITTEN = record(
  field('id', 'string'),
  field('count', 'int'),
  field('level', level('low', 'high')),
  field('parent', ['null', parent(field('pid', ['null', 'long'], { default: null }))], { default: null }),
  field('tags', { type: 'array', items: 'string' }, { default: [] }),
  field('ecs', { type: 'map', values: 'string' }, { default: {} }),
);
const changed = (change: (fields: AvroField[]) => AvroField[]): AvroRecord => ({ ...WRITTEN, fields: change([...WRITTEN.fields]) });
const retyped = (name: string, type: AvroSchema) => changed((fields) => fields.map((one) => (one.name === name ? { ...one, type } : one)));

it.each<[name: string, reader: AvroRecord, problems: [path: string, problem: RegExp, cure: RegExp][]]>([
  ['reads what did not change', WRITTEN, []],
  ['lets a field go', changed((fields) => fields.filter(({ name }) => name !== 'count')), []],
  ['takes a new field with default, anywhere', changed((fields) => [field('kind', ['null', 'string'], { default: null }), ...fields]), []],
  ['takes a wider number', retyped('count', 'long'), []],
  ['takes a field that becomes optional', retyped('id', ['null', 'string']), []],
  ['takes a new symbol', retyped('level', level('low', 'high', 'critical')), []],
  ['refuses a new field without default', changed((fields) => [...fields, field('kind', 'string')]), [['Thing.kind', /no default/, /Give it a default/]]],
  [
    'refuses a renamed field',
    changed((fields) => fields.map((one) => (one.name === 'count' ? { ...one, name: 'total' } : one))),
    [['Thing.total', /no default/, /default/]],
  ],
  ['refuses another type', retyped('count', 'string'), [['Thing.count', /was int and is string/, /another name/]]],
  [
    'refuses a narrower number',
    retyped('parent', ['null', parent(field('pid', ['null', 'int'], { default: null }))]),
    [['Thing.parent.pid', /was long and is int/, /another name/]],
  ],
  [
    'refuses a field that must not be null any more',
    retyped('parent', parent(field('pid', ['null', 'long'], { default: null }))),
    [['Thing.parent', /could be null/, /default null/]],
  ],
  ['refuses a symbol that went', retyped('level', level('low')), [['Thing.level', /high can no longer/, /Put the symbol back/]]],
  ['looks into arrays and maps', retyped('tags', { type: 'array', items: 'long' }), [['Thing.tags[]', /was string and is long/, /another name/]]],
])('%s', (_name, reader, problems) => {
  const found = evolutionProblems(new Map([['goshawk.v1.Thing', reader]]), [{ file: 'thing.1.avsc', schema: WRITTEN }]);
  expect(found.map(({ path }) => path)).toEqual(problems.map(([path]) => path));
  for (const [index, [, problem, cure]] of problems.entries()) {
    expect(found[index]).toMatchObject({ version: 'thing.1.avsc', problem: expect.stringMatching(problem), cure: expect.stringMatching(cure) });
  }
});

it('proves by values what the comparison of schemas says can be read', () => {
  // Valid Avro both, no type differs; but the enum has its symbols in another order, which only the resolver puts right.
  const reordered = retyped('level', level('high', 'low'));
  expect(evolutionProblems(new Map([['goshawk.v1.Thing', reordered]]), [{ file: 'thing.1.avsc', schema: WRITTEN }])).toEqual([]);
  // A default of the wrong type: comparing finds nothing, reading does.
  const wrong = changed((fields) => [...fields, field('kind', 'string', { default: 7 })]);
  expect(evolutionProblems(new Map([['goshawk.v1.Thing', wrong]]), [{ file: 'thing.1.avsc', schema: WRITTEN }])).toMatchObject([
    { problem: expect.stringMatching(/cannot be read/) },
  ]);
});

it('says when a released schema is gone', () => {
  expect(evolutionProblems(new Map(), [{ file: 'thing.1.avsc', schema: WRITTEN }])).toMatchObject([{ path: 'Thing', problem: 'the schema is gone' }]);
});

it.each<[name: string, field: AvroField, problem: RegExp]>([
  ['a union of two types', field('a', ['string', 'long'] as AvroSchema), /not \["null", X\]/],
  ['no doc', { name: 'a', type: 'string' }, /no doc/],
  ['a name with underscores', field('a_b', 'string'), /camelCase/],
  ['optional without default', field('a', ['null', 'string']), /without default null/],
  ['an array of nulls', field('a', { type: 'array', items: 'null' }), /empty items/],
  ['a double', field('a', 'double'), /double/],
])('the rules refuse %s', (_name, one, problem) => {
  expect(ruleProblems(record(one), 'Thing').map((found) => found.problem)).toContainEqual(expect.stringMatching(problem));
});
