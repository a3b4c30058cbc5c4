/** Tells a person, or with `--json` a program, what is going on. Everything goes to stderr: stdout is for results. */
export interface Report {
  /** One sentence, or one JSON line with `step` and the fields. */
  readonly say: (step: string, sentence: string, fields?: Readonly<Record<string, unknown>>) => void;
  /** A bar on a terminal, a line every 5 s elsewhere. `total` 0 = not known. */
  readonly progress: (step: string, what: string, done: number, total: number) => void;
}

const BAR_CELLS = 24;
const LINE_EVERY_MS = 5000;

/** `stream` is stderr; its errors (a closed pipe) are the owner's to ignore. */
export function openReport(stream: { readonly isTTY?: boolean; readonly write: (text: string) => unknown }, json: boolean): Report {
  let isBarOpen = false;
  const lastLineAt = new Map<string, number>();
  const endBar = () => {
    if (isBarOpen) stream.write('\r\x1b[K');
    isBarOpen = false;
  };
  return {
    say(step, sentence, fields = {}) {
      endBar();
      stream.write(json ? `${JSON.stringify({ step, message: sentence, ...fields })}\n` : `${sentence}\n`);
    },
    progress(step, what, done, total) {
      const share = total === 0 ? `${done}` : `${done} of ${total}`;
      if (stream.isTTY === true && !json) {
        const cells = total === 0 ? 0 : Math.min(BAR_CELLS, Math.round((done / total) * BAR_CELLS));
        stream.write(`\r\x1b[K${what} ${'█'.repeat(cells)}${'░'.repeat(BAR_CELLS - cells)} ${share}`);
        isBarOpen = true;
        return;
      }
      const now = performance.now();
      if (now - (lastLineAt.get(step) ?? -LINE_EVERY_MS) < LINE_EVERY_MS) return;
      lastLineAt.set(step, now);
      stream.write(json ? `${JSON.stringify({ step, message: what, done, total })}\n` : `${what}: ${share}.\n`);
    },
  };
}
