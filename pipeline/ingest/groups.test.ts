// Events whose lines come as records of their own, through the stage: any way of cutting them gives the same events.
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Event } from '../../schemas/avro/types.gen.ts';
import { topics } from '../../topologies/topics.ts';
import { appendClockOf } from '../core/index.ts';
import type { Stage } from '../core/index.ts';
import { defineTopology, stage as wire } from '../core/topology.ts';
import { StageDriver } from '../runtime/driver.ts';
import type { Driven, Result, SendOptions } from '../runtime/driver.ts';
import { runOnMemory } from '../runtime/topology-driver.ts';
import type { TopologyDriver } from '../runtime/topology-driver.ts';
import type { Closing } from './groups.ts';
import { config, ingest } from './index.ts';
import type { Ingestor } from './index.ts';
import { decoded, nativeOf, openTestIngestor } from './test/records.ts';

const closings: Closing[] = [];
const keyless: string[] = [];
let whole: Ingestor;
let stage: Stage<Uint8Array>;
const open = async () =>
  (await ingest(
    config.parse({}),
    { installation: 'test' },
    { closed: (closing) => void closings.push(closing), split: () => {}, keyless: (format) => void keyless.push(format) },
  )) as unknown as Stage<Uint8Array>;
beforeAll(async () => {
  whole = await openTestIngestor();
  stage = await open();
});

const TOPIC = 'raw.default.test';
const START = Date.UTC(2026, 0, 1) * 1000;
const SECOND = 1_000_000;
const line = (serial: number, type: string, fields = 'a=1', time = '1767225600.100', node = '') =>
  `${node}type=${type} msg=audit(${time}:${serial}): ${fields}`;

/** Lines of the fixtures by event, in order; all at about one time, since they are interleaved. */
const EVENTS: readonly (readonly string[])[] = (() => {
  const lines = ['group.txt', 'enriched.log'].flatMap((name) => readFileSync(new URL(`auditd/fixtures/${name}`, import.meta.url), 'utf8').split('\n'));
  const byId = Map.groupBy(
    lines.filter((text) => text !== ''),
    (text) => /audit\(([^)]+)\)/.exec(text)![1]!,
  );
  return [...byId.values()].map((all, n) => all.map((text) => text.replace(/audit\(\d+\.\d+:\d+\)/, `audit(1767225600.${100 + n}:${n})`)));
})();

/** What an event says, apart from where it is from. */
function said({ time, dataset, message, category, type, code, outcome, action, process, user, host, labels, native, contentHash, ecs }: Event): object {
  const { raw_offsets: _offsets, order: _order, ...others } = labels;
  return {
    time,
    dataset,
    message,
    category,
    type,
    code,
    outcome,
    action,
    process,
    user,
    host,
    labels: others,
    native: Buffer.from(native).toString(),
    contentHash,
    ecs,
  };
}
const sorted = (events: readonly Event[]) => events.map((event) => JSON.stringify(said(event))).toSorted();
const eventsOf = (outputs: readonly Driven[]) => outputs.map(({ value }) => value as Event);
const send = (driver: StageDriver<Uint8Array>, text: string, options: SendOptions = {}): Result => driver.send(Buffer.from(text), options);
const clockOf = (partition = 0) => appendClockOf({ topic: TOPIC, partition });
const END = 9e15;

/** Takes from the front of one of the lists, again and again. */
function interleaved(lists: readonly (readonly string[])[], picks: readonly number[]): readonly string[] {
  const left = lists.map((list) => [...list]);
  const result: string[] = [];
  for (let n = 0; left.some((list) => list.length > 0); n++) {
    const some = left.filter((list) => list.length > 0);
    result.push(some[(picks[n % picks.length] ?? 0) % some.length]!.shift()!);
  }
  return result;
}

