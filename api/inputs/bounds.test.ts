// What each input over HTTP does with too much, with what lies about its size, and with a broker that does not answer: in the terms of its protocol.
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { once } from 'node:events';
import { brotliCompressSync, constants, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import Fastify from 'fastify';
import type { FastifyInstance } from 'fastify';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { RetryableError } from '../../pipeline/core/errors.ts';
import type { Deliver } from '../../pipeline/core/connector.ts';
import type { Principal } from '../auth/tokens.ts';
import { config } from '../config.ts';
import { permissionsOfRole } from '../gate/roles.ts';
import { openTestApi } from '../test/api.ts';
import type { TestApi } from '../test/api.ts';
import { recordsOf } from '../test/raw-records.ts';
import { BodyBudget, bytesOf, takeBytes, unpackBodies } from './body.ts';
import { registerInputs } from './index.ts';

const LONG = { timeout: 15_000 };
const SENSOR = { organization: 'alpha', sensor: 's', source: 'x', format: null, credentialId: '1', expiresAt: null };
const SENDER: Principal = { organization: 'alpha', user: 's', roles: ['sensor'], permissions: permissionsOfRole('sensor'), expiresAt: 0, sensor: SENSOR };

interface Input {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** A request with one record. */
  readonly one: string | Buffer;
  /** A request of 50 MB that is one record. */
  readonly huge: () => Buffer;
  /** What an answer says is wrong, in its own terms. */
  readonly said: (body: string) => unknown;
}
const around = (head: string, tail: string): Buffer => Buffer.concat([Buffer.from(head), Buffer.alloc(50_000_000, 'x'), Buffer.from(tail)]);
const INPUTS: Readonly<Record<string, Input>> = {
  'HEC, events': {
    url: '/services/collector',
    headers: { authorization: 'Splunk TOKEN' },
    one: '{"event":"one"}',
    huge: () => around('{"event":"', '"}'),
    said: (body) => JSON.parse(body).code,
  },
  'HEC, lines': {
    url: '/services/collector/raw',
    headers: { authorization: 'Splunk TOKEN' },
    one: 'one',
    huge: () => around('', '\n'),
    said: (body) => JSON.parse(body).code,
  },
  'Elasticsearch bulk': {
    url: '/_bulk',
    headers: { authorization: 'ApiKey TOKEN' },
    one: '{"create":{}}\n{"message":"one"}\n',
    huge: () => around('{"create":{}}\n{"message":"', '"}\n'),
    said: (body) => JSON.parse(body).error.type,
  },
  'OTLP, JSON': {
    url: '/v1/logs',
    headers: { authorization: 'Bearer TOKEN', 'content-type': 'application/json' },
    one: '{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"body":{"stringValue":"one"}}]}]}]}',
    huge: () => around('{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"body":{"stringValue":"', '"}}]}]}]}'),
    said: (body) => JSON.parse(body).details[0].reason,
  },
  'OTLP, protobuf': {
    url: '/v1/logs',
    headers: { authorization: 'Bearer TOKEN', 'content-type': 'application/x-protobuf' },
    one: Buffer.from('0a09120712052a030a0170', 'hex'),
    huge: () => Buffer.alloc(50_000_000, 0x0a),
    said: (body) => body.charCodeAt(1), // the first field of google.rpc.Status
  },
  'events in bulk': {
    url: '/v2/events/bulk',
    headers: { authorization: 'Bearer TOKEN', 'content-type': 'application/json' },
    one: '{"format":"auto","events":["one"]}',
    huge: () => around('{"format":"auto","events":["', '"]}'),
    said: (body) => JSON.parse(body).code,
  },
};
const CODINGS: Readonly<Record<string, (bytes: Buffer) => Buffer>> = {
  gzip: (bytes) => gzipSync(bytes, { level: 1 }),
  deflate: (bytes) => deflateSync(bytes, { level: 1 }),
  zstd: (bytes) => zstdCompressSync(bytes),
  br: (bytes) => brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } }),
};
const signed = (headers: Input['headers'], token: string) =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, value.replace('TOKEN', token)]));

