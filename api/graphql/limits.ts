// A query is measured before it runs: it cannot ask for more than the database should give to one request.
import { getNamedType, getNullableType, isListType, isObjectType, Kind, parse, SchemaMetaFieldDef, TypeMetaFieldDef } from 'graphql';
import type {
  DocumentNode,
  FieldNode,
  GraphQLField,
  GraphQLObjectType,
  GraphQLSchema,
  OperationDefinitionNode,
  ParseOptions,
  SelectionSetNode,
  Source,
} from 'graphql';
import { ApiProblem } from '../gate/problem.ts';
import { PAGE } from '../paging.ts';

export const QUERY_LIMITS = {
  characters: 20_000,
  tokens: 3_000,
  depth: 16,
  aliases: 50,
  /** Fields of one operation at its root, each of which is a question to the database. */
  roots: 20,
  /** Fields beside each other, those of fragments counted as often as they are named: measuring itself ends by it. */
  breadth: 200,
  cost: 25_000,
  /** Operations in one request. */
  batch: 10,
} as const;
/** Fields that are work beside what they give, as so many objects. */
export const WEIGHTS: ReadonlyMap<string, number> = new Map([
  ['Finding.explanation', 200], // a rule is compiled and asked
  ['Event.findings', 20], // a day of findings is looked through
]);
/** What a list without `first` counts as. */
const TYPICAL_LIST = 10;

/** `parse` that stops at the limits: the cost of later checks grows with the square of a document. */
export function parseLimited(source: string | Source, options?: ParseOptions): DocumentNode {
  const { length } = typeof source === 'string' ? source : source.body;
  if (length > QUERY_LIMITS.characters) throw tooComplex(`It has ${length} characters; ${QUERY_LIMITS.characters} are allowed.`);
  return parse(source, { ...options, maxTokens: QUERY_LIMITS.tokens });
}

/**
 * Measures a valid operation: an object costs 1, or what `WEIGHTS` says, times the length of the lists it is in (`first`, or 10 where a list has none).
 * @returns What it costs, and whether it asks for the schema itself.
 * @throws ApiProblem QUERY_TOO_COMPLEX, naming the limit.
 */
export function checkQuery(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>>,
): { readonly cost: number; readonly isIntrospection: boolean } {
  const measure = new Measure(schema, document, variables);
  const root = schema.getRootType(operation.operation);
  if (root !== undefined && root !== null) measure.walk(operation.selectionSet, root, 1, 1, PAGE.default);
  return measure;
}

const tooComplex = (why: string) => new ApiProblem('QUERY_TOO_COMPLEX', `${why} Ask for fewer rows or fields, or in several requests.`);

class Measure {
  readonly #schema: GraphQLSchema;
  readonly #fragments = new Map<string, { readonly selectionSet: SelectionSetNode; readonly type: string }>();
  readonly #variables: Readonly<Record<string, unknown>>;
  #aliases = 0;
  #cost = 0;

  constructor(schema: GraphQLSchema, document: DocumentNode, variables: Readonly<Record<string, unknown>>) {
    this.#schema = schema;
    this.#variables = variables;
    for (const node of document.definitions) {
      if (node.kind === Kind.FRAGMENT_DEFINITION)
        this.#fragments.set(node.name.value, { selectionSet: node.selectionSet, type: node.typeCondition.name.value });
    }
  }

  isIntrospection = false;

  get cost(): number {
    return this.#cost;
  }

  /** @returns How many fields stand beside each other. */
  walk({ selections }: SelectionSetNode, parent: GraphQLObjectType, depth: number, times: number, page: number): number {
    if (depth > QUERY_LIMITS.depth) throw tooComplex(`It is more than ${QUERY_LIMITS.depth} levels deep.`);
    let fields = 0;
    for (const selection of selections) {
      if (selection.kind === Kind.FIELD) {
        fields += 1;
        this.#field(selection, parent, depth, times, page);
      } else {
        const fragment =
          selection.kind === Kind.INLINE_FRAGMENT
            ? { selectionSet: selection.selectionSet, type: selection.typeCondition?.name.value ?? parent.name }
            : this.#fragments.get(selection.name.value);
        const type = fragment === undefined ? undefined : this.#schema.getType(fragment.type);
        if (fragment !== undefined && isObjectType(type)) fields += this.walk(fragment.selectionSet, type, depth, times, page);
      }
    }
    const most = depth === 1 ? QUERY_LIMITS.roots : QUERY_LIMITS.breadth;
    if (fields > most) throw tooComplex(`It asks for more than ${most} fields beside each other.`);
    return fields;
  }

  #field(node: FieldNode, parent: GraphQLObjectType, depth: number, times: number, page: number): void {
    if (node.alias !== undefined && (this.#aliases += 1) > QUERY_LIMITS.aliases) throw tooComplex(`It renames more than ${QUERY_LIMITS.aliases} fields.`);
    const field = fieldOf(this.#schema, parent, node.name.value);
    if (field === SchemaMetaFieldDef || field === TypeMetaFieldDef) this.isIntrospection = true;
    if (field === undefined || node.selectionSet === undefined) return;
    const type = getNamedType(field.type);
    const isEdges = node.name.value === 'edges';
    const within = isEdges ? times * page : isListType(getNullableType(field.type)) && !hasFirst(field) ? times * TYPICAL_LIST : times;
    this.#cost += within * (WEIGHTS.get(`${parent.name}.${node.name.value}`) ?? 1);
    if (this.#cost > QUERY_LIMITS.cost) throw tooComplex(`It may ask for more than ${QUERY_LIMITS.cost} objects.`);
    if (isObjectType(type)) this.walk(node.selectionSet, type, depth + 1, within, hasFirst(field) ? this.#first(node, field) : page);
  }

  #first(node: FieldNode, field: GraphQLField<unknown, unknown>): number {
    const value = node.arguments?.find((argument) => argument.name.value === 'first')?.value;
    const given = value?.kind === Kind.INT ? Number(value.value) : value?.kind === Kind.VARIABLE ? this.#variables[value.name.value] : undefined;
    const declared = field.args.find((argument) => argument.name === 'first')?.defaultValue;
    const first = typeof given === 'number' ? given : typeof declared === 'number' ? declared : PAGE.default;
    return Math.min(Math.max(first, 1), PAGE.max);
  }
}

/** Of the type, or of introspection. */
function fieldOf(schema: GraphQLSchema, parent: GraphQLObjectType, name: string): GraphQLField<unknown, unknown> | undefined {
  if (parent === schema.getQueryType()) {
    if (name === SchemaMetaFieldDef.name) return SchemaMetaFieldDef;
    if (name === TypeMetaFieldDef.name) return TypeMetaFieldDef;
  }
  return parent.getFields()[name];
}

const hasFirst = (field: GraphQLField<unknown, unknown>): boolean => field.args.some((argument) => argument.name === 'first');
