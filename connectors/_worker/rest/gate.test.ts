import { connect } from 'node:net';
import type { AddressInfo } from 'node:net';
import type { HTTPMethods } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { memoryBroker } from '../../../pipeline/runtime/memory/index.ts';
import { crewWorld, prepare } from '../test/crew-world.ts';
import type { Worker } from '../worker.ts';

const SINK = { 'connector.class': 'counting', topics: 'sink.default.ecs.v1' };
const broker = memoryBroker();
const world = crewWorld();
let worker: Worker;
beforeAll(async () => {
  await prepare(broker);
  worker = await world.open(broker, 'one:1');
  await ask('POST', '/connectors', { name: 'a', config: SINK });
});
afterAll(async () => {
  await worker.stop();
  await broker.close();
});

async function ask(method: HTTPMethods, url: string, payload?: object | string, headers: Readonly<Record<string, string>> = { authorization: 'engineer' }) {
  const answer = await worker.app.inject({ method, url, headers, ...(payload === undefined ? {} : { payload }) });
  return { status: answer.statusCode, body: answer.body === '' ? null : answer.json<never>() };
}
const as = (authorization: string) => ({ authorization });

type Route = [method: HTTPMethods, url: string, payload?: object];
/** All routes that concern the connector `a`, and what they take. */
const READS: readonly Route[] = [
  ['GET', '/connectors/a'],
  ['GET', '/connectors/a/config'],
  ['GET', '/connectors/a/status'],
  ['GET', '/connectors/a/delivery'],
  ['GET', '/connectors/a/tasks'],
  ['GET', '/connectors/a/tasks/0/status'],
  ['GET', '/connectors/a/offsets'],
];
const CHANGES: readonly Route[] = [
  ['PATCH', '/connectors/a/config', { 'tasks.max': '2' }],
  ['PUT', '/connectors/a/pause'],
  ['PUT', '/connectors/a/resume'],
  ['PUT', '/connectors/a/stop'],
  ['POST', '/connectors/a/restart'],
  ['POST', '/connectors/a/restart?includeTasks=true'],
  ['POST', '/connectors/a/tasks/0/restart'],
  ['PATCH', '/connectors/a/offsets', { offsets: [{ partition: { kafka_topic: 'sink.default.ecs.v1', kafka_partition: 0 }, offset: null }] }],
  ['DELETE', '/connectors/a/offsets'],
  ['DELETE', '/connectors/a'],
];

describe('who may', () => {
  it.each<Route>([...READS, ...CHANGES, ['GET', '/connectors'], ['POST', '/connectors', {}], ['GET', '/connector-plugins'], ['GET', '/']])(
    '%s %s: nobody without a token, and nobody without permission',
    async (method, url, payload) => {
      expect((await ask(method, url, payload, {})).status).toBe(401);
      expect((await ask(method, url, payload, as('nobody'))).status).toBe(403);
    },
  );

  it.each(READS)('%s %s: who may read', async (method, url) => {
    expect((await ask(method, url, undefined, as('analyst'))).status).toBe(200);
  });

  it.each<Route>([...CHANGES, ['POST', '/connectors', { name: 'b', config: SINK }], ['PUT', '/connectors/b/config', SINK]])(
    '%s %s: not who may read only',
    async (method, url, payload) => {
      expect((await ask(method, url, payload, as('analyst'))).status).toBe(403);
    },
  );

  it('see the health: everybody', async () => {
    expect(await ask('GET', '/health', undefined, {})).toMatchObject({ status: 200, body: { status: 'healthy' } });
  });
});

describe('of another organization', () => {
  it.each<Route>([...READS, ...CHANGES])('%s %s: not there', async (method, url, payload) => {
    expect((await ask(method, url, payload, as('stranger'))).status).toBe(404);
  });

  it('nothing is listed, and a name that is taken is taken', async () => {
    expect((await ask('GET', '/connectors', undefined, as('stranger'))).body).toEqual([]);
    expect((await ask('GET', '/connectors?expand=info&expand=status', undefined, as('stranger'))).body).toEqual({});
    const theirs = { 'connector.class': 'counting', topics: 'sink.acme.ecs.v1' };
    expect((await ask('POST', '/connectors', { name: 'a', config: theirs }, as('stranger'))).status).toBe(409);
    expect((await ask('PUT', '/connectors/a/config', theirs, as('stranger'))).status).toBe(409);
    expect((await ask('GET', '/connectors/a/topics', undefined, as('stranger'))).body).toEqual({ a: { topics: [] } });
  });

  it.each<[name: string, topics: string, authorization: string, status: number]>([
    ['its topics are refused', 'sink.acme.ecs.v1', 'engineer', 400],
    ['its topics are refused among others', 'sink.default.ecs.v1, sink.acme.ecs.v1', 'engineer', 400],
    ['what is no sink topic is refused', 'events.enriched.v1', 'engineer', 400],
    ['who runs the installation may have any', 'sink.acme.ecs.v1', 'platform', 201],
  ])('%s', async (name, topics, authorization, status) => {
    expect((await ask('POST', '/connectors', { name, config: { ...SINK, topics } }, as(authorization))).status).toBe(status);
  });

  it('a pattern finds its topics for nobody', async () => {
    await broker.producer().send([{ topic: 'sink.acme.ecs.v1', partition: 0, key: null, value: Buffer.from('{}') }]);
    await ask('POST', '/connectors', { name: 'pattern', config: { 'connector.class': 'counting', 'topics.regex': 'sink\\..*', start: 'earliest' } });
    const { offsets } = (await ask('GET', '/connectors/pattern/offsets')).body as unknown as { offsets: { partition: { kafka_topic: string } }[] };
    expect(offsets.map(({ partition }) => partition.kafka_topic)).toEqual(['sink.default.ecs.v1', 'sink.default.ocsf.v1']);
  });
});

