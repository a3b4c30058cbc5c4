// The answers of Splunk's HTTP Event Collector, as what they mean for events.
// Splunk, "HTTP Event Collector REST API endpoints" and "Troubleshoot HTTP Event Collector".

/** `{"text","code","invalid-event-number"?,"ackId"?}` */
export interface HecBody {
  readonly code: number;
  readonly text: string;
  /** From 0. */
  readonly number: number | null;
  readonly ackId: number | null;
}

/** What is said of the events of one request, in their order. */
export type Answered =
  /** All were taken. `isNearLimit`: more of this will be refused soon. */
  | { readonly kind: 'taken'; readonly ackId: number | null; readonly isNearLimit: boolean }
  /** `at` is refused, those before it were taken, those behind it were not. Null: it does not say which, nor what became of the others. */
  | { readonly kind: 'refused'; readonly at: number | null; readonly ackId: number | null; readonly reason: string; readonly message: string }
  /** The index of `at` is not one that the token may write to. Those before it were taken. */
  | { readonly kind: 'index'; readonly at: number; readonly ackId: number | null; readonly message: string }
  /** Too much for one request: none was taken. */
  | { readonly kind: 'too-large' }
  | { readonly kind: 'away'; readonly message: string; readonly isAmbiguous: boolean }
  | { readonly kind: 'misconfigured'; readonly message: string };

type Meaning = 'taken' | 'near limit' | 'event' | 'index' | 'not now' | 'unknown' | 'person';
const MEANINGS: Readonly<Record<number, Meaning>> = {
  0: 'taken', // Success
  1: 'person', // Token disabled
  2: 'person', // Token is required
  3: 'person', // Invalid authorization
  4: 'person', // Invalid token
  5: 'event', // No data
  6: 'event', // Invalid data format
  7: 'index', // Incorrect index
  8: 'unknown', // Internal server error
  9: 'not now', // Server is busy
  10: 'person', // Data channel is missing
  11: 'person', // Invalid data channel
  12: 'event', // Event field is required
  13: 'event', // Event field cannot be blank
  14: 'person', // ACK is disabled
  15: 'event', // Error in handling indexed fields
  16: 'person', // Query string authorization is not enabled
  17: 'taken', // HEC is healthy
  18: 'not now', // HEC is unhealthy, queues are full
  19: 'not now', // HEC is unhealthy, ack service unavailable
  20: 'not now', // HEC is unhealthy, queues are full, ack service unavailable
  21: 'person', // Invalid token
  22: 'person', // Token disabled
  23: 'not now', // Server is shutting down
  24: 'near limit', // HEC queue is approaching its capacity limit
  25: 'near limit', // HEC ACK is approaching its capacity limit
  26: 'not now', // HEC queue is at capacity
  27: 'not now', // HEC ACK channel is at capacity
  28: 'person', // Data channel is missing, as Splunk Cloud says it
};

/** Splunk Cloud says of a body above some size between 5,242,881 and 6,000,000 bytes that its first event is malformed. */
const CLOUD_LIMIT_BYTES = 5_242_880;
const INVALID_FORMAT = 6;

/** @param sent The request: how many events, and its size unpacked. */
export function answerOf(status: number, body: HecBody | null, sent: { readonly events: number; readonly bytes: number }): Answered {
  if (status === 413) return { kind: 'too-large' };
  if (body === null) return answerWithoutCode(status);
  const { code, text, ackId } = body;
  const message = `${text} (code ${code})`;
  // Statuses of proxies in front of it, and of versions to come, stay what they are in HTTP.
  switch (MEANINGS[code] ?? (status >= 500 ? 'unknown' : status === 429 ? 'not now' : status < 300 ? 'taken' : 'person')) {
    case 'taken':
    case 'near limit':
      return status < 300 ? { kind: 'taken', ackId, isNearLimit: code === 24 || code === 25 } : answerWithoutCode(status);
    case 'event': {
      if (code === INVALID_FORMAT && (body.number ?? 0) === 0 && sent.bytes > CLOUD_LIMIT_BYTES) return { kind: 'too-large' };
      const at = body.number !== null && body.number < sent.events ? body.number : null;
      return { kind: 'refused', at, ackId, reason: String(code), message };
    }
    case 'index': // names the event behind the one that has it
      return { kind: 'index', at: Math.min(Math.max((body.number ?? 1) - 1, 0), sent.events - 1), ackId, message };
    case 'not now':
      return { kind: 'away', message, isAmbiguous: false };
    case 'unknown':
      return { kind: 'away', message, isAmbiguous: true };
    case 'person':
      return { kind: 'misconfigured', message };
  }
}

/** Of something before HEC: a balancer, a proxy, another server. */
function answerWithoutCode(status: number): Answered {
  const message = `It answered ${status}, and not as HEC does.`;
  if (status === 429 || status === 503) return { kind: 'away', message, isAmbiguous: false };
  if (status === 408 || status >= 500) return { kind: 'away', message, isAmbiguous: true };
  return { kind: 'misconfigured', message };
}

export function hecBody(bytes: Buffer): HecBody | null {
  const found = parsed(bytes) as {
    readonly code?: unknown;
    readonly text?: unknown;
    readonly ackId?: unknown;
    readonly 'invalid-event-number'?: unknown;
  } | null;
  if (typeof found?.code !== 'number') return null;
  const { code, text, ackId, 'invalid-event-number': number } = found;
  return { code, text: typeof text === 'string' ? text.slice(0, 200) : '', number: countOf(number), ackId: countOf(ackId) };
}

/** `{"acks":{"0":true,"1":false}}` @returns Ids that are acknowledged; null when it is no such answer. */
export function acknowledgedIn(bytes: Buffer): readonly number[] | null {
  const { acks } = (parsed(bytes) ?? {}) as { readonly acks?: unknown };
  if (typeof acks !== 'object' || acks === null) return null;
  return Object.entries(acks).flatMap(([id, isAcknowledged]) => (isAcknowledged === true ? [Number(id)] : []));
}

const countOf = (value: unknown): number | null => (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : null);

function parsed(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    return null;
  }
}
