// Whether a stage keeps up with what arrives.

export interface Sample {
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Records not yet read; null while the broker is away. */
  readonly lag: number | null;
  readonly perSecond: number;
}
export type Pace = 'keeps up' | 'catches up' | 'falls behind' | 'not known';

const FEW_SECONDS = 5; // of work: a stage that owes less keeps up
const FEW = 500;
const TREND_MS = 20_000;

/** @param samples Oldest first, the present one last. */
export function paceOf({ lag, inPerSecond }: { readonly lag: number | null; readonly inPerSecond: number }, samples: readonly Sample[]): Pace {
  if (lag === null) return 'not known';
  if (lag <= Math.max(FEW, inPerSecond * FEW_SECONDS)) return 'keeps up';
  const last = samples.at(-1);
  const before = samples.find(({ at }) => last !== undefined && at >= last.at - TREND_MS);
  return before?.lag !== null && before !== undefined && before.lag > lag ? 'catches up' : 'falls behind';
}
