// A bucket that tells a queue of new objects: packed in several ways, two of them in one message, one told of twice.
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { BUCKET, KEY_ID, openFarS3, REGION, SECRET } from '../../_aws/test/far-s3.ts';
import { MemoryS3 } from '../../_aws/test/memory-s3.ts';
import { MemorySqs } from '../../_aws/test/memory-sqs.ts';
import type { OpenSourceStandIn, SourceStandIn } from '../../_contract/source-stand-in.ts';

const PACKED = [
  (text: string) => Buffer.from(text),
  gzipSync,
  (text: string) => Buffer.concat([zstdCompressSync(text.slice(0, 10)), zstdCompressSync(text.slice(10))]),
];

export const openStandIn: OpenSourceStandIn = async () => {
  let nowMs = Date.UTC(2026, 2, 1, 12);
  const now = () => nowMs;
  const store = new MemoryS3({ now });
  const queue = new MemorySqs(now, { accessKeyId: KEY_ID, secretAccessKey: SECRET, region: REGION });
  const { side, settings } = await openFarS3((request) => ('x-amz-target' in request.headers ? queue.answer(request) : undefined), store);
  const records = new Map<string, readonly string[]>();
  const put = (lines: number) => {
    const number = records.size;
    const key = `logs/with blank+plus/${String(number).padStart(4, '0')}.log`;
    const texts = Array.from({ length: lines }, (_none, n) => `{"object":${number},"line":${n}}`);
    const etag = store.put(key, PACKED[number % PACKED.length]!(texts.map((text) => `${text}\n`).join('')));
    records.set(key, texts);
    return {
      eventName: 'ObjectCreated:Put',
      s3: { bucket: { name: BUCKET }, object: { key: encodeURIComponent(key).replaceAll('%20', '+').replaceAll('%2F', '/'), eTag: etag.replaceAll('"', '') } },
    };
  };
  return {
    settings: { ...settings, pathStyle: true, queueUrl: `${side.url}/000000000000/news`, prefix: 'logs/', waitSeconds: 0 },
    outboundAllow: side.outboundAllow,
    faults: side.faults,
    offer: () => {
      queue.send(JSON.stringify({ Service: 'Amazon S3', Event: 's3:TestEvent', Bucket: BUCKET }));
      queue.send(JSON.stringify({ Records: [put(2_300), put(3)] })); // more than one poll gives
      const again = put(4);
      for (const body of [{ Records: [again] }, { Records: [again, put(0)] }]) queue.send(JSON.stringify(body));
      queue.send(JSON.stringify({ Records: [{ ...put(1), eventName: 'ObjectRemoved:Delete' }] }));
      records.delete([...records.keys()].at(-1)!);
    },
    offered: () => [...records.values()].flat(),
    forgotten: () =>
      queue.removed.flatMap((body) =>
        [...body.matchAll(/"key":"([^"]+)"/g)].flatMap(([, key]) => records.get(decodeURIComponent(key!.replaceAll('+', ' '))) ?? []),
      ),
    now,
    pass: (ms) => void (nowMs += ms),
    fail: side.fail,
    close: side.close,
  };
};

/** A bucket that is listed, three names a page. */
async function openListed(settings: Readonly<Record<string, unknown>>, nameOf: (number: number) => string): Promise<SourceStandIn> {
  let nowMs = Date.UTC(2026, 2, 1, 12);
  const store = new MemoryS3({ now: () => nowMs, pageKeys: 3 });
  const { side, settings: ours } = await openFarS3(undefined, store);
  const texts: string[] = [];
  let made = 0;
  return {
    settings: {
      ...ours,
      pathStyle: true,
      find: 'listing',
      prefix: 'a/',
      suffixes: ['.json'],
      content: 'json',
      recordsAt: '/Records',
      pollIntervalMs: 30_000,
      ...settings,
    },
    outboundAllow: side.outboundAllow,
    faults: side.faults,
    offer: () => {
      for (let n = 0; n < 9; n++) {
        const number = made++;
        const records = Array.from({ length: number % 5 === 4 ? 2_100 : 2 }, (_none, line) => `{"object":${number},"line":${line},"id":1234567890123456789}`);
        store.put(nameOf(number), PACKED[number % PACKED.length]!(`{"Records":[${records.join(',')}]}`));
        texts.push(...records);
        nowMs += n % 2 === 0 ? 1_000 : 0; // two of one time
      }
      for (const other of ['a/', 'a/zz/other.txt', 'b/0.json']) store.put(other, Buffer.alloc(0));
    },
    offered: () => texts,
    forgotten: () => [],
    now: () => nowMs,
    pass: (ms) => void (nowMs += ms),
    fail: side.fail,
    close: side.close,
  };
}
export const others: Readonly<Record<string, OpenSourceStandIn>> = {
  'by name': () => openListed({ order: 'name' }, (number) => `a/${String(number).padStart(6, '0')} é+.json`),
  'by time': () => openListed({ order: 'time', overlapMinutes: 5 }, (number) => `a/${(number * 7_919) % 1_000}/${number}.json`),
};
