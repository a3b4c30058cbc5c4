// OWASP API4 (2023), unrestricted consumption: little that is sent never makes much work, and what is too much is refused before it is done.
import { deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { QUERY_LIMITS } from '../graphql/limits.ts';
import { openTestApi } from '../test/api.ts';
import { serverUrl } from '../test/database.ts';
import { ALERT, openWorld, RULE_ID } from '../test/walk-world.ts';
import type { World } from '../test/walk-world.ts';

const times = (count: number, text: (n: number) => string): string => Array.from({ length: count }, (_, n) => text(n)).join(' ');
const RANGE = 'from: "2026-01-01T00:00:00Z", to: "2027-01-01T00:00:00Z"';
/** CPU that a refusal may take: a hundred times what it does on an idle machine, a thousandth of what the attack would. */
const CHEAP_MS = 2_000;

describe.skipIf(serverUrl === '')('little that makes much work', () => {
  let world: World;
  beforeAll(async () => {
    world = await openWorld();
  });
  afterAll(() => world.close());

  async function spent<T>(work: () => Promise<T>): Promise<readonly [result: T, cpuMs: number]> {
    const before = process.cpuUsage();
    const result = await work();
    const { user, system } = process.cpuUsage(before);
    return [result, (user + system) / 1_000];
  }
  /** As somebody who may send, in the words of the protocol. */
  const send = async (method: 'POST' | 'PUT' | 'PATCH', url: string, payload: string | Buffer, headers: Record<string, string> = {}) => {
    const token = await world.api.token(['admin', 'engineer'], 'alpha');
    const basic = Buffer.from(`x:${token}`).toString('base64');
    const authorization = url.startsWith('/services/') ? `Splunk ${token}` : url === '/_bulk' ? `Basic ${basic}` : `Bearer ${token}`;
    return world.api.inject({ method, url, payload, headers: { 'content-type': 'application/json', authorization, ...headers } }, null);
  };
  const graphql = (payload: unknown) => world.api.inject({ method: 'POST', url: '/graphql', payload: payload as object }, ['admin'], 'alpha');
  const codesOf = (body: string): readonly string[] => {
    const answer = JSON.parse(body) as Answered | readonly Answered[];
    return [answer].flat().flatMap(({ errors = [], code }) => (code === undefined ? errors.map(({ extensions }) => extensions.code) : [code]));
  };

  describe('in a query', () => {
    const deep = (depth: number) => '{ parent: alert '.repeat(depth);
    it.each<[name: string, query: string, code: string]>([
      ['aliases of what is dear', `{ ${times(51, (n) => `a${n}: eventTop(field: "host.name", ${RANGE}) { count }`)} }`, 'QUERY_TOO_COMPLEX'],
      ['aliases below one field', `{ viewer { ${times(60, (n) => `a${n}: user`)} } }`, 'QUERY_TOO_COMPLEX'],
      ['one field a thousand times', `{ viewer { ${'user '.repeat(1_000)} } }`, 'GRAPHQL_VALIDATION_FAILED'],
      ['lists in lists', '{ alerts(first: 200) { edges { node { findings { events { event { id } } } } } } }', 'QUERY_TOO_COMPLEX'],
      [
        'fragments that double at each step',
        `{ ...f0 } ${times(40, (n) => `fragment f${n} on Query { ${n === 39 ? 'viewer { user }' : `...f${n + 1} ...f${n + 1}`} }`)}`,
        'QUERY_TOO_COMPLEX',
      ],
      [
        'fragments that double below a field',
        `{ alert(id: "${ALERT}") { ...f0 } } ${times(14, (n) => `fragment f${n} on Alert { ${n === 13 ? 'id' : `findings { alert { ...f${n + 1} } } notes { by } ...f${n + 1}`} }`)}`,
        'GRAPHQL_VALIDATION_FAILED|QUERY_TOO_COMPLEX',
      ],
      ['fragments that go round', '{ ...a } fragment a on Query { ...b } fragment b on Query { ...a }', 'GRAPHQL_VALIDATION_FAILED'],
      ['inline fragments in each other', `{ ${'... on Query { '.repeat(900)} viewer { user } ${'} '.repeat(900)} }`, 'GRAPHQL_PARSE_FAILED|QUERY_TOO_COMPLEX'],
      ['directives without end', `{ viewer ${'@skip(if: false) '.repeat(400)} { user } }`, 'GRAPHQL_VALIDATION_FAILED'],
      ['directives that nobody knows', `{ viewer ${'@a '.repeat(1_400)} { user } }`, 'GRAPHQL_VALIDATION_FAILED'],
      ['variables without end', `query (${times(700, (n) => `$v${n}: Int`)}) { viewer { user } }`, 'GRAPHQL_VALIDATION_FAILED|GRAPHQL_PARSE_FAILED'],
      [
        'a list as a value, in itself',
        `{ alerts(filter: { search: ${'['.repeat(1_400)}${']'.repeat(1_400)} }) { edges { cursor } } }`,
        'GRAPHQL_VALIDATION_FAILED',
      ],
      ['braces that never end', deep(900), 'GRAPHQL_PARSE_FAILED'],
      [
        'the schema, round and round',
        '{ __schema { types { fields { type { fields { type { fields { type { name } } } } } } } } }',
        'GRAPHQL_VALIDATION_FAILED',
      ],
      ['a text beyond the limit', `{ viewer { user } } # ${'x'.repeat(QUERY_LIMITS.characters)}`, 'QUERY_TOO_COMPLEX'],
      ['fields that may not be merged, each with each', `{ ${times(600, () => 'viewer { user }')} }`, 'GRAPHQL_VALIDATION_FAILED'],
      ['a number with many digits', `{ alerts(first: ${'9'.repeat(15_000)}) { edges { cursor } } }`, 'GRAPHQL_VALIDATION_FAILED'],
    ])('%s: refused, and cheaply', async (_name, query, code) => {
      const [{ body }, cpuMs] = await spent(() => graphql({ query }));
      expect(codesOf(body)).not.toEqual([]);
      for (const each of codesOf(body)) expect(each).toMatch(new RegExp(`^(${code})$`));
      expect(body.length).toBeLessThan(20_000);
      expect(cpuMs).toBeLessThan(CHEAP_MS);
    });

    it('many operations in one request: refused, and ten have the budget of one', async () => {
      const dear = { query: '{ alerts(first: 200) { edges { node { findings { title } } } } }' };
      expect(codesOf((await graphql(Array.from({ length: 11 }, () => dear))).body)).toEqual(['QUERY_TOO_COMPLEX']);
      expect(codesOf((await graphql(Array.from({ length: 10_000 }, () => ({ query: '{ viewer { user } }' })))).body)).toEqual(['QUERY_TOO_COMPLEX']);
      const codes = codesOf(
        (await graphql(Array.from({ length: 10 }, () => ({ query: '{ alerts(first: 200) { edges { node { findings { events { id } } } } } }' })))).body,
      );
      expect(codes.length).toBeGreaterThan(0);
    });

    it.each<[name: string, variables: string]>([
      ['deep', `{"filter": ${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}}`],
      ['wide', `{"filter": {${Array.from({ length: 20_000 }, (_, n) => `"m${n}":1`).join(',')}}}`],
      ['many errors', `{"filter": {"host": [${'1,'.repeat(50_000)}1]}}`],
      ['more than a number holds', '{"filter": {"minSeverity": 1e999}}'],
      ['a number of a million digits', `{"filter": {"minSeverity": ${'9'.repeat(900_000)}}}`],
    ])('variables that are %s: refused, and the answer stays small', async (_name, variables) => {
      const payload = `{"query":"query ($filter: EventFilter) { events(filter: $filter) { edges { cursor } } }","variables":${variables}}`;
      const [{ statusCode, body }, cpuMs] = await spent(() =>
        world.api.inject({ method: 'POST', url: '/graphql', payload, headers: { 'content-type': 'application/json' } }, ['admin'], 'alpha'),
      );
      expect([statusCode, codesOf(body).length > 0, body.includes('UNEXPECTED')]).toEqual([200, true, false]);
      expect(body.length).toBeLessThan(50_000);
      expect(cpuMs).toBeLessThan(CHEAP_MS);
    });
  });

  describe('in a document of JSON', () => {
    const nested = (depth: number, inner = '1') => `${'['.repeat(depth)}${inner}${']'.repeat(depth)}`;
    const bombs: readonly (readonly [name: string, value: string])[] = [
      ['lists 100,000 deep', nested(100_000)],
      ['lists 100,000 deep around a number that has to be kept', nested(100_000, '12345678901234567890')],
      ['objects 50,000 deep', `${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)}`],
      ['a number of 500,000 digits', '9'.repeat(500_000)],
      ['a number beyond all', '1e999999'],
      ['a number beneath all', '1e-999999'],
      ['an exponent of 100,000 digits', `1e${'9'.repeat(100_000)}`],
      ['one name 50,000 times', `{${'"a":1,'.repeat(50_000)}"a":1}`],
    ];
    const places: readonly (readonly [method: 'POST' | 'PUT' | 'PATCH', url: string, body: (value: string) => string])[] = [
      ['POST', '/v2/events', (value) => `{"event":${value},"source":"any"}`],
      ['POST', '/v2/events/bulk', (value) => `{"events":[${value}],"source":"any"}`],
      ['POST', '/v2/events/query', (value) => `{"search":${value}}`],
      ['POST', '/v2/threat-detection/analyze', (value) => `{"events":[{"a":${value}}],"rules":["title: x"]}`],
      [
        'POST',
        '/v2/threat-detection/exceptions',
        (value) => `{"ruleIds":["${RULE_ID}"],"conditions":${value},"owner":"x","reason":"x","expiresAt":"2026-04-01T00:00:00Z"}`,
      ],
      ['POST', '/v2/threat-detection/exceptions/effect', (value) => `{"ruleIds":["${RULE_ID}"],"conditions":${value}}`],
      ['PUT', '/auth/trust-domains/example.org', (value) => `{"bundle":${value},"workloads":[]}`],
      ['POST', '/v2/saved-searches', (value) => `{"kind":"events","name":"x","filter":${value}}`],
      ['POST', '/graphql', (value) => `{"query":"query ($c: JSON!) { exceptionEffect(conditions: $c, ruleIds: []) { findings } }","variables":{"c":${value}}}`],
      ['POST', '/graphql', (value) => `{"query":"{ viewer { user } }","extensions":${value}}`],
      ['POST', '/auth/login', (value) => `{"user":"x","password":${value}}`],
      ['POST', '/services/collector', (value) => `{"event":${value}}`],
      ['POST', '/_bulk', (value) => `{"create":{"_index":"logs"}}\n${value}\n`],
      ['POST', '/v1/logs', (value) => `{"resourceLogs":${value}}`],
    ];
    it.each(places)('%s %s takes it or refuses it, and never breaks', async (method, url, bodyOf) => {
      for (const [name, value] of bombs) {
        const [{ statusCode, body }, cpuMs] = await spent(() => send(method, url, bodyOf(value)));
        expect([name, statusCode]).not.toEqual([name, 401]);
        expect([name, statusCode, body.slice(0, 300)]).toEqual([
          name,
          expect.toSatisfy((status: number) => status < 500),
          expect.not.stringContaining('UNEXPECTED'),
        ]);
        expect([name, cpuMs < CHEAP_MS]).toEqual([name, true]);
      }
    });
  });

  describe('in a rule', () => {
    const aliases = [
      'a: &a [x,x,x,x,x,x,x,x,x]',
      ...Array.from('bcdefghij', (name, n) => `${name}: &${name} [${Array(9).fill(`*${'abcdefghij'[n]}`).join(',')}]`),
    ].join('\n');
    it.each<[name: string, text: string]>([
      ['aliases of aliases', `title: x\n${aliases}\nlogsource: {product: x}\ndetection: {s: {A: *j}, condition: s}\n`],
      ['lists in lists', `title: x\nlogsource: {product: x}\ndetection: {s: ${'['.repeat(20_000)}${']'.repeat(20_000)}, condition: s}\n`],
      ['maps in maps', `title: x\ndetection: ${'{a: '.repeat(20_000)}1${'}'.repeat(20_000)}\n`],
      ['a condition in parentheses', `title: x\nlogsource: {product: x}\ndetection: {s: {A: 1}, condition: "${'('.repeat(20_000)}s${')'.repeat(20_000)}"}\n`],
      ['a condition of nots', `title: x\nlogsource: {product: x}\ndetection: {s: {A: 1}, condition: "${'not '.repeat(20_000)}s"}\n`],
      ['an expression that goes back and forth', `title: x\nlogsource: {product: x}\ndetection: {s: {'A|re': '${'(a+)+'.repeat(3_000)}$'}, condition: s}\n`],
      ['an expression that counts', `title: x\nlogsource: {product: x}\ndetection: {s: {'A|re': '((a{1000}){1000}){1000}'}, condition: s}\n`],
    ])('%s: refused or kept, and cheaply', async (_name, text) => {
      const [{ statusCode, body }, cpuMs] = await spent(() =>
        world.api.inject({ method: 'POST', url: '/v2/threat-detection/rules', payload: { text } }, ['admin'], 'alpha'),
      );
      expect([statusCode, body.slice(0, 300)]).toEqual([expect.toSatisfy((status: number) => status < 500), expect.not.stringContaining('UNEXPECTED')]);
      expect(cpuMs).toBeLessThan(CHEAP_MS);
    });
  });

  describe('in a search', () => {
    const lists = ['events', 'alerts', 'findings'] as const;
    const searches: readonly (readonly [name: string, search: string])[] = [
      ['an expression that goes back and forth', `host.name=~"${'(a+)+'.repeat(30)}$"`],
      ['an expression in itself', `host.name=~"${'('.repeat(60)}a${')*'.repeat(60)}"`],
      ['an expression that counts', 'host.name=~"(((a{100}){100}){100}){100}"'],
      ['an expression that looks around', 'host.name=~"(?=a)(?!b)(?<=c)d"'],
      ['an expression that looks back', 'host.name=~"(a*)*\\1"'],
      ['alternatives of all', `host.name=~"${'(.*|.*)'.repeat(25)}"`],
      ['stars', `host.name:${'*a'.repeat(900)}*`],
      ['stars in words', 'a*'.repeat(950)],
      ['parentheses', `${'('.repeat(990)}a${')'.repeat(990)}`],
      ['nots', `${'not '.repeat(490)}a`],
      ['dashes', `${'-'.repeat(1_990)}a`],
      ['terms', 'a '.repeat(990)],
      ['alternatives', `host.name:(${'a or '.repeat(300)}a)`],
      ['a quotation that never ends', `"${'\\"'.repeat(900)}`],
    ];
    it.each(searches)('%s: an answer or a refusal, cheaply, whatever is searched', async (_name, search) => {
      for (const list of lists) {
        const query = `query ($s: String) { ${list}(filter: { search: $s }) { edges { cursor } } }`;
        const [{ body }, cpuMs] = await spent(() => graphql({ query, variables: { s: search } }));
        expect([list, body.slice(0, 300)]).toEqual([list, expect.not.stringMatching(/UNEXPECTED|QUERY_TIMEOUT/)]);
        expect([list, cpuMs < CHEAP_MS]).toEqual([list, true]);
      }
    });
  });

  describe('in what is packed', () => {
    const PACKERS = { gzip: gzipSync, deflate: deflateSync, zstd: zstdCompressSync } as const;
    it.each(Object.keys(PACKERS) as (keyof typeof PACKERS)[])(
      '%s: a thousand times as much inside is refused where it is taken, and not taken elsewhere',
      async (coding) => {
        const bomb = PACKERS[coding](Buffer.concat([Buffer.from('{"event":"'), Buffer.alloc(64 << 20, 'x'), Buffer.from('"}')]));
        expect(bomb.length).toBeLessThan(1 << 20);
        for (const url of ['/v2/events', '/services/collector', '/_bulk', '/v1/logs', '/graphql', '/auth/login', '/v2/assets']) {
          const { statusCode } = await send('POST', url, bomb, { 'content-encoding': coding });
          expect([url, statusCode]).toEqual([url, expect.toSatisfy((status: number) => [400, 413, 415].includes(status))]);
        }
      },
    );
  });

  it.each(['/v2/events', '/v2/alerts', '/v2/audit', '/v2/hunts', '/v2/dead-letters', '/v2/assets'])('a page is never larger than allowed: %s', async (url) => {
    for (const limit of ['0', '-1', '201', '1000000000', '1e9', 'Infinity', 'NaN', '50&limit=1000000'])
      expect([limit, (await world.api.inject({ url: `${url}?limit=${limit}` }, ['admin'], 'alpha')).statusCode]).toEqual([limit, 400]);
  });

  it('is counted where it comes from: an address that a caller only claims is none', async () => {
    const api = await openTestApi(world.database, { config: { loginsPerMinute: 5 } });
    const statuses: number[] = [];
    for (let n = 0; n < 8; n += 1) {
      const headers = {
        'x-forwarded-for': `198.51.100.${n}`,
        'x-real-ip': `198.51.100.${n}`,
        forwarded: `for=198.51.100.${n}`,
        'cf-connecting-ip': `198.51.100.${n}`,
      };
      const payload = { user: `nobody-${n}`, password: 'x', refresh: 'body' };
      statuses.push((await api.inject({ method: 'POST', url: '/auth/login', payload, headers, remoteAddress: '203.0.113.9' }, null)).statusCode);
    }
    await api.close();
    expect(statuses.slice(5)).toEqual([429, 429, 429]);
  });
});

interface Answered {
  readonly code?: string;
  readonly errors?: readonly { readonly extensions: { readonly code: string } }[];
}
