// Whatever ends in between, and whoever else is still writing: in the end each record is in the store once.
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RetryableError } from '../../pipeline/core/errors.ts';
import type { S3, S3Request } from '../_aws/s3.ts';
import { MemoryS3 } from '../_aws/test/memory-s3.ts';
import type { SinkRecord } from '../_sink/index.ts';
import s3 from './index.ts';
import { S3Files } from './sink.ts';

const TOPIC = 'sink.alpha.ecs.v1';
const NEVER = new AbortController().signal;

class Crash extends Error {}
/** What the store does with the n-th request from now on. `lost`: it never came; `unanswered`: it was done; `crash-...`: the worker ends there. */
type Trouble = { readonly at: number; readonly kind: 'lost' | 'unanswered' | 'crash-before' | 'crash-after' };
type Step = {
  readonly records: number;
  readonly trouble: Trouble | null;
  readonly commit: 'all' | 'none' | 'to-refused';
  readonly zombie: { readonly records: number; readonly at: number } | null;
};

/** A client of the store that gets into trouble when it is told to, and can be stopped in the middle of what it does. */
function client(store: MemoryS3) {
  let calls = 0;
  let trouble: Trouble | null = null;
  let stopAt = Infinity;
  const stopped = Promise.withResolvers<void>();
  const goOn = Promise.withResolvers<void>();
  const s3Client: S3 = {
    async call({ method, key = '', query = {}, headers = {}, body = Buffer.alloc(0) }: S3Request) {
      await Promise.resolve();
      const number = calls++;
      if (number === stopAt) {
        stopped.resolve();
        await goOn.promise;
      }
      const isNow = trouble?.at === number;
      if (isNow && trouble!.kind === 'crash-before') throw new Crash();
      if (isNow && trouble!.kind === 'lost') throw new RetryableError('SINK_UNAVAILABLE', 'Lost.');
      const sha256 = createHash('sha256').update(body).digest('hex');
      const answer = store.answer({ method, key, query: new Map(Object.entries(query)), headers: { ...headers, 'x-amz-content-sha256': sha256 }, body });
      if (isNow && trouble!.kind === 'crash-after') throw new Crash();
      if (isNow && trouble!.kind === 'unanswered') throw new RetryableError('SINK_UNAVAILABLE', 'No answer.', { isAmbiguous: true });
      return { status: answer.status, headers: answer.headers ?? {}, body: Buffer.from(answer.body ?? '') };
    },
    stream: () => Promise.reject(new Error('A sink reads nothing.')),
  };
  return {
    s3: s3Client,
    expect(next: Trouble | null) {
      calls = 0;
      trouble = next;
    },
    stop(at: number) {
      calls = 0;
      trouble = null;
      stopAt = at;
      return stopped.promise;
    },
    goOn: goOn.resolve,
  };
}

const config = s3.config.parse({ bucket: 'b-1', accessKeyId: 'a', secretAccessKey: 's', key: '{topic}/{day}/{file}', compression: 'none', lingerMs: 0 });
const sinkOf = (s3Client: S3, generation: number) =>
  new S3Files(config, { connector: 'c', organization: 'alpha', now: () => Date.UTC(2026, 2, 1), generation: () => generation }, s3Client, null);

/** `null` is a record that cannot be placed: no JSON. Every third offset is a hole. */
function topicOf(days: readonly (number | null)[]): readonly SinkRecord[] {
  return days.map((day, index) => {
    const offset = index + Math.floor(index / 3);
    const value = day === null ? Buffer.from('no json') : Buffer.from(JSON.stringify({ '@timestamp': `2026-03-0${day + 1}T00:00:00Z`, id: index }));
    return { topic: TOPIC, position: { topic: TOPIC, partition: 0, offset }, id: String(index), kind: 'event', key: null, value, headers: [], timestampMs: 0 };
  });
}