describe('lines of auditd', () => {
  const choice = fc.record({
    events: fc.shuffledSubarray([...EVENTS], { minLength: 1, maxLength: 5 }),
    picks: fc.array(fc.nat(4), { minLength: 1, maxLength: 40 }),
    cuts: fc.array(fc.nat(3), { minLength: 1, maxLength: 40 }),
    restarts: fc.array(fc.boolean(), { minLength: 1, maxLength: 20 }),
    hasEnds: fc.boolean(),
  });

  it('become the same events however they are interleaved and cut into records, and whenever the task is restarted', () => {
    fc.assert(
      fc.property(choice, ({ events, picks, cuts, restarts, hasEnds }) => {
        const lists = events.map((lines) => (hasEnds ? [...lines, lines[0]!.replace(/type=\S+/, 'type=EOE').replace(/: .*/, ': ')] : lines));
        const lines = interleaved(lists, picks);
        const driver = new StageDriver(stage);
        const found: Event[] = [];
        for (let at = 0, n = 0; at < lines.length; n++) {
          const to = at + 1 + cuts[n % cuts.length]!;
          found.push(...eventsOf(send(driver, lines.slice(at, to).join('\n')).outputs));
          if (restarts[n % restarts.length]) driver.restart();
          at = to;
        }
        found.push(...eventsOf(driver.advance(END, clockOf())));
        expect(sorted(found)).toEqual(sorted(decoded(whole, [lines.join('\n')])));
        expect(new Set(found.map(({ id }) => id)).size).toBe(found.length);
        expect(Object.keys({ ...driver.state().open, ...driver.state().task })).toEqual([]);
      }),
      { numRuns: 150 },
    );
  });

  it('behind syslog become what they are without, with the header and every line as it came', () => {
    const driver = new StageDriver(stage);
    const lines = EVENTS.find((list) => list.length === 6)!;
    const outputs = lines.flatMap((text) => send(driver, `<13>Jan  1 00:00:00 web-2 audispd: ${text}`).outputs);
    const [event, ...others] = eventsOf(outputs);
    expect(others).toEqual([]);
    expect(event).toMatchObject({ code: 'SYSCALL', host: { name: 'web-2' }, process: { commandLine: 'id -u A B C' } });
    expect(nativeOf(event!)).toMatchObject({
      raw: lines.map((text) => `<13>Jan  1 00:00:00 web-2 audispd: ${text}`).join('\n'),
      syslog: { hostname: 'web-2' },
    });
  });

  it.each<[name: string, steps: readonly (readonly [text: string, becomes: string, options?: SendOptions])[], left: readonly string[]]>([
    [
      'are closed by the title',
      [
        [line(1, 'SYSCALL'), 'merged'],
        [line(1, 'PROCTITLE'), 'SYSCALL PROCTITLE'],
      ],
      [],
    ],
    [
      'are closed by the end, which is no line of it',
      [
        [line(1, 'SYSCALL'), 'merged'],
        [line(1, 'PATH'), 'merged'],
        [line(1, 'EOE'), 'SYSCALL PATH'],
      ],
      [],
    ],
    [
      'have an end behind the title, too',
      [
        [line(1, 'SYSCALL'), 'merged'],
        [line(1, 'PROCTITLE'), 'SYSCALL PROCTITLE'],
        [line(1, 'EOE'), 'merged'],
      ],
      [],
    ],
    [
      'that programs send are events by themselves',
      [
        [line(1, 'USER_LOGIN'), 'USER_LOGIN'],
        [line(1, 'CRED_ACQ'), 'CRED_ACQ'],
      ],
      [],
    ],
    [
      'that the kernel may go on with are held',
      [
        [line(1, 'LOGIN'), 'merged'],
        [line(2, 'ANOM_ABEND'), 'merged'],
        [line(3, 'AVC'), 'merged'],
      ],
      ['LOGIN', 'ANOM_ABEND', 'AVC'],
    ],
    [
      'are over when the log is two seconds further',
      [
        [line(1, 'SYSCALL', 'a=1', '1767225600.100'), 'merged'],
        [line(2, 'SYSCALL', 'a=1', '1767225602.100'), 'merged'],
        [line(3, 'SYSCALL', 'a=1', '1767225602.101'), 'SYSCALL'],
      ],
      ['SYSCALL', 'SYSCALL'],
    ],
    [
      'of another node are others, and do not close them',
      [
        [line(1, 'SYSCALL', 'a=1', '1767225600.100', 'node=a '), 'merged'],
        [line(1, 'SYSCALL', 'a=1', '1767225700.100', 'node=b '), 'merged'],
        [line(1, 'PROCTITLE', 'a=1', '1767225600.100', 'node=a '), 'SYSCALL PROCTITLE'],
      ],
      ['SYSCALL'],
    ],
    [
      'of another host behind one relay are others, and do not close them',
      [
        [`<13>Jan  1 00:00:00 a audispd: ${line(1, 'SYSCALL', 'a=1', '1767225600.100')}`, 'merged'],
        [`<13>Jan  1 00:00:00 b audispd: ${line(1, 'SYSCALL', 'a=1', '1767225700.100')}`, 'merged'],
        [`<13>Jan  1 00:00:00 a audispd: ${line(1, 'PROCTITLE', 'a=1', '1767225600.100')}`, 'SYSCALL PROCTITLE'],
      ],
      ['SYSCALL'],
    ],
    [
      'of another key are others',
      [
        [line(1, 'SYSCALL'), 'merged', { key: 'a' }],
        [line(1, 'PROCTITLE'), 'PROCTITLE', { key: 'b' }],
        [line(1, 'PROCTITLE'), 'SYSCALL PROCTITLE', { key: 'a' }],
      ],
      [],
    ],
    [
      'that are appended two seconds after the first are others',
      [
        [line(1, 'SYSCALL'), 'merged', { appendedAt: START }],
        [line(1, 'PATH'), 'merged', { appendedAt: START + 2 * SECOND - 1 }],
        [line(1, 'PROCTITLE'), 'SYSCALL PATH|PROCTITLE', { appendedAt: START + 2 * SECOND }],
      ],
      [],
    ],
    [
      'with others that are none are kept',
      [
        [`${line(1, 'SYSCALL')}\nnonsense`, 'unparsed'],
        [line(1, 'PROCTITLE'), 'SYSCALL PROCTITLE'],
      ],
      [],
    ],
  ])('%s', (_name, steps, left) => {
    const driver = new StageDriver(stage);
    const typesOf = (events: readonly Event[]) => events.map((event) => (event.dataset === 'unparsed' ? 'unparsed' : [nativeOf(event).type].flat().join(' ')));
    for (const [text, becomes, options = {}] of steps) {
      const { outputs, outcome, reason } = send(driver, text, { key: 'sensor', appendedAt: START, ...options });
      expect(outcome === 'dropped' ? reason : typesOf(eventsOf(outputs)).join('|')).toBe(becomes);
    }
    expect(typesOf(eventsOf(driver.advance(END, clockOf())))).toEqual(left);
  });

  it('are known by the place of the first, whichever way they are closed, and name the others', () => {
    const ids = [[line(1, 'PROCTITLE')], [line(1, 'PATH', 'b=1'), line(1, 'EOE')], []].map((rest) => {
      const driver = new StageDriver(stage);
      const sent = [`${line(9, 'USER_CMD')}\n${line(1, 'SYSCALL')}`, ...rest].flatMap((text, n) => send(driver, text, { offset: 40 + 2 * n }).outputs);
      const event = eventsOf([...sent, ...driver.advance(END, clockOf())]).find(({ code }) => code === 'SYSCALL')!;
      expect(event.provenance).toMatchObject({ topic: TOPIC, partition: 0, offset: 40, index: 1, appendedAt: START });
      return [event.id, event.labels.raw_offsets];
    });
    expect(new Set(ids.map(([id]) => id)).size).toBe(1);
    expect(ids.map(([, offsets]) => offsets)).toEqual(['40,42', '40,42', undefined]);
  });

  it.each<[name: string, lines: number, text: string, left: number, most: number]>([
    ['of one event', 600, 'a=1', 600 % 256, 256],
    ['that are long', 100, `a="${'x'.repeat(10_000)}"`, 4, 6],
  ])('%s beyond the limit are events that say they are not whole', (_name, count, fields, left, most) => {
    const driver = new StageDriver(stage);
    const found = Array.from({ length: count }, () => send(driver, line(1, 'PATH', fields))).flatMap(({ outputs }) => eventsOf(outputs));
    expect(found.every(({ labels }) => labels.reason!.includes('too much'))).toBe(true);
    expect(Math.max(...found.map((event) => (nativeOf(event).records as unknown[]).length))).toBe(most);
    const rest = eventsOf(driver.advance(END, clockOf()));
    expect(rest.map((event) => (nativeOf(event).records as unknown[]).length)).toEqual([left]);
    expect(rest[0]!.labels.reason).toBeUndefined();
    const lines = [...found, ...rest].reduce((sum, event) => sum + (nativeOf(event).records as unknown[]).length, 0);
    expect(lines).toBe(count);
  });

  it('that are open in great number give way, the oldest of their own stream first, and none is lost', () => {
    closings.length = 0;
    const driver = new StageDriver(stage);
    send(driver, line(1, 'SYSCALL'), { key: 'other', appendedAt: START });
    const count = 600;
    const found = Array.from({ length: count }, (_, n) => send(driver, line(n, 'SYSCALL', `a="${'x'.repeat(9_000)}"`), { key: 'busy', appendedAt: START }));
    const given = found.flatMap(({ outputs }) => eventsOf(outputs));
    expect(given.length).toBeGreaterThan(50);
    expect(given.map(({ labels }) => labels.audit_event)).toEqual(given.map((_, n) => `1767225600.100:${n}`));
    expect(new Set(closings)).toEqual(new Set(['limit']));
    expect(given.length + driver.advance(END, clockOf()).length).toBe(count + 1);
    expect(driver.state().open).toEqual({});
  });

  it('are the only events that say so: who sends cannot', () => {
    const options = { topic: 'raw.default.gateway-hec', headers: { told: '{"labels":{"raw_offsets":"1,2"}}' } };
    expect(eventsOf(send(new StageDriver(stage), 'a line', options).outputs)[0]!.labels).toMatchObject({ _raw_offsets: '1,2' });
  });

  it('in documents of a shipper become what they are without, beside what it said of the first', () => {
    const lines = EVENTS.find((list) => list.length === 6)!;
    const shipped = (text: string, offset: number) =>
      JSON.stringify({
        '@timestamp': '2026-01-01T00:00:01Z',
        message: text,
        log: { offset },
        host: { name: 'Web-2' },
        agent: { type: 'filebeat' },
        ecs: { version: '8.0.0' },
      });
    const driver = new StageDriver(stage);
    const events = eventsOf(lines.flatMap((text, n) => send(driver, shipped(text, n)).outputs));
    expect(events.map(({ host }) => host?.name)).toEqual(['web-2']);
    const { carrier, ...native } = nativeOf(events[0]!);
    expect(carrier).toEqual({ ...(JSON.parse(shipped('', 0)) as object), message: null });
    const [alone] = decoded(whole, [lines.join('\n')]);
    expect([events[0]!.message, native]).toEqual([alone!.message, nativeOf(alone!)]);
  });

  it('from a gateway keep what it vouched for', () => {
    const driver = new StageDriver(stage);
    const options = { topic: 'raw.default.gateway-hec', headers: { sensor: 'web-7', told: '{"host":"Web7","labels":{"hec.index":"main"}}' } };
    send(driver, line(1, 'SYSCALL'), options);
    const expected = { sensor: 'web-7', organization: 'default', host: { name: 'web7' }, labels: { 'hec.index': 'main', raw_offsets: '0,1' } };
    expect(eventsOf(send(driver, line(1, 'PROCTITLE'), options).outputs)[0]).toMatchObject(expected);
  });

  it('that were set aside and sent again are whole by themselves', () => {
    const driver = new StageDriver(stage);
    expect(send(driver, line(1, 'SYSCALL'), { isRedriven: true }).summary).toBe('parsed');
  });
});

