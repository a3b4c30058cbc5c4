// Executes operations as the specification (GraphQL October 2021, section 6) and graphql-js do, after a plan: graphql-js works out again for every object of
// an answer what its fields are, which takes it longer than PostgreSQL takes to find them (docs/adr/0006-graphql-by-plan.md).
import { getArgumentValues, getVariableValues, locatedError, OperationTypeNode, responsePathAsArray } from 'graphql';
import type { DocumentNode, ExecutionResult, GraphQLError, GraphQLResolveInfo, GraphQLSchema, OperationDefinitionNode } from 'graphql';
import { planOf } from './plan.ts';
import type { Plan, PlannedField, Shape, Variables } from './plan.ts';

interface Operation {
  readonly schema: GraphQLSchema;
  /** Valid. */
  readonly document: DocumentNode;
  /** Of the document. */
  readonly operation: OperationDefinitionNode;
  readonly variables: Variables;
  readonly context: unknown;
  /** Absent for queries and mutations. */
  readonly root?: unknown;
}

/** Never rejects: what resolvers throw is in `errors`. */
export async function execute({ schema, document, operation, variables, context, root }: Operation): Promise<ExecutionResult> {
  const given = getVariableValues(schema, operation.variableDefinitions ?? [], variables, { maxErrors: 50 });
  if (given.errors !== undefined) return { errors: given.errors };
  const plan = planOf(schema, document, operation, given.coerced);
  const run = new Run({ schema, document, operation, variables: given.coerced, context, root }, plan);
  const data = await run.answer();
  return run.errors.length === 0 ? { data } : { errors: run.errors, data };
}

type Path = GraphQLResolveInfo['path'];
type Data = Record<string, unknown>;

/** An object as V8 makes it, in which `__proto__` is a name like any other. */
const Data = function () {} as unknown as new () => Data;
Data.prototype = Object.create(null);

/** What is asked by a field without arguments. */
const NOTHING: Readonly<Record<string, unknown>> = Object.freeze({});

class Run {
  readonly plan: Plan;
  readonly operation: Operation;
  readonly errors: GraphQLError[] = [];
  /** Places of the answer that are null because of an error; undefined = the whole of it. */
  readonly #nulled = new Set<Path | undefined>();

  constructor(operation: Operation, plan: Plan) {
    this.operation = operation;
    this.plan = plan;
  }

  async answer(): Promise<Data | null> {
    const { plan, operation } = this;
    try {
      return await (operation.operation.operation === OperationTypeNode.MUTATION
        ? this.#oneAfterTheOther(plan.fields, operation.root)
        : this.#fields(plan.fields, operation.root, undefined));
    } catch (error) {
      this.#note(error as GraphQLError, undefined);
      return null;
    }
  }

  async #oneAfterTheOther(fields: readonly PlannedField[], source: unknown): Promise<Data> {
    const data = new Data();
    for (const field of fields) data[field.key] = await this.#field(field, source, undefined);
    return data;
  }

