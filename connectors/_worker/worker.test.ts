import type { HTTPMethods } from 'fastify';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { memoryBroker } from '../../pipeline/runtime/memory/index.ts';
import type { MemoryBroker } from '../../pipeline/runtime/memory/index.ts';
import { tpKey } from '../../pipeline/runtime/port.ts';
import { crewWorld, prepare } from './test/crew-world.ts';
import type { CrewWorld } from './test/crew-world.ts';
import { NO_PROGRESS } from './task.ts';
import type { Worker } from './worker.ts';

const SINK = { 'connector.class': 'counting', topics: 'sink.default.ecs.v1' };
const SESSION_MS = 6_000;
const EVENTUALLY = { timeout: 10_000, interval: 5 };

let broker: MemoryBroker;
let world: CrewWorld;
let open: Worker[];
beforeEach(async () => {
  broker = memoryBroker();
  world = crewWorld();
  open = [];
  await prepare(broker);
});
afterEach(async () => {
  await Promise.all(open.map((worker) => worker.stop()));
  await broker.close();
});

async function start(id: string, on: MemoryBroker = broker): Promise<Worker> {
  const worker = await world.open(on, id);
  open.push(worker);
  return worker;
}
const ask = async (worker: Worker, method: HTTPMethods, url: string, payload?: object, authorization = 'engineer') => {
  const answer = await worker.app.inject({ method, url, headers: { authorization }, ...(payload === undefined ? {} : { payload }) });
  return { status: answer.statusCode, body: answer.body === '' ? null : answer.json<unknown>(), headers: answer.headers };
};
const create = (worker: Worker, name: string, config: object = {}, authorization?: string) =>
  ask(worker, 'POST', '/connectors', { name, config: { ...SINK, ...config } }, authorization);
const eventuallyRunning = (expected: readonly string[]) => expect.poll(() => world.running(), EVENTUALLY).toEqual(expected);
const statusOf = async (worker: Worker, name: string) => {
  const { body } = await ask(worker, 'GET', `/connectors/${name}/status`);
  const { connector, tasks } = body as {
    connector: { state: string; worker_id: string; trace?: string };
    tasks: { id: number; state: string; worker_id: string; trace?: string }[];
  };
  return { connector, tasks, line: [connector.state, ...tasks.map(({ state, worker_id }) => `${state} ${worker_id}`)].join(', ') };
};

