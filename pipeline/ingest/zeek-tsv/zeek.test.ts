import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Event } from '../../../schemas/avro/types.gen.ts';
import type { Ingestor } from '../index.ts';
import { decoded, nativeOf, openTestIngestor, recordsOf, TELEMETRY } from '../test/records.ts';
import { NO_HEADER, unescaped, withLine } from './header.ts';

let ingestor: Ingestor;
beforeAll(async () => {
  ingestor = await openTestIngestor();
});
const header = (path: string, fields: string, types: string) => [
  '#separator \\x09',
  '#set_separator\t,',
  '#empty_field\t(empty)',
  '#unset_field\t-',
  `#path\t${path}`,
  '#open\t2024-04-12-19-29-12',
  `#fields\t${fields.replaceAll(' ', '\t')}`,
  `#types\t${types.replaceAll(' ', '\t')}`,
];

describe('a header', () => {
  it('may name another separator, and tokens of its own', () => {
    const read = ['#separator \\x7c', '#set_separator|;', '#empty_field|EMPTY', '#unset_field|NONE', '#path|x', '#fields|a|b'].reduce(withLine, NO_HEADER);
    expect(read).toEqual({ separator: '|', setSeparator: ';', empty: 'EMPTY', unset: 'NONE', path: 'x', fields: ['a', 'b'], types: [] });
  });
  it('may change in the middle of a file', () => {
    const events = decoded(ingestor, [
      [...header('dns', 'ts query', 'time string'), '1\ta', ...header('http', 'ts host uri', 'time string string'), '2\tb\t/c?d=e'].join('\n'),
    ]);
    expect(events.map(({ dataset }) => dataset)).toEqual(['zeek.dns', 'zeek.http']);
    expect(events[1]!.url).toEqual({ original: '/c?d=e', domain: 'b', path: '/c', query: 'd=e' });
  });
  it('may have a stray tab in front, and its file CRLF line ends', () => {
    const [first, ...rest] = header('dns', 'ts query', 'time string');
    expect(decoded(ingestor, [[`\t${first}`, ...rest, '1\ta', ''].join('\r\n')])[0]).toMatchObject({ dataset: 'zeek.dns', dns: { questionName: 'a' } });
  });
  it.each([
    ['a\\x09b', 'a\tb'],
    ['\\xc3\\xa9', 'é'],
    ['\\xc3', '\\xc3'],
    ['a\\\\b', 'a\\b'],
    ['a\\nb', 'a\\nb'],
    ['\\x0', '\\x0'],
    ['plain', 'plain'],
    ['\\', '\\'],
    ['\\x01', '\\x01'],
  ])('unescapes %s to %s', (written, text) => {
    expect(unescaped(written)).toBe(text);
  });
});

describe('a line', () => {
  const FIELDS = [
    'ts uid id.orig_h id.orig_p id.resp_h id.resp_p proto rtt query answers TTLs AA note_set',
    'time string addr port addr port enum interval string vector[string] vector[interval] bool set[string]',
  ] as const;
  const line = '1521911720.865716\tC1\t10.0.0.1\t41772\t10.0.0.2\t53\tudp\t0.000870\tx\\x2cy\ta,-,b\t2230.000000\tT\t(empty)';
  it('becomes typed JSON, numbers as they were written, with itself beside', () => {
    const [event] = decoded(ingestor, [...header('dns', ...FIELDS), line]);
    expect(Buffer.from(event!.native).toString()).toBe(
      `{"_path":"dns","ts":1521911720.865716,"uid":"C1","id.orig_h":"10.0.0.1","id.orig_p":41772,"id.resp_h":"10.0.0.2","id.resp_p":53,"proto":"udp","rtt":0.000870,"query":"x,y","answers":["a",null,"b"],"TTLs":[2230.000000],"AA":true,"note_set":[],"raw":${JSON.stringify(line)}}`,
    );
    expect(event).toMatchObject({ time: 1_521_911_720_865_716, source: { ip: '10.0.0.1', port: 41_772 }, dns: { questionName: 'x,y', answers: ['a', 'b'] } });
  });
  it('with other columns than the header is kept, and says so', () => {
    const events = decoded(ingestor, [...header('dns', 'ts query', 'time string'), '1\ta\tb', '1\tc']);
    expect(events.map(({ dataset, labels }) => [dataset, labels.reason])).toEqual([
      ['unparsed', '3 columns where #fields names 2'],
      ['zeek.dns', undefined],
    ]);
  });
  it('whose name is that of what objects have is data', () => {
    expect(
      decoded(ingestor, [...header('dns', 'ts __proto__ constructor', 'time string string'), '1\ta\tb']).map((event) => Buffer.from(event.native).toString()),
    ).toEqual(['{"_path":"dns","ts":1,"__proto__":"a","constructor":"b","raw":"1\\ta\\tb"}']);
  });
});