async function play(days: readonly (number | null)[], steps: readonly Step[]): Promise<readonly number[]> {
  const records = topicOf(days);
  const store = new MemoryS3();
  const zombies: { readonly goOn: () => void; readonly done: Promise<unknown> }[] = [];
  let generation = 1;
  let worker = client(store);
  let sink = sinkOf(worker.s3, generation);
  let committed = 0; // an index
  let next = 0;
  const restart = () => {
    generation++;
    worker = client(store);
    sink = sinkOf(worker.s3, generation);
    next = committed;
  };
  const calm: Step = { records: 7, trouble: null, commit: 'all', zombie: null };
  for (let turn = 0; committed < records.length; turn++) {
    const step = steps[turn] ?? calm;
    if (turn === steps.length) restart();
    if (step.zombie !== null && next < records.length) {
      // It stops in the middle; another takes the partition over, and it wakes up when all is done.
      const stopped = worker.stop(step.zombie.at);
      const done = sink.send(records.slice(next, next + step.zombie.records), NEVER).catch((error: unknown) => error);
      await Promise.race([stopped, done]);
      zombies.push({ goOn: worker.goOn, done });
      restart();
    }
    const batch = records.slice(next, next + step.records);
    if (batch.length === 0) {
      committed = next; // a commit that was put off
      continue;
    }
    worker.expect(step.trouble);
    try {
      const outcomes = await sink.send(batch, NEVER);
      expect(outcomes.map(({ kind }) => kind === 'rejected')).toEqual(batch.map((_record, index) => days[next + index] === null));
      const refused = batch.findIndex((_record, index) => days[next + index] === null);
      if (step.commit === 'all') committed = next + batch.length;
      else if (step.commit === 'to-refused' && refused >= 0) committed = next + refused + 1;
      next += batch.length;
    } catch (error) {
      if (error instanceof Crash) restart();
      else expect(error).toBeInstanceOf(RetryableError); // the same records, in another batch
    }
  }
  for (const { goOn, done } of zombies) {
    goOn();
    await done;
  }
  return [...store.objects]
    .filter(([key]) => key.endsWith('.ndjson'))
    .flatMap(([, { body }]) => body.toString().trimEnd().split('\n'))
    .map((line) => (JSON.parse(line) as { readonly id: number }).id)
    .sort((a, b) => a - b);
}

const placed = (days: readonly (number | null)[]) => days.flatMap((day, index) => (day === null ? [] : [index]));

const trouble = fc.record({ at: fc.integer({ min: 0, max: 12 }), kind: fc.constantFrom<Trouble['kind']>('lost', 'unanswered', 'crash-before', 'crash-after') });
const step: fc.Arbitrary<Step> = fc.record({
  records: fc.integer({ min: 1, max: 8 }),
  trouble: fc.option(trouble, { freq: 2 }),
  commit: fc.constantFrom<Step['commit']>('all', 'none', 'none', 'to-refused'),
  zombie: fc.option(fc.record({ records: fc.integer({ min: 1, max: 8 }), at: fc.integer({ min: 0, max: 9 }) }), { freq: 4 }),
});
const day = fc.option(fc.integer({ min: 0, max: 2 }), { freq: 6 });

describe('files of a partition', () => {
  it('hold each record once, whatever ends when, and under whatever boundaries it is sent again', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(day, { minLength: 1, maxLength: 20 }), fc.array(step, { maxLength: 12 }), async (days, steps) => {
        expect(await play(days, steps)).toEqual(placed(days));
      }),
      { numRuns: 1_000 },
    );
  });

  it.each<[string, readonly (number | null)[], readonly Step[]]>([
    [
      'a worker that ends between its files and its commit, and a larger batch after that',
      [0, 0, 0, 0, 0, 0],
      [
        { records: 2, trouble: null, commit: 'none', zombie: null },
        { records: 2, trouble: null, commit: 'none', zombie: null },
        { records: 6, trouble: { at: 0, kind: 'crash-before' }, commit: 'none', zombie: null },
      ],
    ],
    [
      'a batch over midnight of which only the first day is sent again',
      [0, 0, 1, 1],
      [
        { records: 4, trouble: { at: 4, kind: 'crash-after' }, commit: 'none', zombie: null },
        { records: 2, trouble: null, commit: 'all', zombie: null },
      ],
    ],
    [
      'a commit up to a refused record in the middle of a batch',
      [0, null, 1, 1],
      [
        { records: 4, trouble: null, commit: 'to-refused', zombie: null },
        { records: 1, trouble: { at: 0, kind: 'crash-before' }, commit: 'none', zombie: null },
      ],
    ],
    [
      'a worker that was thought dead and goes on before it has looked at the journal',
      [0, 0, 0, 0, 0, 0],
      [{ records: 3, trouble: null, commit: 'all', zombie: { records: 5, at: 0 } }],
    ],
    ['one that goes on between its journal and its file', [0, 0, 1, 0, 0, 0], [{ records: 3, trouble: null, commit: 'all', zombie: { records: 5, at: 2 } }]],
  ])('after %s', async (_, days, steps) => {
    expect(await play(days, steps)).toEqual(placed(days));
  });
});