describe('a record without a key', () => {
  const ZEEK = '#separator \\x09\n#path\tdns\n#fields\tts\tuid\tquery\n#types\ttime\tstring\tstring';
  it.each<[name: string, records: readonly string[], options: SendOptions, counted: readonly string[], labelled: readonly (string | undefined)[]]>([
    ['that holds a part', [line(1, 'SYSCALL'), line(1, 'PROCTITLE')], {}, ['auditd', 'auditd'], ['no key']],
    ['that holds a part, and nothing else comes', [line(1, 'SYSCALL')], {}, ['auditd'], ['no key']],
    ['that is read by a header before it', [ZEEK, '1767225600.5\tC1\texample.com'], {}, ['zeek-tsv'], ['no key']],
    ['that has its header with it', [`${ZEEK}\n1767225600.5\tC1\texample.com`], {}, [], [undefined]],
    ['that needs no other', [line(1, 'USER_CMD')], {}, [], [undefined]],
    ['on a topic that only the gateway writes', [line(1, 'SYSCALL'), line(1, 'PROCTITLE')], { topic: 'raw.default.gateway-x' }, [], [undefined]],
    ['but one', [line(1, 'SYSCALL'), line(1, 'PROCTITLE')], { key: 'k' }, [], [undefined]],
  ])('%s is counted and named where others may lie elsewhere', (_name, records, options, counted, labelled) => {
    keyless.length = 0;
    const driver = new StageDriver(stage);
    const events = eventsOf([...records.flatMap((text) => send(driver, text, options).outputs), ...driver.advance(END, clockOf())]);
    expect(keyless).toEqual(counted);
    expect(events.map(({ labels }) => labels.order)).toEqual(labelled);
  });
});