describe('a record of 50 MB', () => {
  let api: TestApi;
  let token: string;
  beforeAll(async () => {
    api = await openTestApi();
    token = await api.token(['sensor'], 'alpha', 'fw-1');
  });
  afterAll(() => api.close());

  const TOO_LARGE: Readonly<Record<string, unknown>> = {
    'HEC, events': 6,
    'HEC, lines': 6,
    'Elasticsearch bulk': 'content_too_large_exception',
    'OTLP, JSON': 'BODY_TOO_LARGE',
    'OTLP, protobuf': 3,
    'events in bulk': 'BODY_TOO_LARGE',
  };
  it.each(Object.keys(INPUTS))('is refused with its reason, as it is and packed, and the next is taken: %s', async (name) => {
    const { url, headers, one, huge, said } = INPUTS[name]!;
    const post = (payload: string | Buffer, more: Record<string, string> = {}) =>
      api.app.inject({ method: 'POST', url, payload, headers: { ...signed(headers, token), ...more } });
    const bytes = huge();
    for (const [coding, packed] of [
      ['identity', bytes],
      ['gzip', CODINGS.gzip!(bytes)],
    ] as const) {
      const response = await post(packed, coding === 'identity' ? {} : { 'content-encoding': coding });
      expect([coding, response.statusCode, said(response.payload)]).toEqual([coding, 413, TOO_LARGE[name]]);
    }
    expect((await post(one)).statusCode).toBeLessThan(300);
  });

  it('is none where its request would grow to more than is taken at once: OTLP', async () => {
    const beside = { attributes: [{ key: 'k', value: { stringValue: 'x'.repeat(1_000_000) } }] };
    const payload = JSON.stringify({ resourceLogs: [{ resource: beside, scopeLogs: [{ logRecords: Array.from({ length: 40_000 }, () => ({})) }] }] });
    const { url, headers, said } = INPUTS['OTLP, JSON']!;
    const response = await api.app.inject({ method: 'POST', url, payload, headers: signed(headers, token) });
    expect([response.statusCode, said(response.payload)]).toEqual([413, 'BODY_TOO_LARGE']);
  });

  it('left nothing behind but the next ones', async () => {
    const topics = [...(await api.broker.admin().topics()).keys()].filter((topic) => topic.startsWith('raw.alpha.'));
    const texts = (await Promise.all(topics.map((topic) => recordsOf(api.broker, topic)))).flat().map(({ text }) => text);
    expect([texts.length, Math.max(...texts.map((text) => text.length)) < 1_000]).toEqual([Object.keys(INPUTS).length, true]);
  });
});

describe('the bodies that are being read', () => {
  const LIMIT = 1_000_000;
  /** More than the limit and what one chunk of a decoder holds was never kept. */
  class Watched extends BodyBudget {
    peak = 0;
    override take(bytes: number, own: number): boolean {
      const isTaken = super.take(bytes, own);
      this.peak = Math.max(this.peak, this.bytes);
      return isTaken;
    }
  }
  let budget: Watched;
  let app: FastifyInstance;
  beforeAll(async () => {
    budget = new Watched();
    app = Fastify({ bodyLimit: LIMIT });
    await app.register(async (scope) => {
      takeBytes(scope);
      unpackBodies(scope, budget);
      scope.post('/', (request) => ({ bytes: bytesOf(request).length }));
    });
    await app.listen({ host: '127.0.0.1', port: 0 });
  });
  afterAll(() => app.close());
  afterEach(async () => {
    await expect.poll(() => budget.bytes, LONG).toBe(0);
    budget.peak = 0;
  });

  it.each(Object.entries(CODINGS))('are bounded, whatever they unpack to: %s', async (coding, pack) => {
    const post = (bytes: Buffer) => app.inject({ method: 'POST', url: '/', payload: pack(bytes), headers: { 'content-encoding': coding } });
    expect((await post(Buffer.alloc(100_000_000))).statusCode).toBe(413);
    expect(budget.peak).toBeLessThan(LIMIT + 200_000);
    expect((await post(Buffer.alloc(LIMIT))).json()).toEqual({ bytes: LIMIT });
  });

  it('are forgotten when their sender breaks off', async () => {
    const { port } = app.server.address() as { port: number };
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => {});
    socket.write(`POST / HTTP/1.1\r\nhost: x\r\ncontent-length: ${LIMIT}\r\n\r\n${'x'.repeat(LIMIT / 2)}`);
    await expect.poll(() => budget.bytes, LONG).toBe(LIMIT / 2);
    socket.destroy();
  });
});

