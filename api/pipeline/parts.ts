// Which parts of the installation answer, since when not, and what to do about it.
import type { Logger } from 'pino';
import type { Micros } from '../../pipeline/core/index.ts';
import type { Broker } from '../../pipeline/runtime/port.ts';
import type { DatabasePool } from '../../store/queries/sql.ts';
import type { Watch } from '../database.ts';
import type { PartProbe, PartState } from '../deps.ts';

export interface Part extends PartState {
  readonly name: string;
  readonly kind: string;
  readonly url: string | null;
  readonly downSince: Micros | null;
}
export interface PartsOptions {
  readonly timeoutMs?: number;
  /** Hears in full why a part is away: `detail` is read by everybody who may read the pipeline. */
  readonly log?: Pick<Logger, 'warn'>;
}

const TIMEOUT_MS = 2_500;

/** Asks all probes at once; what does not answer within 2.5 s is down. Remembers since when, and tells those who wait for it. */
export class Parts implements Watch {
  readonly #probes: readonly PartProbe[];
  readonly #wallMicros: () => Micros;
  readonly #timeoutMs: number;
  readonly #log: Pick<Logger, 'warn'> | undefined;
  readonly #downSince = new Map<string, Micros>();
  /** Of parts that are away: what the log has heard already. */
  readonly #logged = new Map<string, string>();
  readonly #listeners = new Map<string, Set<() => void>>();

  constructor(probes: readonly PartProbe[], wallMicros: () => Micros, { timeoutMs = TIMEOUT_MS, log }: PartsOptions = {}) {
    this.#probes = probes;
    this.#timeoutMs = timeoutMs;
    this.#log = log;
    this.#wallMicros = wallMicros;
  }

  /** In the order of the probes. Never throws. */
  check(): Promise<readonly Part[]> {
    return Promise.all(
      this.#probes.map(async ({ name, kind, url, check }): Promise<Part> => {
        const state = await withinTime(check, this.#timeoutMs).catch((error: unknown): PartState => {
          this.#tell(name, error);
          return { state: 'down', version: null, detail: `${plainReason(error)} ${ADVICE[name] ?? 'Start it again, or look at its log.'}` };
        });
        if (state.state !== 'down') {
          this.#downSince.delete(name);
          this.#logged.delete(name);
        } else {
          if (!this.#downSince.has(name)) this.#downSince.set(name, this.#wallMicros());
          const waiting = [...(this.#listeners.get(name) ?? [])];
          this.#listeners.delete(name);
          for (const listener of waiting) listener();
        }
        return { name, kind, url: url ?? null, ...state, downSince: this.#downSince.get(name) ?? null };
      }),
    );
  }

  /** Once for each reason of an outage, not with every look. */
  #tell(name: string, error: unknown): void {
    const reason = error instanceof Error ? error.message || error.name : String(error);
    if (this.#logged.get(name) === reason) return;
    this.#logged.set(name, reason);
    this.#log?.warn({ code: 'PART_AWAY', part: name, err: error }, 'A part of the installation does not answer.');
  }

  isDown(name: string): boolean {
    return this.#downSince.has(name);
  }

  onDown(name: string, listener: () => void): () => void {
    const listeners = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, listeners.add(listener));
    return () => void listeners.delete(listener);
  }
}

class NoAnswerError extends Error {}

/** @throws Error when `check` has no answer in time; it goes on by itself then. */
export async function withinTime<T>(check: (signal: AbortSignal) => Promise<T>, timeoutMs = TIMEOUT_MS): Promise<T> {
  const signal = AbortSignal.timeout(timeoutMs);
  const late = new Promise<never>((_resolve, reject) =>
    signal.addEventListener('abort', () => reject(new NoAnswerError(`No answer within ${timeoutMs / 1_000} s.`)), { once: true }),
  );
  return Promise.race([check(signal), late]);
}

/** Whatever is away, nothing is lost: each sentence says what waits, and what to do. */
const ADVICE: Readonly<Record<string, string>> = {
  broker: 'Stages wait and go on where they were. Start it again, or look at logs/broker.log in the data folder.',
  registry: 'Stages go on with the schemas that they know; only a new one would wait. Start it again, or look at logs/registry.log in the data folder.',
  database: 'Events wait in their topics and are stored when it is back. Start it again, or look at logs/database.log in the data folder.',
};
/** By the code of what was thrown, or of its cause: names of hosts, users and databases are not for all who read the pipeline. */
const REASONS: readonly (readonly [codes: RegExp, reason: string])[] = [
  [/^(ECONNREFUSED|ENOENT)$/, 'Nothing listens at its address.'],
  [/^(ENOTFOUND|EAI_AGAIN)$/, 'Its name is not found.'],
  [/^(ETIMEDOUT|EHOSTUNREACH|ENETUNREACH)$/, 'It cannot be reached.'],
  [/^(ECONNRESET|EPIPE)$/, 'It ends the connection.'],
  [/^(28\w{3}|3D000|42501)$/, 'It does not let the API in.'],
  [/^53\w{3}$/, 'It has no connection or memory left.'],
  [/^57P0[1-3]$/, 'It is starting or stopping.'],
];

function plainReason(error: unknown): string {
  if (error instanceof NoAnswerError) return error.message;
  for (let at = error, depth = 0; typeof at === 'object' && at !== null && depth < 5; at = (at as { readonly cause?: unknown }).cause, depth += 1) {
    const { code } = at as { readonly code?: unknown };
    const known = typeof code === 'string' ? REASONS.find(([codes]) => codes.test(code)) : undefined;
    if (known !== undefined) return known[1];
  }
  return 'Does not answer; the log of the API says why.';
}

/** @param addresses `host:port,...`, for who writes to it; null when nobody says. */
export const brokerProbe = (broker: Broker, addresses: string | null = null): PartProbe => ({
  name: 'broker',
  kind: 'kafka',
  ...(addresses !== null && { url: addresses }),
  check: async () => {
    const admin = broker.admin();
    try {
      return { state: 'up', version: null, detail: `Cluster ${await admin.clusterId()}` };
    } finally {
      await admin.close();
    }
  },
});

export const databaseProbe = (pool: DatabasePool): PartProbe => ({
  name: 'database',
  kind: 'postgresql',
  check: async () => {
    const { rows } = await pool.query<{ version: string }>(`SELECT current_setting('server_version') AS version`);
    return { state: 'up', version: rows[0]?.version ?? null, detail: '' };
  },
});

export const apiProbe = (version: string): PartProbe => ({ name: 'api', kind: 'api', check: async () => ({ state: 'up', version, detail: '' }) });

/** Until connectors run here: said, so that nobody looks for what is wrong. */
export const connectProbe: PartProbe = {
  name: 'connect',
  kind: 'connect',
  check: async () => ({ state: 'off', version: null, detail: 'No connectors run in this installation.' }),
};

/** `subjects` is the one request that every implementation of the Confluent API answers. */
export const registryProbe = (url: string): PartProbe => ({
  name: 'registry',
  kind: 'schema-registry',
  url,
  check: async (signal) => {
    const response = await fetch(new URL('subjects', url.endsWith('/') ? url : `${url}/`), { signal });
    await response.body?.cancel();
    if (!response.ok) throw new Error(`status ${response.status}`);
    return { state: 'up', version: null, detail: '' };
  },
});
