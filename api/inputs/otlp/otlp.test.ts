import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestApi } from '../../test/api.ts';
import type { TestApi } from '../../test/api.ts';
import { recordsOf } from '../../test/raw-records.ts';

const TOPIC = 'raw.alpha.gateway-otlp';
const request = (...bodies: readonly string[]) => ({
  resourceLogs: [{ resource: {}, scopeLogs: [{ scope: { name: 's' }, logRecords: bodies.map((stringValue) => ({ body: { stringValue } })) }] }],
});
/** ExportLogsServiceRequest with one record whose body is text of one byte. */
const PROTOBUF = Buffer.from('0a09120712052a03', 'hex');
const protobuf = (char: string) => Buffer.concat([Buffer.from('0a0912071205', 'hex'), Buffer.from('2a03', 'hex'), Buffer.from(`\n\x01${char}`)]);

describe('the OTLP/HTTP input', () => {
  let api: TestApi;
  let authorization: string;
  beforeAll(async () => {
    api = await openTestApi();
    authorization = `Bearer ${await api.token(['sensor'], 'alpha', 'app-1')}`;
  });
  afterAll(() => api.close());
  const post = (payload: string | Buffer, headers: Record<string, string> = {}) =>
    api.app.inject({ method: 'POST', url: '/v1/logs', payload, headers: { authorization, 'content-type': 'application/json', ...headers } });
  const bodies = async () =>
    (await recordsOf(api.broker, TOPIC)).map(({ text }) => JSON.parse(text).resourceLogs[0].scopeLogs[0].logRecords[0].body.stringValue as string);

  it('takes JSON, a record each', async () => {
    const response = await post(JSON.stringify(request('j1', 'j2')));
    expect([response.statusCode, response.json()]).toEqual([200, {}]);
    expect(await bodies()).toEqual(expect.arrayContaining(['j1', 'j2']));
    expect((await recordsOf(api.broker, TOPIC))[0]!.headers.sensor).toBe('app-1');
  });

  it('takes protobuf, also packed, and answers in protobuf', async () => {
    const type = { 'content-type': 'application/x-protobuf' };
    const response = await post(protobuf('p'), type);
    expect([response.statusCode, response.headers['content-type'], response.rawPayload.length]).toEqual([200, 'application/x-protobuf', 0]);
    expect((await post(gzipSync(protobuf('z')), { ...type, 'content-encoding': 'gzip' })).statusCode).toBe(200);
    expect(await bodies()).toEqual(expect.arrayContaining(['p', 'z']));
  });

  it('says how many were too large, and takes the others', async () => {
    const response = await post(JSON.stringify(request('small', 'x'.repeat(1_048_576))));
    expect([response.statusCode, response.json()]).toEqual([
      200,
      { partialSuccess: { rejectedLogRecords: '1', errorMessage: expect.stringContaining('at most') } },
    ]);
    expect(await bodies()).toContain('small');
  });

  it.each<[name: string, payload: string | Buffer, type: string, status: number, code: number]>([
    ['broken JSON', '{', 'application/json', 400, 3],
    ['a list', '[]', 'application/json', 400, 3],
    [
      'JSON nested 100,000 deep',
      `{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"body":${'['.repeat(100_000)}${']'.repeat(100_000)}}]}]}]}`,
      'application/json',
      400,
      3,
    ],
    ['another type', 'x', 'text/plain', 415, 3],
  ])('refuses %s', async (_name, payload, type, status, code) => {
    const response = await post(payload, { 'content-type': type });
    expect([response.statusCode, response.json().code]).toEqual([status, code]);
  });

  it('refuses broken protobuf in protobuf', async () => {
    const response = await post(PROTOBUF, { 'content-type': 'application/x-protobuf' });
    expect([response.statusCode, response.headers['content-type'], response.rawPayload.subarray(0, 2).toString('hex')]).toEqual([
      400,
      'application/x-protobuf',
      '0803',
    ]);
  });

  it.each<[name: string, headers: Record<string, string>, status: number, code: number]>([
    ['no token', { authorization: '' }, 401, 16],
    ['a wrong token', { authorization: 'Bearer x' }, 401, 16],
  ])('refuses %s', async (_name, headers, status, code) => {
    const response = await post(JSON.stringify(request('never')), headers);
    expect([response.statusCode, response.json().code]).toEqual([status, code]);
  });

  it('refuses a role that may not send', async () => {
    const response = await post('{}', { authorization: `Bearer ${await api.token(['viewer'])}` });
    expect([response.statusCode, response.json().code]).toEqual([403, 7]);
  });
});
