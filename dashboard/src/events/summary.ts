// One line that says what an event is, from its typed fields.
import type { EventRowFragment } from '../gql/graphql.ts';

const path = (text: string): string => text.slice(Math.max(text.lastIndexOf('\\'), text.lastIndexOf('/')) + 1);

/** The sensor's message where there is one, cut at its first line; else who did what to whom. Never empty. */
export function summary(event: Pick<EventRowFragment, 'message' | 'action' | 'code' | 'process' | 'user' | 'sourceIp' | 'destinationIp' | 'destinationPort' | 'outcome' | 'category' | 'dataset'>): string {
  if (event.message !== null && event.message.trim() !== '') return event.message.trim().split(/\r?\n/, 1)[0] ?? '';
  const what = event.action ?? (event.code === null ? event.category.join(', ') : `event ${event.code}`);
  const by = event.process === null ? (event.user ?? '') : path(event.process);
  const flow = event.destinationIp === null ? '' : `${event.sourceIp ?? ''} → ${event.destinationIp}${event.destinationPort === null ? '' : `:${event.destinationPort}`}`;
  const text = [what, by, flow, event.outcome === 'failure' ? 'failed' : ''].filter((part) => part !== '').join(' · ');
  return text === '' ? event.dataset : text;
}
