// GraphQL operations made from the schema: every field of a type, with something for every argument that is required.
import { isEnumType, isInputObjectType, isListType, isNonNullType, isObjectType, isRequiredArgument, isRequiredInputField } from 'graphql';
import type { GraphQLField, GraphQLInputType, GraphQLOutputType } from 'graphql';
import { WEIGHTS } from '../graphql/limits.ts';

/** Literals by `<field>.<argument>`, else by `<argument>`; of members of inputs by `<field>.<argument>.<member>`, else by `<member>`. */
export type Literals = Readonly<Record<string, string>>;

export interface RootField {
  /** `Query.alerts` */
  readonly name: string;
  readonly field: GraphQLField<unknown, unknown>;
}

const ROOT_DEPTH = 5;

/** Asks a root field for all that it has; for what is much work, where it is a field of the object asked for. @param depth Of objects in objects. */
export function operationOf({ name, field }: RootField, literals: Literals, depth = ROOT_DEPTH): string {
  const [type = ''] = name.split('.');
  return `${type.toLowerCase()} { ${field.name}${argumentsOf(field, literals)} ${selectionOf(field.type, literals, depth)} }`;
}

function argumentsOf(field: GraphQLField<unknown, unknown>, literals: Literals): string {
  const args = field.args
    .filter((argument) => isRequiredArgument(argument) || literals[`${field.name}.${argument.name}`] !== undefined)
    .map((argument) => `${argument.name}: ${literalOf([field.name, argument.name], argument.type, literals)}`);
  return args.length > 0 ? `(${args.join(', ')})` : '';
}

function literalOf(path: readonly string[], type: GraphQLInputType, literals: Literals): string {
  const given = literals[path.join('.')] ?? literals[path.at(-1)!];
  if (given !== undefined) return given;
  if (isNonNullType(type)) return literalOf(path, type.ofType, literals);
  if (isListType(type)) return `[${literalOf(path, type.ofType, literals)}]`;
  if (isEnumType(type)) return type.getValues()[0]!.name;
  if (isInputObjectType(type)) {
    const members = Object.values(type.getFields())
      .filter((member) => isRequiredInputField(member) || literals[[...path, member.name].join('.')] !== undefined)
      .map((member) => `${member.name}: ${literalOf([...path, member.name], member.type, literals)}`);
    return `{ ${members.join(', ')} }`;
  }
  return BY_SCALAR[String(type)] ?? '"walked"';
}
const BY_SCALAR: Readonly<Record<string, string>> = { Int: '1', Float: '1', Boolean: 'true', Count: '1', JSON: '{}' };

function selectionOf(type: GraphQLOutputType, literals: Literals, depth: number): string {
  if (isNonNullType(type) || isListType(type)) return selectionOf(type.ofType as GraphQLOutputType, literals, depth);
  if (!isObjectType(type)) return '';
  if (depth === 0) return ' ';
  const fields = Object.values(type.getFields()).flatMap((field) => {
    if (depth < ROOT_DEPTH && WEIGHTS.has(`${type.name}.${field.name}`)) return []; // below a list it would cost more than a query may
    const inner = selectionOf(field.type, literals, depth - 1);
    return inner === ' ' ? [] : [`${field.name}${argumentsOf(field, literals)} ${inner}`];
  });
  return fields.length === 0 ? ' ' : `{ ${fields.join(' ')} }`;
}
