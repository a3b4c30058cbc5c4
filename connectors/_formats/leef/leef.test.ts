import readSyslog from 'nsyslog-parser';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decoded, openTestIngestor, TELEMETRY } from '../../../pipeline/ingest/test/records.ts';
import type { Document } from '../document.ts';
import { anyDocument, OWN, realDocuments, recordedDocuments, someDocuments } from '../test/documents.ts';
import { leef } from './index.ts';
import { LEEF_MAPPINGS } from './mapping.ts';

const format = leef(); // made once: its table is compiled
const written = (document: Document, options?: Parameters<typeof leef>[0]) =>
  (options === undefined ? format : leef(options)).encode(document).toString('utf8');
const event = (fields: object, more: object = {}): Document => ({ '@timestamp': '2026-01-01T00:00:00.123456Z', event: { dataset: 'a.b', ...fields }, ...more });

/** The grammar of IBM's guide, with what values may not hold. @returns Pairs by key. */
function pairsOf(message: string, delimiter = '\t', head = 'LEEF:2.0|Goshawk|Goshawk|1.0|'): ReadonlyMap<string, string> {
  expect(message.startsWith(head)).toBe(true);
  const [eventId, written, ...rest] = message.slice(head.length).split('|');
  expect(Array.from(eventId!).length).toBeGreaterThan(0);
  expect(Array.from(eventId!).length).toBeLessThanOrEqual(255);
  expect(written).toBe(delimiter === '\t' ? 'x09' : delimiter);
  expect(rest.length).toBe(1); // no bar in a value
  const pairs = rest[0]!.split(delimiter).map((pair): [string, string] => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]);
  expect(
    pairs.filter(([key, value]) => !/^[A-Za-z0-9]+$/.test(key) || /[\p{Cc}\u2028\u2029|^]/u.test(value) || value.trim() !== value || value === ''),
  ).toEqual([]);
  expect(new Set(pairs.map(([key]) => key)).size).toBe(pairs.length);
  return new Map(pairs);
}

/** Of IBM's guide. */
const PREDEFINED = new Set(
  `cat devTime devTimeFormat proto sev src dst srcPort dstPort srcPreNAT dstPreNAT srcPostNAT dstPostNAT usrName srcMAC dstMAC srcPreNATPort dstPreNATPort srcPostNATPort
dstPostNATPort identSrc identHostName identNetBios identGrpName identMAC vSrc vSrcName accountName srcBytes dstBytes srcPackets dstPackets totalPackets role realm policy
resource url groupID domain isLoginEvent isLogoutEvent identSecondlp calLanguage calCountryOrRegion`.split(/\s+/),
);

it('the table has every key once; none differs from a predefined one by its capitals only', () => {
  const keys = LEEF_MAPPINGS.map(({ key }) => key);
  expect(new Set(keys).size).toBe(keys.length);
  const predefined = new Map([...PREDEFINED].map((key) => [key.toLowerCase(), key]));
  expect(keys.filter((key) => predefined.has(key.toLowerCase()) && !PREDEFINED.has(key))).toEqual([]);
  expect(keys.filter((key) => PREDEFINED.has(key)).length).toBeGreaterThan(25);
});