describe('a request that does not go on', () => {
  it.each<[name: string, sent: string]>([
    ['in its head', 'POST /services/collector HTTP/1.1\r\nhost: x\r\nx-half'],
    ['in its body', 'POST /services/collector HTTP/1.1\r\nhost: x\r\nauthorization: Splunk TOKEN\r\ncontent-length: 100\r\n\r\n{"event":'],
    ['before it begins', ''],
  ])('is cut off: %s', async (_name, sent) => {
    const api = await openTestApi(undefined, { deps: { requestMs: 200 } });
    try {
      const { port } = new URL(await api.app.listen({ host: '127.0.0.1', port: 0 }));
      const socket: Socket = connect(Number(port), '127.0.0.1');
      let answer = '';
      socket.setEncoding('utf8').on('data', (text: string) => (answer += text));
      socket.write(sent.replace('TOKEN', await api.token(['sensor'])));
      await once(socket, 'close');
      expect(answer).toMatch(sent === '' ? /^$|^HTTP\/1.1 408/ : /^HTTP\/1.1 408/);
    } finally {
      await api.close();
    }
  });
});

describe('a broker that does not answer', () => {
  const open: FastifyInstance[] = [];
  afterEach(async () => {
    for (const app of open.splice(0)) await app.close();
  });
  /** Inputs whose records wait until the test decides. */
  function frozen() {
    const waiting: { readonly records: readonly Buffer[]; readonly fail: (error: Error) => void; readonly take: () => void }[] = [];
    const deliver: Deliver = (records) =>
      new Promise((resolve, fail) =>
        waiting.push({ records, fail, take: () => resolve(records.map((_record, offset) => ({ topic: 't', partition: 0, offset, takenAt: 0 }))) }),
      );
    const app = Fastify();
    app.decorateRequest('principal', null);
    app.addHook('onRequest', async (request) => {
      request.principal = SENDER;
    });
    registerInputs(app, {
      byCertificate: async () => null,
      config: config.parse({}),
      deliver,
      isBusy: () => waiting.length > 0,
      budget: new BodyBudget(),
      installationId: 'i',
      wallMicros: () => 0,
      authenticate: async () => SENDER,
    });
    open.push(app);
    return { app, waiting };
  }

  const others = Object.keys(INPUTS).filter((name) => name !== 'events in bulk'); // events.db.test.ts has that one
  const BUSY: Readonly<Record<string, readonly unknown[]>> = {
    'HEC, events': [503, '5', 9],
    'HEC, lines': [503, '5', 9],
    'Elasticsearch bulk': [200, undefined, 429],
    'OTLP, JSON': [503, '5', 'GATEWAY_BUSY'],
    'OTLP, protobuf': [503, '5', 14],
  };
  it.each(others)('is waited for, its refusal is passed on, and what comes again is taken: %s', async (name) => {
    const { app, waiting } = frozen();
    const { url, headers, one, said } = INPUTS[name]!;
    let answers = 0;
    const post = async () => {
      const response = await app.inject({ method: 'POST', url, payload: one, headers: signed(headers, 'ghs_x') });
      answers += 1;
      return response;
    };
    const first = post();
    await expect.poll(() => waiting.length, LONG).toBe(1);
    expect((await app.inject('/services/collector/health')).json().code).toBe(18);
    expect(answers).toBe(0); // nothing is acknowledged that the broker has not
    waiting.shift()!.fail(new RetryableError('GATEWAY_BUSY', 'Not now.'));
    const refused = await first;
    const status = name === 'Elasticsearch bulk' ? refused.json().items[0].create.status : said(refused.payload);
    expect([refused.statusCode, refused.headers['retry-after'], status]).toEqual(BUSY[name]);

    const again = post();
    await expect.poll(() => waiting.length, LONG).toBe(1);
    waiting.shift()!.take();
    const { statusCode, payload } = await again;
    expect([statusCode, /"errors":true|"code":[^0]/.test(payload)]).toEqual([200, false]);
  });

  it('gives out no number of an acknowledgement before it has the events', async () => {
    const { app, waiting } = frozen();
    const channel = '11111111-2222-3333-4444-555555555555';
    const headers = { authorization: 'Splunk ghs_x', 'x-splunk-request-channel': channel };
    const asked = () => app.inject({ method: 'POST', url: `/services/collector/ack?channel=${channel}`, payload: '{"acks":[0]}', headers });
    const sending = app.inject({ method: 'POST', url: '/services/collector', payload: '{"event":"x"}', headers });
    await expect.poll(() => waiting.length, LONG).toBe(1);
    expect((await asked()).json()).toEqual({ acks: { 0: false } });
    waiting.shift()!.take();
    expect((await sending).json()).toEqual({ text: 'Success', code: 0, ackId: 0 });
    expect((await asked()).json()).toEqual({ acks: { 0: true } });
  });
});
