import readSyslog from 'nsyslog-parser';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { longName } from '../../../pipeline/ingest/cef/keys.ts';
import { readCef } from '../../../pipeline/ingest/cef/text.ts';
import { TELEMETRY } from '../../../pipeline/ingest/test/records.ts';
import type { Document } from '../document.ts';
import { kindOf } from '../document.ts';
import { compile, cut, rootsOf } from '../pairs/mapping.ts';
import { anyDocument, hostileText, OWN, realDocuments, recordedDocuments, someDocuments } from '../test/documents.ts';
import { cef } from './index.ts';
import { cefMappings, HEADER_LENGTHS } from './mapping.ts';

const format = cef(); // made once: its table is compiled
const written = (document: Document, options?: Parameters<typeof cef>[0]) => (options === undefined ? format : cef(options)).encode(document).toString('utf8');
/** Field by its short key. */
function parsed(message: string): (key: string) => string | undefined {
  const fields = readCef(message, 'CEF:'.length);
  expect(fields).toBeDefined();
  expect(fields!.earlier).toBeUndefined(); // no key twice
  return (key) => fields![longName(key)] as string | undefined;
}
const event = (fields: object, more: object = {}): Document => ({ '@timestamp': '2026-01-01T00:00:00.123456Z', event: { dataset: 'a.b', ...fields }, ...more });

/** The grammar of the standard, less what a value may be. */
const GRAMMAR = /^CEF:[01](?:\|(?:[^\\|\p{Cc}]|\\[\\|])*){6}\|(?:$|(?:[A-Za-z0-9]+=(?:[^\\=\p{Cc}]|\\[\\=nr]|\t)*(?: |$))+$)/u;

describe('the table', () => {
  it.each([0, 1] as const)('of version %s has every key once, alphanumeric, our own behind our name', (version) => {
    const keys = cefMappings(version).flatMap(({ key, label }) => (label === undefined ? [key] : [key, `${key}Label`]));
    expect(keys.filter((key, index) => keys.indexOf(key) !== index || !/^[A-Za-z0-9]+$/.test(key))).toEqual([]);
    expect(
      keys.filter(
        (key) => longName(key) === key && !key.startsWith('Goshawk') && !/^(?:device|destination|source|file|request|external|reason|msg|cat)/.test(key),
      ),
    ).toEqual([]);
  });
});

