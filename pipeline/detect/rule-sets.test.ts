// Rules as data: numbered sets by append time, apart for each organization; exceptions and budgets.
import { describe, expect, it } from 'vitest';
import { parseRuleSet } from '../../domains/sigma/index.ts';
import { plainContext } from '../../schemas/avro/plain.ts';
import type { Event, Finding, Match, RefRule, RefSuppression } from '../../schemas/avro/types.gen.ts';
import { draft } from '../ingest/kit.ts';
import { ACTIVATION_DELAY } from '../runtime/reference.ts';
import { StageDriver } from '../runtime/driver.ts';
import { OVER_BUDGET } from './budget.ts';
import { config, detect } from './index.ts';
import type { DetectConfig } from './index.ts';
import { openEngine } from './open-rules.ts';

const T = Date.UTC(2026, 0, 1) * 1000;
const SECOND = 1_000_000;
const HOUR = 3600 * SECOND;
const CONTEXT = plainContext();
let made = 0;
const event = (native: object, organization = 'acme', over: Partial<Event> = {}): { event: Event; context: typeof CONTEXT } => ({
  event: {
    ...draft('windows.sysmon', 'windows', Buffer.from(JSON.stringify(native))),
    id: `e${++made}`,
    time: T,
    organization,
    sensor: 'dc',
    logsource: { category: ['process_creation'], service: ['sysmon'] },
    provenance: { topic: `raw.${organization}.windows`, partition: 0, offset: made, index: 0, appendedAt: T, parser: 'windows', parserVersion: 1 },
    ...over,
  },
  context: CONTEXT,
});
const text = (name: string, { value = 1, more = '' } = {}) =>
  `title: Rule ${name}\nname: ${name}\n${more}logsource: {product: windows, category: process_creation}\ndetection: {s: {A: ${value}}, condition: s}\n`;
const correlation = (name: string, of: string) =>
  `title: ${name}\nname: ${name}\ncorrelation: {type: event_count, rules: [${of}], group-by: [User], timespan: 5m, condition: {gte: 3}}\n`;
const filter = (of: string) =>
  `title: Filter\nname: filter\nlogsource: {product: windows, category: process_creation}\nfilter: {rules: [${of}], s: {User: backup}, condition: not s}\n`;

type Row = readonly [organization: string, ruleId: string, text: string | null, state?: RefRule['state']];
/** The rows of one set, its word last. */
const rowsOf = (set: number, rows: readonly Row[]): readonly RefRule[] => [
  ...rows.map(([organization, ruleId, document, state = 'production']): RefRule => ({
    id: `${organization}/${ruleId}`,
    organization,
    validFrom: set,
    writtenAt: 0,
    version: set,
    ruleId,
    state,
    text: document,
    file: organization === '' ? `detections/${ruleId}.yml` : null,
    writtenBy: 'test',
  })),
  { id: '@set', organization: '', validFrom: set, writtenAt: 0, version: set, ruleId: '@set', state: 'production', text: null, file: null, writtenBy: 'test' },
];
const driverOf = (sets: readonly (readonly Row[])[], over: Partial<DetectConfig> = {}, files = '') => {
  const set = parseRuleSet(files === '' ? [] : [{ file: 'f.yml', text: files }]);
  const driver = new StageDriver(detect({ ...config.parse({}), ...over }, { set, engine: openEngine(set), isOwn: () => false }));
  for (const [at, rows] of sets.entries()) driver.addReference('rules', rowsOf(at + 1, rows));
  return driver;
};
const found = (driver: ReturnType<typeof driverOf>, one: ReturnType<typeof event>, appendedAt = T + HOUR) => {
  const { outputs } = driver.send(one, { appendedAt });
  return {
    findings: outputs.filter(({ to }) => to === 'findings.v1').map(({ value }) => value as Finding),
    matches: outputs.filter(({ to }) => to === 'matches.v1').map(({ value }) => value as Match),
  };
};
const ids = (driver: ReturnType<typeof driverOf>, one: ReturnType<typeof event>, appendedAt?: number) =>
  found(driver, one, appendedAt).findings.map(({ ruleId }) => ruleId);

