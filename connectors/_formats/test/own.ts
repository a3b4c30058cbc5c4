// A finding and an alert of ours as publish writes them: for tests, and as samples on the printed pages.
import * as ecs from '../../../pipeline/publish/ecs/index.ts';
import * as ocsf from '../../../pipeline/publish/ocsf/finding.ts';
import type { Alert, EventRef, Finding } from '../../../schemas/avro/types.gen.ts';
import type { Document } from '../document.ts';

/** As bytes on the topic have it. */
export const asRead = (document: object): Document => JSON.parse(JSON.stringify(document)) as Document;

const EVENT: EventRef = { id: 'e'.repeat(32), time: 1_767_225_600_000_001, topic: 'raw.acme.windows', partition: 1, offset: 42, dataset: 'windows.sysmon' };
const BOTH = {
  id: 'f'.repeat(32),
  organization: 'acme',
  time: 1_767_225_600_000_001,
  lastTime: 1_767_225_660_000_000,
  title: 'Hive copied | with "esentutl" = bad',
  severity: 'high',
  tags: ['attack.credential-access', 'attack.t1003.002', 'car.2013-07-001'],
  entities: [
    { type: 'host', value: 'workstation5' },
    { type: 'user', value: 'ada' },
    { type: 'address', value: '10.1.2.3' },
  ],
  events: [EVENT, { ...EVENT, offset: 43 }],
  eventCount: 2,
} as const;
const FINDING: Parameters<typeof ecs.findingDocument>[0] & Parameters<typeof ocsf.findingDocument>[0] = {
  ...BOTH,
  kind: 'event',
  ruleId: '4bb9a18a-9b8a-4d5c-8e51-2b5c1ae7d2e1',
  ruleVersion: '3',
  description: 'A copy of the SAM hive',
  author: 'us',
  license: null,
  reference: 'https://attack.mitre.org/techniques/T1003/002/',
  status: 'production',
  supersedes: null,
  revisable: null,
} as unknown as Finding;
const ALERT = {
  ...BOTH,
  revision: 2,
  score: 73,
  ruleIds: [FINDING.ruleId, 'other'],
  findings: [{ id: FINDING.id }],
  findingCount: 1,
  reason: 'joined',
} as unknown as Alert;

/** A finding and an alert of ours. */
export const OWN: Readonly<Record<'ecs' | 'ocsf', readonly [finding: Document, alert: Document]>> = {
  ecs: [asRead(ecs.findingDocument(FINDING)), asRead(ecs.alertDocument(ALERT))],
  ocsf: [asRead(ocsf.findingDocument(FINDING)), asRead(ocsf.alertDocument(ALERT))],
};
