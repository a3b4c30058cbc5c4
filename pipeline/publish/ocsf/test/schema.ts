// The published schema of OCSF as the tests read it: see schema/NOTICE.
import { readFileSync } from 'node:fs';

export interface Attribute {
  readonly type: string;
  readonly object_type?: string;
  readonly is_array?: boolean;
  readonly requirement?: string;
  /** Only with one of these profiles; absent = always. */
  readonly profiles?: readonly string[] | null;
  /** Attribute that holds the caption of this enum. */
  readonly sibling?: string;
  readonly enum?: Readonly<Record<string, unknown>>;
}
/** A class or an object. */
export interface Item {
  readonly name: string;
  readonly uid?: number;
  readonly caption: string;
  readonly category_uid?: number;
  readonly category_name?: string;
  readonly constraints?: { readonly at_least_one?: readonly string[]; readonly just_one?: readonly string[] };
  readonly attributes: Readonly<Record<string, Attribute>>;
}
export interface Type {
  readonly name: string;
  /** Base type; absent of base types themselves. */
  readonly type?: string | undefined;
  readonly regex?: string;
  readonly max_len?: number;
  readonly range?: readonly [number, number];
}
type Line =
  | ({ readonly kind: 'class' } & Item)
  | ({ readonly kind: 'object' } & Item)
  | ({ readonly kind: 'type' } & Type)
  | { readonly kind: 'schema'; readonly version: string };

export interface Schema {
  readonly version: string;
  /** By `class_uid`. */
  readonly classes: ReadonlyMap<number, Item>;
  readonly objects: ReadonlyMap<string, Item>;
  readonly types: ReadonlyMap<string, Type>;
}

export function readSchema(): Schema {
  const lines = readFileSync(new URL('../schema/ocsf-1.8.0.jsonl', import.meta.url), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Line);
  return {
    version: lines.find((line) => line.kind === 'schema')?.version ?? '',
    classes: new Map(lines.filter((line) => line.kind === 'class').map((line) => [line.uid ?? -1, line])),
    objects: new Map(lines.filter((line) => line.kind === 'object').map((line) => [line.name, line])),
    types: new Map(lines.filter((line) => line.kind === 'type').map((line) => [line.name, line])),
  };
}
