// A real OpenSearch or Elasticsearch of one node, on loopback: the distributions that GOSHAWK_OPENSEARCH and GOSHAWK_ELASTICSEARCH name
// (scripts/fetch-cluster.sh).
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, cpSync, existsSync, mkdirSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { runCommand } from '../../../local/command.ts';
import { findJava } from '../../../local/java.ts';
import type { Java } from '../../../local/java.ts';
import { findPort } from '../../../local/ports.ts';
import { findIdentity } from '../../../local/unprivileged.ts';

export interface Product {
  readonly name: 'opensearch' | 'elasticsearch';
  readonly distribution: string;
  readonly java: Java;
  /** What a document is called that cannot be parsed. */
  readonly parsing: string;
}

/** May do everything; known to Elasticsearch alone: the distribution of OpenSearch has no security. */
const ADMIN = { username: 'admin', password: 'admin-of-tests' };
/** May create documents in `logs-tried.*`. */
export const WRITER = { username: 'writer', password: 'writer-of-tests' };
const ROLE = 'writer:\n  indices:\n    - names: [ "logs-tried.*" ]\n      privileges: [ "create_doc", "auto_configure" ]\n';

const isThere = ({ name, distribution }: Pick<Product, 'name' | 'distribution'>) => existsSync(join(distribution, 'bin', name));
/** Those that can be had here. OpenSearch 2 does not run on Java 24, which has no security manager; Elasticsearch 9 asks for 21. */
export const products: readonly Product[] = [
  { name: 'opensearch' as const, distribution: process.env.GOSHAWK_OPENSEARCH ?? '', parsing: 'mapper_parsing_exception', java: findJava(process.env, []) },
  { name: 'elasticsearch' as const, distribution: process.env.GOSHAWK_ELASTICSEARCH ?? '', parsing: 'document_parsing_exception', java: findJava(process.env) },
].filter(
  (product): product is Product =>
    isThere(product) && product.java !== null && (product.name === 'opensearch' ? product.java.major < 24 : product.java.major >= 21),
);

export interface RealCluster {
  readonly url: string;
  /** Options of a sink that may do everything. */
  readonly credentials: object;
  /** @returns The parsed answer. @throws Error when it is none of 2xx. */
  readonly ask: (method: string, path: string, body?: object) => Promise<unknown>;
  readonly kill: () => Promise<void>;
  /** On the same data and port. */
  readonly start: () => Promise<void>;
  readonly destroy: () => Promise<void>;
}

/** Started and ready. The caller destroys it. @param settings Of its yml. */
export async function startCluster({ name, distribution, java }: Product, settings: Readonly<Record<string, string>> = {}): Promise<RealCluster> {
  const isSecure = name === 'elasticsearch';
  const folder = mkdtempSync(join(tmpdir(), `goshawk-${name}-`));
  chmodSync(folder, 0o755);
  const { prefix, uid, gid } = await findIdentity(java.program, folder);
  for (const each of ['config', 'data', 'logs', 'tmp']) mkdirSync(join(folder, each));
  cpSync(join(distribution, 'config'), join(folder, 'config'), { recursive: true });
  if (isSecure) writeFileSync(join(folder, 'config/roles.yml'), ROLE);
  // Paths of the options of Java begin at the distribution, which is not ours to write to.
  const javaOptions = join(folder, 'config/jvm.options');
  const options = readFileSync(javaOptions, 'utf8').replaceAll(/(?<==)(?:logs\/)?(gc\.log|hs_err)/g, `${folder}/logs/$1`);
  writeFileSync(javaOptions, options.replaceAll(/(?<==)data$/gm, `${folder}/data`));
  for (const path of ['.', ...readdirSync(folder, { recursive: true }).map(String)]) chownSync(join(folder, path), uid, gid);

  const variable = name === 'opensearch' ? 'OPENSEARCH' : 'ES';
  const env = {
    PATH: process.env.PATH,
    [`${variable}_JAVA_HOME`]: java.home,
    [`${variable}_PATH_CONF`]: join(folder, 'config'),
    [`${variable}_TMPDIR`]: join(folder, 'tmp'),
    [`${variable}_JAVA_OPTS`]: '-Xms512m -Xmx512m -XX:-UsePerfData',
  };
  const run = async (program: string, ...args: readonly string[]) => {
    const [first, ...rest] = [...prefix, join(distribution, 'bin', program), ...args];
    const { code, output } = await runCommand(first!, rest, { env, timeoutMs: 60_000 });
    if (code !== 0) throw new Error(`${program} ended with ${code}: ${output}`);
  };
  if (isSecure) {
    await run('elasticsearch-users', 'useradd', ADMIN.username, '-p', ADMIN.password, '-r', 'superuser');
    await run('elasticsearch-users', 'useradd', WRITER.username, '-p', WRITER.password, '-r', 'writer');
  }

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
    ...(isSecure && { 'xpack.security.enabled': 'true', 'xpack.security.autoconfiguration.enabled': 'false' }),
    ...settings,
  };
  const [first, ...rest] = [...prefix, join(distribution, 'bin', name), ...Object.entries(all).map(([key, value]) => `-E${key}=${value}`)];
  const authorization = `Basic ${Buffer.from(`${ADMIN.username}:${ADMIN.password}`).toString('base64')}`;
  let running: ReturnType<typeof spawn> | null = null;

  const ask: RealCluster['ask'] = async (method, path, body) => {
    const answer = await fetch(`${url}${path}`, {
      method,
      headers: { ...(isSecure && { authorization }), ...(body !== undefined && { 'content-type': 'application/json' }) },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  };
  const start = async () => {
    running = spawn(first!, rest, { stdio: ['ignore', 'ignore', openSync(join(folder, 'stderr'), 'w')], detached: true, env });
    while (running.exitCode === null) {
      if (await ask('GET', '/_cluster/health?wait_for_no_initializing_shards=true&timeout=1s').then(Boolean, () => false)) return;
      await after(250);
    }
    throw new Error(`${name} ended with ${running.exitCode}: ${readFileSync(join(folder, 'stderr'), 'utf8').slice(-2_000)}`);
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
  return { url, credentials: isSecure ? ADMIN : {}, ask, kill: () => end('SIGKILL'), start, destroy };
}
