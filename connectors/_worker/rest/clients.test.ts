// Clients of Kafka Connect that others wrote, as they are: kc of kafka-connect-py and kafka-connect-healthcheck, both of PyPI. They know Basic only.
// Absent = skipped; CONTRIBUTING says how to get them.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { memoryBroker } from '../../../pipeline/runtime/memory/index.ts';
import { findPort } from '../../../local/ports.ts';
import { findProgram } from '../../../test/programs.ts';
import { authorize, crewWorld, prepare } from '../test/crew-world.ts';
import type { Worker } from '../worker.ts';

const run = promisify(execFile);
const kc = findProgram('kc');
const healthcheck = findProgram('kafka-connect-healthcheck');
const SINK = { 'connector.class': 'counting', topics: 'sink.default.ecs.v1' };
const EVENTUALLY = { timeout: 15_000, interval: 100 };
const broker = memoryBroker();
const world = crewWorld();
let worker: Worker;
let url: string;

beforeAll(async () => {
  await prepare(broker);
  /** The password says who it is. */
  const byPassword = (header: string | undefined) =>
    authorize(/^Basic (.+)$/.exec(header ?? '') === null ? undefined : Buffer.from(header!.slice(6), 'base64').toString().split(':')[1]);
  worker = await world.open(broker, '127.0.0.1:8083', { authorize: byPassword });
  await worker.app.listen({ host: '127.0.0.1', port: 0 });
  url = `http://127.0.0.1:${(worker.app.server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  await worker.stop();
  await broker.close();
});

describe.skipIf(kc === null)('kc', () => {
  const tell = async (...args: readonly string[]) => {
    const { stdout } = await run(kc!.path, ['--url', url, '--auth', 'kc:engineer', ...args]);
    const text = stdout.trim();
    return text.startsWith('{') || text.startsWith('[') || text === 'null' ? (JSON.parse(text) as unknown) : text;
  };

  it('makes, shows, changes, pauses, restarts and deletes a connector', { timeout: 60_000 }, async () => {
    expect(await tell('info')).toMatchObject({ version: '4.2.2' });
    expect(await tell('list-plugins')).toContainEqual({ class: 'counting', type: 'sink', version: '1.0.0' });
    expect(await tell('create', '--config-data', JSON.stringify({ name: 'a', config: SINK }))).toMatchObject({ name: 'a', type: 'sink' });
    await expect.poll(() => tell('status', 'a'), EVENTUALLY).toMatchObject({ connector: { state: 'RUNNING' }, tasks: [{ id: 0, state: 'RUNNING' }] });
    expect(await tell('list')).toEqual(['a']);
    expect(await tell('config', 'a')).toEqual({ ...SINK, name: 'a' });
    expect(await tell('update', 'a', '--config-data', JSON.stringify({ ...SINK, 'tasks.max': '2' }))).toMatchObject({ config: { 'tasks.max': '2' } });
    await expect.poll(() => tell('list-tasks', 'a'), EVENTUALLY).toHaveLength(2);
    await tell('pause', 'a');
    await expect.poll(() => tell('list', '--state', 'paused'), EVENTUALLY).toEqual(['a']);
    await tell('resume', 'a');
    await expect.poll(() => tell('task-status', 'a', '1'), EVENTUALLY).toMatchObject({ id: 1, state: 'RUNNING' });
    const before = world.tasks.length;
    await tell('restart', 'a', '--include-tasks');
    await expect.poll(() => world.tasks.length, EVENTUALLY).toBe(before + 2);
    await tell('restart-task', 'a', '0');
    expect(await tell('list-topics', 'a')).toEqual({ a: { topics: [] } });
    await tell('reset-topics', 'a');
    await tell('delete', 'a');
    expect(await tell('list')).toEqual([]);
    expect(await tell('status', 'a')).toMatch(/404 Client Error/);
  });
});

describe.skipIf(healthcheck === null)('kafka-connect-healthcheck', () => {
  it('sees what runs, and what has failed', { timeout: 60_000 }, async () => {
    await worker.app.inject({
      method: 'POST',
      url: '/connectors',
      headers: { authorization: `Basic ${Buffer.from('x:engineer').toString('base64')}` },
      payload: { name: 'h', config: SINK },
    });
    const port = await findPort(new Set());
    const child = spawn(
      healthcheck!.path,
      ['--port', String(port), '--connect-url', url, '--connect-worker-id', '127.0.0.1:8083', '--basic-auth', 'x:engineer'],
      { stdio: 'ignore' },
    );
    const exited = once(child, 'exit');
    const health = async () => {
      const answer = await fetch(`http://127.0.0.1:${port}/`).catch(() => null);
      return answer === null ? null : ((await answer.json()) as { healthy: boolean; failures: object[] });
    };
    try {
      await expect.poll(health, EVENTUALLY).toMatchObject({ healthy: true, failures: [] });
      world.tasks.at(-1)!.fail(new Error('The index is gone.'));
      await expect
        .poll(health, EVENTUALLY)
        .toMatchObject({
          healthy: false,
          failures: [{ type: 'task', connector: 'h', id: 0, state: 'FAILED', trace: expect.stringContaining('The index is gone.') as string }],
        });
    } finally {
      child.kill();
      await exited;
    }
  });
});
