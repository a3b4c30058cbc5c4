import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { parseRuleSet } from '../../domains/sigma/index.ts';
import { plainContext } from '../../schemas/avro/plain.ts';
import type { Event, Finding, Match } from '../../schemas/avro/types.gen.ts';
import { draft } from '../ingest/kit.ts';
import { StageDriver } from '../runtime/driver.ts';
import { config, detect, openRules } from './index.ts';
import type { DetectConfig } from './index.ts';
import { openEngine } from './open-rules.ts';

const TIME = Date.UTC(2026, 0, 1) * 1000;
const NO_CONTEXT = plainContext();
const event = (native: object | string, over: Partial<Event> = {}): Event => ({
  ...draft('windows.sysmon', 'windows', Buffer.from(typeof native === 'string' ? native : JSON.stringify(native))),
  id: 'e1',
  time: TIME,
  organization: 'acme',
  sensor: 'dc',
  logsource: { category: ['process_creation'], service: ['sysmon'] },
  provenance: { topic: 'raw.acme.windows', partition: 2, offset: 7, index: 0, appendedAt: TIME, parser: 'windows', parserVersion: 1 },
  ...over,
});
const rule = (name: string, detection = 's: {A: 1}, condition: s', more = '') =>
  `title: Rule ${name}\nname: ${name}\nauthor: Somebody\nlevel: high\nstatus: stable\n${more}logsource: {product: windows, category: process_creation}\ndetection: {${detection}}\n`;
const outputsOf = (rules: readonly string[], one: Event, over: Partial<DetectConfig> = {}) => {
  const set = parseRuleSet([{ file: 'f.yml', text: rules.join('---\n') }]);
  expect(set.refusals).toEqual([]);
  const { outputs, summary } = new StageDriver(detect({ ...config.parse({}), ...over }, { set, engine: openEngine(set), isOwn: () => false })).send(
    { event: one, context: NO_CONTEXT },
    { appendedAt: TIME },
  );
  return {
    outputs,
    summary,
    findings: outputs.filter(({ to }) => to === 'findings.v1').map(({ value }) => value as Finding),
    matches: outputs.filter(({ to }) => to === 'matches.v1').map(({ value }) => value as Match),
  };
};

