import type { Micros } from '../../../pipeline/core/index.ts';

/** Where a produced event lies, and when it was taken: enough to find out what became of it. */
export interface Receipt {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly takenAt: Micros;
}

const PREFIX = 'r1_'; // no public event id begins so

/** Opaque to callers. It is no secret and no proof: whose it is follows from the topic. */
export const receiptOf = ({ topic, partition, offset, takenAt }: Receipt): string =>
  PREFIX + Buffer.from(`${partition} ${offset} ${takenAt} ${topic}`).toString('base64url');

/** Null for anything that is no receipt. */
export function parseReceipt(text: string): Receipt | null {
  if (!text.startsWith(PREFIX) || text.length > 400) return null;
  const match = /^(\d{1,9}) (\d{1,15}) (\d{1,16}) (raw\.[a-z0-9-]+\.[a-z0-9-]+)$/.exec(Buffer.from(text.slice(PREFIX.length), 'base64url').toString('utf8'));
  if (match === null) return null;
  const [, partition, offset, takenAt, topic = ''] = match;
  return { topic, partition: Number(partition), offset: Number(offset), takenAt: Number(takenAt) };
}
