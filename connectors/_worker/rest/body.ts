// What requests bring: read by hand, since what Kafka Connect takes is wider than what a schema would say (numbers for text), and so that no is said in its form.
import type { Config } from '../catalogue.ts';
import { TARGET_STATES } from '../config-state.ts';
import type { TargetState } from '../config-state.ts';
import type { GivenRow } from '../offsets.ts';
import { badRequest } from '../refusal.ts';

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null && !Array.isArray(value);

function object(body: unknown, what: string, known?: readonly string[]): Readonly<Record<string, unknown>> {
  if (!isObject(body)) throw badRequest(`Send ${what} as a JSON object`);
  const [unknown] = known === undefined ? [] : Object.keys(body).filter((key) => !known.includes(key));
  if (unknown !== undefined) throw badRequest(`Unrecognized field "${unknown.slice(0, 100)}": there are ${known!.join(', ')}`);
  return body;
}

/** Scalars are taken as their text. */
function textOf(key: string, value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw badRequest(`Invalid value for configuration ${key.slice(0, 100)}: a configuration holds text, numbers and true or false only`);
}

/** @throws Refusal 400 */
export const readConfig = (body: unknown): Config =>
  Object.fromEntries(Object.entries(object(body, 'the configuration')).map(([key, value]) => [key, textOf(key, value)]));

/** Null takes a key away. @throws Refusal 400 */
export const readPatch = (body: unknown): Readonly<Record<string, string | null>> =>
  Object.fromEntries(Object.entries(object(body, 'the changes of the configuration')).map(([key, value]) => [key, value === null ? null : textOf(key, value)]));

/** Of `POST /connectors`. @throws Refusal 400 */
export function readCreation(body: unknown): { readonly name: string; readonly config: Config; readonly target: TargetState | undefined } {
  const { name, config, initial_state: state } = object(body, 'a connector', ['name', 'config', 'initial_state']);
  if (!isObject(config)) throw badRequest('Send the configuration of the connector as "config"');
  const read = readConfig(config);
  const given = name ?? read['name'];
  if (given !== undefined && typeof given !== 'string') throw badRequest('Send the name of the connector as text');
  return { name: given?.trim() ?? '', config: read, target: state === undefined || state === null ? undefined : targetOf(state) };
}

function targetOf(state: unknown): TargetState {
  const target = TARGET_STATES.find((each) => typeof state === 'string' && each === (state.toUpperCase() === 'RUNNING' ? 'STARTED' : state.toUpperCase()));
  if (target === undefined) throw badRequest('Unknown initial_state: it is RUNNING, PAUSED or STOPPED');
  return target;
}

/** Of `PATCH offsets`. @throws Refusal 400 */
export function readOffsetRows(body: unknown): readonly GivenRow[] {
  const { offsets } = object(body, 'offsets', ['offsets']);
  if (offsets === undefined || offsets === null) return [];
  if (!Array.isArray(offsets) || offsets.some((row) => row !== null && !isObject(row)))
    throw badRequest('Send offsets as a list of objects with partition and offset');
  return offsets as readonly GivenRow[];
}

/** Of a query, in whatever case: Python writes `True`. @throws Refusal 400 */
export function readFlag(query: unknown, name: string, otherwise: boolean): boolean {
  const [value] = valuesOf(query, name).map((text) => text.toLowerCase());
  if (value === undefined) return otherwise;
  if (value === 'true') return true;
  if (value === 'false' || value === '') return false;
  throw badRequest(`${name} is true or false`);
}

/** All values of a parameter of a query. */
export const valuesOf = (query: unknown, name: string): readonly string[] => {
  const value = (query as Readonly<Record<string, string | string[] | undefined>>)[name];
  return value === undefined ? [] : [value].flat();
};
