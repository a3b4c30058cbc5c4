// The first command of a newcomer, whole: servers, four processes, the player, the API, the worker of connectors; then the second start.
import { execFile, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findRunning } from './installation.ts';
import type { ProcessIdentity } from './process-identity.ts';
import { isRunning } from './process-identity.ts';
import { planServices } from './services.ts';

const cli = new URL('../cli/main.ts', import.meta.url).pathname;
const { KAFKA_BROKERS: _kafka, SCHEMA_REGISTRY_URL: _registry, DATABASE_URL: _database, PORT: _port, ...env } = process.env;
const { choice, java } = await planServices(['broker', 'registry', 'database'], '/nowhere', env);
const canRun = choice.missing.length === 0 && java !== null;
const MINUTE_MS = 60_000;

describe.skipIf(!canRun)('up, whole', () => {
  let data: string;
  let child: ChildProcess;
  let stderr: string;
  beforeAll(() => {
    data = mkdtempSync(join(tmpdir(), 'goshawk-whole-'));
    mkdirSync(join(data, 'out'));
  });
  afterAll(async () => {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
    rmSync(data, { recursive: true, force: true });
  });

  /** Resolves with the address. */
  async function start(): Promise<string> {
    child = spawn(process.execPath, [cli, 'up', '--data', data, '--port', '0'], {
      env: { ...env, GOSHAWK_CONNECT_FILE_FOLDERS: join(data, 'out') },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stdout = '';
    stderr = '';
    child.stdout?.on('data', (text) => (stdout += String(text)));
    child.stderr?.on('data', (text) => (stderr += String(text)));
    const exit = once(child, 'exit');
    for (;;) {
      const [, url] = /^Goshawk is ready: (http:\S+)\n/m.exec(stdout) ?? [];
      if (url !== undefined) return url;
      if (child.exitCode !== null) throw new Error(stderr);
      await Promise.race([once(child.stdout ?? child, 'data'), exit]);
    }
  }
  async function stop(): Promise<number | null> {
    child.kill('SIGINT');
    const [code] = (await once(child, 'exit')) as [number | null];
    return code;
  }
  const goshawk = async (...args: string[]): Promise<unknown> => {
    const { stdout } = await promisify(execFile)(process.execPath, [cli, ...args, '--data', data, '--json'], { env }).catch(
      (error: { stdout: string }) => error,
    );
    return JSON.parse(stdout) as unknown;
  };
  /** Asks again until the answer is as wanted; the test's timeout is the limit. */
  async function until<T>(ask: () => Promise<T>, isWanted: (answer: T) => boolean): Promise<T> {
    for (;;) {
      const answer = await ask();
      if (isWanted(answer)) return answer;
      await delay(500);
    }
  }
  interface Status {
    readonly state: string;
    readonly parts: readonly { readonly name: string; readonly state: string }[];
    readonly stages: readonly { readonly name: string; readonly in: number }[];
  }
  interface Ledger {
    readonly balanced: boolean;
    readonly hops: readonly { readonly stage: string; readonly in: number }[];
    readonly breaks: readonly unknown[];
  }
  const stored = ({ hops }: Ledger) => hops.filter(({ stage }) => stage === 'persist').reduce((sum, hop) => sum + hop.in, 0);

  it("plays the sample through all stages into the database, and says the administrator's password", { timeout: 4 * MINUTE_MS }, async () => {
    const url = await start();
    expect(stderr).toMatch(/Sign in as admin with the password \S+ \(shown this once/);
    expect((await fetch(`${url}/health/ready`)).status).toBe(200);
    expect(await (await fetch(url)).text()).toContain('<!doctype html>');
    const status = (await until(
      () => goshawk('status'),
      (answer) => (answer as Status).state === 'ready',
    )) as Status;
    expect(status.parts.filter(({ state }) => state !== 'up' && state !== 'off')).toEqual([]);
    expect(status.stages.map(({ name }) => name)).toEqual(expect.arrayContaining(['ingest', 'validate', 'enrich', 'detect', 'correlate', 'alert']));
    await until(
      () => goshawk('ledger'),
      (answer) => stored(answer as Ledger) > 20,
    );
    const metrics = await (await fetch(`${url}/metrics`)).text();
    for (const process of ['collect', 'analyse', 'serve', 'connect']) expect(metrics).toContain(`process="${process}"`);
  });

  it('starts a process again that was killed, and nothing is lost or counted twice', { timeout: 3 * MINUTE_MS }, async () => {
    const collect = JSON.parse(readFileSync(join(data, 'parts/collect.json'), 'utf8')) as ProcessIdentity;
    const before = stored((await goshawk('ledger')) as Ledger);
    process.kill(collect.pid, 'SIGKILL');
    await until(
      () => goshawk('ledger'),
      (answer) => stored(answer as Ledger) > before + 50,
    );
    const ledger = (await until(
      () => goshawk('ledger'),
      (answer) => (answer as Ledger).balanced,
    )) as Ledger;
    expect(ledger.breaks).toEqual([]);
    expect(stderr).toContain('The process collect ended by itself');
  });

  it('hands documents on by a connector, each once, though its worker is killed', { timeout: 4 * MINUTE_MS }, async () => {
    const { token } = (await goshawk('token')) as { token: string };
    const file = join(data, 'out/documents.ndjson');
    const ask = async (method: string, path: string, body?: object): Promise<unknown> => {
      const answer = await fetch(`${findRunning(data)?.connectUrl ?? ''}${path}`, {
        method,
        headers: { authorization: `Bearer ${token}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await answer.text();
      return text === '' ? null : JSON.parse(text);
    };
    const config = { 'connector.class': 'file-sink', topics: 'sink.default.ecs.v1', path: file, start: 'earliest', 'offset.flush.interval.ms': '500' };
    expect(await ask('POST', '/connectors', { name: 'files', config })).toMatchObject({ name: 'files', type: 'sink' });
    const delivered = async () =>
      ((await ask('GET', '/connectors/files/delivery').catch(() => null)) as { total?: { delivered: number } } | null)?.total?.delivered ?? 0;
    await until(delivered, (count) => count > 5);
    process.kill((JSON.parse(readFileSync(join(data, 'parts/connect.json'), 'utf8')) as ProcessIdentity).pid, 'SIGKILL');
    const lines = () => readFileSync(file, 'utf8').trimEnd().split('\n');
    const before = lines().length;
    await until(
      async () => lines().length,
      (count) => count > before + 5,
    );
    await ask('PUT', '/connectors/files/stop');
    await until(
      () => ask('GET', '/connectors/files/status'),
      (status) => (status as { tasks: unknown[] }).tasks.length === 0,
    );
    const ids = lines().map((line) => (JSON.parse(line) as { event: { id: string } }).event.id);
    expect(ids.length).toBe(new Set(ids).size);
  });

  it('ends in order, goes on where it was, and says no password again', { timeout: 4 * MINUTE_MS }, async () => {
    const before = stored((await goshawk('ledger')) as Ledger);
    const notes = ['broker', 'registry', 'database', 'collect', 'analyse', 'serve', 'connect', 'player'].map(
      (name) => JSON.parse(readFileSync(join(data, `parts/${name}.json`), 'utf8')) as ProcessIdentity,
    );
    expect(await stop()).toBe(130);
    expect(notes.filter(isRunning)).toEqual([]);
    expect(findRunning(data)).toBeNull();
    await start();
    expect(stderr).not.toContain('password');
    const ledger = (await until(
      () => goshawk('ledger'),
      (answer) => stored(answer as Ledger) > before,
    )) as Ledger;
    expect(ledger.breaks).toEqual([]);
    expect(await stop()).toBe(130);
  });
});
