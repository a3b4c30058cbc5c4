// Whether a value has the shape that a service model of AWS gives it.
import { readFileSync } from 'node:fs';

type Shape =
  | 'string'
  | 'integer'
  | 'double'
  | 'boolean'
  | { readonly type: 'structure'; readonly required?: readonly string[]; readonly members: Readonly<Record<string, Shape>> }
  | { readonly type: 'list'; readonly member: Shape }
  | { readonly type: 'map'; readonly value: Shape };

export const findingShape = JSON.parse(readFileSync(new URL('finding-model.json', import.meta.url), 'utf8')) as Shape;

/** What is wrong, each with its path; empty = nothing. */
export function problemsOf(value: unknown, shape: Shape, path = 'data'): readonly string[] {
  if (typeof shape === 'string') {
    const isRight = shape === 'integer' ? Number.isInteger(value) : typeof value === (shape === 'double' ? 'number' : shape);
    return isRight ? [] : [`${path} should be ${shape}`];
  }
  if (shape.type === 'list')
    return Array.isArray(value) ? value.flatMap((each, n) => problemsOf(each, shape.member, `${path}[${n}]`)) : [`${path} should be a list`];
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [`${path} should be an object`];
  const entries = Object.entries(value);
  if (shape.type === 'map') return entries.flatMap(([name, each]) => problemsOf(each, shape.value, `${path}.${name}`));
  const missing = (shape.required ?? []).filter((name) => !Object.hasOwn(value, name)).map((name) => `${path} should have required property '${name}'`);
  const wrong = entries.flatMap(([name, each]) => {
    const member = shape.members[name];
    return member === undefined ? [`${path} should NOT have additional properties (${name})`] : problemsOf(each, member, `${path}.${name}`);
  });
  return [...missing, ...wrong];
}
