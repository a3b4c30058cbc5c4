// Finds objects by the messages of a queue. A message is removed when all its objects are kept; before that it comes again, and they are known.
import type { Queue } from '../_aws/sqs.ts';
import type { Positions } from '../_source/index.ts';
import type { Logger } from 'pino';
import { isWanted } from './finder.ts';
import type { Finder, Found, Nothing } from './finder.ts';
import type { S3SourceConfig } from './index.ts';
import { objectsOf } from './notification.ts';
import { doneBefore, idText, objectChange, objectPlace } from './place.ts';
import type { ObjectId } from './place.ts';

interface Open {
  readonly receipt: string;
  /** Those of its objects that are not read yet. */
  readonly objects: Map<string, ObjectId>;
  hiddenUntilMs: number;
}

const FORGOTTEN_AT_ONCE = 200;
/** After a request that brought nothing, of a queue that does not wait by itself. */
const EMPTY_MS = 1_000;

export function openNotified(config: S3SourceConfig, queue: Queue, now: () => number, log: Logger): Finder {
  const { visibilitySeconds, waitSeconds, rememberHours } = config;
  let messages: Open[] = [];

  /** Messages stay hidden while their objects are read; one that does not any more will come again. */
  async function prolong(signal: AbortSignal): Promise<void> {
    const dueMs = now() + (visibilitySeconds * 1_000) / 2;
    for (const message of messages.filter(({ hiddenUntilMs }) => hiddenUntilMs < dueMs)) {
      const untilMs = now() + visibilitySeconds * 1_000;
      if (await queue.hide(message.receipt, visibilitySeconds, signal)) message.hiddenUntilMs = untilMs;
      else messages = messages.filter((other) => other !== message);
    }
  }

  /** @returns Receipts of messages that tell of nothing that is to be read. */
  function take(received: Awaited<ReturnType<Queue['receive']>>, positions: Positions): readonly string[] {
    const over: string[] = [];
    for (const { receipt, body } of received) {
      const objects = objectsOf(body);
      if (objects === null) log.warn({ body: body.slice(0, 200) }, 'A message of the queue is no notification of S3; it is removed.');
      const wanted = (objects ?? []).filter((object) => object.bucket === config.bucket && isWanted(config, object.key) && !isDone(positions, object));
      if (wanted.length === 0) over.push(receipt);
      else messages.push({ receipt, objects: new Map(wanted.map((object) => [idText(object), object])), hiddenUntilMs: now() + visibilitySeconds * 1_000 });
    }
    return over;
  }

  const removeAll = (receipts: readonly string[]) => async (signal: AbortSignal) => {
    for (const receipt of receipts) await queue.remove(receipt, signal);
  };

  return {
    async next(positions, signal): Promise<Found | Nothing> {
      await prolong(signal);
      // Kept by then, and not told: it ended in between, or the queue was away.
      const over = messages.filter((message) => {
        for (const [text, object] of message.objects) if (isDone(positions, object)) message.objects.delete(text);
        return message.objects.size === 0;
      });
      messages = messages.filter((message) => !over.includes(message));
      if (over.length > 0) return { changes: [], waitMs: 0, kept: removeAll(over.map(({ receipt }) => receipt)) };
      const [object] = messages.flatMap((message) => [...message.objects.values()]);
      if (object !== undefined) return { object };
      const received = await queue.receive({ waitSeconds, visibilitySeconds }, signal);
      const empty = take(received, positions);
      if (empty.length > 0) return { changes: [], waitMs: 0, kept: removeAll(empty) };
      if (received.length > 0) return { changes: [], waitMs: 0 };
      return { changes: doneBefore(positions, now() - rememberHours * 3_600_000, FORGOTTEN_AT_ONCE), waitMs: EMPTY_MS };
    },
    finished(object) {
      const text = idText(object);
      return {
        changes: [objectChange(object, { done: now() })],
        async kept(signal) {
          const over = messages.filter((message) => message.objects.has(text) && message.objects.size === 1);
          for (const message of messages) message.objects.delete(text);
          messages = messages.filter((message) => !over.includes(message));
          await removeAll(over.map(({ receipt }) => receipt))(signal);
        },
      };
    },
  };
}

const isDone = (positions: Positions, object: ObjectId): boolean => 'done' in objectPlace(positions, object);
