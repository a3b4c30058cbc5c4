// Rooms of states: the newest replaces all before it, so nothing is kept and nothing can be missed. Read once for all who are in the room.
import type { Logger } from 'pino';
import type { LiveNews } from './news.ts';
import type { Every } from './every.ts';
import { every } from './every.ts';
import { errorDocument } from './room.ts';
import type { Source } from './room.ts';

export interface StateOptions {
  readonly news: LiveNews;
  readonly organization: string;
  readonly log: Logger;
  /** The whole state; said when it is another than the last. */
  readonly read: () => Promise<object>;
  /** Name of the notice after which it is read again, where the database tells of changes. */
  readonly notice?: string;
  /** Read again also when nobody tells. */
  readonly everyMs: number;
  readonly every?: Every;
}

/** Between two reads, however often the database calls. */
const SPACING_MS = 500;

export function stateSource({ news, organization, log, read, notice, everyMs, every: everyTime = every }: StateOptions): Source {
  return {
    open(say) {
      let last: object | null = null;
      let text = '';
      const life = { isOver: false };
      let isReading = false;
      let isDue = false;
      const refresh = async (): Promise<void> => {
        isDue = true;
        if (isReading) return;
        isReading = true;
        while (isDue && !life.isOver) {
          isDue = false;
          const next = await read().catch((error: unknown) => {
            log.debug({ reason: String(error) }, 'A live state could not be read for now.');
            return { error: errorDocument(error) };
          });
          const written = JSON.stringify(next);
          if (life.isOver) break;
          if (written !== text) {
            last = next;
            text = written;
            say(next);
          }
          if (isDue) await new Promise((resolve) => setTimeout(resolve, SPACING_MS).unref());
        }
        isReading = false;
      };
      const timer = everyTime(everyMs, () => void refresh());
      const unlisten =
        notice === undefined
          ? () => {}
          : news.listen(organization, {
              onNews: () => {},
              onState: (heard) => {
                if ('state' in heard && heard.state === notice) void refresh();
              },
              onReset: () => void refresh(),
            });
      void refresh();
      return {
        close() {
          life.isOver = true;
          timer.stop();
          unlisten();
        },
        current: () => last,
      };
    },
  };
}
