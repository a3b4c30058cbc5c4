// A real OpenSearch of one node, on loopback: the distribution that GOSHAWK_OPENSEARCH names (scripts/fetch-opensearch.sh).
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, cpSync, existsSync, mkdirSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { findJava } from '../../../local/java.ts';
import { findPort } from '../../../local/ports.ts';
import { findIdentity } from '../../../local/unprivileged.ts';

/** The newest that version 2 runs on: later ones have no security manager. */
const NEWEST_JAVA = 23;
const distribution = process.env.GOSHAWK_OPENSEARCH ?? '';
const java = findJava(process.env, []);

export const hasOpenSearch = existsSync(join(distribution, 'bin/opensearch')) && java !== null && java.major <= NEWEST_JAVA;

export interface OpenSearch {
  readonly url: string;
  /** @returns The parsed answer. @throws Error when it is none of 2xx. */
  readonly ask: (method: string, path: string, body?: object) => Promise<unknown>;
  readonly kill: () => Promise<void>;
  /** On the same data and port. */
  readonly start: () => Promise<void>;
  readonly destroy: () => Promise<void>;
}

/** Started and ready. The caller destroys it. @param settings Of opensearch.yml. */
export async function startOpenSearch(settings: Readonly<Record<string, string>> = {}): Promise<OpenSearch> {
  const folder = mkdtempSync(join(tmpdir(), 'goshawk-opensearch-'));
  chmodSync(folder, 0o755);
  const { prefix, uid, gid } = await findIdentity(java!.program, folder);
  for (const name of ['config', 'data', 'logs', 'tmp']) mkdirSync(join(folder, name));
  cpSync(join(distribution, 'config'), join(folder, 'config'), { recursive: true });
  // Paths of the options of Java begin at the distribution, which is not ours to write to.
  const javaOptions = join(folder, 'config/jvm.options');
  writeFileSync(javaOptions, readFileSync(javaOptions, 'utf8').replaceAll(/(?<==)(logs\/|data$)/gm, `${folder}/$1`));
  for (const path of ['.', ...readdirSync(folder, { recursive: true }).map(String)]) chownSync(join(folder, path), uid, gid);
  const taken = new Set<number>();
  const [port, transport] = [await findPort(taken), await findPort(taken)];
  const url = `http://127.0.0.1:${port}`;
  const all = {
    'discovery.type': 'single-node',
    'network.host': '127.0.0.1',
    'http.port': String(port),
    'transport.port': String(transport),
    'path.data': join(folder, 'data'),
    'path.logs': join(folder, 'logs'),
    'cluster.routing.allocation.disk.threshold_enabled': 'false',
    ...settings,
  };
  const [first, ...rest] = [...prefix, join(distribution, 'bin/opensearch'), ...Object.entries(all).map(([name, value]) => `-E${name}=${value}`)];
  let running: ReturnType<typeof spawn> | null = null;

  const ask: OpenSearch['ask'] = async (method, path, body) => {
    const answer = await fetch(`${url}${path}`, {
      method,
      ...(body !== undefined && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  };
  const start = async () => {
    running = spawn(first!, rest, {
      stdio: ['ignore', 'ignore', openSync(join(folder, 'stderr'), 'w')],
      detached: true,
      env: {
        PATH: process.env.PATH,
        OPENSEARCH_JAVA_HOME: java!.home,
        OPENSEARCH_PATH_CONF: join(folder, 'config'),
        OPENSEARCH_TMPDIR: join(folder, 'tmp'),
        OPENSEARCH_JAVA_OPTS: '-Xms512m -Xmx512m -XX:-UsePerfData',
      },
    });
    while (running.exitCode === null) {
      if (await ask('GET', '/_cluster/health?wait_for_no_initializing_shards=true&timeout=1s').then(Boolean, () => false)) return;
      await after(250);
    }
    throw new Error(`OpenSearch ended with ${running.exitCode}: ${readFileSync(join(folder, 'stderr'), 'utf8').slice(-2_000)}`);
  };
  const end = async (signal: 'SIGKILL' | 'SIGTERM') => {
    if (running?.pid === undefined || running.exitCode !== null || running.signalCode !== null) return;
    const gone = once(running, 'exit');
    process.kill(-running.pid, signal);
    await gone;
  };
  const destroy = async () => {
    await end('SIGTERM');
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await start();
  } catch (error) {
    await destroy();
    throw error;
  }
  return { url, ask, kill: () => end('SIGKILL'), start, destroy };
}
