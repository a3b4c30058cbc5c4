// OWASP API10 (2023), unsafe consumption: what other servers answer, what sensors send and what lies in the store was written by others. It is data,
// whatever it says. Forged tokens of providers are in api/auth/oidc/forgeries.db.test.ts.
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openOutbound } from '../../outbound/client.ts';
import { config as outboundConfig } from '../../outbound/config.ts';
import { plainContext, plainEvent } from '../../schemas/avro/plain.ts';
import { schemas } from '../../schemas/avro/types.gen.ts';
import { topics } from '../../topologies/topics.ts';
import { openTestApi } from '../test/api.ts';
import type { Loose, TestApi } from '../test/api.ts';
import { openTestDatabase, serverUrl } from '../test/database.ts';
import type { TestDatabase } from '../test/database.ts';
import { eventually } from '../test/eventually.ts';
import { NOON, seedAlerts, seedEvents, seedFindings } from '../test/seed.ts';

/** What spreadsheets, terminals, pages and JavaScript would each do something with. */
const HOSTILE: readonly string[] = [
  '=HYPERLINK("https://evil.example","x")',
  '+cmd|calc!A0',
  '-2+3+cmd',
  '@SUM(1)',
  '\t=1+1',
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  '\u001b]0;owned\u0007\u001b[2J',
  'a\r\nset-cookie: x=1',
  '\u202egpj.exe',
  '{{7*7}}${7*7}#{7*7}',
  `'; DROP TABLE x; --`,
  '__proto__',
  'a,b;c"d\ne',
];

