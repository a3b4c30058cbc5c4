// A stored event as rules are asked of it.
import { COLUMNS } from '../../domains/search/fields.ts';
import type { EventRow } from '../../store/queries/events.ts';
import type { StoredDocument } from './detection.ts';

export function storedDocument({ product, detail, native }: Pick<EventRow, 'product' | 'detail' | 'native'>): StoredDocument {
  const listed = (name: string): readonly string[] => (Array.isArray(detail[name]) ? (detail[name] as readonly string[]) : []);
  return { logsource: { product, category: listed('goshawk.logsource.category'), service: listed('goshawk.logsource.service') }, native };
}

/** Of these names of ECS those that the event has a value for. */
export function canonicalOf(event: EventRow | undefined, names: ReadonlySet<string>): Readonly<Record<string, unknown>> {
  if (event === undefined) return {};
  const row = event as unknown as Readonly<Record<string, unknown>>;
  const valueOf = (name: string): unknown => {
    const column = COLUMNS.get(name)?.name.replaceAll(/_(.)/g, (_all, letter: string) => letter.toUpperCase());
    return column === undefined ? event.detail[name] : row[column];
  };
  return Object.fromEntries([...names].map((name) => [name, valueOf(name)] as const).filter(([, value]) => value !== null && value !== undefined));
}
