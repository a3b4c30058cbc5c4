// Several addresses of one far side: calls are spread over them, and one that fails is left alone for a while, so that it holds up nobody.
import { RetryableError } from '../../pipeline/core/errors.ts';

/** How long an endpoint that failed rests: doubled each time, until a call to it has gone well. */
const FIRST_REST_MS = 1_000;
const LONGEST_REST_MS = 60_000;

export interface Endpoints {
  readonly urls: readonly string[];
  /**
   * Makes a call to the endpoint that has the fewest open ones. One that has rested is tried with a single call, before others.
   *
   * @param call Given the URL, which is also who it is. A RetryableError of it sends the endpoint to rest.
   * @param restMs What an answer says of the endpoint: null = it is well; else how long the far side asked to be left alone, `undefined` where it named no time.
   * @throws RetryableError SINK_UNAVAILABLE, not ambiguous, when all rest. What `call` throws; a RetryableError with `details.afterMs`, for another endpoint may be
   *   free at once.
   */
  readonly call: <T>(call: (url: string) => Promise<T>, restMs: (answer: T) => number | null | undefined) => Promise<T>;
  /** When a call may be made: 0 = now. Undefined of a single endpoint, which never rests: whoever calls knows better how long to wait. */
  readonly freeInMs: () => number | undefined;
  /** Those that rest. */
  readonly resting: () => readonly string[];
}

interface State {
  readonly url: string;
  openCalls: number;
  /** In a row. 0 = it is well. */
  failures: number;
  restsUntilMs: number;
}

/** @param urls At least one, each once. @param now Milliseconds. */
export function openEndpoints(urls: readonly string[], now: () => number): Endpoints {
  const states: State[] = urls.map((url) => ({ url, openCalls: 0, failures: 0, restsUntilMs: 0 }));
  const isSingle = states.length === 1;
  let turn = 0;

  const isDue = (state: State) => state.failures > 0 && state.openCalls === 0 && state.restsUntilMs <= now();
  const choose = (): State | undefined => {
    if (isSingle) return states[0];
    turn += 1;
    const inTurn = [...states.slice(turn % states.length), ...states.slice(0, turn % states.length)];
    return (
      inTurn.find(isDue) ??
      inTurn
        .filter(({ failures }) => failures === 0)
        .reduce<State | undefined>((least, state) => (least === undefined || state.openCalls < least.openCalls ? state : least), undefined)
    );
  };
  const freeInMs = (): number | undefined => {
    if (isSingle) return undefined;
    if (states.some((state) => state.failures === 0 || isDue(state))) return 0;
    // One whose trial is open may be well as soon as that is answered; until then the next in line counts.
    const waits = states.filter(({ openCalls }) => openCalls === 0).map(({ restsUntilMs }) => Math.max(restsUntilMs - now(), 0));
    return waits.length === 0 ? FIRST_REST_MS : Math.min(...waits);
  };
  /** @param failuresBefore When the call began: calls that were open together and fail together count once. */
  const rest = (state: State, failuresBefore: number, ms?: number) => {
    if (state.failures === failuresBefore) state.failures += 1;
    state.restsUntilMs = now() + (ms ?? Math.min(FIRST_REST_MS * 2 ** (state.failures - 1), LONGEST_REST_MS));
  };

  return {
    urls,
    freeInMs,
    resting: () => (isSingle ? [] : states.filter(({ failures }) => failures > 0).map(({ url }) => url)),
    async call(call, restMs) {
      const state = choose();
      if (state === undefined)
        throw new RetryableError('SINK_UNAVAILABLE', `All ${urls.length} addresses failed, and are left alone for now.`, {
          isAmbiguous: false,
          afterMs: freeInMs(),
        });
      const failuresBefore = state.failures;
      state.openCalls += 1;
      const answered = call(state.url).finally(() => void (state.openCalls -= 1));
      try {
        const answer = await answered;
        const ms = restMs(answer);
        if (ms === null) state.failures = 0;
        else rest(state, failuresBefore, ms);
        return answer;
      } catch (error) {
        if (!(error instanceof RetryableError)) throw error;
        rest(state, failuresBefore);
        if (isSingle) throw error;
        throw new RetryableError('SINK_UNAVAILABLE', error.message, { ...error.details, afterMs: freeInMs() }, { cause: error });
      }
    },
  };
}