describe('workers together', () => {
  it('spread tasks evenly, whoever was asked', async () => {
    const [one, two] = [await start('one:1'), await start('two:1', broker.connect())];
    await create(one, 'a', { 'tasks.max': '3' });
    await create(two, 'b', { 'tasks.max': '3' });
    await expect.poll(() => world.running().length, EVENTUALLY).toBe(6);
    expect(world.running().filter((line) => line.startsWith('one:1')).length).toBe(3);
    for (const worker of [one, two])
      await expect.poll(async () => (await statusOf(worker, 'a')).line, EVENTUALLY).toMatch(/^RUNNING(, RUNNING (one|two):1){3}$/);
  });

  it('move as few tasks as they can when another comes', async () => {
    const one = await start('one:1');
    await create(one, 'a', { 'tasks.max': '4' });
    await eventuallyRunning(['one:1 a/0', 'one:1 a/1', 'one:1 a/2', 'one:1 a/3']);
    await start('two:1', broker.connect());
    await expect.poll(() => world.running().filter((line) => line.startsWith('two:1')).length, EVENTUALLY).toBe(2);
    await expect.poll(() => world.running().length, EVENTUALLY).toBe(4);
    expect(world.tasks.length).toBe(6); // two of the four were started again, elsewhere
  });

  it('are even again when tasks have gone', async () => {
    const [one, two] = [await start('one:1'), await start('two:1', broker.connect())];
    for (const name of ['a', 'b', 'c', 'd']) await create(one, name);
    await expect.poll(() => world.running().length, EVENTUALLY).toBe(4);
    const ofTwo = world.running().filter((line) => line.startsWith('two:1'));
    expect(ofTwo.length).toBe(2);
    for (const line of ofTwo) await ask(two, 'DELETE', `/connectors/${line.slice('two:1 '.length, -'/0'.length)}`);
    await expect.poll(() => world.running().map((line) => line.slice(0, 5)), EVENTUALLY).toEqual(['one:1', 'two:1']);
  });

  it('take over from one that leaves, at once', async () => {
    const [one, two] = [await start('one:1'), await start('two:1', broker.connect())];
    await create(one, 'a', { 'tasks.max': '2' });
    await expect.poll(() => world.running().length, EVENTUALLY).toBe(2);
    open.splice(open.indexOf(two), 1);
    await two.stop();
    await eventuallyRunning(['one:1 a/0', 'one:1 a/1']);
    await expect.poll(async () => (await statusOf(one, 'a')).line, EVENTUALLY).toBe('RUNNING, RUNNING one:1, RUNNING one:1');
  });

  it('take over from one that was killed, once its session is over, and nobody believes it any more', async () => {
    const [one, other] = [await start('one:1'), broker.connect()];
    const killed = await world.open(other, 'two:1');
    await create(one, 'a', { 'tasks.max': '2' });
    await expect.poll(() => world.running().filter((line) => line.startsWith('two:1')).length, EVENTUALLY).toBe(1);
    other.crash();
    for (const task of world.tasks) if (task.worker === 'two:1') task.state = 'stopped';
    broker.clock.advance(SESSION_MS + 1);
    await eventuallyRunning(['one:1 a/0', 'one:1 a/1']);
    await expect.poll(async () => (await statusOf(one, 'a')).line, EVENTUALLY).toBe('RUNNING, RUNNING one:1, RUNNING one:1');
    void killed;
  });

  it('never lose a connector, nor have one twice, when all are asked at once', async () => {
    const workers = [await start('one:1'), await start('two:1', broker.connect()), await start('three:1', broker.connect())];
    const asked = Array.from({ length: 12 }, (_, n) => create(workers[n % 3]!, `c${Math.floor(n / 2)}`));
    const statuses = (await Promise.all(asked)).map(({ status }) => status);
    expect(statuses.filter((status) => status === 201).length).toBe(6);
    expect(statuses.filter((status) => status === 409).length).toBe(6);
    for (const worker of workers)
      await expect.poll(async () => (await ask(worker, 'GET', '/connectors')).body, EVENTUALLY).toEqual(['c0', 'c1', 'c2', 'c3', 'c4', 'c5']);
    await expect.poll(() => world.running().length, EVENTUALLY).toBe(6);
  });

  it('know everything again when all of them were gone', async () => {
    const one = await start('one:1');
    await create(one, 'a');
    await ask(one, 'PUT', '/connectors/a/pause');
    open.splice(0, 1);
    await one.stop();
    const two = await start('two:1', broker.connect());
    expect((await ask(two, 'GET', '/connectors/a')).body).toMatchObject({ config: { ...SINK, name: 'a' } });
    await expect.poll(async () => (await statusOf(two, 'a')).line, EVENTUALLY).toBe('PAUSED, PAUSED two:1');
  });
});

describe('a change', () => {
  it.each<[name: string, operation: 'commit' | 'init', fault: 'answer-lost' | 'request-lost']>([
    ['whose commit was done, but whose answer was lost', 'commit', 'answer-lost'],
    ['whose commit was lost', 'commit', 'request-lost'],
    ['that could not begin at first', 'init', 'request-lost'],
    ['that another began to make at the same time', 'init', 'answer-lost'],
  ])('%s, is made once', async (_name, operation, fault) => {
    const one = await start('one:1');
    broker.faults.inject(operation, fault);
    expect((await create(one, 'a')).status).toBe(201);
    expect((await create(one, 'a')).status).toBe(409);
    expect((await ask(one, 'GET', '/connectors')).body).toEqual(['a']);
  });
});