describe.skipIf(serverUrl === '')('what others wrote', () => {
  let database: TestDatabase;
  let api: TestApi;
  let provider: Server;
  let answer: (response: ServerResponse) => void = (response) => response.end();
  let issuer: string;
  beforeAll(async () => {
    database = await openTestDatabase();
    provider = createServer((_request, response) => answer(response)).listen(0, '127.0.0.1');
    await once(provider, 'listening');
    issuer = `http://127.0.0.1:${(provider.address() as AddressInfo).port}`;
    api = await openTestApi(database, { deps: { outbound: openOutbound({ ...outboundConfig.parse({}), allow: [issuer], wholeMs: 1_000, firstByteMs: 500 }) } });
    expect((await api.inject({ method: 'PUT', url: '/auth/identity-providers/x', payload: { label: 'x', issuer, clientId: 'x' } })).statusCode).toBe(200);
    await seedEvents(
      database.owner,
      HOSTILE.map((message, n) => ({ n: n + 1, columns: { message, host_name: message, user_name: message }, native: { text: message, [message]: message } })),
    );
    await seedFindings(
      database.owner,
      HOSTILE.map((title, n) => ({ n: n + 101, columns: { title, reason: title } })),
    );
    await seedAlerts(
      database.owner,
      HOSTILE.map((title, n) => ({ n: n + 201, columns: { title } })),
    );
  });
  afterAll(async () => {
    await api.close();
    provider.closeAllConnections();
    provider.close();
    await database.drop();
  });

  const json =
    (body: string | Buffer, headers: Record<string, string> = {}) =>
    (response: ServerResponse) =>
      void response.writeHead(200, { 'content-type': 'application/json', ...headers }).end(body);
  const described = (more: object) =>
    JSON.stringify({ issuer, authorization_endpoint: `${issuer}/a`, token_endpoint: `${issuer}/t`, jwks_uri: `${issuer}/k`, ...more });

  it.each<[name: string, answer: (response: ServerResponse) => void]>([
    ['nothing', json('')],
    ['no JSON', json('<html>')],
    ['null', json('null')],
    ['a list', json('[]')],
    ['a text', json('"x"')],
    ['lists in lists', json('['.repeat(100_000) + ']'.repeat(100_000))],
    ['five megabytes', json(`{"issuer":"${'x'.repeat(5 << 20)}"}`)],
    ['a hundred megabytes, packed', json(gzipSync(Buffer.alloc(100 << 20, ' ')), { 'content-encoding': 'gzip' })],
    ['packing that is broken', json('no gzip', { 'content-encoding': 'gzip' })],
    ['another issuer', (response) => json(described({ issuer: 'https://elsewhere.example' }))(response)],
    ['numbers where texts belong', (response) => json(described({ authorization_endpoint: 7, jwks_uri: {}, token_endpoint: [] }))(response)],
    ['a prototype', (response) => json(`{"__proto__":{"polluted":true},"issuer":"${issuer}","constructor":{"prototype":{"polluted":true}}}`)(response)],
    ['another place', (response) => void response.writeHead(302, { location: 'http://169.254.169.254/latest/meta-data' }).end()],
    ['itself as another place', (response) => void response.writeHead(307, { location: '/.well-known/openid-configuration' }).end()],
    [
      'headers without end',
      (response) => void response.writeHead(200, Object.fromEntries(Array.from({ length: 900 }, (_, n) => [`x-${n}`, 'y'.repeat(100)]))).end('{}'),
    ],
    ['a failure that tells much', (response) => void response.writeHead(500).end('secret of another server')],
    ['half of it', (response) => void response.writeHead(200, { 'content-length': '1000' }).write('{"a":', () => response.destroy())],
  ])('by a provider of identities, who answers with %s: said as a problem, and no more of it than that', async (_name, how) => {
    answer = how;
    const [tried, started] = [
      await api.inject({ method: 'POST', url: '/auth/identity-providers/x/try' }),
      await api.inject({ url: '/auth/oidc/default.x/start' }, null),
    ];
    for (const { statusCode, body, headers } of [tried, started]) {
      expect([statusCode, body]).toEqual([
        expect.toSatisfy((status: number) => status !== 500 && status !== 200),
        expect.not.stringMatching(/UNEXPECTED|secret of another/),
      ]);
      expect(body.length).toBeLessThan(5_000);
      expect(headers.location ?? '').not.toMatch(/169\.254|elsewhere/);
    }
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });

  it('is text in a table: no cell begins as a formula does', async () => {
    for (const [kind, columns] of [
      ['events', 'message,host.name,user.name'],
      ['findings', 'title,reason'],
      ['alerts', 'title'],
    ]) {
      const { body, headers } = await api.inject({ url: `/v2/exports/${kind}?format=csv&columns=${columns}` });
      expect(headers['content-disposition']).toMatch(/^attachment; filename="[\w.-]+"$/);
      const cells = body.slice(body.indexOf('\r\n') + 2).matchAll(/(?:^|,|\r\n)(?:"((?:[^"]|"")*)"|([^",\r\n]*))/g);
      const texts = [...cells].map(([, quoted, plain]) => quoted ?? plain ?? '');
      expect(texts.some((cell) => cell.includes('HYPERLINK'))).toBe(true);
      expect(texts.filter((cell) => /^[=+\-@\t\r]/.test(cell))).toEqual([]);
    }
  });

  it('is text in JSON, which no browser takes for a page, and comes back as it was', async () => {
    for (const url of ['/v2/events?limit=200', '/v2/alerts?limit=200']) {
      const { headers, body } = await api.inject({ url });
      expect([headers['content-type'], headers['x-content-type-options']]).toEqual([expect.stringMatching(/^application\/json/), 'nosniff']);
      for (const text of HOSTILE) expect(body).toContain(JSON.stringify(text));
      expect(headers).not.toHaveProperty('set-cookie');
    }
    const { data } = await api.graphql('{ events(first: 200) { edges { node { fields native } } } }');
    expect(data.events.edges).toHaveLength(HOSTILE.length);
    expect(({} as { text?: unknown }).text).toBeUndefined();
  });

  it('is found by what it is, and breaks no search that repeats it', async () => {
    for (const text of HOSTILE.filter((each) => !/[\0\n\r\t]/.test(each))) {
      const search = `message:"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
      const { data, errors } = await api.graphql('query ($s: String) { events(filter: { search: $s }) { edges { node { fields } } } }', { s: search });
      expect([text, errors, data?.events.edges.length]).toEqual([text, undefined, 1]);
    }
  });

  it('passes through the live tail as it is, and what cannot be read stops nobody', async () => {
    const base = (await api.app.listen({ host: '127.0.0.1', port: 0 })).replace('http', 'ws');
    const socket = new WebSocket(`${base}/live`);
    const messages: Loose[] = [];
    socket.addEventListener('message', ({ data }) => messages.push(JSON.parse(String(data))));
    await new Promise((resolve) => socket.addEventListener('open', resolve, { once: true }));
    socket.send(JSON.stringify({ token: await api.token(['viewer']) }));
    socket.send(JSON.stringify({ join: 'events' }));
    await eventually(() => expect(messages.some(({ joined }) => joined !== undefined)).toBe(true));
    const record = (value: Buffer) => ({ topic: topics.enriched.name, partition: 0, key: null, value });
    const event = (host: string) =>
      record(
        Buffer.from(
          api.codec.encode(schemas.enriched, {
            event: plainEvent({ time: NOON, host: { name: host } } as Parameters<typeof plainEvent>[0]),
            context: plainContext(),
          }),
        ),
      );
    const broken = [Buffer.alloc(0), Buffer.from('no avro'), Buffer.alloc(100_000, 0xff), Buffer.from([0, 0xff, 0xff, 0xff, 0xff, 1, 2, 3])];
    await eventually(async () => {
      await api.broker.producer().send([...broken.map(record), ...HOSTILE.map(event), event('after all')]);
      expect(JSON.stringify(messages)).toContain('after all');
    });
    const told = JSON.stringify(messages);
    for (const text of HOSTILE) expect(told).toContain(JSON.stringify(text).slice(1, -1));
    expect(socket.readyState).toBe(WebSocket.OPEN);
    socket.close();
  });
});
