// Documents judged by the published schema: of every fixture and recording there is, and of events that no sensor would send.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formats } from '../../ingest/index.ts';
import { eventsOf, fixturesOf } from '../../ingest/test/fixtures.ts';
import { decoded, openTestIngestor, recordsOf, sampleFiles, TELEMETRY, telemetryFiles } from '../../ingest/test/records.ts';
import { eventToEcs } from '../../../schemas/avro/ecs.ts';
import { plainContext, plainEvent } from '../../../schemas/avro/plain.ts';
import type { Context, Event } from '../../../schemas/avro/types.gen.ts';
import { MAX_RAW_CHARS } from './event.ts';
import { eventDocument } from './index.ts';
import { anyContext, anyEvent } from './test/events.ts';
import { openValidator } from './test/validator.ts';

const validate = openValidator();
const ingestor = await openTestIngestor();
const NONE = plainContext();
/** As readers get it. */
const published = (event: Event, context: Context = NONE) => JSON.parse(JSON.stringify(eventDocument(event, context))) as Readonly<Record<string, unknown>>;
const problemsOf = (events: readonly Event[]): readonly string[] =>
  events.flatMap((event) => validate(published(event)).map((problem) => `${event.dataset} ${event.code}: ${problem}`));

describe('documents are valid and say everything', () => {
  it.each(formats().filter((name) => fixturesOf(name).length > 0))('fixtures of %s', (name) => {
    const events = fixturesOf(name).flatMap((fixture) => eventsOf(ingestor, fixture));
    expect(problemsOf(events)).toEqual([]);
    expect(events.flatMap((event) => lost(event))).toEqual([]);
  });

  it('samples', { timeout: 120_000 }, () => {
    const events = sampleFiles().flatMap((file) => decoded(ingestor, recordsOf(file).slice(0, 60)));
    expect(events.length).toBeGreaterThan(500);
    expect(problemsOf(events)).toEqual([]);
  });

  it.skipIf(TELEMETRY === undefined)('recordings, of which at most one in seven fits no class', { timeout: 300_000 }, () => {
    let events = 0;
    let withoutClass = 0;
    const problems: string[] = [];
    for (const file of telemetryFiles('*/**/*.{jsonl,jsonl.gz,log}')) {
      const found = decoded(
        ingestor,
        recordsOf(file).filter((record) => record.trim() !== ''),
      );
      for (const event of found) {
        const document = published(event);
        events++;
        problems.push(...validate(document).map((problem) => `${event.dataset} ${event.code}: ${problem}`));
        if (document.class_uid === 0) withoutClass++;
      }
    }
    expect(problems).toEqual([]);
    expect(events).toBeGreaterThan(30_000);
    expect(withoutClass / events).toBeLessThan(1 / 7);
  });
});

/** Values of the ECS document that are nowhere in the OCSF document; times, durations, what is ours and the sensor's own document aside. */
function lost(event: Event): readonly string[] {
  const { native: _native, goshawk: _goshawk, ...ecs } = eventToEcs(event) as Record<string, unknown>;
  const { duration: _duration, ...named } = ecs.event as Record<string, unknown>;
  const { raw_data: _raw, observables: _observables, ...document } = published(event);
  const said = new Set(leaves(document));
  return leaves({ ...ecs, event: named }).filter(
    (text) => !said.has(text) && !/^\d{4}-\d\d-\d\dT/.test(text) && text !== '9.4.0' && !said.has(text.toUpperCase()) && !isCaption(text),
  );
}
const leaves = (part: unknown): readonly string[] =>
  typeof part === 'string' || typeof part === 'number' ? [String(part)] : typeof part === 'object' && part !== null ? Object.values(part).flatMap(leaves) : [];
/** Said by a number with a caption instead. */
const isCaption = (text: string) =>
  /^(?:success|failure|unknown|windows|linux|macos|ingress|egress|inbound|outbound|internal|NOERROR|NXDOMAIN|SERVFAIL|REFUSED)$/.test(text);

describe('of any event', () => {
  it('a document is valid, the same every time, and nothing throws', { timeout: 120_000 }, () => {
    fc.assert(
      fc.property(anyEvent, anyContext, (event, context) => {
        const document = eventDocument(event, context);
        expect(JSON.stringify(eventDocument(event, context))).toBe(JSON.stringify(document));
        expect(validate(published(event, context))).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });

  it('names what is known of assets and places, and related values once', () => {
    const document = published(
      plainEvent({ category: ['network'], type: ['connection'], source: { ip: '203.0.113.9', port: 1, domain: null, mac: null, bytes: null, packets: null } }),
      plainContext({
        sourceGeo: { countryIsoCode: 'NL', countryName: 'Netherlands', asNumber: 64_500, asOrganization: 'Example' },
        sourceAsset: { id: 'a1', name: 'web', owner: 'ops', criticality: 3, validFrom: 1_700_000_000_000_000 },
        sourceZone: 'dmz',
        relatedIp: ['203.0.113.9', '203.0.113.10'],
      }),
    );
    expect(document).toMatchObject({
      src_endpoint: { ip: '203.0.113.9', zone: 'dmz', location: { country: 'NL' }, autonomous_system: { number: 64_500, name: 'Example' } },
      enrichments: [{ name: 'src_endpoint', value: 'web', data: { uid: 'a1', owner: 'ops', criticality: 3 } }],
      observables: [
        { name: 'src_endpoint.ip', type_id: 2, value: '203.0.113.9' },
        { type_id: 2, value: '203.0.113.10' },
      ],
    });
    expect(validate(document)).toEqual([]);
  });

  it('says that a large record is cut, and how large it was', () => {
    const native = Buffer.from(JSON.stringify({ raw: '"'.repeat(MAX_RAW_CHARS) }));
    const document = published(plainEvent({ native }));
    expect(document).toMatchObject({ raw_data_size: native.length, metadata: { is_truncated: true, untruncated_size: native.length } });
    expect((document.raw_data as string).length).toBe(MAX_RAW_CHARS);
    expect(validate(document)).toEqual([]);
  });
});

describe('the validator', () => {
  const good = published(plainEvent({ category: ['process'], type: ['start'], severity: 50 }));
  it.each<[name: string, change: Readonly<Record<string, unknown>>]>([
    ['an attribute that is none', { colour: 'red' }],
    ['a number that is none', { severity_id: 7 }],
    ['a caption of another number', { severity: 'High' }],
    ['a type of another class', { type_uid: 100_101 }],
    ['a required attribute that is missing', { process: undefined }],
    ['an object without what it needs', { process: { name: 'a' } }],
    ['an attribute without its profile', { is_alert: true }],
    ['an observable that is nowhere', { observables: [{ name: 'process.name', type_id: 9, type: 'Process Name', value: 'x' }] }],
    ['an address that is none', { device: { type_id: 0, type: 'Unknown', ip: 'ten' } }],
  ])('finds %s', (_name, change) => {
    expect(validate(good)).toEqual([]);
    expect(validate(JSON.parse(JSON.stringify({ ...good, ...change })) as Readonly<Record<string, unknown>>)).not.toEqual([]);
  });
});
