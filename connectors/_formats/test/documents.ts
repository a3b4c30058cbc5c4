// Documents for the tests of formats: of every fixture and recording there is, as publish writes them and readers parse them.
import fc from 'fast-check';
import { formats } from '../../../pipeline/ingest/index.ts';
import { eventsOf, fixturesOf } from '../../../pipeline/ingest/test/fixtures.ts';
import { decoded, openTestIngestor, recordsOf, sampleFiles, telemetryFiles } from '../../../pipeline/ingest/test/records.ts';
import { eventDocument } from '../../../pipeline/publish/ocsf/event.ts';
import { anyContext, anyEvent } from '../../../pipeline/publish/ocsf/test/events.ts';
import { eventToEcs } from '../../../schemas/avro/ecs.ts';
import { plainContext } from '../../../schemas/avro/plain.ts';
import type { Event } from '../../../schemas/avro/types.gen.ts';
import type { Document } from '../document.ts';
import { asRead, OWN } from './own.ts';

const ingestor = await openTestIngestor();

export { OWN };
const both = (events: readonly Event[]) => events.flatMap((event) => [asRead(eventToEcs(event, plainContext())), asRead(eventDocument(event, plainContext()))]);
let real: readonly Document[] | undefined;
/** Of fixtures and samples, in both forms, findings and alerts too: some thousands. */
export const realDocuments = (): readonly Document[] =>
  (real ??= [
    ...both(formats().flatMap((name) => fixturesOf(name).flatMap((fixture) => eventsOf(ingestor, fixture)))),
    ...both(sampleFiles().flatMap((file) => decoded(ingestor, recordsOf(file).slice(0, 20)))),
    ...OWN.ecs,
    ...OWN.ocsf,
  ]);
/** One in five of them, for readers that are slow. */
export const someDocuments = (): readonly Document[] => realDocuments().filter((_, index) => index % 5 === 0);
const RECORDS_OF_EACH = 15;
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
    return asRead(isOcsf ? eventDocument(hostile, context) : eventToEcs(hostile, context));
  });
