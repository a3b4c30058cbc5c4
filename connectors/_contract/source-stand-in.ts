// The far side of a pulled source as the tests have it: it offers records, forgets what it is told is kept, and shows faults.
import type { Fault, FaultOptions } from './stand-in.ts';

export interface SourceStandIn {
  /** The configuration of the source that points at it; what is read from it goes to `raw.alpha.gateway-tried`. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** Entries of `outbound.allow` that open it. */
  readonly outboundAllow: readonly string[];
  /** Those of `Fault` that it can show. */
  readonly faults: readonly Fault[];
  /** Offers some more records. */
  readonly offer: () => void | Promise<void>;
  /** All that it has ever offered, as text: each is to come once. */
  readonly offered: () => readonly string[];
  /** Of those, what it could not give again. */
  readonly forgotten: () => readonly string[];
  /** Its wall clock, milliseconds since 1970; what a poll is to wait for has come by the next. */
  readonly now: () => number;
  readonly pass: (ms: number) => void;
  readonly fail: (fault: Fault | null, options?: FaultOptions) => void | Promise<void>;
  readonly close: () => Promise<void>;
}
/** `openStandIn` of `connectors/<name>/test/stand-in.ts` of a source. `others` there, by name, are far sides of other kinds: each is tried likewise. */
export type OpenSourceStandIn = () => Promise<SourceStandIn>;
