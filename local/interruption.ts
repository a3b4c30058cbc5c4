// One Ctrl-C may arrive up to three times within milliseconds: from the terminal, from npm, from bootstrap. So a second signal asks for
// force only when it comes a second later or more.

export const SIGNAL_CODES = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;
const FORCE_AFTER_MS = 1000;

export interface Interruption {
  /** Aborts at the first signal, or when the process that started us is gone. */
  readonly signal: AbortSignal;
  /** The exit code that the first signal asks for; null as long as there was none. */
  readonly code: () => number | null;
  /** What to do when somebody asks again. */
  readonly onForce: (force: () => void) => void;
}

/** For the life of the process. `disconnect` of an IPC channel counts as SIGTERM: the launcher was killed outright. */
export function listenForInterruption(source: NodeJS.Process = process, now: () => number = () => performance.now()): Interruption {
  const controller = new AbortController();
  let code: number | null = null;
  let firstAt = 0;
  let force = () => {};
  const interrupt = (wanted: number) => {
    if (code === null) {
      code = wanted;
      firstAt = now();
      controller.abort(new Error('Interrupted.'));
    } else if (now() - firstAt >= FORCE_AFTER_MS) force();
  };
  for (const [name, wanted] of Object.entries(SIGNAL_CODES)) source.on(name, () => interrupt(wanted));
  source.on('disconnect', () => interrupt(SIGNAL_CODES.SIGTERM));
  source.channel?.unref(); // listening must not keep a finished command alive
  return {
    signal: controller.signal,
    code: () => code,
    onForce: (wanted) => {
      force = wanted;
    },
  };
}
