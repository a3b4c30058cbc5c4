// What the platform tells itself of a hunt: a record on its own raw topic, from which DETECT makes a finding.
import { z } from 'zod';

/** Of the events that come of it. */
export const HUNT_DATASET = 'goshawk.hunt';
export const HUNT_KIND = 'hunt-match';
const named = z.strictObject({ name: z.string(), value: z.string() });

const told = z.strictObject({
  kind: z.literal(HUNT_KIND),
  /** Of the finding; the event has it from this, so that it is told once however often it is sent. */
  id: z.string().regex(/^[0-9a-f]{32}$/),
  /** When it was found, ISO 8601. */
  at: z.string(),
  message: z.string(),
  hunt: z.string(),
  finding: z.strictObject({
    ruleId: z.string(),
    title: z.string(),
    description: z.string(),
    severity: z.enum(['informational', 'low', 'medium', 'high', 'critical']),
    /** `production` makes alerts. */
    status: z.enum(['production', 'test']),
    groupKey: z.string(),
    entities: z.array(z.strictObject({ type: z.string(), value: z.string() })),
    fields: z.array(named),
    event: z.strictObject({ id: z.string(), time: z.int(), dataset: z.string(), topic: z.string(), partition: z.int(), offset: z.int() }),
  }),
});
export type ToldMatch = z.infer<typeof told>;

/** The record as it lies on the topic. */
export const recordOf = (match: ToldMatch): { readonly goshawk: ToldMatch } => ({ goshawk: match });

/** @returns Undefined for anything else. Never throws. */
export function readTold(native: Uint8Array): ToldMatch | undefined {
  try {
    const { goshawk } = JSON.parse(Buffer.from(native).toString('utf8')) as { readonly goshawk?: unknown };
    return told.safeParse(goshawk).data;
  } catch {
    return undefined;
  }
}