describe('JSON', () => {
  const eventOf = (document: object): Event => decoded(ingestor, [JSON.stringify(document)])[0]!;
  const ENDS = { uid: 'C1', 'id.orig_h': '10.0.0.1', 'id.orig_p': 1, 'id.resp_h': '10.0.0.2', 'id.resp_p': 2, proto: 'tcp' };
  it.each<[name: string, document: object, expected: object]>([
    [
      'a connection',
      {
        _path: 'conn',
        ts: '2018-03-24T17:15:20.865716Z',
        ...ENDS,
        service: 'http',
        duration: 1.5,
        orig_bytes: 10,
        resp_bytes: 20,
        orig_pkts: 1,
        resp_pkts: 2,
        conn_state: 'REJ',
        local_orig: true,
        local_resp: false,
      },
      {
        dataset: 'zeek.conn',
        type: ['connection', 'start', 'denied'],
        source: { bytes: 10 },
        network: { transport: 'tcp', protocol: 'http', bytes: 30, packets: 3, direction: 'outbound' },
        ecs: { 'event.duration': '1500000000' },
        time: 1_521_911_720_865_716,
        idSource: 'sensor',
      },
    ],
    [
      'names with underscores',
      {
        '@stream': 'dns',
        '@system': 'sensor-1',
        '@proc': 'zeek',
        ts: 1,
        uid: 'C',
        id_orig_h: '10.0.0.1',
        id_orig_p: 5,
        id_resp_h: '10.0.0.2',
        id_resp_p: 53,
        query: 'x',
        rcode_name: 'NXDOMAIN',
      },
      { dataset: 'zeek.dns', source: { ip: '10.0.0.1', port: 5 }, outcome: 'failure', ecs: { 'observer.hostname': 'sensor-1', 'dns.type': 'answer' } },
    ],
    [
      'a log wrapped in its name',
      { http: { ts: 1_402_307_733.473, uid: 'C', 'id.orig_h': '10.0.0.1', host: 'x', uri: '/', status_code: 200 } },
      { dataset: 'zeek.http', http: { status: 200 }, time: 1_402_307_733_473_000 },
    ],
    ['a log that nobody named', { ts: 147.026993, ...ENDS, conn_state: 'OTH' }, { dataset: 'zeek.conn', time: 147_026_993, type: ['connection', 'info'] }],
    ['a log that is new to us', { _path: 'brand_new', ts: 1, ...ENDS }, { dataset: 'zeek.other', logsource: { service: [] }, action: 'brand_new' }],
    [
      'TLS',
      { _path: 'ssl', ts: 1, ...ENDS, version: 'TLSv12', server_name: 'x', established: false },
      { tls: { version: '1.2', serverName: 'x' }, outcome: 'failure', ecs: { 'tls.version_protocol': 'tls', 'tls.established': 'false' } },
    ],
    [
      'a notice',
      { _path: 'notice', ts: 1, note: 'SSL::Invalid', msg: 'm', src: '10.0.0.1', dst: '10.0.0.2', p: 443 },
      { kind: 'alert', rule: { name: 'SSL::Invalid', category: 'SSL' }, message: 'm', destination: { port: 443 } },
    ],
    [
      'a file',
      { _path: 'files', ts: 1, fuid: 'F', tx_hosts: ['10.0.0.4'], rx_hosts: ['10.0.0.1'], filename: 'a.EXE', md5: 'aa', total_bytes: 5 },
      { file: { name: 'a.EXE', extension: 'exe', size: 5, hash: { md5: 'aa' } }, source: { ip: '10.0.0.4' } },
    ],
    [
      'a logon',
      { _path: 'kerberos', ts: 1, ...ENDS, client: 'anna/CORP', request_type: 'TGS', success: true },
      { user: { name: 'anna', domain: 'CORP' }, outcome: 'success', action: 'TGS', category: ['network', 'authentication'] },
    ],
    [
      'SMB',
      { _path: 'smb_files', ts: 1, ...ENDS, action: 'SMB::FILE_DELETE', path: '\\\\s\\c$', name: 'a.txt' },
      { type: ['protocol', 'deletion'], file: { path: '\\\\s\\c$\\a.txt' } },
    ],
  ])('%s', (_name, document, expected) => {
    expect(eventOf(document)).toMatchObject(expected);
  });
  it('wrapped in its name keeps the inner document, the name beside', () => {
    expect(Buffer.from(decoded(ingestor, ['{"dns": {"ts":1.50,"uid":"C","id.orig_h":"10.0.0.1"} }'])[0]!.native).toString()).toBe(
      '{"_path":"dns","ts":1.50,"uid":"C","id.orig_h":"10.0.0.1"}',
    );
  });
});

