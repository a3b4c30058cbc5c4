// Backup and restore as an operator does them: of a running installation, its database set back, and all of it in another folder.
import { execFile, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openPool } from '../store/connect.ts';
import { findRunning } from './installation.ts';
import { planServices } from './services.ts';

const cli = new URL('../cli/main.ts', import.meta.url).pathname;
const { KAFKA_BROKERS: _kafka, SCHEMA_REGISTRY_URL: _registry, DATABASE_URL: _database, PORT: _port, ...env } = process.env;
const { choice, java } = await planServices(['broker', 'registry', 'database'], '/nowhere', env);
const canRun = choice.missing.length === 0 && java !== null;
const MINUTE_MS = 60_000;
const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);

interface Hop {
  readonly stage: string;
  readonly topic: string;
  readonly in: number;
  readonly out: Readonly<Record<string, number>>;
}

describe.skipIf(!canRun)('backup and restore', { timeout: 12 * MINUTE_MS }, () => {
  let home: string;
  const children: ChildProcess[] = [];
  beforeAll(() => {
    home = mkdtempSync(join(tmpdir(), 'goshawk-backup-'));
  });
  afterAll(async () => {
    for (const child of children) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
    rmSync(home, { recursive: true, force: true });
  });
  const at = (name: string) => join(home, name);

  async function start(data: string, ...args: string[]): Promise<ChildProcess> {
    const child = spawn(process.execPath, [cli, 'up', '--data', data, '--port', '0', ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    children.push(child);
    let output = '';
    let errors = '';
    child.stdout.on('data', (text) => (output += String(text)));
    child.stderr.on('data', (text) => (errors += String(text)));
    const exit = once(child, 'exit');
    while (!output.includes('Goshawk is ready: http')) {
      if (child.exitCode !== null) throw new Error(errors);
      await Promise.race([once(child.stdout, 'data'), exit]);
    }
    return child;
  }
  async function stop(child: ChildProcess): Promise<void> {
    child.kill('SIGINT');
    await once(child, 'exit');
  }
  /** Exit code and the JSON document on stdout. */
  const goshawk = (...args: string[]) =>
    promisify(execFile)(process.execPath, [cli, ...args, '--json'], { env }).then(
      ({ stdout }) => ({ code: 0, answer: JSON.parse(stdout) as Record<string, unknown>, stderr: '' }),
      ({ code, stderr }: { code: number; stderr: string }) => ({ code, answer: {} as Record<string, unknown>, stderr }),
    );
  async function ids(data: string): Promise<readonly string[]> {
    const pool = openPool({ databaseUrl: findRunning(data)?.databaseUrl ?? '' });
    try {
      return (await pool.query<{ id: string }>(`SELECT encode(id, 'hex') AS id FROM goshawk.event ORDER BY 1`)).rows.map(({ id }) => id);
    } finally {
      await pool.end();
    }
  }
  async function until<T>(ask: () => Promise<T>, isWanted: (answer: T) => boolean): Promise<T> {
    for (;;) {
      const answer = await ask();
      if (isWanted(answer)) return answer;
      await delay(500);
    }
  }
  /** Resolves when all that was enriched is stored, nothing more comes, and everything adds up. */
  async function settled(data: string): Promise<void> {
    let before = -1;
    await until(
      async () => {
        const { answer } = await goshawk('ledger', '--data', data);
        const { hops = [], balanced } = answer as { hops?: readonly Hop[]; balanced?: boolean };
        const enriched = sum(hops.filter(({ stage }) => stage === 'enrich').map(({ out }) => out['events.enriched.v1'] ?? 0));
        const stored = sum(hops.filter(({ stage, topic }) => stage === 'persist' && topic === 'events.enriched.v1').map((hop) => hop.in));
        const isSettled = balanced === true && enriched === stored && stored === before;
        before = stored;
        return isSettled;
      },
      (isSettled) => isSettled,
    );
  }

  it('sets the database back without losing or doubling a row, and builds all of it again elsewhere', async () => {
    const [data, kept, elsewhere] = [at('data'), at('kept'), at('elsewhere')];
    const first = await start(data);
    await until(
      () => ids(data),
      ({ length }) => length > 100,
    );
    const made = await goshawk('backup', '--data', data, '--to', kept);
    expect(made.answer).toMatchObject({ topics: { kafka: expect.any(String) as string }, installationId: expect.any(String) as string });
    const inBackup = new Set(await ids(data)).size;
    const before = await until(
      () => ids(data),
      ({ length }) => length > inBackup + 100,
    );
    await stop(first);

    expect(await goshawk('restore', '--from', kept, '--data', data), 'a folder that is not empty').toMatchObject({ code: 2 });
    const planned = await goshawk('restore', '--from', kept, '--data', data, '--only-database');
    expect(planned.answer).toMatchObject({ executed: false, into: 'database' });

    const restored = await goshawk('restore', '--from', kept, '--data', data, '--only-database', '--execute');
    expect(restored).toMatchObject({ code: 0, answer: { executed: true, keptDatabase: expect.stringMatching(/^goshawk_before_/) as string } });
    expect((restored.answer.rows as { event: number }).event).toBeLessThan(before.length);
    const second = await start(data, '--no-sample');
    await settled(data);
    const stored = await ids(data);
    const known = new Set(stored);
    expect(before.filter((id) => !known.has(id))).toEqual([]);
    expect(known.size).toBe(stored.length);
    await stop(second);

    const stopped = await goshawk('backup', '--data', data, '--to', at('stopped'));
    expect(stopped).toMatchObject({ code: 0, answer: { topics: { frozenMs: 0 } } });
    expect(await goshawk('restore', '--from', at('stopped'), '--data', elsewhere)).toMatchObject({ code: 0, answer: { executed: false, into: 'folder' } });

    const whole = await goshawk('restore', '--from', kept, '--data', elsewhere, '--execute');
    expect(whole).toMatchObject({ code: 0, answer: { executed: true, into: 'folder' } });
    const third = await start(elsewhere, '--no-sample');
    await settled(elsewhere);
    const there = await ids(elsewhere);
    expect(there.length).toBeGreaterThanOrEqual((whole.answer.rows as { event: number }).event);
    expect(new Set(there).size).toBe(there.length);
    expect(there.filter((id) => !known.has(id))).toEqual([]); // ids are made of the installation's id, which the backup carried
    await stop(third);

    appendFileSync(join(kept, 'schemas.json'), ' ');
    const damaged = await goshawk('restore', '--from', kept, '--data', at('another'), '--execute');
    expect(damaged).toMatchObject({ code: 2, stderr: expect.stringContaining('schemas.json was changed') as string });
    expect(existsSync(at('another'))).toBe(false);
    expect(readdirSync(home).sort()).toEqual(['data', 'elsewhere', 'kept', 'stopped']);
  });
});
