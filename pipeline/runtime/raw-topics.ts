// Topics that a pattern stands for: kafkajs resolves patterns once, at subscribe time, so new topics are looked for here.
import type { Logger } from 'pino';
import type { Admin } from './port.ts';
import { prefixOf } from './stage-plan.ts';
import { sleep } from '../core/wall-clock.ts';
import type { WallClock } from '../core/wall-clock.ts';

/** Names that the pattern stands for now, sorted. */
export const matching = (pattern: string, topics: Iterable<string>): readonly string[] =>
  [...topics].filter((name) => name.startsWith(prefixOf(pattern))).sort();

export interface TopicWatch {
  readonly close: () => Promise<void>;
}
/** Looks every few seconds; `changed` is called with all names when they are not those of last time. Errors are left to the next look. */
export function watchTopics({
  admin,
  pattern,
  known,
  everyMs,
  clock,
  log,
  changed,
}: {
  readonly admin: Admin;
  readonly pattern: string;
  readonly known: readonly string[];
  readonly everyMs: number;
  readonly clock: WallClock;
  readonly log: Logger;
  readonly changed: (names: readonly string[], counts: ReadonlyMap<string, number>) => Promise<void>;
}): TopicWatch {
  const closing = new AbortController();
  const { signal } = closing;
  let names = known;
  const watching = (async () => {
    for (;;) {
      await sleep(clock, everyMs, signal);
      if (signal.aborted) return;
      try {
        const counts = await admin.topics();
        const found = matching(pattern, counts.keys());
        if (found.join() === names.join() || signal.aborted) continue;
        log.info(
          { pattern, added: found.filter((name) => !names.includes(name)), removed: names.filter((name) => !found.includes(name)) },
          'Topics came or went; the stage subscribes anew.',
        );
        await changed(found, counts);
        names = found;
      } catch (error) {
        log.warn({ err: error, pattern }, 'New topics cannot be looked for now.');
      }
    }
  })();
  return {
    async close() {
      closing.abort();
      await watching;
    },
  };
}
