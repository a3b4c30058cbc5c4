import { describe, expect, it } from 'vitest';
import { alertRecord, findingRecord } from '../_contract/finding-records.ts';
import type { SinkRecord } from '../_sink/index.ts';
import { findingFacts } from '../_sink/finding-document.ts';
import { findingIdOf, sccFinding } from './finding.ts';
import { problemsOf } from './test/stand-in.ts';

const RESOURCE = '//cloudresourcemanager.googleapis.com/organizations/1';
const of = (record: SinkRecord) => sccFinding(findingFacts(record), RESOURCE, record.timestampMs);

describe('a finding of Security Command Center', () => {
  it('of an alert', () => {
    expect(of(alertRecord('a1', 1))).toEqual({
      resourceName: RESOURCE,
      category: 'GOSHAWK_ALERT',
      eventTime: '2025-11-20T23:03:03.456Z',
      severity: 'HIGH',
      findingClass: 'THREAT',
      description: 'Hive copied\nAnother finding.',
      mitreAttack: { primaryTactic: 'CREDENTIAL_ACCESS' },
      sourceProperties: {
        id: 'a1',
        revision: 1,
        organization: 'alpha',
        title: 'Hive copied',
        severity: 'high',
        score: 71,
        rules: ['r1', 'r2'],
        techniques: ['T1003.002'],
        tags: ['attack.credential-access', 'attack.t1003.002'],
        entities: [
          { type: 'host', value: 'srv-1' },
          { type: 'user', value: 'ada' },
        ],
        event_count: 4,
        first_seen: '2025-11-20T23:02:03.456Z',
        last_seen: '2025-11-20T23:03:03.456Z',
        withdrawn: false,
      },
    });
  });

  it.each<[name: string, record: SinkRecord, expected: object]>([
    ['of a later revision has the time of the change', alertRecord('a1', 2), { eventTime: '2026-11-21T23:00:02.000Z' }],
    ['is not of the future', findingRecord('f1', { lastTime: Date.UTC(2099, 0) * 1_000 }), { eventTime: '2026-11-21T23:00:00.000Z' }],
    ['has no severity below LOW', findingRecord('f1', { severity: 'informational' }), { severity: 'LOW' }],
    [
      'has further tactics beside the first, and none that Google does not know',
      findingRecord('f1', { tags: ['attack.stealth', 'attack.lateral-movement', 'attack.impact'] }),
      { mitreAttack: { primaryTactic: 'LATERAL_MOVEMENT', additionalTactics: ['IMPACT'] } },
    ],
    ['links to its rule', findingRecord('f1', { reference: 'https://rules.example/r1' }), { externalUri: 'https://rules.example/r1' }],
  ])('%s', (_name, record, expected) => {
    expect(of(record)).toMatchObject(expected);
    expect(problemsOf(of(record))).toEqual([]);
  });

  it('never changes what may not change, whatever its revision says', () => {
    const revisions = [alertRecord('a1', 1), alertRecord('a1', 2, { title: 'Another', severity: 'low', entities: [], ruleIds: ['r9'] })].map(of);
    expect(revisions.map(({ category, resourceName }) => [category, resourceName])).toEqual([
      ['GOSHAWK_ALERT', RESOURCE],
      ['GOSHAWK_ALERT', RESOURCE],
    ]);
  });
});

describe('the id of a finding', () => {
  it.each([
    ['0123456789abcdef0123456789abcdef', '0123456789abcdef0123456789abcdef'],
    ['1763679723456789-0123456789abcdef', '17636797234567890123456789abcdef'],
    ['_-_', ''],
  ])('of %s is %j', (id, findingId) => {
    expect(findingIdOf(id)).toBe(findingId);
  });
});