describe('findings', () => {
  it('tell what matched, why, and where it came from', () => {
    const { outputs, findings } = outputsOf(
      [
        rule(
          'a',
          "s: {Image|endswith: '\\x.exe', B: 2}, f: {C: 1}, condition: s and not f",
          'id: 11111111-0000-4000-8000-000000000001\ndescription: What it is.\ntags: [attack.t1003]\nreferences: [https://example.com/a]\n',
        ),
      ],
      event(
        { Image: `C:\\${'y'.repeat(300)}\\X.exe`, B: 2, D: 3 },
        {
          host: { name: 'ws1', id: null, ip: [], os: 'windows' },
          user: { name: 'bob', id: null, domain: null, email: null },
          source: { ip: '10.0.0.1', port: null, domain: null, mac: null, bytes: null, packets: null },
        },
      ),
      { license: 'DRL-1.1', reference: 'https://example.com/rules' },
    );
    expect(findings).toEqual([
      {
        id: expect.stringMatching(/^[0-9a-f]{32}$/),
        organization: 'acme',
        time: TIME,
        lastTime: TIME,
        kind: 'rule',
        ruleId: '11111111-0000-4000-8000-000000000001',
        ruleVersion: expect.stringMatching(/^[0-9a-f]{12}$/),
        title: 'Rule a',
        description: 'What it is.',
        author: 'Somebody',
        license: 'DRL-1.1',
        reference: 'https://example.com/rules',
        severity: 'high',
        status: 'production',
        tags: ['attack.t1003'],
        groupKey: '11111111-0000-4000-8000-000000000001|host|ws1',
        entities: [
          { type: 'host', value: 'ws1' },
          { type: 'user', value: 'bob' },
          { type: 'address', value: '10.0.0.1' },
        ],
        fields: expect.arrayContaining([
          { name: 'Image', value: expect.stringMatching(/^.{255}…$/) },
          { name: 'B', value: '2' },
        ]),
        events: [{ id: 'e1', time: TIME, dataset: 'windows.sysmon', topic: 'raw.acme.windows', partition: 2, offset: 7 }],
        eventCount: 1,
        supersedes: null,
        reason: null,
        revisable: null,
        ruleSet: 0,
        suppressedBy: null,
      },
    ]);
    expect(outputs[0]!.key).toBe('acme|11111111-0000-4000-8000-000000000001|host|ws1');
  });

  it('group by host, else user, else address, else by rule alone', () => {
    const user = { name: 'bob', id: null, domain: null, email: null };
    const source = { ip: '10.0.0.1', port: null, domain: null, mac: null, bytes: null, packets: null };
    expect([{ user, source }, { source }, {}].map((over) => outputsOf([rule('a')], event({ A: 1 }, over)).findings[0]!.groupKey)).toEqual([
      'a|user|bob',
      'a|address|10.0.0.1',
      'a',
    ]);
  });

  it('have an id that a replay gives again, and another event does not', () => {
    const id = (over: Partial<Event>) => outputsOf([rule('a')], event({ A: 1 }, over)).findings[0]!.id;
    expect(id({})).toBe(id({}));
    expect(new Set([id({}), id({ id: 'e2' }), id({ time: TIME + 1 }), id({ organization: 'other' })]).size).toBe(4);
  });

  it.each<[status: string, experimental: DetectConfig['experimental'], finding: string]>([
    ['stable', 'draft', 'production'],
    ['test', 'draft', 'production'],
    ['experimental', 'draft', 'draft'],
    ['experimental', 'production', 'production'],
  ])('of %s rules, experimental ones being %s, are %s', (status, experimental, expected) => {
    expect(outputsOf([rule('a').replace('status: stable', `status: ${status}`)], event({ A: 1 }), { experimental }).findings[0]!.status).toBe(expected);
  });
});

