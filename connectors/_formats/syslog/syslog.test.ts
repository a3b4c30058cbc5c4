import readSyslog from 'nsyslog-parser';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TELEMETRY } from '../../../pipeline/ingest/test/records.ts';
import { cef } from '../cef/index.ts';
import type { Document } from '../document.ts';
import { anyDocument, hostileText, OWN, realDocuments, recordedDocuments } from '../test/documents.ts';
import { parseForHeader, rfc3164Header, rfc5424Header } from './index.ts';

const header = rfc5424Header();
const event = (fields: object, more: object = {}): Document => ({ '@timestamp': '2026-01-01T00:00:00.123456Z', event: { dataset: 'a.b', ...fields }, ...more });

/** ABNF of RFC 5424, section 6, with the ranges of the timestamp. */
const NAME = '[!#-<>-\\\\^-~]{1,32}'; // PRINTUSASCII without = ] " and blank
const PARAM = `${NAME}="(?:[^"\\\\\\]]|\\\\["\\\\\\]])*"`;
const ABNF = new RegExp(
  `^<(\\d{1,3})>1 (-|\\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\\d|3[01])T(?:[01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d(?:\\.\\d{1,6})?Z) ([!-~]{1,255}) ([!-~]{1,48}) (-) ([!-~]{1,32}) (-|(?:\\[${NAME}(?: ${PARAM})*\\])+) $`,
  'u',
);
function parts(text: string): readonly string[] {
  const found = ABNF.exec(text);
  expect([text, found !== null]).toEqual([text, true]);
  expect(Number(found![1])).toBeLessThanOrEqual(191);
  expect(text.isWellFormed()).toBe(true);
  return found!.slice(1);
}

describe('a header of RFC 5424', () => {
  it.each<[name: string, document: Document, header: string]>([
    [
      'names host, dataset and what it is of',
      event({ id: '1-a', kind: 'event', severity: 47 }, { host: { name: 'web01' }, organization: { id: 'acme' } }),
      '<132>1 2026-01-01T00:00:00.123456Z web01 goshawk - a.b [goshawk@32473 id="1-a" kind="event" organization="acme" dataset="a.b" severity="47"] ',
    ],
    [
      'escapes values and leaves no line break in them',
      event({ id: 'a"b\\c]d\ne' }),
      '<134>1 2026-01-01T00:00:00.123456Z - goshawk - a.b [goshawk@32473 id="a\\"b\\\\c\\]d e" dataset="a.b"] ',
    ],
    [
      'makes a name of what is none',
      event({}, { host: { name: 'grün 1\u{1F980}' } }),
      '<134>1 2026-01-01T00:00:00.123456Z gr_n_1_ goshawk - a.b [goshawk@32473 dataset="a.b"] ',
    ],
    [
      'cuts what is too long',
      event({ dataset: 'd'.repeat(40) }, { host: { name: 'h'.repeat(300) } }),
      `<134>1 2026-01-01T00:00:00.123456Z ${'h'.repeat(255)} goshawk - ${'d'.repeat(32)} [goshawk@32473 dataset="${'d'.repeat(40)}"] `,
    ],
    ['has no time where the document has none', { event: { dataset: 'a.b' } }, '<134>1 - - goshawk - a.b [goshawk@32473 dataset="a.b"] '],
    [
      'has no time of a year that the form cannot hold',
      { ...event({}), '@timestamp': '+010000-01-01T00:00:00.000000Z' },
      '<134>1 - - goshawk - a.b [goshawk@32473 dataset="a.b"] ',
    ],
    [
      'has the microseconds of OCSF',
      { class_uid: 4001, time: 1_767_225_600_123, severity_id: 5, metadata: { original_time: '2026-01-01T00:00:00.123456Z', log_name: 'a.b' } },
      '<130>1 2026-01-01T00:00:00.123456Z - goshawk - a.b [goshawk@32473 dataset="a.b"] ',
    ],
    ['has the milliseconds of other OCSF', { class_uid: 4001, time: 1_767_225_600_123 }, '<134>1 2026-01-01T00:00:00.123Z - goshawk - - [goshawk@32473] '],
    [
      'of an alert has its rule and title',
      OWN.ecs[1],
      `<131>1 2026-01-01T00:01:00.000000Z workstation5 goshawk - goshawk.alert [goshawk@32473 id="${'f'.repeat(32)}-2" kind="alert" organization="acme" dataset="goshawk.alert" severity="70" rule="4bb9a18a-9b8a-4d5c-8e51-2b5c1ae7d2e1" title="Hive copied | with \\"esentutl\\" = bad"] `,
    ],
  ])('%s', (_name, document, expected) => {
    expect(header(document)).toBe(expected);
    parts(expected);
  });

  it.each([
    [80, 2],
    [79, 3],
    [60, 3],
    [40, 4],
    [20, 5],
    [19, 6],
    [0, 6],
  ])('severity %d is %d', (severity, number) => {
    expect(Number(parts(header(event({ severity })))[0])).toBe(16 * 8 + number);
  });

  it('has what the options say', () => {
    const custom = rfc5424Header({ facility: 13, hostname: 'soc 1', appName: 'a'.repeat(60), structuredData: false, byteOrderMark: true })(event({}));
    expect(custom).toBe(`<110>1 2026-01-01T00:00:00.123456Z soc_1 ${'a'.repeat(48)} - a.b - \ufeff`);
    expect(rfc5424Header({ enterpriseNumber: 1 })(event({}))).toContain('[goshawk@1 ');
  });

  it.each([[{ facility: 24 }], [{ facility: -1 }], [{ facility: 1.5 }], [{ enterpriseNumber: -1 }]])('cannot have %j', (options) => {
    expect(() => rfc5424Header(options)).toThrow(expect.objectContaining({ code: 'SINK_MISCONFIGURED' }));
  });

  it('follows the grammar for every document there is', () => {
    for (const document of realDocuments()) {
      const text = header(document);
      parts(text);
      expect(Buffer.byteLength(text)).toBeLessThan(2_048);
      const bytes = Buffer.from(JSON.stringify(document));
      for (const isAsPublished of [false, true]) expect(header(parseForHeader(bytes, isAsPublished))).toBe(text); // from as much of it as is read
    }
  });
  it.skipIf(TELEMETRY === undefined)('follows it for recordings', { timeout: 300_000 }, () => {
    for (const documents of recordedDocuments()) for (const document of documents) parts(header(document));
  });
  it('follows it for documents that no sensor would send', () => {
    fc.assert(
      fc.property(anyDocument, hostileText, (document, name) => {
        parts(header({ ...document, organization: { id: name }, host: { name } }).toWellFormed());
      }),
      { numRuns: 300 },
    );
  });

  it("is read by another's reader, the message whole", () => {
    for (const document of [...OWN.ecs, ...OWN.ocsf]) {
      const line = header(document) + JSON.stringify(document);
      if (line.includes('\\"]') || /="[^"]*\\/.test(line.slice(0, line.indexOf('{')))) continue; // it knows no escapes
      const found = readSyslog(line);
      expect([found.type, found.facilityval, found.appName, found.messageid]).toEqual(['RFC5424', 16, 'goshawk', (document.event as Document).dataset]);
      expect(JSON.parse(found.message)).toEqual(document);
    }
  });
});

