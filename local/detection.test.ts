import { afterAll, describe, expect, it } from 'vitest';
import type { AnalysisRequest } from '../api/rules/detection.ts';
import { config } from '../pipeline/detect/index.ts';
import type { RefRule, RefSuppression } from '../schemas/avro/types.gen.ts';
import { openDetection } from './detection.ts';

const NOW = Date.UTC(2026, 2, 1, 12) * 1_000;
const text = (name: string, more = '') =>
  `title: Rule ${name}\nname: ${name}\nlevel: high\ntags: [attack.t1110]\n${more}logsource: {product: windows, service: security}\ndetection: {s: {EventID: 4625}, condition: s}\n`;
const many =
  'title: Many\nname: many\nlevel: critical\ncorrelation: {type: event_count, rules: [a], group-by: [TargetUserName], timespan: 5m, condition: {gte: 3}, generate: true}\n';
const rows = (documents: Readonly<Record<string, string>>, organization = ''): readonly RefRule[] =>
  [...Object.entries(documents), ['@set', null] as const].map(([ruleId, document]) => ({
    id: ruleId === '@set' ? ruleId : `${organization}/${ruleId}`,
    organization: ruleId === '@set' ? '' : organization,
    validFrom: 3,
    writtenAt: 0,
    version: 1,
    ruleId,
    state: 'production',
    text: document,
    file: null,
    writtenBy: 'test',
  }));
const failed = (user: string, at = 0) =>
  JSON.stringify({
    EventID: 4625,
    Channel: 'Security',
    Provider_Name: 'Microsoft-Windows-Security-Auditing',
    Computer: 'dc1',
    TargetUserName: user,
    EventTime: `2026-03-01 11:59:${10 + at}`,
    UtcTime: `2026-03-01 11:59:${10 + at}.000`,
  });
const exception: RefSuppression = {
  id: 'x',
  organization: 'default',
  validFrom: NOW - 1,
  validTo: NOW + 1_000_000,
  writtenAt: 0,
  version: 1,
  ruleIds: ['a'],
  conditions: '{"TargetUserName":"svc"}',
  owner: 'ada',
  reason: 'scanner',
};
const request = (records: readonly string[], over: Partial<AnalysisRequest> = {}): AnalysisRequest => ({
  organization: 'default',
  name: 'one',
  rules: rows({ a: text('a') }),
  exceptions: [exception],
  records,
  format: 'windows',
  source: 'analysis',
  now: NOW,
  ...over,
});

describe('events that are tried on rules', { timeout: 120_000 }, () => {
  const detection = openDetection(config.parse({}));
  afterAll(() => detection.close());

  it('come back with what met them, why, and the score that an alert would have', async () => {
    const { events, correlated } = await detection.analyze(request([failed('bob'), failed('svc'), '{"EventID":1}', 'no JSON']));
    expect(events[0]).toMatchObject({ index: 0, refused: null, score: 75, correlations: [] });
    expect(events[0]!.matches).toEqual([
      {
        ruleId: 'a',
        version: expect.any(String),
        title: 'Rule a',
        level: 'high',
        state: 'production',
        tags: ['attack.t1110'],
        why: [{ name: 'EventID', value: '4625' }],
        suppressedBy: null,
      },
    ]);
    expect(events[1]).toMatchObject({ matches: [{ ruleId: 'a', suppressedBy: 'x' }], score: 0 });
    expect(events.slice(2).map(({ matches }) => matches)).toEqual([[], []]);
    expect(correlated).toEqual([]);
  });

  it('are correlated, by the rules of the organization', async () => {
    const rules = [...rows({ a: text('a') }), ...rows({ many }, 'default')];
    const asked = request(
      [0, 1, 2].map((at) => failed('bob', at)),
      { name: 'two', rules },
    );
    const { events, correlated } = await detection.analyze(asked);
    expect(events.map(({ correlations }) => correlations)).toEqual([['many'], ['many'], ['many']]);
    expect(correlated).toMatchObject([{ ruleId: 'many', level: 'critical', eventCount: 3, score: 93 }]);
    expect((await detection.analyze({ ...asked, organization: 'other' })).correlated).toEqual([]);
  });

  it('meet rules of the installation while there is no set yet', async () => {
    const { events } = await detection.analyze(request(['{}'], { name: 'files', rules: [] }));
    expect(events).toMatchObject([{ index: 0, matches: [] }]);
  });

  it('want a format that there is', async () => {
    await expect(detection.analyze(request(['a'], { format: 'no-such' }))).rejects.toMatchObject({
      code: 'INVALID_REQUEST',
      message: expect.stringContaining('suricata-eve'),
    });
  });

  it('meet conditions with the other names that fields have for the rule', async () => {
    const native = JSON.stringify({ process: { executable: 'C:\\x.exe' } });
    const logsource = { product: 'windows', category: 'process_creation', service: null };
    const met = (conditions: unknown, asked: typeof logsource | null) =>
      detection.meets({ conditions, documents: [{ logsource: asked, native, canonical: { 'host.name': 'dc1' } }] });
    expect(await met({ Image: 'c:\\X.exe' }, logsource)).toEqual([true]);
    expect(await met({ Image: 'c:\\X.exe' }, null)).toEqual([false]);
    expect(await met({ 'process.executable|endswith': '\\x.exe' }, null)).toEqual([true]);
    expect(await met({ 'host.name': 'dc1' }, null)).toEqual([true]);
    expect(await met({ 'host.name': 'dc2' }, null)).toEqual([false]);
    expect(await detection.meets({ conditions: { a: 1 }, documents: [{ logsource: null, native: 'no JSON', canonical: {} }] })).toEqual([false]);
  });

  describe('that are stored', () => {
    const windows = { product: 'windows', category: [], service: ['security'] };
    const documents = [
      { logsource: windows, native: failed('bob') },
      { logsource: { ...windows, service: ['system'] }, native: failed('bob') },
      { logsource: windows, native: '{"EventID":1}' },
      { logsource: windows, native: 'no JSON' },
    ];

    it('meet a rule in their log source only, and say which fields did', async () => {
      expect(await detection.tryRule(text('a'), documents)).toEqual([[{ name: 'EventID', value: '4625' }], null, null, null]);
    });

    it('are explained part by part', async () => {
      const { matches, logsource, detection: explained } = await detection.explain(text('a'), documents[1]!);
      expect([matches, explained.holds]).toEqual([false, true]);
      expect(logsource.attributes.map(({ name, holds }) => [name, holds])).toEqual([
        ['product', true],
        ['service', false],
      ]);
      expect(explained.selections).toMatchObject([{ name: 's', of: { field: 'EventID', seen: ['4625'], holds: true } }]);
    });

    it('have fields that a rule should ask for; those that the organization has seen are known', async () => {
      const wrong = text('a').replace('EventID', 'EventIDD');
      expect(await detection.fieldWarnings(wrong, [])).toEqual([{ line: expect.any(Number), reason: expect.stringContaining('"EventIDD"') }]);
      expect(await detection.fieldWarnings(wrong, ['EventIDD'])).toEqual([]);
    });
  });

  it('are given up when they take too long, and the next are tried again', async () => {
    const slow = openDetection(config.parse({}), { timeoutMs: 1 });
    await expect(slow.analyze(request(['a']))).rejects.toMatchObject({ code: 'QUERY_TIMEOUT' });
    await slow.close();
  });
});