describe('matches for correlations', () => {
  const correlation = (name: string, body: string) =>
    `title: ${name}\nname: ${name}\ncorrelation:\n  timespan: 5m\n${body
      .split('\n')
      .map((line) => `  ${line}`)
      .join('\n')}\n`;
  const count = correlation('many', 'type: event_count\nrules: [a]\ngroup-by: [User]\ncondition: {gte: 3}');

  it('carry the group, and replace the finding', () => {
    const { outputs, findings, matches } = outputsOf([rule('a'), count], event({ A: 1, User: 'b|ob' }));
    expect(findings).toEqual([]);
    expect(matches).toEqual([
      {
        organization: 'acme',
        ruleId: 'a',
        ruleVersion: expect.any(String),
        correlationId: 'many',
        groupFields: ['User'],
        groupValues: ['b|ob'],
        values: [],
        event: { id: 'e1', time: TIME, dataset: 'windows.sysmon', topic: 'raw.acme.windows', partition: 2, offset: 7 },
        entities: [],
        isRetracted: false,
        ruleSet: 0,
        suppressedBy: null,
      },
    ]);
    expect(outputs[0]!.key).toBe('acme|many|b%7Cob');
  });

  it('come beside a finding when the correlation generates', () => {
    const { findings, matches } = outputsOf(
      [rule('a'), correlation('many', 'type: event_count\nrules: [a]\ncondition: {gte: 3}\ngenerate: true')],
      event({ A: 1 }),
    );
    expect([findings.length, matches.length]).toEqual([1, 1]);
  });

  it('are one for each correlation that wants the rule', () => {
    expect(
      outputsOf(
        [rule('a'), count, correlation('more', 'type: event_count\nrules: [a]\ngroup-by: [User]\ncondition: {gte: 9}')],
        event({ A: 1, User: 'bob' }),
      ).matches.map((match) => match.correlationId),
    ).toEqual(['many', 'more']);
  });

  it('read aliases and counted values', () => {
    const { matches } = outputsOf(
      [rule('a'), correlation('spray', 'type: value_count\nrules: [a]\ngroup-by: [ip]\naliases: {ip: {a: src.ip}}\ncondition: {gte: 3, field: [User, N]}')],
      event({ A: 1, src: { ip: '1.2.3.4' }, User: 'bob', N: 5 }),
    );
    expect(matches).toMatchObject([{ groupFields: ['ip'], groupValues: ['1.2.3.4'], values: ['bob', '5'] }]);
  });

  it('group by names of ECS that the sensor does not write, and by its own first', () => {
    const by = (native: object) =>
      outputsOf(
        [rule('a'), correlation('hosts', 'type: event_count\nrules: [a]\ngroup-by: [host.ip, log.level]\ncondition: {gte: 3}')],
        event({ A: 1, ...native }, { host: { name: null, id: null, ip: ['10.0.0.1', '10.0.0.2'], os: null }, ecs: { 'log.level': 'error' } }),
      ).matches.map(({ groupValues }) => groupValues);
    expect([by({}), by({ log: { level: 'warn' } })]).toEqual([[['10.0.0.1', 'error']], [['10.0.0.1', 'warn']]]);
  });

  it.each([
    ['the group', 'group-by: [Missing]\ncondition: {gte: 3, field: User}'],
    ['what is counted', 'group-by: [User]\ncondition: {gte: 3, field: Missing}'],
  ])('are none when the event lacks %s, which is counted', (_name, body) => {
    const uncorrelated: string[] = [];
    const set = parseRuleSet([{ file: 'f.yml', text: [rule('a'), correlation('c', `type: value_count\nrules: [a]\n${body}`)].join('---\n') }]);
    const counted = detect(config.parse({}), { set, engine: openEngine(set), isOwn: () => false }, { countUncorrelated: (key) => void uncorrelated.push(key) });
    new StageDriver(counted).send({ event: event({ A: 1, User: 'bob' }), context: NO_CONTEXT }, { appendedAt: TIME });
    expect(uncorrelated).toEqual(['c']);
    expect(outputsOf([rule('a'), correlation('c', `type: value_count\nrules: [a]\n${body}`)], event({ A: 1, User: 'bob' })).matches).toEqual([]);
  });
});

it('passes an event that no rule meets without outputs', () => {
  expect([outputsOf([rule('a')], event({ A: 2 })).outputs, outputsOf([rule('a')], event({ A: 1 }, { product: 'linux' })).outputs]).toEqual([[], []]);
});

it('rejects a native document that is no JSON', () => {
  const { summary } = outputsOf([rule('a')], event('{"A":'));
  expect(summary).toBe('DECODE_FAILED');
});

describe('openRules', () => {
  const folder = mkdtempSync(join(tmpdir(), 'goshawk-rules-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const log = () => {
    const lines: unknown[] = [];
    return { lines, info: () => {}, warn: (fields: unknown) => void lines.push(fields) };
  };

  it('reads folders below, leaves cases and hidden files out, and logs what is refused', async () => {
    mkdirSync(join(folder, 'below', '.git'), { recursive: true });
    writeFileSync(join(folder, 'below', 'a.yml'), rule('a'));
    writeFileSync(join(folder, 'b.yaml'), `${rule('b')}---\ntitle: bad\n`);
    writeFileSync(join(folder, 'a.cases.yml'), 'x: 1');
    writeFileSync(join(folder, 'below', '.git', 'c.yml'), rule('c'));
    writeFileSync(join(folder, 'notes.txt'), 'x');
    const warnings = log();
    const { set } = await openRules(config.parse({ ownRules: false, directories: [folder] }), warnings);
    expect(set.rules.map(({ key }) => key)).toEqual(['b', 'a']);
    expect(warnings.lines).toEqual([expect.objectContaining({ code: 'RULE_REFUSED', document: 2, title: 'bad' })]);
  });

  it('refuses to start without a folder that is configured', async () => {
    await expect(openRules(config.parse({ ownRules: false, directories: [join(folder, 'nowhere')] }), log())).rejects.toMatchObject({ code: 'INVALID_CONFIG' });
  });
});
