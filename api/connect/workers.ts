// Asks the workers of connectors what the dashboard shows of them, and has them do what people say: by their REST interface, in the name of who asks.
// They in turn ask the API who that is, so nothing is decided twice.
import { ApiProblem } from '../gate/problem.ts';
import type { ProblemCode, Violation } from '../gate/problem.ts';

/** Shapes of the REST interface; only what is shown. */
export interface ConnectorStatus {
  readonly state: string;
  readonly worker_id: string;
  readonly trace?: string;
}
export interface ConnectorSummary {
  readonly info: { readonly name: string; readonly config: Readonly<Record<string, string>>; readonly type: 'sink' | 'source' };
  readonly status: { readonly connector: ConnectorStatus; readonly tasks: readonly ({ readonly id: number } & ConnectorStatus)[] };
}
export interface Progress {
  readonly delivered: number;
  readonly present: number;
  readonly rejected: number;
  readonly filtered: number;
  readonly owed: number;
  readonly owedBytes: number;
  readonly lag: number | null;
  readonly duplicates: number;
  readonly lastError: { readonly at: number; readonly message: string } | null;
  readonly lastProgressAt: number | null;
  readonly oldestOwedAt: number | null;
}
export interface Delivery {
  readonly tasks: readonly ({ readonly id: number } & Progress)[];
  readonly total: Progress;
}
export interface Plugin {
  readonly class: string;
  readonly type: string;
  readonly version: string;
}
export interface Validation {
  readonly error_count: number;
  readonly configs: readonly {
    readonly definition: {
      readonly name: string;
      readonly type: string;
      readonly required: boolean;
      readonly default_value: string | null;
      readonly importance: string;
      readonly documentation: string;
      readonly group: string | null;
      readonly order: number;
      readonly display_name: string;
    } | null;
    readonly value: {
      readonly name: string;
      readonly value: string | null;
      readonly recommended_values: readonly string[];
      readonly errors: readonly string[];
      readonly visible: boolean;
    };
  }[];
}
export type Config = Readonly<Record<string, string>>;

export interface ConnectWorkers {
  readonly all: (authorization: string) => Promise<readonly ConnectorSummary[]>;
  /** Null = there is none of this name in the caller's organization. */
  readonly one: (authorization: string, name: string) => Promise<ConnectorSummary | null>;
  readonly delivery: (authorization: string, name: string) => Promise<Delivery>;
  readonly plugins: (authorization: string) => Promise<readonly Plugin[]>;
  readonly validate: (authorization: string, plugin: string, config: Config) => Promise<Validation>;
  readonly add: (authorization: string, name: string, config: Config) => Promise<void>;
  readonly configure: (authorization: string, name: string, config: Config) => Promise<void>;
  readonly remove: (authorization: string, name: string) => Promise<void>;
  readonly set: (authorization: string, name: string, verb: 'pause' | 'resume' | 'stop') => Promise<void>;
  readonly restart: (authorization: string, name: string) => Promise<void>;
}

const TIMEOUT_MS = 30_000;
const CODES: Readonly<Record<number, ProblemCode>> = { 400: 'INVALID_REQUEST', 401: 'UNAUTHENTICATED', 403: 'FORBIDDEN', 409: 'CONFLICT', 429: 'RATE_LIMITED' };

/** @param url Of any worker, asked each time; null = none is known. All methods throw ApiProblem. */
export function openConnectWorkers({ url, fetch: request = fetch }: { readonly url: () => string | null; readonly fetch?: typeof fetch }): ConnectWorkers {
  async function ask(authorization: string, method: string, path: string, body?: unknown): Promise<unknown> {
    const base = url();
    if (base === null)
      throw new ApiProblem('NOT_OFFERED', 'No worker of connectors is known here: run `./goshawk connect`, and say where it is (api.connectUrl).');
    const answer = await reached(request, `${base}${path}`, {
      method,
      headers: { authorization, ...(body !== undefined && { 'content-type': 'application/json' }) },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      redirect: 'error',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const text = await answer.text();
    if (answer.ok) return text === '' ? null : JSON.parse(text);
    throw refused(answer.status, text);
  }
  const at = (name: string, rest = '') => `/connectors/${encodeURIComponent(name)}${rest}`;
  return {
    async all(authorization) {
      const found = (await ask(authorization, 'GET', '/connectors?expand=info&expand=status')) as Readonly<Record<string, ConnectorSummary>>;
      return Object.values(found).toSorted((a, b) => (a.info.name < b.info.name ? -1 : 1));
    },
    async one(authorization, name) {
      try {
        const [info, status] = await Promise.all([ask(authorization, 'GET', at(name)), ask(authorization, 'GET', at(name, '/status'))]);
        return { info, status } as ConnectorSummary;
      } catch (error) {
        if (error instanceof ApiProblem && error.code === 'NOT_FOUND') return null;
        throw error;
      }
    },
    delivery: async (authorization, name) => (await ask(authorization, 'GET', at(name, '/delivery'))) as Delivery,
    plugins: async (authorization) => (await ask(authorization, 'GET', '/connector-plugins?connectorsOnly=true')) as readonly Plugin[],
    validate: async (authorization, plugin, config) =>
      (await ask(authorization, 'PUT', `/connector-plugins/${encodeURIComponent(plugin)}/config/validate`, {
        ...config,
        'connector.class': plugin,
      })) as Validation,
    add: async (authorization, name, config) => void (await ask(authorization, 'POST', '/connectors', { name, config })),
    configure: async (authorization, name, config) => {
      await ask(authorization, 'GET', at(name)); // PUT would make one that is not there
      await ask(authorization, 'PUT', at(name, '/config'), config);
    },
    remove: async (authorization, name) => void (await ask(authorization, 'DELETE', at(name))),
    set: async (authorization, name, verb) => void (await ask(authorization, 'PUT', at(name, `/${verb}`))),
    restart: async (authorization, name) => void (await ask(authorization, 'POST', at(name, '/restart?includeTasks=true'))),
  };
}

async function reached(request: typeof fetch, url: string, init: RequestInit): Promise<Response> {
  try {
    return await request(url, init);
  } catch (error) {
    throw new ApiProblem('CONNECT_UNAVAILABLE', 'The worker of connectors does not answer. What runs goes on; ask again in a moment.', { cause: error });
  }
}

/** @param text `{"error_code","message"}`, as Kafka Connect has it. */
function refused(status: number, text: string): ApiProblem {
  if (status === 404) return new ApiProblem('NOT_FOUND', 'There is no connector, and no plugin, of this name.'); // theirs repeats it
  let message = '';
  try {
    const told = (JSON.parse(text) as { readonly message?: unknown }).message;
    if (typeof told === 'string') message = told;
  } catch {
    // Whoever answered was no worker.
  }
  const code = CODES[status] ?? 'CONNECT_UNAVAILABLE';
  return new ApiProblem(code, message || `The worker of connectors answers ${status}.`);
}

/** Of a form: what is wrong with each option. */
export const violationsOf = ({ configs }: Validation): readonly Violation[] =>
  configs.flatMap(({ value }) => value.errors.map((detail) => ({ pointer: `/config/${value.name}`, detail })));
