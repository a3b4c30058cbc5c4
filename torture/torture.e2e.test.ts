// Two minutes of torture, as `npm run torture` runs it: one broker, two processes of all stages. Skipped where servers cannot be had.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findJava } from '../local/java.ts';
import { projectFolder } from '../local/project.ts';
import { planServices } from '../local/services.ts';
import type { TortureResult } from './index.ts';

const { KAFKA_BROKERS: _kafka, SCHEMA_REGISTRY_URL: _registry, DATABASE_URL: _database, ...env } = process.env;
const plan = await planServices(['broker', 'registry', 'database'], join(projectFolder, '.goshawk'), env);
const canRun = plan.choice.missing.length === 0 && plan.postgres !== null && findJava(env) !== null;
/** Chosen so that the first faults are of different kinds; those that take a minute or restart the world are for the long runs. */
const SEED = 'npm-test';
const FAULTS = 6; // a minute on a machine that has nothing else to do
const KINDS = 'kill-restart,freeze,cut,restart,broker-kill,database-kill,clock';

describe.skipIf(!canRun)('a run of torture', () => {
  it('loses, doubles and reorders nothing while stages and servers are killed, frozen and cut off', async () => {
    const data = mkdtempSync(join(tmpdir(), 'goshawk-torture-'));
    const args = ['torture', '--seed', SEED, '--data', data, '--faults', String(FAULTS), '--rate', '80', '--only', KINDS, '--json'];
    const child = spawn(process.execPath, [join(projectFolder, 'cli/main.ts'), ...args], { cwd: projectFolder, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let [stdout, stderr] = ['', ''];
    child.stdout.on('data', (text) => (stdout += String(text)));
    child.stderr.on('data', (text) => (stderr = (stderr + String(text)).slice(-4000)));
    const code = await new Promise((resolve) => {
      child.once('exit', resolve);
    });
    rmSync(data, { recursive: true, force: true });
    expect([code, stderr]).toEqual([0, expect.anything()]);
    const { pieces } = JSON.parse(stdout) as TortureResult;
    expect(pieces.flatMap(({ problems }) => problems)).toEqual([]);
    expect(pieces.flatMap(({ suffered }) => suffered).length).toBe(FAULTS);
    expect(pieces.reduce((sum, { compared }) => sum + compared, 0)).toBeGreaterThan(2_000);
  }, 600_000);
});