describe('numbered sets', () => {
  it('run ten seconds after their last row was written, as a whole; until then the files do', () => {
    const driver = driverOf([], {}, text('file'));
    const [first, second, word] = rowsOf(1, [
      ['', 'a', text('a')],
      ['', 'b', text('b')],
    ]);
    driver.addReference('rules', [first!], T);
    driver.addReference('rules', [second!], T + 3 * SECOND);
    driver.addReference('rules', [word!], T + 5 * SECOND);
    const at = T + 5 * SECOND + ACTIVATION_DELAY;
    expect([at - 1, at].map((appendedAt) => found(driver, event({ A: 1 }), appendedAt).findings.map(({ ruleId, ruleSet }) => [ruleId, ruleSet]))).toEqual([
      [['file', 0]],
      [
        ['a', 1],
        ['b', 1],
      ],
    ]);
  });

  it('are the same for an event that is read again later', () => {
    const driver = driverOf([[['', 'a', text('a')]]]);
    driver.addReference(
      'rules',
      rowsOf(2, [
        ['', 'a', null, 'retired'],
        ['', 'b', text('b')],
      ]),
      T + 20 * SECOND,
    );
    expect([T + HOUR, T + 25 * SECOND].map((appendedAt) => ids(driver, event({ A: 1 }), appendedAt))).toEqual([['b'], ['a']]);
  });

  it.each<[name: string, sets: Row[][], acme: string[], other: string[]]>([
    [
      'of an organization see its events only',
      [
        [
          ['', 'a', text('a')],
          ['acme', 'b', text('b')],
        ],
      ],
      ['a', 'b'],
      ['a'],
    ],
    [
      'retire a rule of all for one organization',
      [
        [
          ['', 'a', text('a')],
          ['', 'b', text('b')],
        ],
        [['acme', 'a', null, 'retired']],
      ],
      ['b'],
      ['a', 'b'],
    ],
    ['bring it back', [[['', 'a', text('a')]], [['acme', 'a', null, 'retired']], [['acme', 'a', null, 'production']]], ['a'], ['a']],
    ['keep a rule away that was retired in files', [[['', 'a', text('a')]], [['acme', 'a', null, 'production']], [['', 'a', null, 'retired']]], [], []],
    ['replace a rule', [[['acme', 'a', text('a', { value: 2 })]], [['acme', 'a', text('a')]]], ['a'], []],
    [
      'hold a filter of one organization over a rule of all',
      [
        [
          ['', 'a', text('a')],
          ['acme', 'filter', filter('a')],
        ],
      ],
      [],
      ['a'],
    ],
    [
      "put an organization's rule before one of all with its id",
      [
        [
          ['', 'a', text('a')],
          ['acme', 'a', text('a', { value: 2 })],
        ],
      ],
      [],
      ['a'],
    ],
    [
      'leave out a document that cannot be read, and no other',
      [
        [
          ['', 'a', 'title: ['],
          ['', 'b', text('b')],
        ],
      ],
      ['b'],
      ['b'],
    ],
  ])('%s', (_name, sets, acme, other) => {
    const driver = driverOf(sets);
    expect([ids(driver, event({ A: 1, User: 'backup' })), ids(driver, event({ A: 1, User: 'backup' }, 'other'))]).toEqual([acme, other]);
  });

  it('give findings the state of the rule, for one organization or all', () => {
    const driver = driverOf([
      [['', 'a', text('a')]],
      [
        ['acme', 'a', null, 'draft'],
        ['acme', 'b', text('b'), 'test'],
      ],
    ]);
    const states = (organization: string) => found(driver, event({ A: 1 }, organization)).findings.map(({ ruleId, status }) => [ruleId, status]);
    expect([states('acme'), states('other')]).toEqual([
      [
        ['a', 'draft'],
        ['b', 'test'],
      ],
      [['a', 'production']],
    ]);
  });

  it('tell correlations of one organization of rules of all, with the number of the set', () => {
    const driver = driverOf([
      [
        ['', 'a', text('a')],
        ['acme', 'many', correlation('many', 'a')],
      ],
    ]);
    const [mine, theirs] = [found(driver, event({ A: 1, User: 'bob' })), found(driver, event({ A: 1, User: 'bob' }, 'other'))];
    expect(mine.findings).toEqual([]);
    expect(mine.matches).toMatchObject([{ ruleId: 'a', correlationId: 'many', groupValues: ['bob'], ruleSet: 1, suppressedBy: null }]);
    expect([theirs.findings.length, theirs.matches.length]).toEqual([1, 0]);
  });
});

