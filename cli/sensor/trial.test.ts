import { describe, expect, it } from 'vitest';
import { openTrial } from './trial.ts';

const NOON = Date.UTC(2026, 2, 1, 12) * 1_000;
const attempt = await openTrial({ format: undefined, organization: 'default', sensor: 'try', takenAt: NOON, rules: [] });
const of = (text: string) => attempt(Buffer.from(text));
const zeek = (over: object = {}) =>
  JSON.stringify({
    ts: NOON / 1_000_000,
    uid: 'C1',
    'id.orig_h': '10.0.0.1',
    'id.orig_p': 1,
    'id.resp_h': '10.0.0.2',
    'id.resp_p': 53,
    proto: 'udp',
    _path: 'conn',
    ...over,
  });

describe('what would become of a record', () => {
  it('names format, confidence, dataset and fields', () => {
    const [one] = of(zeek());
    expect(one).toMatchObject({
      format: 'zeek-json',
      dataset: 'zeek.conn',
      refused: null,
      unparsed: null,
      isDuplicate: false,
      fields: { 'source.ip': '10.0.0.1', 'destination.port': 53 },
    });
    expect(one?.confidence).toBeGreaterThanOrEqual(0.9);
    expect(Object.keys(one?.fields ?? {}).some((name) => name.startsWith('goshawk'))).toBe(false);
  });

  it.each<[name: string, text: string, code: string]>([
    ['an empty record', '', 'DECODE_FAILED'],
    ['a record of blanks', '  ', 'DECODE_FAILED'],
    ['one stamped far ahead', zeek({ uid: 'C2', ts: NOON / 1_000_000 + 86_400 }), 'FUTURE_TIMESTAMP'],
    ['one too large', 'x'.repeat(1_048_577), 'RECORD_TOO_LARGE'],
  ])('says why %s would be set aside', (_name, text, code) => {
    expect(of(text).map(({ refused }) => refused?.code)).toEqual([code]);
  });

  it('says what is kept as text, and why', () => {
    expect(of('neither this nor that')[0]).toMatchObject({ format: null, confidence: null, refused: null, unparsed: 'format not recognised' });
  });

  it('counts the records, and each event of one that holds several', () => {
    const both = of(`[${zeek({ uid: 'C3' })},${zeek({ uid: 'C4' })}]`);
    expect(both.map(({ dataset }) => dataset)).toEqual(['zeek.conn', 'zeek.conn']);
    expect(new Set(both.map(({ record }) => record)).size).toBe(1);
  });

  it('names the rules that match', () => {
    const text =
      '{"EventID":1,"Channel":"Microsoft-Windows-Sysmon/Operational","Provider":{"Name":"Microsoft-Windows-Sysmon"},"Computer":"W5","EventTime":"2026-03-01 11:59:00","Image":"C:\\\\Windows\\\\System32\\\\esentutl.exe","OriginalFileName":"\\\\esentutl.exe","CommandLine":"esentutl.exe /y /vss C:\\\\windows/system32/config/SAM /d c:\\\\temp\\\\SAM"}';
    expect(of(text).flatMap(({ rules }) => rules.map(({ title }) => title))).not.toEqual([]);
  });
});

describe('a named format', () => {
  it('is believed: what is not of it is kept as text', async () => {
    const named = await openTrial({ format: 'cloudtrail', organization: 'default', sensor: 'try', takenAt: NOON, rules: [] });
    expect(named(Buffer.from('a line'))[0]).toMatchObject({ format: null, confidence: null });
    expect(named(Buffer.from('a line'))[0]?.unparsed).not.toBeNull();
  });
});

describe('an event of several records', () => {
  const line = (serial: number, type: string) => Buffer.from(`type=${type} msg=audit(1772366400.100:${serial}): pid=1`);
  it('comes with the last of them, under the number of the first, and without it at the end', async () => {
    const tried = await openTrial({ format: undefined, organization: 'default', sensor: 'try', takenAt: NOON, rules: [] });
    const told = ['SYSCALL', 'PATH', 'PROCTITLE', 'USER_CMD'].map((type, n) => tried(line(n < 3 ? 1 : 2, type)).map(({ record, format }) => [record, format]));
    expect(told).toEqual([[], [], [[1, 'auditd']], [[4, 'auditd']]]);
    expect(tried(line(3, 'SYSCALL'))).toEqual([]);
    expect(tried.end().map(({ record, dataset, confidence }) => [record, dataset, confidence])).toEqual([[5, 'linux.auditd', 1]]);
  });
});