describe('a header of RFC 3164', () => {
  it.each<[name: string, options: Parameters<typeof rfc3164Header>[0], document: Document, header: string]>([
    ['has the time in UTC, days below ten behind a blank', {}, event({}, { host: { name: 'web01' } }), '<134>Jan  1 00:00:00 web01 '],
    [
      'has a tag where that is asked for',
      { tag: true, appName: 'gh' },
      { ...event({}), '@timestamp': '2026-11-26T12:34:56.999999Z' },
      '<134>Nov 26 12:34:56 goshawk gh: ',
    ],
    ['has the host that the options name', { hostname: '10.0.0.1' }, event({ severity: 90 }), '<130>Jan  1 00:00:00 10.0.0.1 '],
    ['has a time in any case', {}, { event: {} }, '<134>Jan  1 00:00:00 goshawk '],
    ['has a time when the document has one that no calendar has', {}, { class_uid: 0, time: 9e15 }, '<134>Jan  1 00:00:00 goshawk '],
  ])('%s', (_name, options, document, expected) => {
    expect(rfc3164Header(options)(document)).toBe(expected);
  });

  it("stands in front of CEF as another's reader expects it", () => {
    const [, alert] = OWN.ecs;
    const { type, host, ts, levelval, cef: read } = readSyslog(rfc3164Header()(alert) + cef().encode(alert).toString('utf8'));
    expect([type, host, levelval, read?.deviceVendor]).toEqual(['CEF', 'workstation5', 3, 'Goshawk']);
    expect([ts.getUTCMonth(), ts.getUTCDate()]).toEqual([0, 1]);
  });

  it('has a form for documents that no sensor would send', () => {
    const write = rfc3164Header();
    fc.assert(
      fc.property(anyDocument, (document) => {
        expect(write(document)).toMatch(/^<\d{1,3}>(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) [ \d]\d (?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d [!-~]+ $/);
      }),
    );
  });
});