describe('a message', () => {
  it.each<[name: string, document: Document, header: string]>([
    ['of an event has dataset and code as its class', event({ code: '4624', action: 'logged-in', severity: 47 }), 'a.b:4624|logged-in|5'],
    ['of an event without code has the action', event({ action: 'logged-in' }), 'a.b:logged-in|logged-in|Unknown'],
    ['of a finding has the rule', OWN.ecs[0], '4bb9a18a-9b8a-4d5c-8e51-2b5c1ae7d2e1|Hive copied \\| with "esentutl" = bad|7'],
    ['of an alert has the first rule', OWN.ecs[1], '4bb9a18a-9b8a-4d5c-8e51-2b5c1ae7d2e1|Hive copied \\| with "esentutl" = bad|7'],
    ['of a finding in OCSF has the same', OWN.ocsf[0], '4bb9a18a-9b8a-4d5c-8e51-2b5c1ae7d2e1|Hive copied \\| with "esentutl" = bad|7'],
    ['of an alert in OCSF has the same', OWN.ocsf[1], '4bb9a18a-9b8a-4d5c-8e51-2b5c1ae7d2e1|Hive copied \\| with "esentutl" = bad|7'],
    ['escapes in the header what ends a field', event({ code: 'a\\b|c=d\ne' }), 'a.b:a\\\\b\\|c=d e|a\\\\b\\|c=d e|Unknown'],
    ['has the worst severity as 10', event({ severity: 500 }), 'a.b|a.b|10'],
  ])('%s', (_name, document, header) => {
    expect(written(document).startsWith(`CEF:0|Goshawk|Goshawk|1.0|${header}|`)).toBe(true);
  });

  it('cuts by characters, before they are escaped', () => {
    const name = `${'\u{1F980}'.repeat(511)}||`;
    const [, , , , classId, cutName] = written(event({ code: 'x'.repeat(2000), action: name })).split(/(?<!\\)\|/);
    expect(Array.from(classId!).length).toBe(HEADER_LENGTHS.classId);
    expect(cutName).toBe(`${'\u{1F980}'.repeat(511)}\\|`);
  });

  it.each<[name: string, fields: object, key: string, value: string | undefined]>([
    ['an IPv6 source has a key of its own', { source: { ip: '2001:db8::1' } }, 'c6a2', '2001:db8::1'],
    ['an IPv6 source is not written where an IPv4 address belongs', { source: { ip: '2001:db8::1' } }, 'src', undefined],
    ['a name is no address', { source: { ip: 'host.example' } }, 'src', undefined],
    ['an address with a zone is none', { source: { ip: 'fe80::1%eth0' } }, 'c6a2', undefined],
    ['the first address of the family is taken of a list', { host: { ip: ['fe80::1', '10.0.0.1'] } }, 'dvc', '10.0.0.1'],
    ['a port that is none is left out', { source: { port: 65_536 } }, 'spt', undefined],
    ['hardware addresses have colons', { source: { mac: '00-0D-3A-13-E3-69' } }, 'smac', '00:0D:3A:13:E3:69'],
    ['times are milliseconds', {}, 'rt', '1767225600123'],
    ['line breaks are kept', { message: 'a\nb\r\nc' }, 'msg', 'a\nb\r\nc'],
    ['other control characters are blanks', { message: 'a\0b' }, 'msg', 'a b'],
    ['blanks around are left out', { message: '  a  ' }, 'msg', 'a'],
    ['a value of blanks is left out', { message: '   ' }, 'msg', undefined],
    ['what looks like a pair is none', { message: 'a spt=1 \\= \\n' }, 'msg', 'a spt=1 \\= \\n'],
    ['a direction is a number', { network: { direction: 'egress' } }, 'deviceDirection', '1'],
    ['a direction of neither way is left out', { network: { direction: 'internal' } }, 'deviceDirection', undefined],
    ['many bytes are all said', { source: { bytes: 5_000_000_000 } }, 'in', '5000000000'],
    ['the file name is the end of the path', { file: { path: 'C:\\a\\b.exe' } }, 'fname', 'b.exe'],
    ['a long value is cut', { process: { command_line: 'x'.repeat(5000) } }, 'cs5', 'x'.repeat(4000)],
    ['a label tells what a custom key is', { process: { command_line: 'x' } }, 'cs5Label', 'Command Line'],
  ])('%s', (_name, fields, key, value) => {
    expect(parsed(written(event({}, fields)))(key)).toBe(value);
  });

  it('of version 1 has IPv6 addresses in the usual keys', () => {
    const field = parsed(written(event({}, { source: { ip: '2001:db8::1' } }), { version: 1 }));
    expect([field('cefVersion'), field('src'), field('c6a2')]).toEqual(['1', '2001:db8::1', undefined]);
    expect(written(event({}), { version: 1 }).startsWith('CEF:1|')).toBe(true);
  });

  it('leaves an id out that would have to be cut, and has it whole elsewhere', () => {
    const id = `1767225600000001-${'e'.repeat(32)}`;
    const field = parsed(written(event({ id })));
    expect([field('externalId'), field('cs1')]).toEqual([undefined, id]);
  });

  it('says of an alert what led to it and whom it names, in ECS and in OCSF', () => {
    for (const document of [OWN.ecs[1], OWN.ocsf[1]]) {
      const field = parsed(written(document));
      expect(
        Object.fromEntries(
          ['cs1', 'cn1', 'cnt', 'GoshawkTactic', 'GoshawkSubtechnique', 'GoshawkRevision', 'reason', 'dvchost', 'suser', 'src'].map((key) => [key, field(key)]),
        ),
      ).toEqual({
        cs1: `${'f'.repeat(32)}-2`,
        cn1: '73',
        cnt: '2',
        GoshawkTactic: 'credential-access',
        GoshawkSubtechnique: 'T1003.002',
        GoshawkRevision: '2',
        reason: 'joined',
        dvchost: 'workstation5',
        suser: 'ada',
        src: '10.1.2.3',
      });
      expect(`${field('cs2')} ${field('GoshawkRelatedRuleIds')}`).toContain('other');
    }
  });

  it.each([[{ a: 1 }], [{ rule: { name: 'x' } }]])('cannot be made of %j, which is neither ECS nor OCSF', (document) => {
    expect(() => format.encode(document)).toThrow(expect.objectContaining({ code: 'FORMAT_REFUSED' }));
  });

  it('keeps the most important keys where it may not be long', () => {
    for (const document of realDocuments().slice(0, 200)) {
      const whole = format.encode(document);
      const head =
        written(document)
          .split(/(?<!\\)\|/, 7)
          .join('|').length + 1;
      const short = cef({ maxBytes: 300 }).encode(document);
      expect(short.length).toBeLessThanOrEqual(Math.max(300, head * 4));
      expect(short.toString()).toMatch(GRAMMAR);
      if (whole.length > 300) expect(short.length).toBeLessThan(whole.length);
      else expect(short).toEqual(whole);
    }
  });
});

