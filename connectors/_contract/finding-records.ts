// Findings and alerts as publish writes them, for sinks that read nothing else.
import { alertDocument, findingDocument } from '../../pipeline/publish/ecs/index.ts';
import type { SinkRecord } from '../_sink/index.ts';
import { sinkRecord } from './test-sink.ts';

/** Microseconds. */
const T = 1_763_679_723_456_789;
const shared = {
  organization: 'alpha',
  time: T,
  lastTime: T + 60_000_000,
  title: 'Hive copied',
  severity: 'high',
  tags: ['attack.credential-access', 'attack.t1003.002'],
  entities: [
    { type: 'host', value: 'srv-1' },
    { type: 'user', value: 'ada' },
  ],
  events: [],
  eventCount: 4,
} as const;

type Given = Readonly<Record<string, unknown>>;

/** @param given Of the finding, in place of what is plain. @param record Of the record. */
export function findingRecord(id: string, given: Given = {}, record: Partial<SinkRecord> = {}): SinkRecord {
  const finding = {
    ...shared,
    id,
    kind: 'match',
    ruleId: 'r1',
    ruleVersion: 1,
    description: 'Copies of a hive.',
    author: null,
    license: null,
    reference: null,
    status: 'production',
    supersedes: null,
    revisable: null,
    ...given,
  } as unknown as Parameters<typeof findingDocument>[0];
  return sinkRecord(id, { kind: 'finding', value: Buffer.from(JSON.stringify(findingDocument(finding))), ...record });
}

/** A revision of an alert: its record is appended a second after the one before. */
export function alertRecord(id: string, revision: number, given: Given = {}): SinkRecord {
  const alert = {
    ...shared,
    id,
    revision,
    score: 71,
    ruleIds: ['r1', 'r2'],
    findings: [],
    findingCount: 2,
    reason: 'Another finding.',
    ...given,
  } as unknown as Parameters<typeof alertDocument>[0];
  return sinkRecord(`${id}-${revision}`, {
    kind: 'alert',
    key: Buffer.from(id),
    value: Buffer.from(JSON.stringify(alertDocument(alert))),
    timestampMs: Date.UTC(2026, 10, 21, 23, 0, revision),
  });
}
