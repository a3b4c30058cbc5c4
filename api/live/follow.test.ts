import pino from 'pino';
import { expect, it, vi } from 'vitest';
import { memoryBroker } from '../../pipeline/runtime/memory/index.ts';
import { followTopic } from './follow.ts';

const log = pino({ level: 'silent' });
const record = (topic: string, partition: number, value: string) => ({ topic, partition, key: null, value: Buffer.from(value) });

async function topicWith(values: readonly string[]) {
  const broker = memoryBroker();
  const admin = broker.admin();
  await admin.createTopics([{ name: 't', partitions: 2, config: {} }], 1);
  const producer = broker.producer();
  if (values.length > 0) await producer.send(values.map((value, index) => record('t', index % 2, value)));
  return { broker, admin, send: (value: string, partition = 0) => producer.send([record('t', partition, value)]) };
}

it('reads what is there, says so, then what comes', async () => {
  const { broker, send } = await topicWith(['a', 'b', 'c']);
  const seen: string[] = [];
  const follower = followTopic({
    broker,
    topic: 't',
    start: 'earliest',
    log,
    retryMs: 1,
    onBatch: ({ records }) => void seen.push(...records.map(({ value }) => String(value))),
  });
  await follower.caughtUp;
  expect(seen.toSorted()).toEqual(['a', 'b', 'c']);
  await send('d');
  await vi.waitFor(() => expect(seen).toContain('d'));
  await follower.stop();
});

it('begins at the end when it is told so', async () => {
  const { broker, send } = await topicWith(['a']);
  const seen: string[] = [];
  const follower = followTopic({
    broker,
    topic: 't',
    start: 'latest',
    log,
    retryMs: 1,
    onBatch: ({ records }) => void seen.push(...records.map(({ value }) => String(value))),
  });
  await follower.caughtUp;
  await send('b');
  await vi.waitFor(() => expect(seen).toEqual(['b']));
  await follower.stop();
});

it('waits for a topic that is not there yet', async () => {
  const broker = memoryBroker();
  const seen: string[] = [];
  const follower = followTopic({
    broker,
    topic: 't',
    start: 'earliest',
    log,
    retryMs: 1,
    onBatch: ({ records }) => void seen.push(...records.map(({ value }) => String(value))),
  });
  await broker.admin().createTopics([{ name: 't', partitions: 1, config: {} }], 1);
  await broker.producer().send([record('t', 0, 'a')]);
  await vi.waitFor(() => expect(seen).toEqual(['a']));
  await follower.stop();
});

it('goes on behind a batch that could not be handled, and reads nothing twice', async () => {
  const { broker, send } = await topicWith(['bad']);
  const seen: string[] = [];
  const follower = followTopic({
    broker,
    topic: 't',
    start: 'earliest',
    log,
    retryMs: 1,
    onBatch: ({ records }) => {
      if (records.some(({ value }) => String(value) === 'bad')) throw new Error('bad');
      seen.push(...records.map(({ value }) => String(value)));
    },
  });
  await follower.caughtUp;
  await send('good');
  await vi.waitFor(() => expect(seen).toEqual(['good']));
  await follower.stop();
});

it('skips what was deleted before it was read', async () => {
  const { broker, admin } = await topicWith(['a', 'b', 'c', 'd']);
  await admin.deleteRecords(new Map([['t/0', 1]]));
  const seen: string[] = [];
  const follower = followTopic({
    broker,
    topic: 't',
    start: 'earliest',
    log,
    retryMs: 1,
    onBatch: ({ records }) => void seen.push(...records.map(({ value }) => String(value))),
  });
  await follower.caughtUp;
  expect(seen.toSorted()).toEqual(['b', 'c', 'd']);
  await follower.stop();
});
