import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestApi } from '../../test/api.ts';
import type { TestApi } from '../../test/api.ts';
import { recordsOf } from '../../test/raw-records.ts';
import { Acks } from './acks.ts';
import { readEvents } from './events.ts';

const CHANNEL = 'FE0ECFAD-13D5-401B-847D-77833BD77131';
const TOPIC = 'raw.alpha.gateway-hec';

describe('the HEC input', () => {
  let api: TestApi;
  let token: string;
  beforeAll(async () => {
    api = await openTestApi();
    token = await api.token(['sensor'], 'alpha', 'fw-1');
  });
  afterAll(() => api.close());
  const post = (payload: string | Buffer, { url = '/services/collector/event', ...headers }: Record<string, string> = {}) =>
    api.app.inject({ method: 'POST', url, payload, headers: { authorization: `Splunk ${token}`, ...headers } });
  const taken = async () => (await recordsOf(api.broker, TOPIC)).map(({ text }) => text);

  it.each<[name: string, authorization: string | undefined, url: string, status: number, code: number]>([
    ['no credential', undefined, '/services/collector', 401, 2],
    ['a scheme that is none', 'x', '/services/collector', 401, 3],
    ['Bearer', 'Bearer x', '/services/collector', 401, 3],
    ['a wrong token', 'Splunk 11111111-1111-1111-1111-111111111111', '/services/collector', 403, 4],
    ['a token in the address', undefined, '/services/collector?token=x', 400, 16],
  ])('refuses %s', async (_name, authorization, url, status, code) => {
    const response = await api.app.inject({ method: 'POST', url, payload: '{"event":"x"}', headers: authorization === undefined ? {} : { authorization } });
    expect([response.statusCode, response.json().code]).toEqual([status, code]);
  });

  it('refuses a token whose role may not send', async () => {
    const authorization = `Splunk ${await api.token(['viewer'], 'alpha')}`;
    const response = await api.app.inject({ method: 'POST', url: '/services/collector', payload: '{"event":"x"}', headers: { authorization } });
    expect([response.statusCode, response.json()]).toEqual([403, { text: 'Invalid token', code: 4 }]);
  });

  it('takes the token as password of Basic, too', async () => {
    const authorization = `Basic ${Buffer.from(`x:${token}`).toString('base64')}`;
    expect((await post('{"event":"basic"}', { authorization })).json()).toEqual({ text: 'Success', code: 0 });
  });

  it('hands events on as they were sent, and what was said beside them', async () => {
    const body =
      '{"time":1763765999.123,"host":"h1","source":"s","sourcetype":"st","fields":{"k":"v","n":1},"event":{"big":12345678901234567890,"a":{"b":1.10}}}\n{"event":"line"}';
    const response = await post(body);
    expect([response.statusCode, response.json()]).toEqual([200, { text: 'Success', code: 0 }]);
    const records = (await recordsOf(api.broker, TOPIC)).filter(({ text }) => text.includes('big') || text === 'line');
    expect(records.map(({ text }) => text)).toEqual(['{"big":12345678901234567890,"a":{"b":1.10}}', 'line']);
    expect(records[0]!.headers.sensor).toBe('fw-1');
    expect(JSON.parse(records[0]!.headers.told!)).toEqual({
      time: 1_763_765_999_123_000,
      host: 'h1',
      labels: { 'hec.source': 's', 'hec.sourcetype': 'st', 'hec.fields.k': 'v', 'hec.fields.n': '1' },
    });
    expect(records[1]!.headers.told).toBeUndefined();
  });

  it('does not let a payload say whose it is', async () => {
    await post('{"event":"mine","organization":"beta","sensor":"other","fields":{"organization":"beta"}}');
    expect(await recordsOf(api.broker, 'raw.beta.gateway-hec')).toEqual([]);
    expect((await recordsOf(api.broker, TOPIC)).find(({ text }) => text === 'mine')?.headers.sensor).toBe('fw-1');
  });

  it('takes lines', async () => {
    const response = await post('raw one\r\n\n  \nraw two', { url: '/services/collector/raw?host=h9' });
    expect(response.json()).toEqual({ text: 'Success', code: 0 });
    const records = (await recordsOf(api.broker, TOPIC)).filter(({ text }) => text.startsWith('raw '));
    expect(records.map(({ text, headers }) => [text, headers.told])).toEqual([
      ['raw one', '{"host":"h9"}'],
      ['raw two', '{"host":"h9"}'],
    ]);
  });

  it.each<[name: string, body: string, code: number, number: number | undefined]>([
    ['nothing', '', 5, undefined],
    ['blanks', ' \n ', 5, undefined],
    ['text', 'x', 6, 0],
    ['an object that is cut off', '{"event":"part-a"}{"event":"x', 6, 1],
    ['an array that is cut off', '[{"event":"part-b"},', 6, 1],
    ['two commas', '[{"event":"part-c"},,{"event":"x"}]', 6, 1],
    ['no event', '{"event":"part-d"}{"time":1}{"event":"x"}', 12, 1],
    ['null', '{"event":null}', 12, 0],
    ['a blank event', '{"event":""}', 13, 0],
    ['nested fields', '{"event":"x","fields":{"a":{}}}', 15, 0],
    ['fields that are no object', '{"event":"x","fields":[]}', 6, 0],
    ['an event above the limit', `{"event":"${'x'.repeat(1_048_576)}"}`, 6, 0],
  ])('says what is wrong with %s, and takes what is before it', async (name, body, code, number) => {
    const response = await post(body);
    expect([response.statusCode, response.json().code, response.json()['invalid-event-number']]).toEqual([400, code, number]);
    const part = /part-\w/.exec(body)?.[0];
    if (part !== undefined) expect(await taken(), name).toContain(part);
    expect(await taken()).not.toContain('x');
  });

  it('unpacks gzip, refuses what is broken, and refuses what unpacks to too much', async () => {
    const zipped = { 'content-encoding': 'gzip' };
    expect((await post(gzipSync('{"event":"zipped"}'), zipped)).json().code).toBe(0);
    expect(await taken()).toContain('zipped');
    expect((await post(Buffer.from('no gzip'), zipped)).json()).toMatchObject({ code: 6 });
    expect((await post(gzipSync('{"event":"cut"}').subarray(0, 20), zipped)).json()).toMatchObject({ code: 6 });
    const bomb = await post(gzipSync(Buffer.alloc(17_000_000, ' ')), zipped);
    expect([bomb.statusCode, bomb.json().code]).toEqual([413, 6]);
    expect((await post('{"event":"x"}', { 'content-encoding': 'lzma' })).statusCode).toBe(415);
  });

  it('acknowledges per channel, once, and only to who sent', async () => {
    const channel = { 'x-splunk-request-channel': CHANNEL };
    const send = async () => (await post('{"event":"acked"}', channel)).json();
    expect([await send(), await send()]).toEqual([
      { text: 'Success', code: 0, ackId: 0 },
      { text: 'Success', code: 0, ackId: 1 },
    ]);
    const ask = async (headers: Record<string, string>) =>
      (await post('{"acks":[0,1,2]}', { ...headers, url: `/services/collector/ack?channel=${CHANNEL.toLowerCase()}` })).json();
    const other = { authorization: `Splunk ${await api.token(['sensor'], 'alpha', 'fw-2')}` };
    expect(await ask(other)).toEqual({ acks: { 0: false, 1: false, 2: false } });
    expect(await ask({})).toEqual({ acks: { 0: true, 1: true, 2: false } });
    expect(await ask({})).toEqual({ acks: { 0: false, 1: false, 2: false } });
  });

  it.each<[name: string, url: string, body: string, code: number]>([
    ['no channel', '/services/collector/ack', '{"acks":[0]}', 10],
    ['a channel that is none', '/services/collector/ack?channel=x', '{"acks":[0]}', 11],
    ['numbers that are none', `/services/collector/ack?channel=${CHANNEL}`, '{"acks":["a"]}', 6],
  ])('refuses to acknowledge with %s', async (_name, url, body, code) => {
    const response = await post(body, { url });
    expect([response.statusCode, response.json().code]).toEqual([400, code]);
  });

  it('says that it is well', async () => {
    expect((await api.app.inject({ url: '/services/collector/health' })).json()).toEqual({ text: 'HEC is healthy', code: 17 });
  });
});