describe('exceptions', () => {
  const exception = (id: string, conditions: unknown, over: Partial<RefSuppression> = {}): RefSuppression => ({
    id,
    organization: 'acme',
    validFrom: T,
    validTo: T + HOUR,
    writtenAt: T,
    version: 1,
    ruleIds: [],
    conditions: JSON.stringify(conditions),
    owner: 'ada',
    reason: 'backups',
    ...over,
  });
  const suppressed = (
    rows: readonly RefSuppression[],
    one: ReturnType<typeof event>,
    { at = T + 60 * SECOND, rules = [['', 'a', text('a')]] as Row[], writtenAt = T } = {},
  ) => {
    const driver = driverOf([rules]);
    driver.addReference('suppressions', rows, writtenAt);
    return found(driver, one, at).findings.map(({ suppressedBy }) => suppressedBy);
  };
  const BOB = { User: 'bob' };

  it.each<[name: string, rows: RefSuppression[], native: object, expected: string | null]>([
    ['suppresses what meets it', [exception('x', BOB)], { A: 1, User: 'BOB' }, 'x'],
    ['leaves what does not', [exception('x', BOB)], { A: 1, User: 'eve' }, null],
    ['wants all fields of a map', [exception('x', { ...BOB, 'Image|endswith': '\\b.exe' })], { A: 1, User: 'bob', Image: 'C:\\a.exe' }, null],
    ['takes one map of a list', [exception('x', [{ User: 'eve' }, BOB])], { A: 1, User: 'bob' }, 'x'],
    ['is for the rules that it names', [exception('x', BOB, { ruleIds: ['b'] })], { A: 1, User: 'bob' }, null],
    ['names its own, the first that is met', [exception('x', BOB, { ruleIds: ['b'] }), exception('y', BOB), exception('z', BOB)], { A: 1, User: 'bob' }, 'y'],
    ['is for its organization', [exception('x', BOB, { organization: 'other' })], { A: 1, User: 'bob' }, null],
    ['knows the other names that fields have for the rule', [exception('x', { Image: 'x.exe' })], { A: 1, process: { executable: 'x.exe' } }, 'x'],
    ['reads names of ECS that the sensor does not write', [exception('x', { 'host.name': 'dc1', 'log.level': 'error' })], { A: 1 }, 'x'],
    ['reads its own first', [exception('x', { 'host.name': 'dc1' })], { A: 1, host: { name: 'another' } }, null],
    ['wants them, too', [exception('x', { 'host.name': 'dc2' })], { A: 1 }, null],
    ['that cannot be read suppresses nothing', [exception('x', { 'A|nearly': 1 })], { A: 1, User: 'bob' }, null],
  ])('%s', (_name, rows, native, expected) => {
    expect(suppressed(rows, event(native, 'acme', { host: { name: 'dc1', id: null, ip: [], os: null }, ecs: { 'log.level': 'error' } }))).toEqual([expected]);
  });

  it('hold from ten seconds after they were written until they expire, by append time', () => {
    const at = (appendedAt: number) => suppressed([exception('x', BOB)], event({ A: 1, ...BOB }), { at: appendedAt })[0];
    expect([T + ACTIVATION_DELAY - 1, T + ACTIVATION_DELAY, T + HOUR - 1, T + HOUR].map(at)).toEqual([null, 'x', 'x', null]);
  });

  it.each([
    ['of the rule', ['a'], true],
    ['of the correlation', ['many'], true],
    ['of another', ['b'], false],
  ])('%s marks what a correlation is told', (_name, ruleIds, isMarked) => {
    const driver = driverOf([
      [
        ['', 'a', text('a')],
        ['', 'many', correlation('many', 'a')],
      ],
    ]);
    driver.addReference('suppressions', [exception('x', BOB, { ruleIds })], T);
    expect(found(driver, event({ A: 1, ...BOB }), T + 60 * SECOND).matches.map(({ suppressedBy }) => suppressedBy)).toEqual([isMarked ? 'x' : null]);
  });
});

