// What `up` promises about its own end, tried with the one server that starts in a second.
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { choosePostgres, isDatabaseReady } from './postgres.ts';
import { groupMembers, isRunning } from './process-identity.ts';
import type { ProcessIdentity } from './process-identity.ts';

const cli = new URL('../cli/main.ts', import.meta.url).pathname;
const hasPostgres = (await choosePostgres('/nowhere', process.env)) !== null;

interface Run {
  readonly child: ChildProcess;
  readonly stdout: () => string;
  readonly stderr: () => string;
  readonly exit: Promise<number | null>;
}

describe.skipIf(!hasPostgres || process.platform === 'win32')('up', () => {
  let folder: string;
  let data: string;
  let runs: Run[];
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'goshawk-up-'));
    data = folder;
    runs = [];
  });
  afterEach(async () => {
    for (const { child, exit } of runs) {
      child.kill('SIGKILL');
      await exit;
    }
    rmSync(folder, { recursive: true, force: true });
  });

  function start(...args: string[]): Run {
    const { KAFKA_BROKERS: _kafka, SCHEMA_REGISTRY_URL: _registry, DATABASE_URL: _database, ...env } = process.env;
    const child = spawn(process.execPath, [cli, 'up', '--data', data, ...args], { env, stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
    let [stdout, stderr] = ['', ''];
    child.stdout?.on('data', (text) => (stdout += String(text)));
    child.stderr?.on('data', (text) => (stderr += String(text)));
    const run: Run = { child, stdout: () => stdout, stderr: () => stderr, exit: once(child, 'exit').then(([code]) => code as number | null) };
    runs.push(run);
    return run;
  }
  /** Resolves when the address is there. */
  async function startDatabase(): Promise<Run> {
    const run = start('--only', 'database');
    let isOver = false;
    void run.exit.then(() => (isOver = true));
    while (!/DATABASE_URL=\S+\n/.test(run.stdout())) {
      if (isOver) throw new Error(run.stderr());
      await Promise.race([once(run.child.stdout ?? run.child, 'data'), run.exit]);
    }
    return run;
  }
  const database = () => JSON.parse(readFileSync(join(data, 'parts/database.json'), 'utf8')) as ProcessIdentity;
  /** Polls, since processes of another session tell nobody when they end. Fails the test by its timeout. */
  async function gone(part: ProcessIdentity): Promise<void> {
    while (isRunning(part) || groupMembers(part.pid, data).length > 0)
      await new Promise((resolve) => {
        setImmediate(resolve);
      });
  }

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)('ends everything in order at %s, also when it comes twice at once', async (signal, code) => {
    const run = await startDatabase();
    expect(run.stdout()).toMatch(/^Goshawk is ready: database\nDATABASE_URL=postgresql:\/\/goshawk@\/goshawk\?host=/);
    const part = database();
    run.child.kill(signal);
    run.child.kill(signal);
    expect(await run.exit).toBe(code);
    await gone(part);
    expect(readFileSync(join(data, 'logs/database.log'), 'utf8')).toContain('database system is shut down');
    expect(existsSync(join(data, 'installation.json'))).toBe(false);
  });

  it('leaves nothing behind after kill -9, and starts again at once', async () => {
    const run = await startDatabase();
    const part = database();
    run.child.kill('SIGKILL');
    await run.exit;
    const again = await startDatabase(); // the lock is free already, the database may still be ending
    expect(isRunning(part)).toBe(false);
    expect(await isDatabaseReady(/DATABASE_URL=(\S+)/.exec(again.stdout())?.[1] ?? '')).toBe(true);
    again.child.kill('SIGTERM');
    expect(await again.exit).toBe(143);
  });

  it('ends when the process that started it is gone', async () => {
    const run = await startDatabase();
    const part = database();
    run.child.disconnect();
    expect(await run.exit).toBe(143);
    await gone(part);
  });

  it('refuses a second one on the same folder and says which process to stop', async () => {
    const run = await startDatabase();
    const second = start('--only', 'database');
    expect(await second.exit).toBe(2);
    expect(second.stderr()).toContain(`process ${run.child.pid}`);
    expect(second.stderr()).toContain('--data');
  });

  it('ends with 1 and the name of the part when a server dies by itself', async () => {
    const run = await startDatabase();
    process.kill(-database().pid, 'SIGKILL');
    expect(await run.exit).toBe(1);
    expect(run.stderr()).toMatch(/database ended by itself .*\n?.*logs\/database\.log/);
  });

  it('takes away what a crash of everything left half done', async () => {
    mkdirSync(join(data, 'postgres'));
    writeFileSync(join(data, 'postgres/PG_VERSION'), '1'); // no marker: initdb was cut short
    mkdirSync(join(data, 'parts'));
    writeFileSync(join(data, 'parts/database.json'), JSON.stringify({ pid: 1, started: 'not the one that has this id now' }));
    const run = await startDatabase();
    expect(readdirSync(join(data, 'postgres'))).toContain('base');
    run.child.kill('SIGINT');
    expect(await run.exit).toBe(130);
  });

  it('works in a folder whose name holds what other programs stumble over, and is too long for a socket', async () => {
    data = join(folder, `ä ö, '"%20; ${'x'.repeat(90)}`);
    const run = await startDatabase();
    expect(await isDatabaseReady(/DATABASE_URL=(\S+)/.exec(run.stdout())?.[1] ?? '')).toBe(true);
    run.child.kill('SIGINT');
    expect(await run.exit).toBe(130);
  });

  it.each([
    [
      'a port that is taken',
      async () => {
        const server = createServer().listen(0, '127.0.0.1');
        await once(server, 'listening');
        const { port } = server.address() as { port: number };
        return { args: ['--port', String(port)], says: `Port ${port} is taken`, end: () => server.close() };
      },
    ],
    ['a port that is none', () => ({ args: ['--port', '65536'], says: '0 to 65535', end: () => {} })],
    ['a service that is none', () => ({ args: ['--only', 'broker,queue'], says: 'broker, registry, database', end: () => {} })],
    ['an unknown option', () => ({ args: ['--fast'], says: '--fast', end: () => {} })],
  ])('refuses %s with 2 before anything starts', async (_, prepare) => {
    const { args, says, end } = await prepare();
    const run = start(...args);
    expect(await run.exit).toBe(2);
    expect(run.stderr()).toContain(says);
    expect(readdirSync(data)).toEqual([]);
    end();
  });
});
