// What the API is given. It opens none of these and closes none, except where it says so.
import type { Registry as MetricsRegistry } from 'prom-client';
import type { Logger } from 'pino';
import type { SensorAddresses } from '../domains/sensors/snippets/index.ts';
import type { RuleSetOptions } from '../domains/sigma/index.ts';
import type { DeadLetter, LetterRecord } from '../pipeline/core/dead-letter.ts';
import type { Deliver } from '../pipeline/core/connector.ts';
import type { Micros } from '../pipeline/core/index.ts';
import type { SensorGate } from '../pipeline/core/sensor.ts';
import type { Topology } from '../pipeline/core/topology.ts';
import type { Broker } from '../pipeline/runtime/port.ts';
import type { Outbound } from '../outbound/client.ts';
import type { Codec } from '../schemas/avro/codec.ts';
import type { DatabaseClient, DatabasePool } from '../store/queries/sql.ts';
import type { ApiConfig } from './config.ts';
import type { Detection } from './rules/detection.ts';
import type { RecordTrials } from './sensors/trials.ts';

/** How a part of the installation is; see `Part` in the query schema. */
export interface PartState {
  readonly state: 'up' | 'down' | 'starting' | 'off';
  readonly version: string | null;
  /** What is wrong and what to do, or a fact worth knowing; empty when all is well. */
  readonly detail: string;
}
/** A part that somebody else knows about. `check` may throw: then the part is down, for the reason that the error gives. */
export interface PartProbe {
  readonly name: string;
  readonly kind: string;
  /** Asked each time: it may be known later. */
  readonly url?: string | undefined;
  readonly check: (signal: AbortSignal) => Promise<PartState>;
}

/** What the stages, as they are now, would make of a dead letter. */
export interface LetterVerdict {
  /** `undecided`: nobody can tell without sending it, for the reason in `message`. */
  readonly outcome: 'passed' | 'dropped' | 'rejected' | 'undecided';
  readonly code: string | null;
  readonly message: string | null;
  /** It fails as it did before. */
  readonly isSame: boolean;
  readonly outputs: readonly { readonly topic: string; readonly key: string | null; readonly value: unknown }[];
}
export type TryLetters = (letter: DeadLetter, record: LetterRecord) => Promise<LetterVerdict>;

/** For how many days rows are kept, of the installation as a whole. */
export interface RetentionDays {
  readonly events: number;
  readonly findings: number;
  readonly features: number;
}

/** Inputs that listen for themselves, beside the routes, for as long as the API serves. */
export interface OpenedInputs {
  readonly state: () => PartState;
  readonly stop: () => Promise<void>;
}
export type OpenInputs = (through: { readonly deliver: Deliver; readonly sensors: SensorGate }) => Promise<OpenedInputs>;

export interface ApiDeps {
  readonly config: ApiConfig;
  readonly log: Logger;
  /** For all of a request to arrive; two minutes unless given. */
  readonly requestMs?: number;
  /** Signs in as goshawk_api. */
  readonly pool: DatabasePool;
  /** A new connection with the same role, for LISTEN; the API connects and ends it. */
  readonly openListener: () => DatabaseClient;
  readonly broker: Broker;
  /** Its ids may still be unknown while the registry is away; `codec.load` is called for what is missing. */
  readonly codec: Codec;
  /** Whose stages the pipeline page shows. */
  readonly topology: Topology;
  /** Absent = this process has no stages to try dead letters on. */
  readonly tryLetters?: TryLetters;
  /** As detect reads rules: a rule that it would refuse is refused. */
  readonly ruleOptions?: RuleSetOptions;
  /** Absent = this process cannot try rules. */
  readonly detection?: Detection;
  /** Absent = this process cannot try records. */
  readonly recordTrials?: RecordTrials;
  /** Makes the topic of a gateway source where it is missing. */
  readonly createRawTopic: (name: string) => Promise<void>;
  /** Where sensors reach what is not the API, for the configurations that they are given. */
  readonly sensorAddresses?: Omit<SensorAddresses, 'apiUrl'>;
  /** Called when the API is about to serve; the API stops them. Absent = none. */
  readonly openInputs?: OpenInputs;
  /** Registry, connect, processes: what the API does not use itself. */
  readonly probes: readonly PartProbe[];
  /** Where a worker of connectors serves, as far as it is known now; absent = only the configuration may say. */
  readonly connectUrl?: () => string | null;
  /** For addresses that users name; absent = one of the API's own, which reaches public addresses only. */
  readonly outbound?: Outbound;
  readonly metrics: MetricsRegistry;
  readonly installationId: string;
  /** Where the signing key lies, or is made. */
  readonly keyFolder: string;
  /** Absent = this process does not know. */
  readonly retentionDays?: RetentionDays;
  /** Of `outbound`: what organizations may open inside for themselves. Absent = nothing. */
  readonly openableNetworks?: readonly string[];
  /** The built dashboard; null = the page says that it is not built. */
  readonly dashboardFolder: string | null;
  readonly version: string;
  /** `goshawk`, or the lane whose ledger is shown. */
  readonly app?: string;
  readonly wallMicros?: () => Micros;
}