describe('the budget of a rule', () => {
  const statuses = (driver: ReturnType<typeof driverOf>, times: readonly number[], organization = 'acme') =>
    times.map((at) => found(driver, event({ A: 1 }, organization), at).findings.map(({ ruleId, status }) => `${ruleId} ${status}`));

  it('makes it a shadow beyond, says so once, and lets it back with the next hour', () => {
    const driver = driverOf([[['', 'a', text('a')]]], { findingsPerHour: 2 });
    expect(statuses(driver, [T, T + 1, T + 2, T + 3, T + HOUR])).toEqual([
      ['a production'],
      ['a production'],
      [`${OVER_BUDGET} production`, 'a draft'],
      ['a draft'],
      ['a production'],
    ]);
    const { findings } = found(driver, event({ A: 1 }, 'other'), T + 5);
    expect(findings[0]!.status).toBe('production'); // each organization has its own
  });

  it('outlives a restart', () => {
    const driver = driverOf([[['', 'a', text('a')]]], { findingsPerHour: 2 });
    statuses(driver, [T, T + 1]);
    driver.restart();
    expect(statuses(driver, [T + 2])).toEqual([[`${OVER_BUDGET} production`, 'a draft']]);
  });

  it('is not spent by drafts', () => {
    const driver = driverOf([[['', 'a', text('a'), 'draft']]], { findingsPerHour: 1 });
    expect(statuses(driver, [T, T + 1, T + 2])).toEqual([['a draft'], ['a draft'], ['a draft']]);
  });

  it('names the rule and why', () => {
    const driver = driverOf([[['', 'a', text('a')]]], { findingsPerHour: 1 });
    statuses(driver, [T]);
    const [told, shadow] = found(driver, event({ A: 1 }), T + 1).findings;
    expect(told).toMatchObject({ kind: 'platform', entities: [{ type: 'rule', value: 'a' }], time: T + 1, ruleSet: 1 });
    expect([told!.reason, shadow!.reason]).toEqual([expect.stringMatching(/more than 1 findings/), told!.reason]);
  });

  describe('of being asked', () => {
    const asked = { candidatesPerSecond: 16 }; // ten events of which one is looked at
    /** An event that the rule is asked of and does not match, but for the last. */
    const rule = 'title: Wide\nname: w\nlogsource: {product: windows}\ndetection: {s: {A|contains: long enough}, t: {B: 1}, condition: s and t}\n';
    const candidate = (n: number, more: object = {}, organization = 'acme') => event({ A: 'long enough', ...more }, organization, { id: `${n}-0` });
    const told = (driver: ReturnType<typeof driverOf>, one: ReturnType<typeof event>, at: number) =>
      found(driver, one, at).findings.map(({ ruleId, status, reason }) => [ruleId, status, reason === null ? null : /\d+ events a second/.exec(reason)![0]]);
    const flood = (driver: ReturnType<typeof driverOf>, from: number, count = 10) =>
      Array.from({ length: count }, (_unused, n) => told(driver, candidate(n), from + n)).flat();

    it('makes the rule a shadow beyond, matched or not, says so once, and lets it back with the next hour', () => {
      const driver = driverOf([[['', 'w', rule]]], asked);
      expect(flood(driver, T)).toEqual([]);
      expect(told(driver, candidate(10, { B: 1 }), T + 10)).toEqual([
        [OVER_BUDGET, 'production', '16 events a second'],
        ['w', 'draft', '16 events a second'],
      ]);
      expect(told(driver, candidate(11, { B: 1 }), T + 20)).toEqual([['w', 'draft', '16 events a second']]);
      expect(told(driver, candidate(12, { B: 1 }, 'other'), T + 20)).toEqual([['w', 'production', null]]);
      expect(told(driver, candidate(13, { B: 1 }), T + HOUR)).toEqual([['w', 'production', null]]);
    });

    it.each<[string, Partial<DetectConfig>, (driver: ReturnType<typeof driverOf>) => unknown]>([
      ['counts ten seconds by themselves', asked, (driver) => [flood(driver, T), flood(driver, T + 10 * SECOND)]],
      ['counts no event that wakes the rule not', asked, (driver) => flood(driver, T).concat(told(driver, event({ A: 'short' }, 'acme', { id: '10-0' }), T))],
      [
        'looks at one event of many',
        asked,
        (driver) => Array.from({ length: 100 }, (_unused, n) => told(driver, event({ A: 'long enough' }, 'acme', { id: `${n}-1` }), T)),
      ],
      ['is more unless set', {}, (driver) => flood(driver, T, 100)],
    ])('%s', (_name, over, act) => {
      const driver = driverOf([[['', 'w', rule]]], over);
      expect((act(driver) as unknown[]).flat(3)).toEqual([]);
    });

    it('is not spent by drafts, and outlives a restart', () => {
      expect(flood(driverOf([[['', 'w', rule, 'draft']]], asked), T, 20)).toEqual([]);
      const driver = driverOf([[['', 'w', rule]]], asked);
      flood(driver, T);
      driver.restart();
      expect(flood(driver, T + SECOND, 3)).toEqual([[OVER_BUDGET, 'production', '16 events a second']]);
    });
  });
});
