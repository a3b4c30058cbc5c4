// What may be asked of alerts, by REST and GraphQL alike.
import { z } from 'zod';
import { STATUSES, VERDICTS } from '../../domains/alerts/index.ts';
import type { WorkChange } from '../../domains/alerts/index.ts';
import { text } from '../rest/kit.ts';

const label = text(40)
  .transform((value) => value.trim().toLowerCase())
  .refine((value) => /^[^\s,]([^,]*[^\s,])?$/.test(value), 'A label has at least one character and no comma.')
  .meta({ description: 'Kept in lower case, without spaces around it.' });
const labels = z.array(label).max(20).optional();

export const note = text(10_000)
  .refine((value) => value.trim() !== '', 'A note says something; leave it out for none.')
  .meta({ description: 'Kept with the name of who wrote it.' });

/** What is left out stays. */
export const alertChange = z
  .strictObject({
    status: z.enum(STATUSES).optional(),
    verdict: z.enum(VERDICTS).optional(),
    verdictReason: text(2_000).optional().meta({ description: 'Why that verdict. The empty string takes it away.' }),
    assignee: text(200).optional().meta({ description: 'A user. The empty string unassigns.' }),
    addLabels: labels,
    removeLabels: labels,
    note: note.optional(),
  })
  .refine((change) => Object.values(change).some((value) => value !== undefined), 'Name at least one thing to change.');
export type AlertChangeInput = z.infer<typeof alertChange>;

/** The change of the work, and the note beside it. */
export function partsOf({ note: said, ...given }: AlertChangeInput): { readonly work: WorkChange; readonly note: string | null } {
  const work = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  return { work, note: said ?? null };
}

/** Whether it may be the id of an alert: 32 hex digits. */
export const isAlertId = (id: string): boolean => /^[0-9a-f]{32}$/.test(id);
