import { buildSchema, getIntrospectionQuery, getOperationAST, parse } from 'graphql';
import { expect, it } from 'vitest';
import { checkQuery, parseLimited, QUERY_LIMITS } from './limits.ts';

const schema = buildSchema(`
  type Query { thing: Thing, things(first: Int = 50): Things!, names: [String!]! }
  type Things { edges: [Edge!]! }
  type Edge { node: Thing! }
  type Thing { id: ID!, parent: Thing, parts: [Thing!]!, all(first: Int): Things! }
  type Subscription { changed: Thing! }
`);

function refusal(query: string, variables: Record<string, unknown> = {}): string | null {
  const document = parse(query);
  try {
    checkQuery(schema, document, getOperationAST(document)!, variables);
    return null;
  } catch (error) {
    return `${(error as { code: string }).code}: ${(error as Error).message}`;
  }
}

const nested = (depth: number) => `{ thing ${'{ parent '.repeat(depth - 1)}{ id }${' }'.repeat(depth - 1)} }`;

it.each<[name: string, query: string, variables: Record<string, unknown>, why: RegExp | null]>([
  ['a page of a page of things', '{ things(first: 50) { edges { node { id parts { id } } } } }', {}, null],
  ['introspection, as tools ask it', getIntrospectionQuery(), {}, null],
  ['as deep as allowed', nested(QUERY_LIMITS.depth - 1), {}, null],
  ['too deep', nested(QUERY_LIMITS.depth + 1), {}, /levels deep/],
  [
    'too deep by fragments',
    `${nested(QUERY_LIMITS.depth - 3).replace('{ id }', '{ ...deep }')} fragment deep on Thing { parent { parent { parent { parent { id } } } } }`,
    {},
    /levels deep/,
  ],
  ['lists in lists', '{ things(first: 200) { edges { node { parts { parts { parts { id } } } } } } }', {}, /objects/],
  ['pages in pages', '{ things(first: 200) { edges { node { all(first: 200) { edges { node { id } } } } } } }', {}, /objects/],
  [
    'a page whose size is a variable',
    'query ($n: Int) { things(first: $n) { edges { node { all(first: 100) { edges { node { id } } } } } } }',
    { n: 200 },
    /objects/,
  ],
  ['the same with a small variable', 'query ($n: Int) { things(first: $n) { edges { node { all(first: 100) { edges { node { id } } } } } } }', { n: 10 }, null],
  ['a page above the maximum counts as the maximum', '{ things(first: 2000000) { edges { node { id } } } }', {}, null],
  ['many other names', `{ thing { ${Array.from({ length: QUERY_LIMITS.aliases + 1 }, (_, n) => `a${n}: id`).join(' ')} } }`, {}, /renames/],
  [
    'fragments that repeat each other',
    `{ thing { ...f0 } } ${Array.from({ length: 60 }, (_, n) => `fragment f${n} on Thing { ${n === 59 ? 'id' : `...f${n + 1} ...f${n + 1}`} }`).join(' ')}`,
    {},
    /more than 200 fields beside/,
  ],
  ['many questions at the root', `{ ${Array.from({ length: QUERY_LIMITS.roots + 1 }, (_, n) => `a${n}: names`).join(' ')} }`, {}, /more than 20 fields beside/],
  [
    'as many questions at the root as allowed, by a fragment',
    `{ ...f } fragment f on Query { ${Array.from({ length: QUERY_LIMITS.roots }, (_, n) => `a${n}: names`).join(' ')} }`,
    {},
    null,
  ],
  ['many fields beside each other', `{ thing { ${'id '.repeat(QUERY_LIMITS.breadth + 1)} } }`, {}, /more than 200 fields beside/],
  [
    'introspection that goes round in circles',
    '{ __schema { types { fields { type { fields { type { fields { type { fields { name } } } } } } } } } }',
    {},
    /objects/,
  ],
])('%s', (_name, query, variables, why) => {
  const found = refusal(query, variables);
  if (why === null) expect(found).toBeNull();
  else {
    expect(found).toMatch(why);
    expect(found).toMatch(/^QUERY_TOO_COMPLEX: /);
  }
});

it.each([
  ['a long text', `{ names # ${'x'.repeat(QUERY_LIMITS.characters)}\n }`],
  ['many words', `{ ${'names '.repeat(QUERY_LIMITS.tokens)} }`],
])('does not even read %s', (_name, query) => {
  expect(() => parseLimited(query)).toThrow();
});

it.each([
  ['{ names }', false],
  ['{ __schema { queryType { name } } }', true],
  ['{ ...f } fragment f on Query { a: __type(name: "Thing") { name } }', true],
  ['{ thing { __typename } }', false],
])('knows whether %s asks for the schema', (query, isIntrospection) => {
  const document = parse(query);
  expect(checkQuery(schema, document, getOperationAST(document)!, {}).isIntrospection).toBe(isIntrospection);
});

it('says what an operation costs', () => {
  const document = parse('{ things(first: 7) { edges { node { parts { id } } } } thing { id } }');
  expect(checkQuery(schema, document, getOperationAST(document)!, {}).cost).toBe(1 + 7 + 7 + 70 + 1);
});
