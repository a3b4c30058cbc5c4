// graphql-js is the referee: whatever is asked of whatever data, both say the same.
import fc from 'fast-check';
import { buildSchema, execute as referee, GraphQLError, Kind, parse, validate } from 'graphql';
import type { ExecutionResult, OperationDefinitionNode } from 'graphql';
import { describe, expect, it } from 'vitest';
import { execute } from './execute.ts';

const schema = buildSchema(`
  type Query { node(name: String = "it", size: Int): Node, must: Node!, echo(text: String!, list: [Kind!]): String }
  type Mutation { first: String, second: String!, node: Node }
  type Node { leaf: Int, name: String!, kind: Kind, kinds: [Kind!], node: Node, must: Node!, nodes: [Node], all: [Node!]!, deep: [[Node!]]! }
  enum Kind { A B }
`);

type Given = (args: Readonly<Record<string, unknown>>, context: unknown, info: { readonly fieldName: string; readonly path: object }) => unknown;

interface Asked {
  readonly query: string;
  readonly root: unknown;
  readonly variables?: Readonly<Record<string, unknown>>;
}
function ask({ query, root, variables = {} }: Asked): Promise<ExecutionResult> {
  const document = parse(query);
  const operation = document.definitions.find((node): node is OperationDefinitionNode => node.kind === Kind.OPERATION_DEFINITION)!;
  return execute({ schema, document, operation, variables, context: 'context', root });
}
async function both(asked: Asked): Promise<[own: ExecutionResult, theirs: ExecutionResult]> {
  const document = parse(asked.query);
  expect(validate(schema, document)).toEqual([]);
  const theirs = await referee({ schema, document, variableValues: asked.variables, contextValue: 'context', rootValue: asked.root });
  return [plain(await ask(asked)), plain(theirs)];
}
/** As a caller sees it. Which of several errors comes first depends on who is asked first. */
const plain = ({ data, errors }: ExecutionResult): ExecutionResult =>
  JSON.parse(JSON.stringify({ data, errors: errors?.toSorted((a, b) => (String(a.path) < String(b.path) ? -1 : 1)) })) as ExecutionResult;

const fails = (message: string): Given => {
  return () => {
    throw new GraphQLError(message, { extensions: { code: 'MINE' } });
  };
};
const later =
  (value: unknown): Given =>
  async () => {
    await Promise.resolve();
    if (value instanceof Error) throw value;
    return value;
  };

describe('an answer', () => {
  it.each<[name: string, query: string, root: object, variables?: Record<string, unknown>]>([
    ['has fields in the order of the query', '{ echo(text: "a") node { name leaf } }', { node: later({ leaf: 1, name: 'n' }), echo: () => 'a' }],
    ['has names as they were given, __proto__ too', '{ __proto__: node { constructor: leaf } b: node { leaf } }', { node: { leaf: 1 } }],
    [
      'merges what is asked twice',
      '{ node { node { leaf } } ...F node { node { name } } } fragment F on Query { node { leaf } }',
      { node: { leaf: 2, node: { leaf: 1, name: 'n' } } },
    ],
    [
      'leaves out what is skipped',
      'query ($no: Boolean!, $yes: Boolean = true) { node { leaf @include(if: $no) name @skip(if: $yes) ... @skip(if: false) { kind } } }',
      { node: { kind: 'A' } },
      { no: false },
    ],
    [
      'gives resolvers their arguments',
      'query ($k: Kind!) { echo(text: "x", list: [A, $k]) node(size: 3) { leaf } }',
      { echo: (args: unknown) => JSON.stringify(args), node: ({ size }: { readonly size: number }) => ({ leaf: size }) },
      { k: 'B' },
    ],
    [
      'gives resolvers where they stand',
      '{ echo(text: "x") }',
      { echo: ((_args, context, { fieldName, path }) => JSON.stringify([context, fieldName, path])) satisfies Given },
    ],
    [
      'says of what type an object is',
      '{ __typename node { __typename } __type(name: "Node") { kind fields { name type { ofType { name } } } } }',
      { node: {} },
    ],
    ['refuses variables that do not fit', 'query ($n: Int!) { node(size: $n) { leaf } }', {}, { n: 'many' }],
    ['refuses an argument that comes as null', 'query ($t: String = "x") { echo(text: $t) }', { echo: () => 'x' }, { t: null }],
    ['is null where a resolver fails', '{ node { leaf } echo(text: "x") }', { node: fails('no'), echo: () => 'x' }],
    ['is null where a value does not fit', '{ node { leaf kind name } }', { node: { leaf: 'many', kind: 'C', name: 'n' } }],
    ['is null up to where null may be', '{ node { nodes { all { name } } } }', { node: { nodes: [{ all: [{ name: 'a' }, {}] }, { all: [] }] } }],
    ['is null as a whole', '{ must { name } node { leaf } }', { must: later(new Error('no')), node: { leaf: 1 } }],
    ['holds lists of lists', '{ node { deep { name } } }', { node: { deep: [[{ name: 'a' }], null, [null]] } }],
    ['takes what is no list for a mistake', '{ node { nodes { leaf } kinds } }', { node: { nodes: 'text', kinds: 5 } }],
    ['takes any iterable for a list', '{ node { nodes { leaf } kinds } }', { node: { nodes: new Set([{ leaf: 1 }]), kinds: new Set(['A']) } }],
    ['takes a returned error for a thrown one', '{ node { leaf nodes { leaf } } }', { node: { leaf: new Error('a'), nodes: [new Error('b'), { leaf: 1 }] } }],
  ])('%s', async (_name, query, root, variables) => {
    const [own, theirs] = await both({ query, root, ...(variables !== undefined && { variables }) });
    expect(own).toEqual(theirs);
    expect(JSON.stringify(own.data)).toBe(JSON.stringify(theirs.data));
  });

  it('comes of mutations one after the other, also behind one that fails', async () => {
    const done: string[] = [];
    const root = {
      first: async () => {
        await Promise.resolve();
        done.push('first');
        throw new Error('no');
      },
      second: () => done.push('second') && 'second',
    };
    const [own, theirs] = await both({ query: 'mutation { first second again: second }', root });
    expect(own).toEqual(theirs);
    expect(done.slice(0, 3)).toEqual(['first', 'second', 'second']);
  });

  it('comes when all has ended, and nothing fails unheard', async () => {
    const { promise, reject } = Promise.withResolvers<never>();
    const all = [{ name: () => promise }, { name: fails('first') }];
    const asked = ask({ query: '{ node { all { name } } }', root: { node: { all } } });
    reject(new Error('second'));
    expect(plain(await asked)).toMatchObject({ data: { node: null }, errors: [{ message: 'first', path: ['node', 'all', 1, 'name'] }] });
  });

  it('is planned once, and anew where variables decide what is asked', async () => {
    const document = parse('query ($all: Boolean!) { node { leaf name @include(if: $all) } }');
    const operation = document.definitions[0] as OperationDefinitionNode;
    const root = { node: { leaf: 1, name: 'n' } };
    const asked = async (all: boolean) => (await execute({ schema, document, operation, variables: { all }, context: null, root })).data;
    expect([await asked(true), await asked(false), await asked(true)]).toEqual([
      { node: { leaf: 1, name: 'n' } },
      { node: { leaf: 1 } },
      { node: { leaf: 1, name: 'n' } },
    ]);
  });
});

