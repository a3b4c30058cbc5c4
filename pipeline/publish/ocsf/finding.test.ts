// Our own findings and alerts as Detection Findings.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { EventRef } from '../../../schemas/avro/types.gen.ts';
import type { PublishedAlert, PublishedFinding } from './finding.ts';
import { alertDocument, findingDocument } from './finding.ts';
import { openValidator } from './test/validator.ts';

const T = 1_700_000_000_123_456;
const event: EventRef = { id: 'e1', time: T, dataset: 'windows.sysmon', topic: 'raw.default.windows', partition: 2, offset: 890 };
const shared = {
  organization: 'default',
  time: T,
  lastTime: T + 1_000_000,
  title: 'Hive copied',
  severity: 'high',
  tags: ['attack.credential-access', 'attack.t1003.002', 'cve.2020-1472'],
  entities: [
    { type: 'host', value: 'srv-1' },
    { type: 'fingerprint', value: 't13d' },
  ],
  events: [event],
  eventCount: 1,
} as const;
const finding: PublishedFinding = {
  ...shared,
  id: 'f1',
  kind: 'rule',
  ruleId: 'r1',
  ruleVersion: 'abc',
  description: null,
  author: 'Ada',
  license: null,
  reference: null,
  status: 'production',
  supersedes: null,
  revisable: null,
};
const alert: PublishedAlert = {
  ...shared,
  id: 'a1',
  revision: 3,
  score: 70,
  ruleIds: ['r1', 'r2'],
  findings: [{ id: 'f1', ruleId: 'r1', time: T }],
  findingCount: 1,
  reason: 'A finding joined',
};
const validate = openValidator();
const published = (document: object) => JSON.parse(JSON.stringify(document)) as Readonly<Record<string, unknown>>;

describe('a finding', () => {
  it('says rule, technique, events and where their raw records lie', () => {
    const document = published(findingDocument(finding));
    expect(document).toMatchObject({
      class_uid: 2004,
      severity: 'High',
      time: 1_700_000_000_123,
      finding_info: {
        uid: 'f1',
        analytic: { uid: 'r1', name: 'Hive copied', version: 'abc' },
        attacks: [{ tactic: { name: 'credential-access' } }, { technique: { uid: 'T1003' }, sub_technique: { uid: 'T1003.002' } }],
        related_events: [{ uid: `${T}-e1` }],
      },
      evidences: [{ uid: `${T}-e1`, data: { topic: 'raw.default.windows', partition: 2, offset: 890 } }],
      observables: [
        { type_id: 1, value: 'srv-1' },
        { type_id: 99, type: 'fingerprint', value: 't13d' },
      ],
      metadata: { original_time: '2023-11-14T22:13:20.123456Z', log_name: 'goshawk.finding' },
      unmapped: { tags: finding.tags, 'rule.author': 'Ada' },
    });
    expect(validate(document)).toEqual([]);
  });

  it.each<[name: string, revisable: PublishedFinding['revisable'], activity: string, uid: string]>([
    ['is made', null, 'Create', 'f1-1'],
    ['is made, and may change', { revision: 1, isWithdrawn: false }, 'Create', 'f1-1'],
    ['is revised', { revision: 2, isWithdrawn: false }, 'Update', 'f1-2'],
    ['is closed when it is withdrawn', { revision: 3, isWithdrawn: true }, 'Close', 'f1-3'],
  ])('%s', (_name, revisable, activity, uid) => {
    const document = published(findingDocument({ ...finding, revisable }));
    expect(document).toMatchObject({ activity_name: activity, metadata: { uid } });
    expect(validate(document)).toEqual([]);
  });
});

it('an alert is updated with each revision under one id, with its score and all its rules', () => {
  const document = published(alertDocument(alert));
  expect(document).toMatchObject({
    activity_name: 'Update',
    time: 1_700_000_001_123,
    risk_score: 70,
    comment: 'A finding joined',
    finding_info: { uid: 'a1', analytic: { uid: 'r1' }, related_analytics: [{ uid: 'r2' }] },
    metadata: { uid: 'a1-3' },
  });
  expect(validate(document)).toEqual([]);
});

it('documents of any findings and alerts are valid', () => {
  const texts = fc.string({ maxLength: 8 });
  const changes = {
    time: fc.maxSafeInteger(),
    lastTime: fc.maxSafeInteger(),
    title: texts,
    tags: fc.array(fc.oneof(texts, fc.constantFrom('attack.t1059', 'attack.execution', 'attack.', 'attack.s0002'))),
    entities: fc.array(
      fc.record({
        type: fc.oneof(
          fc.constantFrom('user', 'domain', 'hash'),
          texts.filter((type) => type !== ''),
        ),
        value: texts,
      }),
    ),
    events: fc.array(fc.record({ id: texts, time: fc.maxSafeInteger(), dataset: texts, topic: texts, partition: fc.nat(), offset: fc.nat() }), {
      maxLength: 3,
    }),
    severity: fc.constantFrom('informational', 'low', 'medium', 'high', 'critical'),
    ruleIds: fc.array(texts, { maxLength: 3 }),
  };
  fc.assert(
    fc.property(fc.record(changes), (change) => {
      const changed = change as unknown as Partial<PublishedFinding & PublishedAlert>;
      expect(validate(published(findingDocument({ ...finding, ...changed })))).toEqual([]);
      expect(validate(published(alertDocument({ ...alert, ...changed })))).toEqual([]);
    }),
    { numRuns: 200 },
  );
});
