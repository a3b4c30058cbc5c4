// What somebody did on an alert, in words.
import type { AlertDetailQuery, AlertStatus, Verdict } from '../gql/graphql.ts';
import { verdictWord } from '../kit/severity.tsx';

type Deed = NonNullable<AlertDetailQuery['alert']>['history'][number];
const STATUS_WORDS: Record<AlertStatus, string> = { open: 'opened it again', acknowledged: 'acknowledged it', closed: 'closed it' };

/** The rest of a sentence that begins with who did it. */
export function sentenceOf({ action, undoes, note, fields }: Pick<Deed, 'action' | 'undoes' | 'note' | 'fields'>): string {
  if (action === 'alert.note-edit') return 'edited a note';
  if (action === 'alert.note-remove') return 'removed a note';
  const parts = fields.flatMap(({ name, before, after }) => partOf(name, before, after));
  if (undoes !== null) return `undid a change${parts.length === 0 ? '' : `: ${parts.join(', ')}`}`;
  return [...parts, ...(note === null ? [] : ['wrote a note'])].join(', ') || 'changed it';
}

function partOf(name: string, before: unknown, after: unknown): readonly string[] {
  switch (name) {
    case 'status':
      return [STATUS_WORDS[after as AlertStatus] ?? `made it ${String(after)}`];
    case 'verdict':
      return after === null ? ['took the verdict back'] : [`called it ${verdictWord(after as Verdict).toLowerCase()}`];
    case 'verdictReason':
      return after === null ? [] : [`because “${after as string}”`];
    case 'assignee':
      return [after === null ? 'took it from whoever had it' : `gave it to ${after as string}`];
    case 'labels':
      return labelled(listOf(before), listOf(after));
    default:
      return [];
  }
}

const listOf = (value: unknown): readonly string[] => (Array.isArray(value) ? value.map(String) : []);
function labelled(before: readonly string[], after: readonly string[]): readonly string[] {
  const [added, removed] = [after.filter((name) => !before.includes(name)), before.filter((name) => !after.includes(name))];
  return [...(added.length > 0 ? [`labelled it ${added.join(', ')}`] : []), ...(removed.length > 0 ? [`took the label ${removed.join(', ')}`] : [])];
}
