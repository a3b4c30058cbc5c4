import { setTimeout as delay } from 'node:timers/promises';
import type { HTTPMethods } from 'fastify';
import { describe, expect, it } from 'vitest';
import { memoryBroker } from '../../../pipeline/runtime/memory/index.ts';
import { crewWorld, prepare } from '../test/crew-world.ts';
import { converse, dialogue, TOPIC } from '../test/dialogue.ts';
import type { Answer } from '../test/dialogue.ts';
import { recorded } from '../test/recorded.ts';
import { NO_PROGRESS } from '../task.ts';

const SINK = 'counting';
const WORKER = '127.0.0.1:8083';

/** Where Kafka Connect answers 500 to what is the caller's mistake, or is not as it should be: what ours answers, and why. */
const DIFFERENT: Readonly<Record<string, readonly [status: number, why: string]>> = {
  'validate without class': [400, 'the caller left it out'],
  'validate an unknown plugin': [400, 'the caller named it'],
  'create without config': [400, 'the caller left it out'],
  'create with an unknown state': [400, 'the caller named it'],
  'create with an unknown key': [400, 'the caller named it'],
  'create with no JSON': [400, 'the caller wrote it'],
  'create with a list': [400, 'the caller wrote it'],
  'create with nothing': [400, 'the caller left it out'],
  'put a config with no JSON': [400, 'the caller wrote it'],
  'set an offset below zero': [400, 'the caller chose it'],
};

/** Message texts that are ours: where Connect speaks of Java, or of what is different here. */
const OWN_WORDS = new Set([...Object.keys(DIFFERENT), 'create of an unknown class', 'create without name']);

/** Answers whose content is each worker's own: their shapes are compared. */
const OWN_CONTENT = new Set(['root', 'plugins', 'plugins and transforms', 'options of a plugin', 'validate', 'validate with problems']);
/** Answers that differ in shape, on purpose. */
const OWN_SHAPE: Readonly<Record<string, string>> = {
  loggers: 'theirs was recorded without loggers',
  'root logger': 'likewise',
  'paused after stopped': 'theirs makes tasks only when it is resumed',
  'created paused': 'likewise',
};

/** Names of members and types of their values; of lists the first. What may be null is of no type. */
function shape(value: unknown): unknown {
  if (Array.isArray(value)) return value.slice(0, 1).map(shape);
  if (typeof value !== 'object' || value === null) return value === null || typeof value === 'string' ? 'text or null' : typeof value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, shape(member)]));
}

/** Their class of connector is ours, and so is its version; tasks are in order. */
function inOurTerms(body: unknown): unknown {
  const text = JSON.stringify(body)
    .replaceAll(/org\.apache\.kafka\.connect\.file\.FileStreamSink(Connector|Task)/g, SINK)
    .replaceAll('"version":"4.2.2"', '"version":"1.0.0"');
  const read = JSON.parse(text) as { readonly tasks?: readonly { readonly id?: number }[] } | null;
  return read?.tasks?.[0]?.id === undefined ? read : { ...read, tasks: [...read.tasks].sort((a, b) => a.id! - b.id!) };
}

async function ours(): Promise<Readonly<Record<string, Answer>>> {
  const broker = memoryBroker();
  await prepare(broker);
  await broker.producer().send([1, 2, 3].map(() => ({ topic: TOPIC, partition: 0, key: null, value: Buffer.from('{}') })));
  const world = crewWorld();
  const worker = await world.open(broker, WORKER);
  const ask = async (method: HTTPMethods, path: string, body: string | undefined): Promise<Answer> => {
    for (const task of world.tasks) task.progress = { ...NO_PROGRESS, delivered: 3, lastProgressAt: Date.UTC(2027, 0, 1) };
    const answer = await worker.app.inject({
      method,
      url: path,
      headers: { authorization: 'engineer', host: WORKER, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(body === undefined ? {} : { payload: body }),
    });
    const { location = null, 'content-type': contentType } = answer.headers;
    return { status: answer.statusCode, location, contentType: contentType?.toString() ?? null, body: answer.body === '' ? null : answer.json() };
  };
  try {
    return await converse(ask, { $SINK_CLASS: SINK, $PORT: '8083', $VERSION: '1.0.0' }, delay);
  } finally {
    await worker.stop();
    await broker.close();
  }
}

describe('the REST interface and that of Apache Kafka Connect 4.2', async () => {
  const theirs = recorded.answers;
  const answers = await ours();

  it.each(dialogue.map(({ name }) => [name]))('answer alike: %s', (name) => {
    const [own, their] = [answers[name]!, theirs[name]!];
    expect(own.status).toBe(DIFFERENT[name]?.[0] ?? their.status);
    expect(own.location).toBe(their.location);
    if (their.status < 500 && their.contentType !== null) expect(own.contentType?.split(';')[0]).toBe(their.contentType);
    if (own.status >= 400) {
      expect(own.body).toEqual({ error_code: own.status, message: expect.any(String) as string });
      if (!OWN_WORDS.has(name)) expect(own.body).toEqual(inOurTerms(their.body));
    } else if (OWN_CONTENT.has(name)) expect(shape(own.body)).toMatchObject(shape(their.body) as object);
    else if (!(name in OWN_SHAPE)) expect(own.body).toEqual(inOurTerms(their.body));
  });
});