  /** Of one object: at once where all its resolvers answer at once. */
  #fields(fields: readonly PlannedField[], source: unknown, path: Path | undefined): Data | Promise<Data> {
    const data = new Data();
    let isWaiting = false;
    try {
      for (const field of fields) {
        const value = this.#field(field, source, path);
        data[field.key] = value;
        isWaiting ||= isPromise(value);
      }
    } catch (error) {
      if (!isWaiting) throw error;
      return failedAfter(Object.values(data), error);
    }
    return isWaiting ? settled(data) : data;
  }

  #field(field: PlannedField, source: unknown, parentPath: Path | undefined): unknown {
    const { definition, shape } = field;
    let path: Path | undefined; // of a leaf it is seldom asked for
    try {
      const value =
        definition.resolve === undefined
          ? this.#property(field, source, parentPath)
          : definition.resolve(source, this.#argumentsOf(field), this.operation.context, new Info(this, field, parentPath));
      if (shape.kind === 'leaf' && !isPromise(value)) return this.#complete(field, shape, value, undefined as never);
      const at = (path = pathOf(field, parentPath));
      const completed = isPromise(value) ? value.then((resolved) => this.#complete(field, shape, resolved, at)) : this.#complete(field, shape, value, at);
      return isPromise(completed) ? completed.then(undefined, (error: unknown) => this.#failed(error, field, shape, at)) : completed;
    } catch (error) {
      return this.#failed(error, field, shape, path ?? pathOf(field, parentPath));
    }
  }

  /** As graphql-js reads a field that has no resolver. */
  #property(field: PlannedField, source: unknown, parentPath: Path | undefined): unknown {
    if ((typeof source !== 'object' || source === null) && typeof source !== 'function') return undefined;
    const { name } = field.definition;
    const value = (source as Readonly<Record<string, unknown>>)[name];
    return typeof value === 'function'
      ? (source as Record<string, (...given: unknown[]) => unknown>)[name]!(this.#argumentsOf(field), this.operation.context, new Info(this, field, parentPath))
      : value;
  }

  #argumentsOf({ definition, nodes }: PlannedField): Readonly<Record<string, unknown>> {
    return definition.args.length === 0 ? NOTHING : getArgumentValues(definition, nodes[0]!, this.operation.variables);
  }

  #complete(field: PlannedField, shape: Shape, value: unknown, path: Path): unknown {
    if (value instanceof Error) throw value;
    if (value === null || value === undefined) {
      if (shape.isRequired) throw new Error(`Cannot return null for non-nullable field ${field.parent.name}.${field.definition.name}.`);
      return null;
    }
    switch (shape.kind) {
      case 'leaf': {
        const serialized: unknown = shape.type.serialize(value);
        if (serialized === null || serialized === undefined) throw new Error(`${shape.type.name} has no value for what ${field.definition.name} gave.`);
        return serialized;
      }
      case 'object':
        return this.#fields(shape.fields(), value, path);
      case 'list':
        return this.#items(field, shape.of, value, path);
    }
  }

  #items(field: PlannedField, shape: Shape, values: unknown, path: Path): unknown[] | Promise<unknown[]> {
    if (typeof values !== 'object' || !(Symbol.iterator in (values as object)))
      throw new Error(`Expected Iterable, but did not find one for field "${field.parent.name}.${field.definition.name}".`);
    const items: unknown[] = [];
    let isWaiting = false;
    try {
      for (const value of values as Iterable<unknown>) {
        const item = this.#item(field, shape, value, { prev: path, key: items.length, typename: undefined });
        items.push(item);
        isWaiting ||= isPromise(item);
      }
    } catch (error) {
      if (!isWaiting) throw error;
      return failedAfter(items, error);
    }
    return isWaiting ? Promise.all(items) : items;
  }

  #item(field: PlannedField, shape: Shape, value: unknown, path: Path): unknown {
    try {
      const completed = isPromise(value) ? value.then((resolved) => this.#complete(field, shape, resolved, path)) : this.#complete(field, shape, value, path);
      return isPromise(completed) ? completed.then(undefined, (error: unknown) => this.#failed(error, field, shape, path)) : completed;
    } catch (error) {
      return this.#failed(error, field, shape, path);
    }
  }

  /** Null where that may be, else it is the parent's failure. */
  #failed(cause: unknown, field: PlannedField, shape: Shape, path: Path): null {
    const error = locatedError(cause, field.nodes, responsePathAsArray(path));
    if (shape.isRequired) throw error;
    this.#note(error, path);
    return null;
  }

  /** What fails below a place that is null already is nobody's business any more. */
  #note(error: GraphQLError, path: Path | undefined): void {
    if (this.#nulled.has(undefined)) return;
    for (let at = path; at !== undefined; at = at.prev) if (this.#nulled.has(at)) return;
    this.#nulled.add(path);
    this.errors.push(error);
  }
}

/** What resolvers may ask of where they stand; few do. */
class Info implements GraphQLResolveInfo {
  readonly #run: Run;
  readonly #field: PlannedField;
  readonly #parentPath: Path | undefined;

  constructor(run: Run, field: PlannedField, parentPath: Path | undefined) {
    this.#run = run;
    this.#field = field;
    this.#parentPath = parentPath;
  }

  get fieldName() {
    return this.#field.definition.name;
  }
  get fieldNodes() {
    return this.#field.nodes;
  }
  get returnType() {
    return this.#field.definition.type;
  }
  get parentType() {
    return this.#field.parent;
  }
  get path() {
    return pathOf(this.#field, this.#parentPath);
  }
  get schema() {
    return this.#run.operation.schema;
  }
  get fragments() {
    return this.#run.plan.fragments;
  }
  get rootValue() {
    return this.#run.operation.root;
  }
  get operation() {
    return this.#run.operation.operation;
  }
  get variableValues() {
    return this.#run.operation.variables;
  }
}

const pathOf = ({ key, parent }: PlannedField, prev: Path | undefined): Path => ({ prev, key, typename: parent.name });

const isPromise = (value: unknown): value is Promise<unknown> =>
  typeof value === 'object' && value !== null && typeof (value as { readonly then?: unknown }).then === 'function';

/** Nothing goes on behind an answer that has been given, and nothing fails unheard: that would end the process. */
const failedAfter = (waiting: readonly unknown[], error: unknown): Promise<never> =>
  Promise.allSettled(waiting).then(() => {
    throw error;
  });

async function settled(data: Data): Promise<Data> {
  const keys = Object.keys(data);
  const values = await Promise.all(Object.values(data));
  keys.forEach((key, at) => (data[key] = values[at]));
  return data;
}
