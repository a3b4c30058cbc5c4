// The far side of a sink as the tests have it: true to the wire, obedient about faults, and with a memory of what it took.
import type { SinkDeps } from '../_sink/index.ts';

/**
 * What it can be told to do.
 *
 * - `reject-one`: refuses the document that `of` names, each time, and takes all others.
 * - `throttle`: takes nothing for now, as the service says it (429, 503, a full queue).
 * - `fail-after-accept`: takes what it is sent, then answers with an error, or not at all.
 * - `cut`: closes the connection in the middle of a request, having taken nothing or a part.
 * - `down`: does not listen.
 * - `slow`: answers after `ms`.
 */
export type Fault = 'reject-one' | 'throttle' | 'fail-after-accept' | 'cut' | 'down' | 'slow';
export interface FaultOptions {
  /** Of `reject-one`: the id of the document. */
  readonly of?: string;
  /** Of `slow`. */
  readonly ms?: number;
  /** It ends by itself after so many requests or connections. Absent: it stays until it is taken back. */
  readonly times?: number;
}

export interface StandIn {
  /** The configuration of a connector that points at it, as its owner would write it, less `connector.class`, `topics` and the like. Secrets as they are. */
  readonly settings: Readonly<Record<string, string>>;
  /** What the worker hands to its sink beside the usual. */
  readonly deps?: Partial<SinkDeps>;
  /** Entries of `outbound.allow` that open it. */
  readonly outboundAllow: readonly string[];
  /** Faults that this far side can show; the contract asks for no others. */
  readonly faults: readonly Fault[];
  /** Ids of the documents that it has, in the order in which it took them. Of a far side that keeps one of each id, each once. */
  readonly taken: () => readonly string[] | Promise<readonly string[]>;
  /** Null takes the fault back. */
  readonly fail: (fault: Fault | null, options?: FaultOptions) => void | Promise<void>;
  readonly close: () => Promise<void>;
}
/** Exported by `connectors/<name>/test/stand-in.ts`. What it opens is on 127.0.0.1, on a port of its own. */
export type OpenStandIn = () => Promise<StandIn>;