const steps = compile(cefMappings(0));
/** Everything that the table reads of a document is what an independent reader gets, but for control characters. */
function expectRoundTrip(document: Document): void {
  const message = written(document);
  expect(message).toMatch(GRAMMAR);
  const field = parsed(message);
  const kind = kindOf(document);
  const lost = steps[kind].flatMap(({ key, read }) => {
    const text = read(document, rootsOf(document));
    const said = text
      ?.toWellFormed()
      .replaceAll(/(?![\r\n\t])\p{Cc}/gu, ' ')
      .trim();
    return (field(key) ?? '') === (said ?? '') ? [] : [[key, said, field(key)]];
  });
  expect(lost).toEqual([]);
}

describe('read back', () => {
  it('by our own reader: all that the table reads, of every document there is', { timeout: 120_000 }, () => {
    const documents = realDocuments();
    expect(documents.length).toBeGreaterThan(2_000);
    for (const document of documents) expectRoundTrip(document);
  });

  it.skipIf(TELEMETRY === undefined)('of recordings', { timeout: 300_000 }, () => {
    let count = 0;
    for (const documents of recordedDocuments())
      for (const document of documents) {
        expect(written(document)).toMatch(GRAMMAR);
        count++;
      }
    expect(count).toBeGreaterThan(2_000);
  });

  it('of documents that no sensor would send', { timeout: 60_000 }, () => {
    fc.assert(fc.property(anyDocument, expectRoundTrip), { numRuns: 300 });
  });

  it("by another's reader: the same keys and values, where it can read them", { timeout: 60_000 }, () => {
    let compared = 0;
    for (const document of someDocuments()) {
      const message = written(document);
      if (message.includes('\\')) continue; // it does not know escapes
      const { cef: headers = {}, fields } = readSyslog(`<134>Nov 26 02:37:59 host ${message}`);
      const ours = readCef(message, 'CEF:'.length)!;
      expect([headers.deviceVendor, headers.deviceEventClassID, headers.name, headers.severity]).toEqual(
        ['deviceVendor', 'deviceEventClassId', 'name', 'severity'].map((name) => ours[name]),
      );
      expect(Object.keys(fields).length).toBeGreaterThan(5);
      expect(Object.entries(fields).filter(([key, value]) => ours[longName(key)] !== value)).toEqual([]);
      compared++;
    }
    expect(compared).toBeGreaterThan(60);
  });
});

it('cuts no character in half', () => {
  fc.assert(
    fc.property(hostileText, fc.nat(10), (text, most) => {
      const whole = text.toWellFormed();
      const short = cut(whole, most);
      expect(Array.from(short).length).toBe(Math.min(Array.from(whole).length, most));
      expect(whole.startsWith(short) && short.isWellFormed()).toBe(true);
    }),
  );
});
