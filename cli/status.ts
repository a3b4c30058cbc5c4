import Table from 'cli-table3';
import { hasKey, keyFolderOf, openKeys } from '../api/auth/keys.ts';
import { Tokens } from '../api/auth/tokens.ts';
import { openBroker } from '../local/broker.ts';
import { isDatabaseReady } from '../local/postgres.ts';
import { isRegistryReady } from '../local/registry.ts';
import type { CommandFile, Io } from './command.ts';
import type { Connection } from './connection.ts';
import { resolveConnection } from './connection.ts';

interface Part {
  readonly name: string;
  readonly kind: string;
  readonly url?: string;
  readonly state: string;
  readonly version: string | null;
  readonly detail: string;
}
interface Stage {
  readonly name: string;
  readonly lag: number | null;
  readonly watermark: string | null;
  readonly watermarks?: readonly { readonly dataset: string; readonly watermark: string }[];
  readonly inPerSecond?: number;
  readonly in: number;
  readonly out: number;
  readonly dropped: Readonly<Record<string, number>>;
  readonly rejected: Readonly<Record<string, number>>;
}
interface Status {
  readonly state: string;
  readonly parts: readonly Part[];
  readonly stages: readonly Stage[];
  /** Null while nobody knows. */
  readonly refusedSources?: readonly { readonly topic: string; readonly count: number; readonly code: string; readonly isThrottled: boolean }[] | null;
}

const TIMEOUT_MS = 10_000;

export default {
  name: 'status',
  register(program, io) {
    program
      .command('status')
      .description('Parts, addresses, and per stage lag, watermark and counts; exit 1 when not all is well')
      .option('--data <folder>', 'of the installation that runs on this machine')
      .option('--json', 'one JSON document')
      .action(async ({ data }: { data?: string }) => {
        const connection = resolveConnection({ data });
        const status = (await askApi(connection)) ?? (await askParts(connection, io));
        if (io.json) io.print(JSON.stringify(status));
        else printStatus(status, io);
        if (status.state !== 'ready') process.exitCode = 1;
      });
  },
} satisfies CommandFile;

/** Null when no API answers; then the parts are asked directly, and nothing is known of stages. */
async function askApi({ apiUrl, dataFolder, installationId }: Connection): Promise<Status | null> {
  const folder = keyFolderOf(dataFolder);
  if (apiUrl === null || installationId === null || !hasKey(folder)) return null;
  const { token } = await new Tokens(await openKeys(folder), installationId).sign({ user: 'cli', organization: 'default', roles: ['admin'] }, 60);
  try {
    const answer = await fetch(`${apiUrl}/v2/status`, { headers: { authorization: `Bearer ${token}` }, signal: AbortSignal.timeout(TIMEOUT_MS) });
    return answer.ok ? ((await answer.json()) as Status) : null;
  } catch {
    return null;
  }
}

async function askParts({ kafkaBrokers, registryUrl, databaseUrl, apiUrl }: Connection, io: Io): Promise<Status> {
  const probe = async (name: string, kind: string, address: string | null, check: (address: string) => Promise<string>): Promise<Part> => {
    if (address === null) return { name, kind, state: 'off', version: null, detail: 'No address: it is neither set nor running here.' };
    const { promise, reject } = Promise.withResolvers<never>();
    const timer = setTimeout(() => reject(new Error(`no answer within ${TIMEOUT_MS / 1000} s`)), TIMEOUT_MS);
    const answer = Promise.race([check(address), promise]).finally(() => clearTimeout(timer));
    const shown = name === 'database' ? {} : { url: address }; // it may hold a password
    return answer.then(
      (detail): Part => ({ name, kind, ...shown, state: 'up', version: null, detail }),
      (error: Error): Part => ({ name, kind, ...shown, state: 'down', version: null, detail: `Does not answer (${error.message}).` }),
    );
  };
  const parts = await Promise.all([
    probe('broker', 'kafka', kafkaBrokers, async (address) => {
      const broker = openBroker(address, 'goshawk-status', io.log());
      try {
        return `Cluster ${await broker.admin().clusterId()}`;
      } finally {
        await broker.close();
      }
    }),
    probe('registry', 'schema-registry', registryUrl, async (address) => {
      if (!(await isRegistryReady(address))) throw new Error('it answers, but not as a registry');
      return '';
    }),
    probe('database', 'postgresql', databaseUrl, async (address) => {
      await isDatabaseReady(address);
      return '';
    }),
    probe('api', 'api', apiUrl, () => Promise.reject(new Error('no connection'))),
  ]);
  const isUp = parts.every(({ state }) => state === 'up');
  return { state: isUp ? 'ready' : parts.some(({ state }) => state === 'up') ? 'degraded' : 'down', parts, stages: [] };
}

/** `2 s ago; aws.cloudtrail 20 min`: of the furthest dataset, and of the slowest where there are several. */
export function watermarkText({ watermark, watermarks = [] }: Pick<Stage, 'watermark' | 'watermarks'>, nowMs: number): string {
  if (watermark === null) return '';
  const [slowest] = watermarks;
  const behind = watermarks.length < 2 || slowest === undefined ? '' : `; ${slowest.dataset} ${ageOf(slowest.watermark, nowMs)}`;
  return `${ageOf(watermark, nowMs)} ago${behind}`;
}

function ageOf(time: string, nowMs: number): string {
  const seconds = Math.max(0, Math.round((nowMs - Date.parse(time)) / 1000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h ${minutes % 60} min` : `${Math.floor(hours / 24)} d`;
}

function printStatus({ state, parts, stages, refusedSources }: Status, io: Io): void {
  io.print(`Goshawk is ${state}.`);
  const plain = { head: [], border: [] };
  const partTable = new Table({ head: ['part', 'state', 'address', 'detail'], style: plain });
  for (const part of parts) partTable.push([part.name, part.state, part.url ?? '', [part.version ?? '', part.detail].filter((text) => text !== '').join('; ')]);
  io.print(partTable.toString());
  if (stages.length === 0) return;
  const sum = (counts: Readonly<Record<string, number>>) => Object.values(counts).reduce((total, count) => total + count, 0);
  const stageTable = new Table({ head: ['stage', 'lag', 'watermark', 'in/s', 'in', 'out', 'dropped', 'rejected'], style: plain });
  for (const stage of stages) {
    stageTable.push(
      [
        stage.name,
        stage.lag ?? '?',
        watermarkText(stage, Date.now()),
        (stage.inPerSecond ?? 0).toFixed(1),
        stage.in,
        stage.out,
        sum(stage.dropped),
        sum(stage.rejected),
      ].map(String),
    );
  }
  io.print(stageTable.toString());
  for (const { topic, count, code, isThrottled } of refusedSources ?? [])
    io.print(`${topic}: ${count} records refused within 10 minutes, mostly ${code}${isThrottled ? '; it is read more slowly while this lasts' : ''}.`);
}
