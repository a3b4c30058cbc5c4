import type { GoogleService } from '../_sink/google-outcome.ts';
import { googleOutcome } from '../_sink/google-outcome.ts';
import type { Answer } from '../_sink/http.ts';
import type { Outcome } from '../_sink/index.ts';

const SERVICE: GoogleService = {
  name: 'Security Command Center',
  cures: {
    UNAUTHENTICATED: 'The token is not taken, although it is new: correct `credentials`.',
    PERMISSION_DENIED: 'Give the service account the role Security Center Findings Editor on the source, and turn the API on in its project.',
    NOT_FOUND: 'There is no such source: correct `parent`.',
    FAILED_PRECONDITION: 'Turn Security Command Center on in this organization.',
  },
  cure: 'Correct `url` and `parent`.',
};

/** What an answer of Security Command Center means. @throws ConfigError SINK_MISCONFIGURED */
export const outcomeOf = (answer: Answer, nowMs: number): Outcome => googleOutcome(answer, SERVICE, nowMs);