describe('on a broker', () => {
  const write = (driver: TopologyDriver, texts: readonly string[]) =>
    driver.write(
      TOPIC,
      texts.map((text) => ({ key: Buffer.from('k'), value: Buffer.from(text) })),
    );
  const start = async (more = {}) =>
    runOnMemory(defineTopology('grouping', [wire(await open(), { from: topics.raw, to: [topics.parsed] })]), {
      platform: { deadLetters: topics.deadLetters, ledger: topics.ledger },
      topics: [TOPIC],
      partitions: 2,
      latenessOf: () => 0,
      ...more,
    });
  /** One that is closed by its title, one by time, one line by itself, one record that is refused. */
  const RECORDS = [line(1, 'SYSCALL'), line(2, 'SYSCALL'), line(1, 'PATH'), ' ', line(1, 'PROCTITLE'), line(3, 'USER_CMD'), line(2, 'PATH')];

  /** @param stopAfter Record behind which nothing comes for a while; -1 for none. */
  async function run(stopAfter: number, isKilled = false) {
    let driver = await start();
    for (const [n, text] of RECORDS.entries()) {
      await write(driver, [text]);
      await driver.settle();
      if (n !== stopAfter) continue;
      if (isKilled) driver.broker.crash();
      const next = isKilled ? driver.broker.connect() : driver.broker;
      const starting = isKilled ? start({ broker: next }) : driver;
      for (let step = 0; step < 30; step++) {
        await new Promise((resolve) => {
          setImmediate(resolve);
        });
        next.clock.advance(500); // the dead member's session ends
      }
      driver = await starting;
      await driver.settle();
    }
    await driver.advance(15_000);
    const events = (await driver.records(topics.parsed)).map(({ value }) => value);
    const entries = (await driver.records(topics.ledger)).map(({ value }) => value);
    await driver.stop();
    return { events, entries };
  }

  it('in is passed, dropped and rejected; what timers give is emitted; both together are what is written', async () => {
    const { events, entries } = await run(-1);
    const sum = (of: 'in' | 'passed' | 'emitted') => entries.reduce((all, entry) => all + entry[of], 0);
    const sums = (of: 'dropped' | 'rejected' | 'out') =>
      entries.flatMap((entry): readonly { readonly count: number }[] => entry[of]).reduce((all, { count }) => all + count, 0);
    expect([sum('in'), sum('passed'), sums('dropped'), sums('rejected'), sum('emitted')]).toEqual([7, 2, 4, 1, 1]);
    expect(events).toHaveLength(3);
    expect(entries.flatMap(({ out }) => out).reduce((all, { topic, count }) => all + (topic === topics.parsed.name ? count : 0), 0)).toBe(3);
  });

  it.each(RECORDS.map((_, n) => n))('killed behind record %i gives the same events with the same ids, once each', async (stopAfter) => {
    const told = ({ events }: Awaited<ReturnType<typeof run>>) =>
      events.map(({ id, labels }) => `${labels.audit_event} ${id} ${labels.raw_offsets}`).toSorted();
    expect(told(await run(stopAfter, true))).toEqual(told(await run(stopAfter)));
  });
});
