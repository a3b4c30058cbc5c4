import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Event, Finding } from '../../schemas/avro/types.gen.ts';
import { hashId } from '../core/id.ts';
import { StageDriver } from '../runtime/driver.ts';
import { draft } from '../ingest/kit.ts';
import { config, validate } from './index.ts';

const MINUTE = 60_000_000;
const NOW = Date.UTC(2026, 0, 1) * 1000;
const event = (over: Partial<Event> = {}): Event => ({
  ...draft('aws.cloudtrail', 'aws', Buffer.from('{}')),
  id: hashId('a'),
  time: NOW,
  contentHash: hashId('1').slice(0, 16),
  organization: 'acme',
  sensor: 'trail',
  ...over,
});
const named = (id: string, content: string, over: Partial<Event> = {}): Event =>
  event({ id: hashId(id), contentHash: hashId(content).slice(0, 16), idSource: 'sensor', ...over });
const driver = (over: object = {}) => new StageDriver(validate(config.parse(over)));

describe('duplicates', () => {
  it.each<[name: string, ids: readonly [id: string, content: string][], outcomes: readonly string[]]>([
    [
      'passes the first event of each id',
      [
        ['a', '1'],
        ['b', '1'],
      ],
      ['valid', 'valid'],
    ],
    [
      'drops a repeat',
      [
        ['a', '1'],
        ['a', '1'],
        ['a', '1'],
      ],
      ['valid', 'duplicate', 'duplicate'],
    ],
    [
      'passes an id with other content, and says so',
      [
        ['a', '1'],
        ['a', '2'],
      ],
      ['valid', 'valid+finding'],
    ],
    [
      'drops a repeat of the content that came last',
      [
        ['a', '1'],
        ['a', '2'],
        ['a', '2'],
      ],
      ['valid', 'valid+finding', 'duplicate'],
    ],
  ])('%s', (_name, ids, outcomes) => {
    const to = driver();
    expect(ids.map(([id, content]) => to.send(named(id, content), { appendedAt: NOW }).summary)).toEqual(outcomes);
  });
  it('cannot be in ids that follow from the position', () => {
    const to = driver();
    expect([1, 2].map(() => to.send(event(), { appendedAt: NOW }).summary)).toEqual(['valid', 'valid']);
  });
  it.each([
    [9, 'duplicate'],
    [13, 'valid'],
  ])('are known for ten minutes of append time: after %s it is %s', (minutes, outcome) => {
    const to = driver();
    to.send(named('a', '1'), { appendedAt: NOW });
    expect(to.send(named('a', '1'), { appendedAt: NOW + minutes * MINUTE }).summary).toBe(outcome);
  });
  it('are told as a finding that names the event, its sensor and its place', () => {
    const to = driver();
    to.send(named('a', '1'), { appendedAt: NOW });
    const { outputs } = to.send(
      named('a', '2', { provenance: { topic: 'raw.acme.trail', partition: 3, offset: 17, index: 0, appendedAt: NOW, parser: 'cloudtrail', parserVersion: 1 } }),
      { appendedAt: NOW },
    );
    const finding = outputs[1]!.value as Finding;
    expect(outputs[1]!.key).toBe('acme|goshawk.event-id-reused|trail');
    expect(finding).toMatchObject({
      kind: 'platform',
      severity: 'medium',
      organization: 'acme',
      entities: [{ type: 'sensor', value: 'trail' }],
      events: [{ id: hashId('a'), topic: 'raw.acme.trail', partition: 3, offset: 17 }],
    });
  });
});

describe('times', () => {
  it.each<[name: string, ahead: number, outcome: string]>([
    ['five minutes ahead pass', 5 * MINUTE, 'valid'],
    ['a microsecond more does not', 5 * MINUTE + 1, 'FUTURE_TIMESTAMP'],
    ['a year ago passes', -365 * 1440 * MINUTE, 'valid'],
  ])('%s', (_name, ahead, outcome) => {
    expect(driver().send(event({ time: NOW + ahead }), { appendedAt: NOW }).summary).toBe(outcome);
  });
  it('before the limit for the past are quarantined, where one is set', () => {
    const to = driver({ maxPastDays: 1 });
    expect([-1440, -1441].map((minutes) => to.send(event({ time: NOW + minutes * MINUTE }), { appendedAt: NOW }).summary)).toEqual(['valid', 'PAST_TIMESTAMP']);
  });
  it('ahead of the clock leave no trace: the event passes when it comes in time', () => {
    const to = driver();
    expect([NOW, NOW + 60 * MINUTE].map((appendedAt) => to.send(named('a', '1', { time: NOW + 60 * MINUTE }), { appendedAt }).summary)).toEqual([
      'FUTURE_TIMESTAMP',
      'valid',
    ]);
  });
});

it('answers the same after a stop at any point', () => {
  const records = fc.array(
    fc.record({ id: fc.constantFrom('a', 'b', 'c'), content: fc.constantFrom('1', '2'), later: fc.integer({ min: 0, max: 3 * MINUTE }) }),
    { minLength: 1, maxLength: 30 },
  );
  fc.assert(
    fc.property(records, fc.nat(29), (all, stop) => {
      const run = (restartAt: number) => {
        const to = driver();
        let appendedAt = NOW;
        return all.map(({ id, content, later }, index) => {
          if (index === restartAt) to.restart();
          appendedAt += later;
          return to.send(named(id, content, { time: appendedAt }), { appendedAt }).summary;
        });
      };
      expect(run(stop)).toEqual(run(-1));
    }),
    { numRuns: 60 },
  );
});
