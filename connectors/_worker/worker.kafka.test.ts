// Workers on a real broker: what a kill, a flood of changes and a restart of the broker leave behind.
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { kafkaBroker } from '../../pipeline/runtime/kafka/index.ts';
import { ownBrokerProblem, startOwnBroker } from '../../test/own-broker.ts';
import { crewWorld, namesOf, prepare, silent } from './test/crew-world.ts';

const address = process.env['GOSHAWK_TEST_KAFKA'] ?? '';
const brokerOf = (brokers: string) => kafkaBroker({ brokers: [brokers], clientId: 'workers', log: silent });
const sink = (prefix: string) => ({ 'connector.class': 'counting', topics: `sink.default.ecs.${prefix}v1` });
const EVENTUALLY = { timeout: 40_000, interval: 200 };
const ended: (() => void)[] = [];
afterEach(() => {
  for (const end of ended.splice(0)) end();
});

interface Status {
  readonly connector: { readonly state: string; readonly worker_id: string };
  readonly tasks: readonly { readonly id: number; readonly state: string; readonly worker_id: string }[];
}

async function startWorker(brokers: string, prefix: string): Promise<{ readonly child: ChildProcess; readonly url: string; readonly id: string }> {
  const child = spawn(process.execPath, [fileURLToPath(new URL('test/worker-process.ts', import.meta.url)), brokers, prefix], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  ended.push(() => child.kill('SIGKILL'));
  const [text] = (await once(child.stdout, 'data')) as [Buffer];
  const id = `127.0.0.1:${text.toString().trim()}`;
  return { child, url: `http://${id}`, id };
}
async function ask(url: string, method: string, path: string, body?: object): Promise<{ readonly status: number; readonly body: unknown }> {
  const answer = await fetch(`${url}${path}`, {
    method,
    headers: { authorization: 'engineer', ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  return { status: answer.status, body: text === '' ? null : JSON.parse(text) };
}
const places = async (url: string, name: string) =>
  ((await ask(url, 'GET', `/connectors/${name}/status`)).body as Status).tasks.map(({ state, worker_id }) => `${state} ${worker_id}`);

describe.skipIf(address === '')('workers on a broker', () => {
  it('take over the tasks of one that was killed', { timeout: 120_000 }, async () => {
    const prefix = `t${randomUUID().slice(0, 8)}.`;
    const broker = brokerOf(address);
    await prepare(broker, prefix);
    const [one, two] = await Promise.all([startWorker(address, prefix), startWorker(address, prefix)]);
    expect((await ask(one.url, 'POST', '/connectors', { name: `${prefix}a`, config: { ...sink(prefix), 'tasks.max': '4' } })).status).toBe(201);
    for (const { url } of [one, two]) {
      await expect
        .poll(async () => (await places(url, `${prefix}a`)).sort(), EVENTUALLY)
        .toEqual([`RUNNING ${one.id}`, `RUNNING ${one.id}`, `RUNNING ${two.id}`, `RUNNING ${two.id}`].sort());
    }
    one.child.kill('SIGKILL');
    await expect.poll(() => places(two.url, `${prefix}a`), EVENTUALLY).toEqual(Array.from({ length: 4 }, () => `RUNNING ${two.id}`));
    const three = await startWorker(address, prefix);
    await expect.poll(async () => (await places(three.url, `${prefix}a`)).filter((line) => line.endsWith(three.id)).length, EVENTUALLY).toBe(2);
    await broker.close();
  });

  it('keep every change that was answered, whoever was asked', { timeout: 120_000 }, async () => {
    const prefix = `t${randomUUID().slice(0, 8)}.`;
    const broker = brokerOf(address);
    const other = brokerOf(address);
    await prepare(broker, prefix);
    const world = crewWorld();
    const names = namesOf(prefix);
    const workers = [await world.open(broker, 'one:1', { names }), await world.open(other, 'two:1', { names })];
    const changed = await Promise.all(
      Array.from({ length: 12 }, async (_, n) => {
        const { app } = workers[n % 2]!;
        const payload = { name: `${prefix}c${n % 6}`, config: { ...sink(prefix), file: String(n) }, initial_state: 'STOPPED' };
        return (await app.inject({ method: 'POST', url: '/connectors', headers: { authorization: 'engineer' }, payload })).statusCode;
      }),
    );
    expect([...changed].sort((a, b) => a - b)).toEqual([...Array.from({ length: 6 }, () => 201), ...Array.from({ length: 6 }, () => 409)]);
    for (const { connectors } of workers) await expect.poll(() => connectors().length, EVENTUALLY).toBe(6);
    await Promise.all(workers.map((worker) => worker.stop()));
    await Promise.all([broker.close(), other.close()]);
  });
});

const problem = await ownBrokerProblem();
it.skipIf(problem !== null || address === '')('a worker goes on when the broker was killed and comes back', { timeout: 180_000 }, async () => {
  const own = await startOwnBroker();
  const broker = brokerOf(own.address);
  try {
    await prepare(broker);
    const world = crewWorld();
    const worker = await world.open(broker, 'one:1');
    const inject = (method: 'POST' | 'GET', url: string, payload?: object) =>
      worker.app.inject({ method, url, headers: { authorization: 'engineer' }, ...(payload === undefined ? {} : { payload }) });
    expect((await inject('POST', '/connectors', { name: 'a', config: sink('') })).statusCode).toBe(201);
    await expect.poll(() => world.running(), EVENTUALLY).toEqual(['one:1 a/0']);
    await own.kill();
    expect((await inject('GET', '/health')).json()).toMatchObject({ status: 'unhealthy' });
    await own.start();
    await expect.poll(async () => (await inject('GET', '/health')).statusCode, EVENTUALLY).toBe(200);
    await expect.poll(async () => (await inject('POST', '/connectors', { name: 'b', config: sink('') })).statusCode, EVENTUALLY).toBe(201);
    await expect.poll(() => world.running(), EVENTUALLY).toEqual(['one:1 a/0', 'one:1 b/0']);
    await expect.poll(async () => (await inject('GET', '/connectors/b/status')).json<Status>().tasks[0]?.state, EVENTUALLY).toBe('RUNNING');
    await worker.stop();
  } finally {
    await broker.close();
    await own.destroy();
  }
});
