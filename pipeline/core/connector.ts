// The edge: what a connector is, who sends, and what a source is given to hand records on.
import type { Logger } from 'pino';
import type { ConfigSchema, Micros, Position } from './index.ts';
import type { AuthenticatedSensor, SensorGate } from './sensor.ts';

/** Who sends, as topic, credential or configuration say: never what a payload says. */
export interface Sender {
  readonly organization: string;
  /** Goes into the sensor header, which ingest believes on gateway topics. */
  readonly sensor: string;
  /** Last part of the topic: `raw.<organization>.gateway-<source>`. */
  readonly source: string;
  /** Name of a decoder; absent = ingest finds out. */
  readonly format?: string | undefined;
}
export const senderOf = ({ organization, sensor, source, format }: AuthenticatedSensor): Sender => ({
  organization,
  sensor,
  source,
  format: format ?? undefined,
});
/** Where records of one delivery go, and what is told beside them. */
export interface Delivery extends Sender {
  /**
   * Records of one key stay in order: one partition. Absent = those of one sensor and host do, where the format may need it or is not known;
   * of others those of one call.
   */
  readonly key?: string | undefined;
  /** Of the request that brought them, for the header `request`: what is said of a record later can be found in the log of who took it. */
  readonly requestId?: string | undefined;
}
/** What a protocol says beside a record, where the record itself may not: ingest fills in what it leaves open. */
export interface Told {
  readonly time?: Micros;
  readonly host?: string;
  readonly labels?: Readonly<Record<string, string>>;
}
/** What a raw topic takes of one record, less key, headers and framing. */
export const MAX_RECORD_BYTES = 1_044_480;
/** A record that the broker has. */
export interface Taken extends Position {
  readonly takenAt: Micros;
}
/**
 * Writes records to the gateway topic of their source, in order. Resolves when the broker has all of them: only then may a sender be told so.
 * @param told Beside each of the values, by index.
 * @throws RetryableError GATEWAY_BUSY (nothing was taken) or BROKER_UNAVAILABLE (some may be there): the caller holds on to them, and sends them again.
 *   RecordError SOURCE_REFUSED: never, as they are.
 */
export type Deliver = (values: readonly Buffer[], delivery: Delivery, told?: readonly (Told | undefined)[]) => Promise<readonly Taken[]>;

/** Closed sets: they are labels of metrics. */
export type InputDrop = 'queue-full' | 'too-large' | 'malformed' | 'not-allowed' | 'too-many-peers' | 'refused' | 'stopped';

export interface ConnectorDeps {
  readonly log: Logger;
  readonly deliver: Deliver;
  readonly sensors: SensorGate;
  /** Counts what a source had to leave out; it is shown under `dropped_records_total` and in `status`. */
  readonly countDropped: (reason: InputDrop, records: number) => void;
}

/** The reading half of a connector while it runs. It awaits `deliver` before it reads on: that is its brake. */
export interface Source {
  /** Where it listens or reads, for people: `tcp://127.0.0.1:5514`. */
  readonly addresses: readonly string[];
  /** Takes nothing more, hands on what it has if the broker takes it soon, ends its connections. */
  readonly stop: () => Promise<void>;
}

/** The default export of `connectors/<name>/index.ts`. Loading has no side effects and brings in no foreign package: `source` does. */
export interface Connector<Config> {
  readonly name: string;
  /** Also the origin of the section in goshawk.yaml (the name in camel case), the names in the environment and the printed page. */
  readonly config: ConfigSchema<Config>;
  /** Resolves when it listens; null when the configuration does not ask for it. @throws ConfigError PORT_IN_USE and others. */
  readonly source?: (config: Config, deps: ConnectorDeps) => Promise<Source | null>;
}