describe('the HEC input without a broker', () => {
  it('says busy, gives out no number, and takes the event when it comes again', async () => {
    let isAway = true;
    const api = await openTestApi(undefined, {
      deps: {
        createRawTopic: async () => {
          if (isAway) throw Object.assign(new Error('away'), { code: 'ECONNREFUSED' });
        },
      },
    });
    try {
      const headers = { authorization: `Splunk ${await api.token(['sensor'])}`, 'x-splunk-request-channel': CHANNEL };
      const send = () => api.app.inject({ method: 'POST', url: '/services/collector', payload: '{"event":"x"}', headers });
      const refused = await send();
      expect([refused.statusCode, refused.headers['retry-after'], refused.json()]).toEqual([503, '5', { text: 'Server is busy', code: 9 }]);
      isAway = false;
      await api.broker.admin().createTopics([{ name: 'raw.default.gateway-hec', partitions: 1, config: {} }], 1);
      expect((await send()).json()).toEqual({ text: 'Success', code: 0, ackId: 0 });
    } finally {
      await api.close();
    }
  });
});

it('reads arrays and objects back to back', () => {
  const { events, error } = readEvents(Buffer.from('[{"event":1},{"event":[2]}]\n{"event":true}{"event":"4"} [ ]'));
  expect([events.map(({ value }) => String(value)), error]).toEqual([['1', '[2]', 'true', '4'], null]);
});

it('bounds what it remembers of acknowledgements', () => {
  const acks = new Acks(2, 2);
  expect([acks.issue('a'), acks.issue('a'), acks.hasRoom('a'), acks.hasRoom('b')]).toEqual([0, 1, false, true]);
  acks.issue('b');
  acks.issue('c'); // `a` was quiet the longest
  expect([acks.take('a', [0]), acks.take('b', [0])]).toEqual([{ 0: false }, { 0: true }]);
});
