// An explanation as lines, in reading order, each with how deep it stands.
import type { ExplainedCondition, ExplainedDefinition, ExplainedDetection, ExplainedEntry, Explanation, SelectionUse } from '../../domains/sigma/index.ts';

export interface ExplainedPart {
  readonly depth: number;
  readonly kind: 'logsource' | 'condition' | 'selection' | 'and' | 'or' | 'not' | 'entry' | 'filter';
  readonly text: string;
  readonly holds: boolean;
  /** Of a selection and its entries, where it is told what it asks for; null of all else. */
  readonly use: SelectionUse | null;
  readonly has: ExplainedEntry['has'];
  readonly foundAs: string | null;
  readonly seen: readonly string[];
  readonly values: ExplainedEntry['values'];
  readonly valueCount: number;
}

const plain = { use: null, has: null, foundAs: null, seen: [], values: [], valueCount: 0 } as const;

export function partsOf({ logsource, detection, filters }: Explanation): readonly ExplainedPart[] {
  return [
    ...logsource.attributes.map(({ name, wants, has, holds }): ExplainedPart => ({
      ...plain,
      depth: 0,
      kind: 'logsource',
      text: `${name}: ${wants}`,
      holds,
      has: has.length === 0 ? 'missing' : 'value',
      seen: has,
    })),
    ...detectionParts(detection, 0),
    ...filters.flatMap((filter) => [{ ...plain, depth: 0, kind: 'filter', text: filter.title, holds: filter.holds } as const, ...detectionParts(filter, 1)]),
  ];
}

const detectionParts = ({ conditions, selections }: ExplainedDetection, depth: number): readonly ExplainedPart[] => [
  ...conditions.flatMap(({ text, holds, of }) => [{ ...plain, depth, kind: 'condition', text, holds } as const, ...conditionParts(of, depth + 1)]),
  ...selections.flatMap(({ name, use, holds, of }) => [
    { ...plain, depth, kind: 'selection', text: name, holds, use } as const,
    ...definitionParts(of, use, depth + 1),
  ]),
];

function conditionParts(part: ExplainedCondition, depth: number): readonly ExplainedPart[] {
  if (part.kind === 'selection') return [{ ...plain, depth, kind: 'selection', text: part.name, holds: part.holds }];
  const of = part.kind === 'not' ? [part.of] : part.of;
  return [{ ...plain, depth, kind: part.kind, text: part.kind, holds: part.holds }, ...of.flatMap((one) => conditionParts(one, depth + 1))];
}

function definitionParts(part: ExplainedDefinition, use: SelectionUse, depth: number): readonly ExplainedPart[] {
  if (part.kind !== 'entry')
    return [{ ...plain, depth, kind: part.kind, text: part.kind, holds: part.holds, use }, ...part.of.flatMap((one) => definitionParts(one, use, depth + 1))];
  const { field, modifiers, holds, has, foundAs, seen, values, valueCount } = part;
  return [{ depth, kind: 'entry', text: [field ?? 'keyword', ...modifiers].join('|'), holds, use, has, foundAs, seen, values, valueCount }];
}
