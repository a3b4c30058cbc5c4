// What would become of records that a sensor's owner has at hand, before anything is enrolled or sent.
import { SENSOR_NAME } from '../../domains/sensors/sensor.ts';
import { PipelineError } from '../../pipeline/core/errors.ts';
import type { Micros } from '../../pipeline/core/index.ts';
import type { Principal } from '../auth/tokens.ts';
import { withoutNul } from '../event-filter.ts';
import { ApiProblem } from '../gate/problem.ts';

/** One of the events of a record, or the record itself when it holds none. */
export interface TriedEvent {
  /** From 1. */
  readonly record: number;
  /** Null when no format read it. */
  readonly format: string | null;
  /** 0 to 1; null when no format read it, or it was named. */
  readonly confidence: number | null;
  readonly dataset: string | null;
  /** Why it would be set aside; null when it would pass. */
  readonly refused: { readonly code: string; readonly reason: string } | null;
  /** Why no format read it; null when one did, or it was refused. */
  readonly unparsed: string | null;
  /** A repeat: counted once. */
  readonly isDuplicate: boolean;
  /** ECS fields that were filled, by name. */
  readonly fields: Readonly<Record<string, unknown>>;
  /** Title and id of rules that match it alone. */
  readonly rules: readonly { readonly id: string; readonly title: string }[];
}
export interface TrialRequest {
  readonly text: string;
  /** Null = recognised. */
  readonly format: string | null;
  readonly organization: string;
  readonly sensor: string;
  readonly takenAt: Micros;
  /** More are left out. */
  readonly maxRecords: number;
}
export interface TrialResult {
  readonly records: number;
  readonly isCut: boolean;
  readonly results: readonly TriedEvent[];
}
/** The stages, as whoever starts the API has them. */
export interface RecordTrials {
  readonly formats: () => readonly string[];
  /** @throws ConfigError INVALID_USAGE for a format that there is not; RetryableError when it takes too long. */
  readonly attempt: (request: TrialRequest) => Promise<TrialResult>;
}

const MAX_BYTES = 262_144;
const MAX_RECORDS = 200;
const MAX_VALUE = 1_000;
/** Each takes a processor for a second or two. */
const MAX_WAITING = 4;

export interface TrialInput {
  readonly text: string;
  readonly format?: string | null;
  readonly sensor?: string | null;
}

export class Trials {
  readonly #trials: RecordTrials | undefined;
  readonly #wallMicros: () => Micros;
  #last: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  constructor(trials: RecordTrials | undefined, wallMicros: () => Micros) {
    this.#trials = trials;
    this.#wallMicros = wallMicros;
  }

  /** None where nothing can be tried. */
  formats(): readonly string[] {
    return this.#trials?.formats() ?? [];
  }

  /** One after another, since they are costly. @throws ApiProblem INVALID_REQUEST, CONFLICT where nothing can be tried, RATE_LIMITED when too many wait. */
  async attempt({ organization }: Pick<Principal, 'organization'>, { text, format, sensor }: TrialInput) {
    if (this.#trials === undefined) throw new ApiProblem('CONFLICT', 'This process has no stages to try records on; `./goshawk sensor try FILE` has.');
    if (Buffer.byteLength(text) > MAX_BYTES) throw invalid('text', `At most ${MAX_BYTES} bytes; \`./goshawk sensor try FILE\` takes any number.`);
    if (typeof sensor === 'string' && !SENSOR_NAME.test(sensor)) throw invalid('sensor', 'Lower-case letters, digits and dashes, at most 40.');
    if (this.#waiting >= MAX_WAITING)
      throw new ApiProblem('RATE_LIMITED', 'Others are trying records, too. Try again in a few seconds.', { headers: { 'retry-after': '5' } });
    const request: TrialRequest = {
      text: withoutNul(text, '/input/text'),
      format: format ?? null,
      organization,
      sensor: sensor ?? 'try',
      takenAt: this.#wallMicros(),
      maxRecords: MAX_RECORDS,
    };
    const { attempt } = this.#trials;
    this.#waiting += 1;
    const trial = this.#last.then(() => attempt(request)).finally(() => (this.#waiting -= 1));
    this.#last = trial.catch(() => {});
    try {
      const { results, ...rest } = await trial;
      return { ...rest, results: results.map(shown) };
    } catch (error) {
      if (error instanceof PipelineError && error.code === 'INVALID_USAGE') throw invalid('format', error.message);
      throw error;
    }
  }
}

const shown = ({ fields, ...event }: TriedEvent) => ({
  ...event,
  fields: Object.entries(fields).map(([name, value]) => ({ name, value: (typeof value === 'string' ? value : JSON.stringify(value)).slice(0, MAX_VALUE) })),
});
const invalid = (member: string, detail: string) => new ApiProblem('INVALID_REQUEST', detail, { errors: [{ pointer: `/input/${member}`, detail }] });
