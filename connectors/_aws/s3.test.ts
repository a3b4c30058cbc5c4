import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { allowListOf } from '../../outbound/allow-list.ts';
import { openOutbound } from '../../outbound/client.ts';
import type { Outbound, OutboundRequest } from '../../outbound/client.ts';
import { config as outboundConfig } from '../../outbound/config.ts';
import { assumeRoleAnswer } from './test/sts.ts';
import { canBeAsked, listingOf, openS3 } from './s3.ts';
import { error } from './test/memory-s3.ts';
import { childrenOf, parseXml, textOf } from './xml.ts';

const key = { region: 'eu-central-1', accessKeyId: 'a', secretAccessKey: 's', sessionToken: '', roleArn: '', externalId: '' };
const config = { ...key, bucket: 'logs', url: '', pathStyle: false };
const depsOf = (outbound: Outbound) => ({ outbound, allow: allowListOf([], 'x'), now: () => 0, connector: 'to-s3', signal: new AbortController().signal });

/** Answers one after the other, and remembers what was asked. */
function outboundOf(...answers: readonly { readonly status: number; readonly body?: string | Buffer; readonly headers?: Readonly<Record<string, string>> }[]) {
  const asked: OutboundRequest[] = [];
  const outbound: Outbound = {
    ...openOutbound(outboundConfig.parse({})),
    request: async (request) => {
      const { status, headers = {}, body = '' } = answers[Math.min(asked.push(request), answers.length) - 1]!;
      return { status, headers, body: Readable.from([Buffer.from(body)]) };
    },
  };
  return { asked, outbound };
}

describe('a store', () => {
  it.each<[string, object, string]>([
    ['of AWS, the bucket in the host', {}, 'https://logs.s3.eu-central-1.amazonaws.com/a/b%20%2B%C3%A9%27/c'],
    ['of AWS, a bucket with dots', { bucket: 'logs.example' }, 'https://s3.eu-central-1.amazonaws.com/logs.example/a/b%20%2B%C3%A9%27/c'],
    ['of AWS in China', { region: 'cn-north-1' }, 'https://logs.s3.cn-north-1.amazonaws.com.cn/a/b%20%2B%C3%A9%27/c'],
    ['of others, the bucket in the path', { url: 'https://minio.example:9000/', pathStyle: true }, 'https://minio.example:9000/logs/a/b%20%2B%C3%A9%27/c'],
    ['of others, the bucket in the host', { url: 'https://store.example' }, 'https://logs.store.example/a/b%20%2B%C3%A9%27/c'],
  ])('%s', async (_, more, url) => {
    const { asked, outbound } = outboundOf({ status: 200 });
    await openS3({ ...config, ...more }, depsOf(outbound), 1_000).call({ method: 'GET', key: "a/b +é'/c" });
    expect(asked[0]!.url).toBe(url);
    expect(new URL(url).href).toBe(url); // it is sent as it was signed
  });

  it('whose clock is another is asked once more, with its time', async () => {
    const skewed = { ...error(403, 'RequestTimeTooSkewed'), headers: { date: new Date(7_200_000).toUTCString() } };
    const { asked, outbound } = outboundOf(skewed, { status: 200 });
    const s3 = openS3(config, depsOf(outbound), 1_000);
    expect((await s3.call({ method: 'HEAD', key: 'a' })).status).toBe(200);
    expect(asked.map(({ headers }) => headers!['x-amz-date'])).toEqual(['19700101T000000Z', '19700101T020000Z']);
  });

  it('by a role takes it on once, and again when its keys have ended before their time', async () => {
    const lent = (id: string) => ({ status: 200, body: assumeRoleAnswer(id) });
    const { asked, outbound } = outboundOf(lent('ASIA1'), { status: 200 }, { status: 200 }, error(400, 'ExpiredToken'), lent('ASIA2'), { status: 200 });
    const s3 = openS3({ ...config, roleArn: 'arn:aws:iam::123456789012:role/writes-logs' }, depsOf(outbound), 1_000);
    const statuses: number[] = [];
    for (const name of ['a', 'b', 'c']) statuses.push((await s3.call({ method: 'HEAD', key: name })).status);
    expect(statuses).toEqual([200, 200, 200]);
    const signedBy = asked.map(({ headers }) => /Credential=(\w+)/.exec(headers!['authorization'] ?? '')?.[1]);
    expect(signedBy).toEqual(['a', 'ASIA1', 'ASIA1', 'ASIA1', 'a', 'ASIA2']);
    expect(asked.map(({ headers }) => headers!['x-amz-security-token'])).toEqual([
      undefined,
      'session of ASIA1',
      'session of ASIA1',
      'session of ASIA1',
      undefined,
      'session of ASIA2',
    ]);
    expect(new URLSearchParams(asked[0]!.body as string).get('RoleArn')).toBe('arn:aws:iam::123456789012:role/writes-logs');
  });

  it('whose key ended is not asked again where there is no role', async () => {
    const { asked, outbound } = outboundOf(error(400, 'ExpiredToken'), { status: 200 });
    expect((await openS3(config, depsOf(outbound), 1_000).call({ method: 'HEAD', key: 'a' })).status).toBe(400);
    expect(asked).toHaveLength(1);
  });
});

it.each([
  ['a/b', true],
  ['a//b', true],
  ['a/.b/..c', true],
  ['a/../b', false],
  ['.', false],
  ['', false],
])('the name %j can be asked for: %s', (key, wanted) => {
  expect(canBeAsked(key)).toBe(wanted);
});

describe('XML', () => {
  const list = (inside: string) =>
    listingOf({ status: 200, headers: {}, body: Buffer.from(`<?xml version="1.0"?><ListBucketResult xmlns="x">${inside}</ListBucketResult>`) });
  it('of a list', () => {
    const contents = '<Contents><Key>a &amp; b</Key><LastModified>2026-01-01T00:00:00.000Z</LastModified><ETag>&quot;e&quot;</ETag><Size>5</Size></Contents>';
    expect(list(`<IsTruncated>true</IsTruncated><NextContinuationToken>t</NextContinuationToken>${contents}`)).toEqual({
      objects: [{ key: 'a & b', etag: '"e"', bytes: 5, modifiedMs: Date.UTC(2026, 0, 1) }],
      next: 't',
    });
    expect(list('<EncodingType>url</EncodingType><Contents><Key>a+b%2Bc</Key></Contents>').objects[0]!.key).toBe('a b+c');
    expect(list('<IsTruncated>false</IsTruncated>')).toEqual({ objects: [], next: null });
  });
  it('that is no list is asked for again', () => {
    expect(() => listingOf({ status: 200, headers: {}, body: Buffer.from('<html/>') })).toThrow(expect.objectContaining({ code: 'SINK_UNAVAILABLE' }));
  });
  it.each(['', 'no xml', '<a><b></a>', '<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>', '<a>'.repeat(40) + '</a>'.repeat(40)])('is none: %j', (text) => {
    expect(parseXml(text)).toBeNull();
  });
  it('has its text as it stands', () => {
    const tree = parseXml('<a><b> x &lt; <![CDATA[<y>]]></b><b/></a>')!;
    expect([textOf(tree, 'b'), textOf(tree, 'c'), childrenOf(tree, 'b').length]).toEqual([' x < <y>', undefined, 2]);
  });
});
