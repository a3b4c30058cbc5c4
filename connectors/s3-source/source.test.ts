// Objects that cannot be read, messages that come again, and a queue and a store by others.
import { gzipSync } from 'node:zlib';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { GetQueueAttributesCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import pino from 'pino';
import { afterEach, describe, expect, it } from 'vitest';
import { openFarS3, BUCKET, KEY_ID, REGION, SECRET } from '../_aws/test/far-s3.ts';
import { MemoryS3 } from '../_aws/test/memory-s3.ts';
import { MemorySqs } from '../_aws/test/memory-sqs.ts';
import { openFauxqs } from '../_aws/test/others.ts';
import { sinkDeps } from '../_contract/one-sink.ts';
import type { Pulled, PulledSource } from '../_source/index.ts';
import { KeptPositions } from '../_source/positions.ts';
import s3Source from './index.ts';

const NEVER = new AbortController().signal;
const closes: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closes.splice(0).reverse()) await close();
});

const open = (settings: object, outboundAllow: readonly string[], now: () => number = Date.now) => {
  const { outbound, allow } = sinkDeps(outboundAllow);
  return s3Source.source(s3Source.config.parse(settings), {
    log: pino({ level: 'silent' }),
    outbound,
    allow,
    connector: 'c',
    task: 0,
    organization: 'alpha',
    signal: NEVER,
    now,
  });
};
/** Polls until nothing comes, and keeps everything. */
async function drain(source: PulledSource, positions = new KeptPositions()) {
  const all: Pulled[] = [];
  for (let empty = 0; empty < 2;) {
    const pulled = await source.poll(positions, NEVER);
    positions.apply(pulled.positions);
    await pulled.kept?.(NEVER);
    all.push(pulled);
    empty = pulled.waitMs === undefined || pulled.waitMs === 0 ? 0 : empty + 1;
  }
  return {
    records: all.flatMap(({ records }) => records.map(({ value }) => value.toString())),
    refused: all.flatMap(({ refused = [] }) => refused),
    positions,
  };
}

async function bucket(more: object = {}) {
  let nowMs = Date.UTC(2026, 2, 1);
  const now = () => nowMs;
  const store = new MemoryS3({ now });
  const queue = new MemorySqs(now, { accessKeyId: KEY_ID, secretAccessKey: SECRET, region: REGION });
  const { side, settings } = await openFarS3((request) => ('x-amz-target' in request.headers ? queue.answer(request) : undefined), store);
  closes.push(side.close);
  const tell = (key: string, eTag: string) =>
    queue.send(
      JSON.stringify({ Records: [{ eventName: 'ObjectCreated:Put', s3: { bucket: { name: BUCKET }, object: { key, eTag: eTag.replaceAll('"', '') } } }] }),
    );
  const source = await open({ ...settings, pathStyle: true, queueUrl: `${side.url}/000000000000/news`, waitSeconds: 0, ...more }, side.outboundAllow, now);
  return { store, queue, tell, source, side, pass: (ms: number) => void (nowMs += ms) };
}

describe('an object that cannot be read', () => {
  it.each<[string, (store: MemoryS3) => readonly [key: string, etag: string], string]>([
    ['is not there any more', () => ['gone.log', '"x"'], 'gone'],
    ['was written anew', (store) => (store.put('new.log', Buffer.from('a')), ['new.log', '"older"']), 'replaced'],
    ['has a name that no URL can carry', (store) => ['a/../b', store.put('a/../b', Buffer.from('x'))], 'name'],
    ['is too large', (store) => ['large.log', store.put('large.log', Buffer.alloc(3_000))], 'too-large'],
    [
      'is damaged',
      (store) => ['damaged.gz', store.put('damaged.gz', Buffer.concat([gzipSync('abc'.repeat(500)).subarray(0, 15), Buffer.alloc(9, 3)]))],
      'not-unpackable',
    ],
  ])('because it %s is set aside, and others are read', async (_, make, reason) => {
    const { store, queue, tell, source } = await bucket({ maxObjectBytes: 2_000 });
    tell(...make(store));
    tell('fine.log', store.put('fine.log', Buffer.from('one\n')));
    const { records, refused } = await drain(source);
    expect(records).toEqual(['one']);
    expect(refused.map((each) => each.reason)).toEqual([reason]);
    expect(JSON.parse(refused[0]!.value.toString())).toMatchObject({ bucket: BUCKET });
    expect(queue.messages.size).toBe(0);
  });

  it.each([
    ['{"digest":1}', 'no-records'],
    ['<html>', 'not-json'],
    ['{"Records":[{"a":1},', 'not-json'],
  ])('of JSON is set aside where it is %s', async (text, reason) => {
    const { store, tell, source } = await bucket({ content: 'json', recordsAt: '/Records' });
    tell('x.json', store.put('x.json', Buffer.from(text)));
    tell('empty.json', store.put('empty.json', Buffer.alloc(0)));
    tell('y.json', store.put('y.json', Buffer.from('{"Records":[]}')));
    expect((await drain(source)).refused.map((each) => each.reason)).toEqual([reason]);
  });

  it('gives what stands before the damage', async () => {
    const { store, tell, source } = await bucket();
    const whole = gzipSync(Array.from({ length: 5_000 }, (_none, n) => `line ${n} ${Math.sin(n)}\n`).join(''));
    tell('half.gz', store.put('half.gz', whole.subarray(0, whole.length / 2)));
    const { records, refused } = await drain(source);
    expect(records.length).toBeGreaterThan(1_000);
    expect(records.slice(0, 2)).toEqual(['line 0 0', `line 1 ${Math.sin(1)}`]);
    expect(refused.map(({ reason }) => reason)).toEqual(['not-unpackable']);
  });

  it('sets aside a record that is too large, with where it lay', async () => {
    const { store, tell, source } = await bucket();
    tell('r.log', store.put('r.log', Buffer.concat([Buffer.from('a\n'), Buffer.alloc(1_100_000, 'x'), Buffer.from('\nb\n')])));
    const { records, refused } = await drain(source);
    expect(records).toEqual(['a', 'b']);
    expect(refused.map(({ reason, message }) => [reason, message])).toEqual([['too-large', `${BUCKET}/r.log: record 2 is larger than 1044480 bytes.`]]);
  });
});

