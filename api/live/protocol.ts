// What is said on /live, and why a socket is closed; docs/reference/live.md shows it.
import { z } from 'zod';
import { parseTime } from '../time.ts';

/** Close codes of our own, RFC 6455 section 7.4.2. The last two digits are those of the HTTP status that would say the same. */
export const CLOSE = {
  /** No valid token, or it has expired: come again with another. */
  UNAUTHENTICATED: { code: 4_001, reason: 'A valid token is needed.' },
  EXPIRED: { code: 4_001, reason: 'The token has expired.' },
  /** Signed out, disabled, or ended by an administrator: sign in again. */
  REVOKED: { code: 4_003, reason: 'The session has ended.' },
  /** Messages piled up: come again with a cursor, a narrower filter or a faster connection. */
  SLOW_CONSUMER: { code: 4_008, reason: 'SLOW_CONSUMER' },
  /** In no room for five minutes. */
  IDLE: { code: 4_009, reason: 'Nothing was joined.' },
  /** The user or the organization has as many sockets as it may. */
  TOO_MANY: { code: 4_013, reason: 'Too many connections.' },
  /** Messages came faster than they may. */
  FLOOD: { code: 4_029, reason: 'Too many messages.' },
  /** The process ends: come again at once, another one or the next serves. */
  GOING_AWAY: { code: 1_001, reason: 'The server ends.' },
} as const;
export type CloseReason = keyof typeof CLOSE;

export const SIMPLE_ROOMS = ['organization', 'alerts', 'findings', 'events', 'counters', 'system', 'sensors', 'rules', 'dead-letters'] as const;
export const ROOMS_OF_ONE = ['alert', 'asset', 'incident'] as const;
export type RoomKind = (typeof SIMPLE_ROOMS)[number] | (typeof ROOMS_OF_ONE)[number];

export interface RoomName {
  readonly kind: RoomKind;
  /** Of `alert:<id>`, `asset:<id>`, `incident:<id>`. */
  readonly id: string | null;
  /** As it was asked for. */
  readonly text: string;
}

const ID_FORMS: Readonly<Record<(typeof ROOMS_OF_ONE)[number], RegExp>> = {
  alert: /^[0-9a-f]{32}$/,
  asset: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
  incident: /^[0-9a-f-]{1,64}$/,
};

/** Null when there is no room of that name. */
export function parseRoom(text: string): RoomName | null {
  const simple = SIMPLE_ROOMS.find((name) => name === text);
  if (simple !== undefined) return { kind: simple, id: null, text };
  const [name = '', id = '', ...rest] = text.split(':');
  const kind = ROOMS_OF_ONE.find((each) => each === name);
  return kind !== undefined && rest.length === 0 && ID_FORMS[kind].test(id) ? { kind, id, text } : null;
}

/** What the table of permissions calls joining it, and what else it tells of: all of it must be permitted. */
export const permissionsOf = ({ kind }: RoomName): readonly `live ${RoomKind}`[] => [`live ${kind}`, ...(ALSO[kind] ?? [])];

const ALSO: { readonly [K in RoomKind]?: readonly `live ${RoomKind}`[] } = {
  asset: ['live alerts'],
  organization: ['live alerts', 'live findings', 'live asset', 'live rules'],
};

const time = z
  .string()
  .transform((text, context) => parseTime(text) ?? (context.addIssue({ code: 'custom', message: 'A time is ISO 8601 with a zone.' }), z.NEVER));
const names = z.array(z.string().max(256)).max(100).optional();

export const eventFilter = z.strictObject({
  from: time.optional(),
  to: time.optional(),
  dataset: names,
  sensor: names,
  host: names,
  user: names,
  address: z.string().max(64).optional(),
  minSeverity: z.number().optional(),
  search: z.string().max(2_000).optional(),
});
export const alertFilter = z.strictObject({
  minSeverity: z.enum(['informational', 'low', 'medium', 'high', 'critical']).optional(),
  status: z
    .array(z.enum(['open', 'acknowledged', 'closed']))
    .min(1)
    .max(3)
    .optional(),
  search: z.string().max(2_000).optional(),
});
export const findingFilter = alertFilter.pick({ minSeverity: true });

const room = z.string().max(100);
export const message = z.union([
  z.strictObject({ token: z.string().max(10_000) }),
  z.strictObject({ join: room, filter: z.looseObject({}).optional(), cursor: z.string().max(20_000).optional() }),
  z.strictObject({ leave: room }),
]);
export type Message = z.infer<typeof message>;

export const HELP =
  'Send {"token":"..."} first unless the request had one, then {"join":"alerts"}; docs/reference/live.md lists the rooms, filters and cursors. {"leave":"..."} ends one. The organization is that of the token.';
