// One line that says what an event is, from its typed fields.
import type { EventRowFragment } from '../gql/graphql.ts';

type Told = Pick<
  EventRowFragment,
  'message' | 'action' | 'code' | 'process' | 'user' | 'sourceIp' | 'destinationIp' | 'destinationPort' | 'outcome' | 'category' | 'dataset'
>;

const path = (text: string): string => text.slice(Math.max(text.lastIndexOf('\\'), text.lastIndexOf('/')) + 1);

/**
 * The sensor's message where there is one, cut at its first line; else what was done by whom. Never empty.
 *
 * @param flow Whether source and destination belong into the line, or stand `apart` beside it.
 */
export function summary(event: Told, flow: 'within' | 'apart' = 'within'): string {
  if (event.message !== null && event.message.trim() !== '') return event.message.trim().split(/\r?\n/, 1)[0] ?? '';
  const what = event.action ?? (event.code === null ? event.category.join(', ') : `event ${event.code}`);
  const by = event.process === null ? (event.user ?? '') : path(event.process);
  const port = event.destinationPort === null ? '' : `:${event.destinationPort}`;
  const to = event.destinationIp === null || flow === 'apart' ? '' : `${event.sourceIp ?? ''} → ${event.destinationIp}${port}`;
  const text = [what, by, to, event.outcome === 'failure' ? 'failed' : ''].filter((part) => part !== '').join(' · ');
  return text === '' ? event.dataset : text;
}