describe('a task', () => {
  it('that cannot start is FAILED with the reason, until it is restarted', async () => {
    const one = await start('one:1');
    world.broken.set('a', new Error('The token is wrong.'));
    await create(one, 'a');
    await expect.poll(async () => (await statusOf(one, 'a')).tasks[0]?.state, EVENTUALLY).toBe('FAILED');
    expect((await statusOf(one, 'a')).tasks[0]?.trace).toContain('The token is wrong.');
    world.broken.clear();
    expect((await ask(one, 'POST', '/connectors/a/restart?includeTasks=true&onlyFailed=true')).body).toMatchObject({
      connector: { state: 'RUNNING' },
      tasks: [{ id: 0, state: 'RESTARTING' }],
    });
    await expect.poll(async () => (await statusOf(one, 'a')).line, EVENTUALLY).toBe('RUNNING, RUNNING one:1');
  });

  it('that ends by itself is FAILED, and the others go on', async () => {
    const one = await start('one:1');
    await create(one, 'a', { 'tasks.max': '2' });
    await eventuallyRunning(['one:1 a/0', 'one:1 a/1']);
    world.tasks.find(({ spec }) => spec.task === 1)!.fail(new Error('The index is gone.'));
    await expect.poll(async () => (await statusOf(one, 'a')).tasks.map(({ state }) => state), EVENTUALLY).toEqual(['RUNNING', 'FAILED']);
    expect((await ask(one, 'POST', '/connectors/a/tasks/1/restart')).status).toBe(204);
    await expect.poll(async () => (await statusOf(one, 'a')).tasks.map(({ state }) => state), EVENTUALLY).toEqual(['RUNNING', 'RUNNING']);
    expect(world.tasks.length).toBe(3);
  });

  it('goes on untouched when its connector is configured as it was', async () => {
    const one = await start('one:1');
    await create(one, 'a');
    await eventuallyRunning(['one:1 a/0']);
    expect((await ask(one, 'PUT', '/connectors/a/config', SINK)).status).toBe(200);
    expect((await ask(one, 'PATCH', '/connectors/a/config', { 'tasks.max': '2' })).status).toBe(200);
    await expect.poll(() => world.running(), EVENTUALLY).toEqual(['one:1 a/0', 'one:1 a/1']);
    expect(world.tasks.map(({ spec }) => `${spec.task} ${spec.config['tasks.max']}`).sort()).toEqual(['0 2', '0 undefined', '1 2']); // its configuration has changed
  });

  it('is paused and resumed without being started again', async () => {
    const one = await start('one:1');
    await create(one, 'a');
    await eventuallyRunning(['one:1 a/0']);
    await ask(one, 'PUT', '/connectors/a/pause');
    await expect.poll(() => world.tasks[0]!.state, EVENTUALLY).toBe('paused');
    await ask(one, 'PUT', '/connectors/a/resume');
    await expect.poll(() => world.tasks[0]!.state, EVENTUALLY).toBe('running');
    expect(world.tasks.length).toBe(1);
  });

  it('tells how far it has come', async () => {
    const one = await start('one:1');
    await create(one, 'a', { 'tasks.max': '2' });
    await eventuallyRunning(['one:1 a/0', 'one:1 a/1']);
    world.tasks[0]!.progress = { ...NO_PROGRESS, delivered: 5, owed: 2, lag: 3, oldestOwedAt: 1_000, lastError: { at: 7, message: 'slow' } };
    world.tasks[1]!.progress = { ...NO_PROGRESS, delivered: 6, rejected: 1, lag: 4, lastProgressAt: 9 };
    await expect
      .poll(async () => (await ask(one, 'GET', '/connectors/a/delivery')).body, EVENTUALLY)
      .toMatchObject({
        name: 'a',
        state: 'RUNNING',
        tasks: [
          { id: 0, state: 'RUNNING', worker_id: 'one:1', delivered: 5 },
          { id: 1, delivered: 6 },
        ],
        total: { delivered: 11, rejected: 1, owed: 2, lag: 7, oldestOwedAt: 1_000, lastProgressAt: 9, lastError: { at: 7, message: 'slow' } },
      });
  });

  it('is of nobody when its connector is deleted, and nothing is said of it any more', async () => {
    const one = await start('one:1');
    await create(one, 'a');
    await eventuallyRunning(['one:1 a/0']);
    expect((await ask(one, 'DELETE', '/connectors/a')).status).toBe(204);
    await eventuallyRunning([]);
    await create(one, 'a', { 'tasks.max': '2' });
    await eventuallyRunning(['one:1 a/0', 'one:1 a/1']);
  });
});

