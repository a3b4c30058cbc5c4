// What an operation asks for, worked out once for all the requests that ask it: which fields, of which types, read how.
import { getDirectiveValues, GraphQLIncludeDirective, GraphQLSkipDirective, isLeafType, isListType, isNonNullType, isObjectType, Kind, visit } from 'graphql';
import { BREAK, SchemaMetaFieldDef, TypeMetaFieldDef, TypeNameMetaFieldDef } from 'graphql';
import type {
  DocumentNode,
  FieldNode,
  FragmentDefinitionNode,
  GraphQLField,
  GraphQLLeafType,
  GraphQLObjectType,
  GraphQLOutputType,
  GraphQLSchema,
  OperationDefinitionNode,
  SelectionSetNode,
} from 'graphql';

export type Variables = Readonly<Record<string, unknown>>;
type Field = GraphQLField<unknown, unknown>;

/** A field of an answer. */
export interface PlannedField {
  /** Its name in the answer. */
  readonly key: string;
  readonly parent: GraphQLObjectType;
  readonly definition: Field;
  /** All that ask for it; the first has the arguments, which are the same in all of them. */
  readonly nodes: readonly FieldNode[];
  readonly shape: Shape;
}
/** What becomes of a value that a resolver gives. */
export type Shape = LeafShape | ListShape | ObjectShape;
interface LeafShape {
  readonly kind: 'leaf';
  readonly isRequired: boolean;
  readonly type: GraphQLLeafType;
}
interface ListShape {
  readonly kind: 'list';
  readonly isRequired: boolean;
  readonly of: Shape;
}
interface ObjectShape {
  readonly kind: 'object';
  readonly isRequired: boolean;
  /** Worked out when the first object comes: a query may name much more than there is. */
  readonly fields: () => readonly PlannedField[];
}

/** Fields of a plan that is kept; what asks for more is rare, and worked out again each time. */
const MOST_FIELDS = 2_000;

export class Plan {
  readonly root: GraphQLObjectType;
  readonly fields: readonly PlannedField[];
  readonly fragments: Readonly<Record<string, FragmentDefinitionNode>>;
  readonly #schema: GraphQLSchema;
  readonly #variables: Variables;
  #size = 0;

  /** @param variables Decide `@skip` and `@include`. */
  constructor(schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode, variables: Variables) {
    this.#schema = schema;
    this.#variables = variables;
    this.fragments = Object.fromEntries(document.definitions.flatMap((node) => (node.kind === Kind.FRAGMENT_DEFINITION ? [[node.name.value, node]] : [])));
    this.root = schema.getRootType(operation.operation) as GraphQLObjectType;
    this.fields = this.#fieldsOf(this.root, [operation.selectionSet]);
  }

  get isSmall(): boolean {
    return this.#size <= MOST_FIELDS;
  }

  #fieldsOf(parent: GraphQLObjectType, selectionSets: readonly SelectionSetNode[]): readonly PlannedField[] {
    const nodes = new Map<string, FieldNode[]>();
    const seen = new Set<string>();
    for (const selectionSet of selectionSets) this.#collect(selectionSet, nodes, seen);
    this.#size += nodes.size;
    return [...nodes].map(([key, each]) => {
      const definition = definitionOf(this.#schema, parent, each[0]!.name.value);
      return { key, parent, definition, nodes: each, shape: this.#shapeOf(definition.type, each) };
    });
  }

  /** Spec, 6.3.2. There are no abstract types (schema.ts), so a fragment in a valid document always holds. */
  #collect({ selections }: SelectionSetNode, nodes: Map<string, FieldNode[]>, seen: Set<string>): void {
    for (const selection of selections) {
      if (getDirectiveValues(GraphQLSkipDirective, selection, this.#variables)?.if === true) continue;
      if (getDirectiveValues(GraphQLIncludeDirective, selection, this.#variables)?.if === false) continue;
      if (selection.kind === Kind.FIELD) {
        const key = selection.alias?.value ?? selection.name.value;
        const before = nodes.get(key);
        if (before === undefined) nodes.set(key, [selection]);
        else before.push(selection);
      } else if (selection.kind === Kind.INLINE_FRAGMENT) this.#collect(selection.selectionSet, nodes, seen);
      else if (!seen.has(selection.name.value)) {
        seen.add(selection.name.value);
        this.#collect(this.fragments[selection.name.value]!.selectionSet, nodes, seen);
      }
    }
  }

  #shapeOf(given: GraphQLOutputType, nodes: readonly FieldNode[]): Shape {
    const isRequired = isNonNullType(given);
    const type = isNonNullType(given) ? given.ofType : given;
    if (isListType(type)) return { kind: 'list', isRequired, of: this.#shapeOf(type.ofType, nodes) };
    if (isLeafType(type)) return { kind: 'leaf', isRequired, type };
    if (!isObjectType(type)) throw new TypeError(`${type.name} is an abstract type`);
    let fields: readonly PlannedField[] | undefined;
    return {
      kind: 'object',
      isRequired,
      fields: () =>
        (fields ??= this.#fieldsOf(
          type,
          nodes.flatMap(({ selectionSet }) => selectionSet ?? []),
        )),
    };
  }
}

function definitionOf(schema: GraphQLSchema, parent: GraphQLObjectType, name: string): Field {
  if (name === TypeNameMetaFieldDef.name) return TypeNameMetaFieldDef;
  if (parent === schema.getQueryType()) {
    if (name === SchemaMetaFieldDef.name) return SchemaMetaFieldDef;
    if (name === TypeMetaFieldDef.name) return TypeMetaFieldDef;
  }
  return parent.getFields()[name]!;
}

/** Of operations that are asked again; documents.ts keeps these, and forgets them. */
const plans = new WeakMap<OperationDefinitionNode, Plan>();

/** @param operation Of the document, which is valid. */
export function planOf(schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode, variables: Variables): Plan {
  const known = plans.get(operation);
  if (known?.isSmall === true) return known;
  const plan = new Plan(schema, document, operation, variables);
  if (known === undefined && !asksForVariables(document)) plans.set(operation, plan);
  return plan;
}

/** Whether variables decide which fields are asked for. */
function asksForVariables(document: DocumentNode): boolean {
  let isSo = false;
  visit(document, {
    Directive({ arguments: given = [] }) {
      isSo = given.some(({ value }) => value.kind === Kind.VARIABLE);
      return isSo ? BREAK : undefined;
    },
  });
  return isSo;
}