describe('a message', () => {
  it.each<[name: string, document: Document, eventId: string]>([
    ['of an event has dataset and code as its id', event({ code: '4624', action: 'logged-in' }), 'a.b:4624'],
    ['of a finding has the rule', OWN.ecs[0], '4bb9a18a-9b8a-4d5c-8e51-2b5c1ae7d2e1'],
    ['of an alert in OCSF has the first rule', OWN.ocsf[1], '4bb9a18a-9b8a-4d5c-8e51-2b5c1ae7d2e1'],
    ['has an id that cannot end its field', event({ code: 'a|b\tc' }), 'a.b:a\u00a6b c'],
    ['has an id of 255 characters at most', event({ code: 'x'.repeat(300) }), `a.b:${'x'.repeat(251)}`],
  ])('%s', (_name, document, eventId) => {
    expect(written(document).split('|')[4]).toBe(eventId);
    pairsOf(written(document));
  });

  it.each<[name: string, document: Document, key: string, value: string | undefined]>([
    ['the time has 13 digits', event({}), 'devTime', '1767225600123'],
    ['a time before 1970 is left out', { ...event({}), '@timestamp': '1969-12-31T23:59:59.999999Z' }, 'devTime', undefined],
    ['severity is 1 at least', event({ severity: 0 }), 'sev', '1'],
    ['severity is 10 at most', event({ severity: 100 }), 'sev', '10'],
    ['what nobody rated has none', event({}), 'sev', undefined],
    ['an IPv6 source has the same key', event({}, { source: { ip: '2001:db8::1' } }), 'src', '2001:db8::1'],
    ['who signs in is a login', event({ category: ['authentication'], type: ['start'] }), 'isLoginEvent', 'true'],
    ['who signs out is a logout', event({ category: ['authentication'], type: ['end'] }), 'isLogoutEvent', 'true'],
    ['a session of another kind is none', event({ category: ['network'], type: ['start'] }), 'isLoginEvent', undefined],
    ['OCSF tells logins by class and activity', { class_uid: 3002, activity_id: 1, time: 1 }, 'isLoginEvent', 'true'],
    ['OCSF tells other activities by theirs', { class_uid: 3002, activity_id: 3, time: 1 }, 'isLoginEvent', undefined],
    ['bars and carets look like themselves', event({}, { message: 'a | b ^ c' }), 'msg', 'a \u00a6 b \u02c6 c'],
    ['line breaks are blanks', event({}, { message: 'a\nb\u2028c' }), 'msg', 'a b c'],
    ['equals signs stay', event({}, { message: 'a=b' }), 'msg', 'a=b'],
    ['a host of a finding is one of those that it names', OWN.ecs[0], 'identHostName', 'workstation5'],
    ['a user of an alert is one of those that it names', OWN.ecs[1], 'usrName', 'ada'],
    ['an address of an alert is one of those that it names', OWN.ecs[1], 'src', '10.1.2.3'],
    ['a user of an alert in OCSF, too', OWN.ocsf[1], 'usrName', 'ada'],
    ['an event has no host that it only names among others', event({}, { related: { hosts: ['x'] } }), 'identHostName', undefined],
  ])('%s', (_name, document, key, value) => {
    expect(pairsOf(written(document)).get(key)).toBe(value);
  });

  it('has another delimiter where that is asked for, which is in no value', () => {
    const document = event({ code: '4;5' }, { message: 'a;b', user: { name: 'x' } });
    expect(written(document, { delimiter: ';' })).toContain('|a.b:4;5|;|');
    expect(pairsOf(written(document, { delimiter: ';' }), ';').get('msg')).toBe('a b');
    expect(pairsOf(written(document, { delimiter: '^' }), '^').get('msg')).toBe('a;b');
  });

  it.each([['a'], ['='], ['|'], [' '], ['ab'], [''], ['\n'], ['\u00a6']])('cannot have %j between pairs', (delimiter) => {
    expect(() => leef({ delimiter })).toThrow(expect.objectContaining({ code: 'SINK_MISCONFIGURED' }));
  });

  it('of version 1 names no delimiter, and has no other than the tab', () => {
    expect(written(event({}), { version: 1 }).startsWith('LEEF:1.0|Goshawk|Goshawk|1.0|a.b|devTime=1767225600123\t')).toBe(true);
    expect(() => leef({ version: 1, delimiter: '^' })).toThrow(expect.objectContaining({ code: 'SINK_MISCONFIGURED' }));
  });

  it('keeps the first keys of the table where it may not be long', () => {
    const document = event({ id: 'i' }, { message: '\u{1F980}'.repeat(300), user: { name: 'ada' } });
    const short = leef({ maxBytes: 120 }).encode(document);
    expect(short.length).toBeLessThanOrEqual(120);
    expect([...pairsOf(short.toString()).keys()]).toEqual(['devTime', 'usrName', 'GoshawkId', 'GoshawkDataset']);
  });
});

describe('read back', () => {
  it('by the grammar, every document there is', { timeout: 60_000 }, () => {
    for (const document of realDocuments()) expect(pairsOf(written(document)).size).toBeGreaterThan(3);
  });

  it.skipIf(TELEMETRY === undefined)('by the grammar, recordings', { timeout: 300_000 }, () => {
    for (const documents of recordedDocuments()) for (const document of documents) pairsOf(written(document));
  });

  it('by the grammar, documents that no sensor would send', { timeout: 60_000 }, () => {
    fc.assert(
      fc.property(anyDocument, fc.constantFrom('\t', ';', '^', '~', ']', '-'), (document, delimiter) => {
        pairsOf(written(document, { delimiter }), delimiter);
      }),
      { numRuns: 300 },
    );
  });

  it('by our own reader: who, from where, what', async () => {
    const ingestor = await openTestIngestor();
    for (const document of OWN.ecs) {
      const [event] = decoded(ingestor, [`<134>Nov 26 02:37:59 host ${written(document)}`]);
      expect(event).toMatchObject({
        dataset: 'leef.event',
        severity: 70,
        user: { name: 'ada' },
        source: { ip: '10.1.2.3' },
        code: '4bb9a18a-9b8a-4d5c-8e51-2b5c1ae7d2e1',
      });
      expect(event!.time).toBe(Date.parse(document['@timestamp'] as string) * 1000);
    }
  });

  it("by another's reader: the same keys and values", { timeout: 60_000 }, () => {
    let compared = 0;
    for (const document of someDocuments()) {
      const message = written(document, { delimiter: '^' });
      const pairs = pairsOf(message, '^');
      if ([...pairs.values()].some((value) => value.includes('='))) continue; // it splits at every equals sign
      const { leef: head = {}, fields } = readSyslog(`<134>Nov 26 02:37:59 host ${message}`);
      expect([head.vendor, head.product, head.version, head.eventID]).toEqual(message.split('|').slice(1, 5));
      expect(fields).toEqual(Object.fromEntries(pairs));
      compared++;
    }
    expect(compared).toBeGreaterThan(200);
  });
});
