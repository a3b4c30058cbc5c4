// What `up` and its Node processes tell each other.
import type { ServiceAddresses } from './services.ts';

/** In the environment of the process, as JSON in GOSHAWK_PROCESS. */
export interface ProcessSpec {
  readonly name: ProcessName;
  /** Empty: none. */
  readonly stages: readonly string[];
  /** `port` null: what the configuration says. */
  readonly api: { readonly port: number | null; readonly isPortExplicit: boolean; readonly dashboardFolder: string | null } | null;
  /** `port` null: what the configuration says. */
  readonly connect: { readonly port: number | null } | null;
  readonly player: boolean;
  readonly addresses: ServiceAddresses;
  readonly dataFolder: string;
  readonly installationId: string;
  readonly configFile: string | null;
}
export type ProcessName = 'collect' | 'analyse' | 'serve' | 'connect' | 'player';
export type ProcessState = 'starting' | 'up' | 'down';

/** From a process to the supervisor. `metrics?` asks for the numbers of the other processes, `metrics` answers such a question. */
export type Report =
  | { readonly type: 'ready' } // all stages run, all state is back, the API serves
  | { readonly type: 'serving'; readonly url: string }
  | { readonly type: 'connecting'; readonly url: string } // the worker serves
  | { readonly type: 'administrator'; readonly password: string }
  | { readonly type: 'metrics?'; readonly id: number }
  | { readonly type: 'metrics'; readonly id: number; readonly families: readonly object[] };
/** From the supervisor to a process. */
export type Notice =
  | { readonly type: 'processes'; readonly states: Readonly<Partial<Record<ProcessName, ProcessState>>>; readonly connectUrl: string | null }
  | { readonly type: 'metrics?'; readonly id: number }
  | { readonly type: 'metrics'; readonly id: number; readonly families: readonly object[] };

/** The stages of `telemetry` by process: one event loop is not enough, and neighbours pass records without a hop between machines' cores. */
export const PROCESSES: Readonly<Record<Exclude<ProcessName, 'player'>, readonly string[]>> = {
  collect: ['ingest', 'validate', 'enrich'],
  analyse: ['detect', 'correlate', 'partials', 'features', 'alert'],
  serve: ['persist', 'publish-events', 'publish-findings', 'publish-alerts'],
  connect: [], // the worker of connectors
};
