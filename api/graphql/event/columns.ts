// Which columns of an event a query asks for: the sensor's document is most of a row, and is not read from disk for a list of times and hosts.
import { Kind } from 'graphql';
import type { FieldNode, GraphQLResolveInfo, SelectionSetNode } from 'graphql';
import { SELECT_EVENT } from '../../../store/queries/events.ts';

/** Fields of the type Event that need one column, or a few, by name. A field that is not here needs all. */
const COLUMNS: Readonly<Record<string, readonly string[]>> = {
  __typename: [],
  id: [],
  time: [],
  dataset: ['dataset'],
  sensor: ['sensor'],
  kind: ['kind'],
  category: ['category'],
  type: ['type'],
  outcome: ['outcome'],
  action: ['action'],
  code: ['code'],
  severity: ['severity'],
  message: ['message'],
  host: ['hostName'],
  user: ['userName'],
  sourceIp: ['sourceIp'],
  sourcePort: ['sourcePort'],
  destinationIp: ['destinationIp'],
  destinationPort: ['destinationPort'],
  process: ['processName'],
  storedAt: ['storedAt'],
};

const SELECTED: ReadonlyMap<string, string> = new Map(
  SELECT_EVENT.split(/,\s*(?![^(]*\))/).map((part) => {
    const text = part.trim();
    const name = /AS "(\w+)"$/.exec(text)?.[1] ?? text.replace(/^e\./, '');
    return [name, text];
  }),
);

/** By the field itself, as it stands in a document that is kept. */
const known = new WeakMap<readonly FieldNode[], string>();

/** As `SELECT_EVENT`, for the fields below `edges { node }` alone. */
export function columnsFor(info: GraphQLResolveInfo): string {
  const columns = known.get(info.fieldNodes) ?? readColumns(info);
  known.set(info.fieldNodes, columns);
  return columns;
}

function readColumns(info: GraphQLResolveInfo): string {
  const wanted = new Set(['time', 'id']);
  for (const field of below(
    info,
    below(
      info,
      [...info.fieldNodes].flatMap(({ selectionSet }) => selectionSet ?? []),
      'edges',
    ),
    'node',
  ).flatMap((set) => fieldsOf(info, set))) {
    const columns = COLUMNS[field.name.value];
    if (columns === undefined) return SELECT_EVENT;
    for (const column of columns) wanted.add(column);
  }
  return [...wanted].map((name) => SELECTED.get(name)).join(', ');
}

const fieldsOf = (info: GraphQLResolveInfo, { selections }: SelectionSetNode): readonly FieldNode[] =>
  selections.flatMap((selection) => {
    if (selection.kind === Kind.FIELD) return [selection];
    if (selection.kind === Kind.INLINE_FRAGMENT) return fieldsOf(info, selection.selectionSet);
    const fragment = info.fragments[selection.name.value];
    return fragment === undefined ? [] : fieldsOf(info, fragment.selectionSet);
  });

const below = (info: GraphQLResolveInfo, sets: readonly SelectionSetNode[], name: string): readonly SelectionSetNode[] =>
  sets.flatMap((set) => fieldsOf(info, set).flatMap((field) => (field.name.value === name && field.selectionSet !== undefined ? [field.selectionSet] : [])));
