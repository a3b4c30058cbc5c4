// Values that a search may start from, by their place in the document: https://schema.ocsf.io/1.8.0/objects/observable
import type { Context } from '../../../schemas/avro/types.gen.ts';

type Type = readonly [id: number, name: string];
const HOSTNAME: Type = [1, 'Hostname'];
const ADDRESS: Type = [2, 'IP Address'];
const MAC: Type = [3, 'MAC Address'];
const USER: Type = [4, 'User Name'];
const EMAIL: Type = [5, 'Email Address'];
const URL: Type = [6, 'URL String'];
const FILE: Type = [7, 'File Name'];
const HASH: Type = [8, 'Hash'];
const PROCESS: Type = [9, 'Process Name'];
const COMMAND: Type = [13, 'Command Line'];
const AGENT: Type = [16, 'HTTP User-Agent'];
const PATH: Type = [45, 'File Path'];
const KEY: Type = [46, 'Registry Key Path'];

const ENDPOINT = { ip: ADDRESS, hostname: HOSTNAME, mac: MAC } as const;
const ACCOUNT = { name: USER, email_addr: EMAIL } as const;
const FILE_OF = { name: FILE, path: PATH, 'hashes.value': HASH } as const;
const PROCESS_OF = { name: PROCESS, cmd_line: COMMAND, 'file.path': PATH, 'file.hashes.value': HASH } as const;
const REQUEST = { 'url.url_string': URL, 'url.hostname': HOSTNAME, user_agent: AGENT } as const;
const below = (prefix: string, types: Readonly<Record<string, Type>>): Record<string, Type> =>
  Object.fromEntries(Object.entries(types).map(([name, type]) => [`${prefix}.${name}`, type]));

const OF_EVENT: Readonly<Record<string, Type>> = {
  ...below('src_endpoint', ENDPOINT),
  ...below('dst_endpoint', ENDPOINT),
  ...below('process', PROCESS_OF),
  ...below('file', FILE_OF),
  ...below('user', ACCOUNT),
  ...below('http_request', REQUEST),
  'query.hostname': HOSTNAME,
  'url.url_string': URL,
};
/** Path to type. The elements of a list go by the path without their number. */
export const OBSERVABLES: Readonly<Record<string, Type>> = {
  ...below('device', ENDPOINT),
  ...below('actor.user', ACCOUNT),
  ...below('actor.process', PROCESS_OF),
  ...below('process.parent_process', { name: PROCESS, cmd_line: COMMAND }),
  ...OF_EVENT,
  ...below('evidences', OF_EVENT),
  ...below('module.file', FILE_OF),
  ...below('driver.file', FILE_OF),
  'email.from': EMAIL,
  'email.to': EMAIL,
  'reg_key.path': KEY,
  'reg_value.path': KEY,
};

interface Observable {
  readonly name?: string;
  readonly type_id: number;
  readonly type: string;
  readonly value: string;
}
type Tree = Map<string, { readonly path: string; readonly type: Type } | Tree>;

const TREE: Tree = new Map();
for (const [path, type] of Object.entries(OBSERVABLES)) {
  const parts = path.split('.');
  let tree = TREE;
  for (const part of parts.slice(0, -1)) {
    const next = tree.get(part) ?? new Map<string, never>();
    tree.set(part, next);
    tree = next as Tree;
  }
  tree.set(parts.at(-1)!, { path, type });
}

const PLACEHOLDER = 'Unknown';

/** What stands at those places, each value of a type and place once; then what enrichment found besides, without a place. */
export function observablesOf(document: Readonly<Record<string, unknown>>, context: Context): readonly Observable[] {
  const found: Observable[] = [];
  const seen = new Set<string>();
  const values = new Set<string>();
  walk(document, TREE, (path, type, value) => {
    const key = `${path}\n${value}`;
    if (value === PLACEHOLDER || seen.has(key)) return;
    seen.add(key);
    values.add(`${type[0]}\n${value}`);
    found.push({ name: path, type_id: type[0], type: type[1], value });
  });
  for (const [type, related] of [
    [ADDRESS, context.relatedIp],
    [USER, context.relatedUser],
    [HOSTNAME, context.relatedHosts],
    [HASH, context.relatedHash],
  ] as const)
    for (const value of related) {
      const key = `${type[0]}\n${value}`;
      if (values.has(key)) continue;
      values.add(key);
      found.push({ type_id: type[0], type: type[1], value });
    }
  return found;
}

function walk(part: unknown, tree: Tree, visit: (path: string, type: Type, value: string) => void): void {
  if (Array.isArray(part)) for (const element of part as readonly unknown[]) walk(element, tree, visit);
  else if (typeof part === 'object' && part !== null)
    for (const [name, next] of tree) {
      const value = (part as Readonly<Record<string, unknown>>)[name];
      if (value === undefined) continue;
      if (next instanceof Map) walk(value, next, visit);
      else if (typeof value === 'string') visit(next.path, next.type, value);
      else if (Array.isArray(value)) for (const one of value as readonly unknown[]) if (typeof one === 'string') visit(next.path, next.type, one);
    }
}