describe.skipIf(TELEMETRY === undefined)('the same records in both encodings', () => {
  const folder = TELEMETRY === undefined ? '' : join(TELEMETRY, 'copyleft/zeek/wrccdc-2018');
  const logs = TELEMETRY === undefined ? [] : readdirSync(join(folder, 'tsv')).map((file) => file.replace('.log', ''));

  /** Fields that say the same: unset and null are absent, numbers to the microsecond, times as microseconds, what an encoding alone has left out. */
  const comparable = (native: Readonly<Record<string, unknown>>) =>
    Object.fromEntries(
      Object.entries(native)
        .flatMap(([name, value]): [string, unknown][] => (value === null || name === 'raw' || name === '_write_ts' ? [] : [[name, plain(value)]]))
        .sort(([a], [b]) => (a < b ? -1 : 1)),
    );
  const plain = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.length === 1 && value[0] === '' ? [] : value.map(plain); // TSV writes both as (empty)
    if (typeof value === 'number') return Math.sign(value) * Math.round(Math.abs(value) * 1e6);
    if (typeof value !== 'string' || !/^\d{4}-\d\d-\d\dT[\d:]{8}(\.\d+)?Z$/.test(value)) return value;
    return Date.parse(`${value.slice(0, 19)}Z`) * 1000 + Number((value.split('.')[1] ?? '').replace('Z', '').padEnd(6, '0').slice(0, 6));
  };
  const meaning = ({ id: _id, contentHash: _hash, provenance: _provenance, native: _native, observedAt: _observed, ...event }: Event) => event;

  it.each(logs)('%s', (log) => {
    const tsv = decoded(ingestor, recordsOf(join(folder, 'tsv', `${log}.log`)));
    const json = decoded(ingestor, recordsOf(join(folder, 'json', `${log}.jsonl`)));
    expect(tsv.length).toBe(json.length);
    for (const [index, event] of tsv.entries()) {
      expect(meaning(event)).toEqual(meaning(json[index]!));
      expect(comparable(nativeOf(event))).toEqual(comparable(nativeOf(json[index]!)));
    }
  });
});