describe('what cannot be read', () => {
  it.each<[name: string, method: HTTPMethods, url: string, payload: string | object | undefined, headers: Readonly<Record<string, string>>, status: number]>([
    ['no JSON', 'POST', '/connectors', '{', { 'content-type': 'application/json' }, 400],
    ['another form', 'POST', '/connectors', 'name=a', { 'content-type': 'application/x-www-form-urlencoded' }, 415],
    ['too much', 'POST', '/connectors', JSON.stringify({ name: 'x', config: { a: 'x'.repeat(1_100_000) } }), { 'content-type': 'application/json' }, 413],
    ['a list for a value', 'PUT', '/connectors/x/config', { ...SINK, topics: ['a'] }, {}, 400],
    ['null for a value', 'PUT', '/connectors/x/config', { ...SINK, topics: null }, {}, 400],
    ['a secret in the open', 'PUT', '/connectors/x/config', { ...SINK, token: 'abc' }, {}, 400],
    ['a flag that is none', 'POST', '/connectors/a/restart?includeTasks=maybe', undefined, {}, 400],
    ['a path with a broken escape', 'GET', '/connectors/%zz', undefined, {}, 400],
    ['offsets that are no list', 'PATCH', '/connectors/a/offsets', { offsets: 1 }, {}, 400],
    [
      '__proto__ as an option',
      'PUT',
      '/connectors/x/config',
      '{"__proto__":{"a":"b"},"connector.class":"counting"}',
      { 'content-type': 'application/json' },
      400,
    ],
  ])('%s', async (_name, method, url, payload, headers, status) => {
    const answer = await ask(method, url, payload, { authorization: 'engineer', ...headers });
    expect(answer).toEqual({ status, body: { error_code: status, message: expect.any(String) as string } });
  });

  it.each(['PUT', 'POST'] as const)('but %s without a body, of whatever form, can', async (method) => {
    const url = method === 'PUT' ? '/connectors/a/resume' : '/connectors/a/tasks/0/restart';
    for (const type of ['application/json', 'application/x-www-form-urlencoded', 'text/plain'])
      expect((await ask(method, url, '', { authorization: 'engineer', 'content-type': type })).status).toBeLessThan(300);
  });
});

describe('limits', () => {
  it('are kept of an address, and told', async () => {
    const small = await crewWorld().open(broker.connect(), 'two:1', { requestsPerSecond: 1 });
    try {
      const statuses = await Promise.all(Array.from({ length: 6 }, async () => (await small.app.inject({ url: '/health' })).statusCode));
      expect(statuses.filter((status) => status === 429).length).toBe(2); // a burst of four
    } finally {
      await small.stop();
    }
  });

  it.each<[name: string, sent: string, status: number]>([
    ['of what is no HTTP', 'HELLO\r\n\r\n', 400],
    ['of header fields', `GET / HTTP/1.1\r\nhost: a\r\nx: ${'y'.repeat(20_000)}\r\n\r\n`, 431],
  ])('%s, as JSON', async (_name, sent, status) => {
    await worker.app.listen({ host: '127.0.0.1', port: 0 }).catch(() => ''); // the first row does
    const { port } = worker.app.server.address() as AddressInfo;
    const text = await new Promise<string>((resolve, reject) => {
      const socket = connect(port, '127.0.0.1', () => socket.write(sent));
      let got = '';
      socket.on('data', (chunk) => (got += chunk.toString()));
      socket.on('close', () => resolve(got));
      socket.on('error', reject);
    });
    expect(text).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(text).toContain(`{"error_code":${status},`);
  });
});
