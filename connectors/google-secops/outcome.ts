import type { GoogleService } from '../_sink/google-outcome.ts';
import { googleOutcome } from '../_sink/google-outcome.ts';
import type { Answer } from '../_sink/http.ts';
import type { Together } from '../_sink/together.ts';

const SERVICE: GoogleService = {
  name: 'Google SecOps',
  cures: {
    UNAUTHENTICATED: 'The token is not taken, although it is new: correct `credentials`.',
    PERMISSION_DENIED: 'Give the service account a role with chronicle.logs.import (Chronicle API Editor), and link its project with the instance.',
    NOT_FOUND: 'There is no such instance, log type or forwarder: correct `instance`, `logType` and `forwarder`.',
    FAILED_PRECONDITION: 'The instance does not take logs now: look at its state in Google Cloud.',
  },
  cure: 'Correct `url` and `instance`.',
};

/**
 * What an answer of the Chronicle API means. It takes all logs of a request or none, and does not say which one it minds.
 *
 * @param count Logs in the request.
 * @throws ConfigError SINK_MISCONFIGURED
 */
export function outcomeOf(answer: Answer, count: number, nowMs: number): Together {
  const outcome = googleOutcome(answer, SERVICE, nowMs);
  return outcome.kind === 'rejected' && count > 1 ? 'apart' : outcome;
}
