// Read back from what publish writes, in both formats.
import { describe, expect, it } from 'vitest';
import * as ecs from '../../pipeline/publish/ecs/index.ts';
import * as ocsf from '../../pipeline/publish/ocsf/index.ts';
import { sinkRecord } from '../_contract/test-sink.ts';
import { findingFacts } from './finding-document.ts';

const T = 1_763_679_723_456_789;
const shared = {
  organization: 'alpha',
  time: T,
  lastTime: T + 60_000_000,
  title: 'Hive copied',
  severity: 'high',
  tags: ['attack.credential-access', 'attack.t1003.002', 'cve.2020-1472'],
  entities: [
    { type: 'host', value: 'srv-1' },
    { type: 'user', value: 'ada' },
    { type: 'address', value: '203.0.113.9' },
  ],
  events: [],
  eventCount: 4,
} as const;
const finding = {
  ...shared,
  id: 'f1',
  kind: 'match',
  ruleId: 'r1',
  ruleVersion: 1,
  description: 'Copies of a hive.',
  author: null,
  license: null,
  reference: 'https://rules.example/r1',
  status: 'production',
  supersedes: null,
  revisable: null,
} as unknown as Parameters<typeof ecs.findingDocument>[0] & Parameters<typeof ocsf.findingDocument>[0];
const alert = {
  ...shared,
  id: 'a1',
  revision: 3,
  score: 71,
  ruleIds: ['r1', 'r2'],
  findings: [],
  findingCount: 2,
  reason: 'Another finding.',
} as unknown as Parameters<typeof ecs.alertDocument>[0] & Parameters<typeof ocsf.alertDocument>[0];
const read = (document: object) => findingFacts(sinkRecord('x', { value: Buffer.from(JSON.stringify(document)) }));

const expected = {
  organization: 'alpha',
  title: 'Hive copied',
  level: 'high',
  firstMs: 1_763_679_723_456,
  lastMs: 1_763_679_783_456,
  tactics: ['credential-access'],
  techniques: ['T1003.002'],
  entities: shared.entities,
  tags: shared.tags,
  eventCount: 4,
};

describe.each([
  ['ecs', ecs],
  ['ocsf', ocsf],
] as const)('an %s document', (_name, format) => {
  it('of a finding', () => {
    expect(read(format.findingDocument(finding))).toEqual({
      ...expected,
      kind: 'finding',
      id: 'f1',
      revision: 1,
      isWithdrawn: false,
      description: 'Copies of a hive.',
      score: null,
      ruleIds: ['r1'],
      reference: 'https://rules.example/r1',
    });
  });

  it('of a finding that was withdrawn', () => {
    expect(read(format.findingDocument({ ...finding, revisable: { revision: 2, isWithdrawn: true } }))).toMatchObject({
      id: 'f1',
      revision: 2,
      isWithdrawn: true,
    });
  });

  it('of a revision of an alert', () => {
    expect(read(format.alertDocument(alert))).toEqual({
      ...expected,
      kind: 'alert',
      id: 'a1',
      revision: 3,
      isWithdrawn: false,
      description: 'Another finding.',
      score: 71,
      ruleIds: ['r1', 'r2'],
      reference: null,
    });
  });

  it('of an alert whose findings were all withdrawn', () => {
    expect(read(format.alertDocument({ ...alert, findingCount: 0 }))).toMatchObject({ id: 'a1', isWithdrawn: true });
  });
});

describe('a document', () => {
  it('of which a transform has left little says what is left', () => {
    expect(read({ event: { id: 'f1' }, goshawk: { finding: {} } })).toMatchObject({
      kind: 'finding',
      id: 'f1',
      title: 'Goshawk finding',
      level: 'medium',
      firstMs: Date.UTC(2026, 10, 21, 23),
      entities: [],
      revision: 1,
    });
  });

  it.each([
    ['of an ECS event', { event: { id: 'e', kind: 'event' }, goshawk: { received: 1 } }],
    ['of an OCSF event', { class_uid: 4_001, metadata: {}, time: 0 }],
    ['of nothing', {}],
  ])('%s is no finding', (_name, document) => {
    expect(() => read(document)).toThrow(
      expect.objectContaining({ code: 'FORMAT_REFUSED', message: expect.stringContaining('Neither a finding nor an alert') as string }),
    );
  });
});
