// Documents for the tests of formats: of every fixture and recording there is, as publish writes them and readers parse them.
import fc from 'fast-check';
import { formats } from '../../../pipeline/ingest/index.ts';
import { eventsOf, fixturesOf } from '../../../pipeline/ingest/test/fixtures.ts';
import { decoded, openTestIngestor, recordsOf, sampleFiles, telemetryFiles } from '../../../pipeline/ingest/test/records.ts';
import * as ecs from '../../../pipeline/publish/ecs/index.ts';
import { eventDocument } from '../../../pipeline/publish/ocsf/event.ts';
import * as ocsf from '../../../pipeline/publish/ocsf/finding.ts';
import { anyContext, anyEvent } from '../../../pipeline/publish/ocsf/test/events.ts';
import { eventToEcs } from '../../../schemas/avro/ecs.ts';
import { plainContext } from '../../../schemas/avro/plain.ts';
import type { Alert, Event, EventRef, Finding } from '../../../schemas/avro/types.gen.ts';
import type { Document } from '../document.ts';

/** As bytes on the topic have it. */
const read = (document: object): Document => JSON.parse(JSON.stringify(document)) as Document;
const ingestor = await openTestIngestor();

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
  ecs: [read(ecs.findingDocument(FINDING)), read(ecs.alertDocument(ALERT))],
  ocsf: [read(ocsf.findingDocument(FINDING)), read(ocsf.alertDocument(ALERT))],
};

const both = (events: readonly Event[]) => events.flatMap((event) => [read(eventToEcs(event, plainContext())), read(eventDocument(event, plainContext()))]);
let real: readonly Document[] | undefined;
/** Of fixtures and samples, in both forms, findings and alerts too: some thousands. */
export const realDocuments = (): readonly Document[] =>
  (real ??= [
    ...both(formats().flatMap((name) => fixturesOf(name).flatMap((fixture) => eventsOf(ingestor, fixture)))),
    ...both(sampleFiles().flatMap((file) => decoded(ingestor, recordsOf(file).slice(0, 60)))),
    ...OWN.ecs,
    ...OWN.ocsf,
  ]);
const RECORDS_OF_EACH = 200;
/** Of the first records of each recording that GOSHAWK_TEST_DATA names, a file at a time. */
export function* recordedDocuments(): Generator<readonly Document[]> {
  for (const file of telemetryFiles('*/**/*.{jsonl,jsonl.gz,log}')) {
    const records = recordsOf(file).filter((record) => record.trim() !== '');
    yield both(decoded(ingestor, records.slice(0, RECORDS_OF_EACH)));
  }
}

/** Texts that formats stumble over. */
export const hostileText: fc.Arbitrary<string> = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        '|',
        '=',
        '\\',
        '\t',
        '\n',
        '\r\n',
        '^',
        '"',
        ']',
        ',',
        ';',
        ' ',
        'x=1',
        ' key=',
        '\u0000',
        '\u0085',
        '\u2028',
        '\ud83e',
        '\u{1F980}',
        '\ufeff',
        '=cmd',
        '\\n',
        '\\|',
      ),
      fc.string({ unit: 'binary', maxLength: 5 }),
      fc.string({ maxLength: 5 }),
    ),
    { maxLength: 8 },
  )
  .map((parts) => parts.join(''));

/** Published documents of events that no sensor would send, some of their texts hostile. */
export const anyDocument: fc.Arbitrary<Document> = fc
  .tuple(anyEvent, anyContext, fc.boolean(), hostileText, hostileText, hostileText)
  .map(([event, context, isOcsf, message, action, name]) => {
    const native = Buffer.from('{}');
    const hostile = { ...event, native, message, action, user: { name, id: null, domain: null, email: null } };
    return read(isOcsf ? eventDocument(hostile, context) : eventToEcs(hostile, context));
  });