describe('messages', () => {
  it('that come again after their object was read are removed, and nothing is read again', async () => {
    const { store, queue, tell, source, pass } = await bucket();
    const etag = store.put('x.log', Buffer.from('one\n'));
    tell('x.log', etag);
    const { positions } = await drain(source);
    tell('x.log', etag);
    expect((await drain(source, positions)).records).toEqual([]);
    expect(queue.messages.size).toBe(0);
    pass(97 * 3_600_000);
    await drain(source, positions);
    expect([...positions.all()]).toEqual([]); // forgotten by then
  });

  it('stay hidden while a long object is read', async () => {
    const { store, queue, tell, source, pass } = await bucket({ visibilitySeconds: 30 });
    tell('x.log', store.put('x.log', Buffer.from(Array.from({ length: 9_000 }, (_none, n) => `${n}\n`).join(''))));
    const positions = new KeptPositions();
    for (let turn = 0; turn < 4; turn++) {
      positions.apply((await source.poll(positions, NEVER)).positions);
      pass(20_000);
    }
    expect([...queue.messages].every(({ visibleAtMs }) => visibleAtMs > Date.UTC(2026, 2, 1) + 60_000)).toBe(true);
  });

  it('of other buckets and prefixes, and what is none, are removed', async () => {
    const { store, queue, tell, source } = await bucket({ prefix: 'logs/' });
    queue.send('hello');
    queue.send(JSON.stringify({ Records: [{ eventName: 'ObjectCreated:Put', s3: { bucket: { name: 'other' }, object: { key: 'logs/a' } } }] }));
    tell('elsewhere/a', store.put('elsewhere/a', Buffer.from('one\n')));
    expect(await drain(source)).toMatchObject({ records: [], refused: [] });
    expect(queue.messages.size).toBe(0);
  });

  it.each([
    ['a queue that is not there', { queueUrl: 'http://x/000000000000/other' }],
    ['a key that does not hold', { secretAccessKey: 'other' }],
  ])('say what is wrong: %s', async (_, wrong) => {
    const { side } = await bucket();
    const settings = {
      url: side.url,
      bucket: BUCKET,
      pathStyle: true,
      region: REGION,
      accessKeyId: KEY_ID,
      secretAccessKey: SECRET,
      queueUrl: `${side.url}/000000000000/news`,
      waitSeconds: 0,
    };
    const given = 'queueUrl' in wrong ? { queueUrl: wrong.queueUrl.replace('http://x', side.url) } : wrong;
    const source = await open({ ...settings, ...given }, side.outboundAllow);
    await expect(source.poll(new KeptPositions(), NEVER)).rejects.toMatchObject({ code: 'SOURCE_MISCONFIGURED' });
  });
});

describe('a store and a queue by others', () => {
  it('are read as AWS has them', async () => {
    const cloud = await openFauxqs();
    closes.push(cloud.close);
    const trail = {
      Records: [{ eventID: 'a', n: 12345678901234567n }, { eventID: 'b' }].map((event) =>
        JSON.stringify(event, (_key, value: unknown) => (typeof value === 'bigint' ? Number(value) : value)),
      ),
    };
    const body = gzipSync(`{"Records":[${trail.Records.join(',')}]}`);
    const { ETag } = await cloud.client.send(new PutObjectCommand({ Bucket: BUCKET, Key: 'AWSLogs/1 2/x.json.gz', Body: body, ContentEncoding: 'gzip' }));
    const object = { key: 'AWSLogs/1+2/x.json.gz', eTag: ETag!.replaceAll('"', '') };
    await cloud.queue.send(
      new SendMessageCommand({
        QueueUrl: cloud.queueUrl,
        MessageBody: JSON.stringify({ Records: [{ eventName: 'ObjectCreated:Put', s3: { bucket: { name: BUCKET }, object } }] }),
      }),
    );
    const source = await open({ ...cloud.settings, queueUrl: cloud.queueUrl, waitSeconds: 0, content: 'json', recordsAt: '/Records' }, cloud.outboundAllow);
    expect((await drain(source)).records).toEqual(trail.Records);
    await source.close();
    const { Attributes } = await cloud.queue.send(
      new GetQueueAttributesCommand({ QueueUrl: cloud.queueUrl, AttributeNames: ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'] }),
    );
    expect(Attributes).toMatchObject({ ApproximateNumberOfMessages: '0', ApproximateNumberOfMessagesNotVisible: '0' });
  });

  it('are listed', async () => {
    const cloud = await openFauxqs();
    closes.push(cloud.close);
    for (const key of ['l/b +.log', 'l/a.log', 'other']) await cloud.client.send(new PutObjectCommand({ Bucket: BUCKET, Key: key, Body: `${key}\n` }));
    for (const order of ['name', 'time']) {
      const source = await open({ ...cloud.settings, find: 'listing', order, prefix: 'l/' }, cloud.outboundAllow);
      expect((await drain(source)).records.toSorted()).toEqual(['l/a.log', 'l/b +.log']);
    }
  });
});