/** Data that fits, does not fit, is missing, fails, and comes at once or later, at any place. */
const leafOf = (fits: fc.Arbitrary<unknown>) =>
  fc.oneof({ weight: 6, arbitrary: fits }, { weight: 1, arbitrary: fc.constantFrom(null, undefined, 'other', {}, new Error('leaf')) });
const atOnce = (value: fc.Arbitrary<unknown>) =>
  fc.oneof({ weight: 5, arbitrary: value }, { weight: 1, arbitrary: value.map((each) => () => each) }, { weight: 1, arbitrary: fc.constant(fails('thrown')) });
const atOnceOrLater = (value: fc.Arbitrary<unknown>) => fc.oneof({ weight: 4, arbitrary: atOnce(value) }, { weight: 1, arbitrary: value.map(later) });
const nodeOf = (depth: number, isLater: boolean): fc.Arbitrary<unknown> => {
  const given = isLater ? atOnceOrLater : atOnce;
  const leaves = {
    leaf: given(leafOf(fc.integer({ min: 0, max: 9 }))),
    name: given(leafOf(fc.constant('n'))),
    kind: given(leafOf(fc.constantFrom('A', 'B'))),
    kinds: given(fc.array(leafOf(fc.constantFrom('A', 'B')), { maxLength: 3 })),
  };
  if (depth <= 1) return fc.record(leaves, { requiredKeys: [] });
  const child = (late: boolean) =>
    fc.oneof({ weight: 4, arbitrary: nodeOf(depth - 1, late) }, { weight: 1, arbitrary: fc.constantFrom<unknown>(null, undefined, new Error('node')) });
  const list = (late: boolean) => fc.array(child(late), { maxLength: 2 });
  // Where an item that may not be null fails, graphql-js leaves those before it alone: what fails in them later would fail unheard.
  const required = { all: given(list(false)), deep: given(fc.array(list(false), { maxLength: 2 })) };
  return fc.record({ ...leaves, ...required, node: given(child(isLater)), must: given(child(isLater)), nodes: given(list(isLater)) }, { requiredKeys: [] });
};
const selection = fc.memo((depth): fc.Arbitrary<string> => {
  const leaf = fc.constantFrom('leaf', 'name', 'kind', 'kinds', '__typename', 'again: name', 'leaf @skip(if: $v)', '...Leafs');
  const object = fc.constantFrom('node', 'must', 'nodes', 'all', 'deep', 'other: nodes', '... on Node @include(if: $v)');
  const part =
    depth <= 1
      ? leaf
      : fc.oneof(
          leaf,
          fc.tuple(object, selection(depth - 1)).map((parts) => parts.join(' ')),
        );
  return fc.uniqueArray(part, { minLength: 1, maxLength: 4 }).map((parts) => `{ ${parts.join(' ')} }`);
});

it('is that of graphql-js, whatever the query and the data', async () => {
  await fc.assert(
    fc.asyncProperty(selection(3), nodeOf(3, true), fc.boolean(), async (asked, given, v) => {
      const query = `query ($v: Boolean!) { node ${asked} must ${asked} last: must { ...Leafs } a: echo(text: "x") @skip(if: $v) } fragment Leafs on Node { leaf kind }`;
      const [own, theirs] = await both({ query, root: { node: given, must: later(given), echo: () => 'x' }, variables: { v } });
      expect(own.data).toEqual(theirs.data);
      expect(own.errors?.map(({ message, path, locations }) => ({ message, path, locations }))).toEqual(
        theirs.errors?.map(({ message, path, locations }) => ({ message, path, locations })),
      );
    }),
    { numRuns: 150 },
  );
});