describe('where a sink begins', () => {
  const TP = { topic: 'sink.default.ecs.v1', partition: 0 };
  const committed = async () => (await broker.admin().committed('connect-a', [TP])).get(tpKey(TP));
  const send = async (count: number) => {
    for (let n = 0; n < count; n++) {
      await broker.producer().send([{ ...TP, key: null, value: Buffer.from('{}') }]);
      broker.clock.advance(60_000);
    }
  };

  it.each<[name: string, start: string | undefined, offset: number]>([
    ['now, unless it says more', undefined, 3],
    ['now', 'now', 3],
    ['at the first record', 'earliest', 0],
    ['at a time', '2026-01-01T00:01:00Z', 1],
    ['at a time that is yet to come', '2030-01-01T00:00:00Z', 3],
  ])('%s', async (_name, startAt, offset) => {
    await send(3);
    const one = await start('one:1');
    await create(one, 'a', startAt === undefined ? {} : { start: startAt });
    expect(await committed()).toBe(offset);
  });

  it('where an earlier one of its name was, unless it says where', async () => {
    await send(3);
    await broker.admin().setCommitted('connect-a', new Map([[tpKey(TP), 1]]));
    const one = await start('one:1');
    await create(one, 'a');
    expect(await committed()).toBe(1);
    await ask(one, 'DELETE', '/connectors/a');
    await create(one, 'a', { start: 'now' });
    expect(await committed()).toBe(3);
  });

  it('and stays there when it is configured anew', async () => {
    await send(3);
    const one = await start('one:1');
    await create(one, 'a', { start: 'earliest' });
    await ask(one, 'PUT', '/connectors/a/config', { ...SINK, start: 'now' });
    expect(await committed()).toBe(0);
  });
});

describe('topics', () => {
  it.each<[name: string, config: object, topics: readonly string[]]>([
    ['of a sink are those that it reads', SINK, ['sink.default.ecs.v1']],
    ['of a source are where it writes to', { 'connector.class': 'feeding', source: 'scanner' }, ['raw.default.gateway-scanner']],
    ['of a source are where it writes to when it does not say', { 'connector.class': 'feeding' }, ['raw.default.gateway-feed']],
  ])('%s, once it has', async (_name, config, topics) => {
    const one = await start('one:1');
    await ask(one, 'POST', '/connectors', { name: 'a', config });
    await eventuallyRunning(['one:1 a/0']);
    expect((await ask(one, 'GET', '/connectors/a/topics')).body).toEqual({ a: { topics: [] } });
    world.tasks[0]!.progress = { ...NO_PROGRESS, delivered: 1, lastProgressAt: broker.clock.nowMs() + 1 };
    await expect.poll(async () => (await ask(one, 'GET', '/connectors/a/topics')).body, EVENTUALLY).toEqual({ a: { topics } });
    broker.clock.advance(1_000);
    await ask(one, 'PUT', '/connectors/a/topics/reset');
    expect((await ask(one, 'GET', '/connectors/a/topics')).body).toEqual({ a: { topics: [] } });
  });
});

describe('offsets of a source', () => {
  it('are shown, set and forgotten, while it is stopped', async () => {
    const one = await start('one:1');
    await ask(one, 'POST', '/connectors', { name: 's', config: { 'connector.class': 'feeding' }, initial_state: 'STOPPED' });
    const row = { partition: { bucket: 'logs' }, offset: { key: '2026/01' } };
    expect(await ask(one, 'PATCH', '/connectors/s/offsets', { offsets: [row] })).toMatchObject({ status: 200 });
    expect((await ask(one, 'GET', '/connectors/s/offsets')).body).toEqual({ offsets: [row] });
    expect(await ask(one, 'DELETE', '/connectors/s/offsets')).toMatchObject({ status: 200 });
    expect((await ask(one, 'GET', '/connectors/s/offsets')).body).toEqual({ offsets: [] });
    expect(await ask(one, 'PATCH', '/connectors/s/offsets', { offsets: [{ partition: { bucket: '' }, offset: { key: 'x' } }] })).toMatchObject({ status: 400 });
  });
});
