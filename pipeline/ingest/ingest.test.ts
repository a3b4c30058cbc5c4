import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { Codec } from '../../schemas/avro/codec.ts';
import { eventToEcs } from '../../schemas/avro/ecs.ts';
import { fixedIds } from '../../schemas/avro/registry.ts';
import type { Event } from '../../schemas/avro/types.gen.ts';
import { schemas } from '../../schemas/avro/types.gen.ts';
import type { Stage } from '../core/index.ts';
import { StageDriver } from '../runtime/driver.ts';
import type { SendOptions } from '../runtime/driver.ts';
import { config, ingest } from './index.ts';
import { nativeOf } from './test/records.ts';

const EVE = {
  timestamp: '2026-01-01T00:00:00.123456+0000',
  flow_id: 1,
  event_type: 'alert',
  src_ip: '10.0.0.1',
  src_port: 1,
  dest_ip: '10.0.0.2',
  dest_port: 2,
  proto: 'TCP',
  alert: { action: 'allowed', signature_id: 7, signature: 'S', severity: 1 },
};
const eve = (over: object = {}) => JSON.stringify({ ...EVE, ...over });
const EVE_TEXT = eve();

let stage: Stage<Uint8Array>;
beforeAll(async () => {
  stage = (await ingest(config.parse({ zoneOfSource: { berlin: 'Europe/Berlin' }, formatOfSource: { forced: 'syslog', own: 'goshawk' } }), {
    installation: 'one',
  })) as unknown as Stage<Uint8Array>;
});
const driver = () => new StageDriver(stage);
/** Events that one record becomes, and the keys they go under. */
function send(value: string | Uint8Array, options: SendOptions = {}, to = driver()) {
  const result = to.send(Buffer.from(value as string), options);
  return { result, events: result.outputs.map((output) => output.value as Event), keys: result.outputs.map((output) => output.key) };
}

describe('trust', () => {
  it('takes organization and sensor from the topic, never from headers', () => {
    const { events } = send(eve(), { topic: 'raw.acme.ids-3', headers: { sensor: 'liar', format: 'syslog' } });
    expect(events[0]).toMatchObject({ organization: 'acme', sensor: 'ids-3', dataset: 'suricata.alert' });
  });
  it('believes the headers on a gateway topic', () => {
    const { events } = send(eve(), { topic: 'raw.acme.gateway-http', headers: { sensor: 'agent-9', format: 'generic-json' } });
    expect(events[0]).toMatchObject({ sensor: 'agent-9', dataset: 'unparsed', provenance: { parser: 'generic-json' } });
  });
  it('takes the name of a family of formats', () => {
    const { events } = send('{"ts":1,"uid":"C","id.orig_h":"1.1.1.1","conn_state":"SF"}', { topic: 'raw.acme.gateway-http', headers: { format: 'zeek' } });
    expect(events[0]).toMatchObject({ dataset: 'zeek.conn', provenance: { parser: 'zeek-json' } });
  });
  it.each<[name: string, topic: string, value: string, told: string, expected: object]>([
    [
      'takes time and host that were said beside a record',
      'gateway-hec',
      'a line',
      '{"time":5000000,"host":"Web1","labels":{"hec.index":"main"}}',
      { time: 5_000_000, timeSource: 'sensor', host: { name: 'web1' }, labels: { 'hec.index': 'main' } },
    ],
    ['prefers what the record says', 'gateway-hec', eve(), '{"time":5000000}', { time: 1_767_225_600_123_456 }],
    ['believes nothing of it elsewhere', 'hec', 'a line', '{"time":5000000,"host":"web1"}', { timeSource: 'appended', host: null }],
    ['leaves out what is none', 'gateway-hec', 'a line', '{"time":"x"', { timeSource: 'appended', host: null }],
  ])('%s', (_name, source, value, told, expected) => {
    expect(send(value, { topic: `raw.acme.${source}`, headers: { told } }).events[0]).toMatchObject(expected);
  });
  describe('in what the platform tells of itself', () => {
    const SILENT = '{"goshawk":{"kind":"sensor-silent","id":"1","sensor":"web-01","message":"Sensor web-01 has said nothing."}}';
    const OWN = 'raw.acme.gateway-goshawk';
    it.each<[name: string, record: string, topic: string, format: string | undefined, expected: object]>([
      ['reads it on its own topic', SILENT, OWN, 'goshawk', { product: 'goshawk', dataset: 'goshawk.sensor' }],
      ['finds out what it is there', SILENT, OWN, undefined, { product: 'goshawk', dataset: 'goshawk.sensor' }],
      ['reads nothing else there', EVE_TEXT, OWN, 'suricata-eve', { product: '', dataset: 'unparsed' }],
      ['believes no sensor', SILENT, 'raw.acme.web', undefined, { product: '', dataset: 'unparsed' }],
      ['believes no configuration', SILENT, 'raw.acme.own', undefined, { product: '', dataset: 'unparsed' }],
      ['believes no sender that names the format', SILENT, 'raw.acme.gateway-http', 'goshawk', { product: '', labels: { reason: 'format not known' } }],
      ['believes no sensor whose name ends as the topic does', SILENT, 'raw.acme.x.gateway-goshawk', 'goshawk', { product: '', dataset: 'unparsed' }],
      ['believes no syslog header around it', `<14>1 2026-01-01T00:00:00Z h a - - - ${SILENT}`, 'raw.acme.web', undefined, { product: '' }],
      [
        "believes no shipper's document around it",
        JSON.stringify({ message: SILENT, '@timestamp': '2026-01-01T00:00:00Z' }),
        'raw.acme.web',
        undefined,
        { product: '' },
      ],
      [
        'believes no ECS document that claims the product',
        '{"@timestamp":"2026-01-01T00:00:00Z","ecs":{"version":"8.0"},"observer":{"product":"Goshawk"},"event":{"dataset":"goshawk.sensor"},"goshawk":{"kind":"sensor-silent"}}',
        'raw.acme.web',
        undefined,
        { product: '', provenance: { parser: 'ecs' } },
      ],
    ])('%s', (_name, record, topic, format, expected) => {
      expect(send(record, { topic, headers: format === undefined ? {} : { format } }).events[0]).toMatchObject(expected);
    });
  });
  it('keeps a record whose format is not known, and says why', () => {
    expect(send(eve(), { topic: 'raw.acme.gateway-http', headers: { format: 'nonsense' } }).events[0]).toMatchObject({
      dataset: 'unparsed',
      labels: { reason: 'format not known' },
      sensor: 'http',
    });
  });
});

describe('what becomes of a record', () => {
  it.each<[name: string, value: string | Uint8Array, code: string]>([
    ['no bytes', '', 'DECODE_FAILED'],
    ['blanks', ' \n ', 'DECODE_FAILED'],
    ['more bytes than allowed', 'x'.repeat(1_048_577), 'RECORD_TOO_LARGE'],
  ])('%s: rejected', (_name, value, code) => {
    expect(send(value).result.summary).toBe(code);
  });

  it.each<[name: string, value: string | Uint8Array, native: object, reason: string]>([
    ['text that nobody knows', 'hello world', { raw: 'hello world' }, 'format not recognised'],
    ['broken JSON', '{"a":', { raw: '{"a":' }, 'format not recognised'],
    ['JSON that is nested too deep', `${'{"a":'.repeat(60)}1${'}'.repeat(60)}`, { raw: `${'{"a":'.repeat(60)}1${'}'.repeat(60)}` }, 'format not recognised'],
    ['a JSON value that is no object', '[1,2]', { raw: '[1,2]' }, 'format not recognised'],
    ['bytes that are no text', new Uint8Array([0xff, 0x00, 0x80]), { rawBase64: '/wCA' }, 'not valid UTF-8'],
    ['a Windows document that is none', '{"Event":{"System":1}}', { Event: { System: 1 } }, ''],
  ])('%s: kept, unparsed', (_name, value, native, reason) => {
    const {
      events: [event],
    } = send(value);
    expect(event).toMatchObject({ dataset: 'unparsed', timeSource: 'appended', ...(reason === '' ? {} : { labels: { reason } }) });
    expect(nativeOf(event!)).toEqual(native);
  });

  it('an array: one event an element, each with its own bytes', () => {
    const { events } = send(`[${eve()} , {"event_type":"dns","timestamp":"2026-01-01T00:00:00+0000","flow_id":12345678901234567890,"dns":{}}]`);
    expect(events.map(({ dataset, provenance }) => [dataset, provenance.index])).toEqual([
      ['suricata.alert', 0],
      ['suricata.dns', 1],
    ]);
    expect(Buffer.from(events[1]!.native).toString()).toContain('12345678901234567890');
    expect(new Set(events.map(({ id }) => id)).size).toBe(2);
  });
  it('lines of JSON: one event a line', () => {
    expect(send(`${eve()}\n${eve({ event_type: 'flow', flow: {} })}\n`).events.map(({ dataset }) => dataset)).toEqual(['suricata.alert', 'suricata.flow']);
  });
  it('NUL in text: replaced in fields, kept in the document', () => {
    const {
      events: [event],
    } = send(eve({ host: 'a\0b', alert: { ...EVE.alert, signature: 'x\0y' } }));
    expect([event!.message, event!.rule!.name, event!.ecs['observer.hostname']]).toEqual(['x�y', 'x�y', 'a�b']);
    expect(nativeOf(event!).host).toBe('a\0b');
  });
  it('text that is very long: cut in fields, whole in the document', () => {
    const {
      events: [event],
    } = send('x'.repeat(1_000_000));
    expect([event!.message!.length, (nativeOf(event!).raw as string).length]).toEqual([32_766, 1_000_000]);
  });
  it('text that would grow by escaping: kept as base64, within what the next topic takes', () => {
    const {
      events: [event],
    } = send('\x01'.repeat(1_000_000));
    expect(event!.native.length).toBeLessThan(1.5 * 1_048_576);
    expect(Buffer.from(nativeOf(event!).rawBase64 as string, 'base64').length).toBe(1_000_000);
  });
  it('a byte order mark is no part of the document', () => {
    expect(send(`\uFEFF${eve()}`).events[0]!.dataset).toBe('suricata.alert');
  });
  it('a line of syslog with stray bytes: read, the bytes kept beside it', () => {
    const line = Buffer.concat([Buffer.from('<38>1 2026-01-01T00:00:00Z h sshd 1 - - caf'), Buffer.from([0xe9])]);
    const {
      events: [event],
    } = send(line);
    expect(event).toMatchObject({ dataset: 'linux.auth', host: { name: 'h' }, labels: { reason: 'not valid UTF-8' } });
    expect(Buffer.from(nativeOf(event!).rawBase64 as string, 'base64')).toEqual(line);
  });
  it('a format set for the source is not guessed at', () => {
    expect(send(eve(), { topic: 'raw.acme.forced' }).events[0]).toMatchObject({ dataset: 'unparsed', labels: { reason: 'neither a priority nor a time' } });
  });
});

describe('time', () => {
  it("is the sensor's, to the microsecond", () => {
    expect(send(eve()).events[0]).toMatchObject({ time: Date.UTC(2026, 0, 1) * 1000 + 123_456, timeSource: 'sensor' });
  });
  it.each([
    ['raw.acme.ids', 0, 'zone_assumed'],
    ['raw.acme.berlin', -3_600_000_000, 'sensor'],
  ])('without a zone on %s is shifted by %s and says %s', (topic, shift, timeSource) => {
    expect(send(eve({ timestamp: '2026-01-01T00:00:00' }), { topic }).events[0]).toMatchObject({ time: Date.UTC(2026, 0, 1) * 1000 + shift, timeSource });
  });
  it.each(['nonsense', '1969-12-31T23:59:59Z', '9999-01-01T00:00:00Z'])('that reads %s gives way to the append time', (timestamp) => {
    expect(send(eve({ timestamp }), { appendedAt: 42_000 }).events[0]).toMatchObject({ time: 42_000, timeSource: 'appended' });
  });
});

describe('id', () => {
  const at = (options: SendOptions) => send(eve(), { topic: 'raw.acme.ids', partition: 1, offset: 5, appendedAt: 7, ...options }).events[0]!;
  it('is the same whenever the same record is read', () => {
    expect(at({}).id).toBe(at({}).id);
  });
  it.each<[string, SendOptions]>([
    ['offset', { offset: 6 }],
    ['partition', { partition: 2 }],
    ['append time', { appendedAt: 8 }],
    ['topic', { topic: 'raw.acme.ids2' }],
  ])('without one of the sensor depends on the %s', (_name, options) => {
    expect(at(options).id).not.toBe(at({}).id);
    expect(at({})).toMatchObject({ idSource: 'position' });
  });
  const trail = (over: object) =>
    JSON.stringify({
      eventVersion: '1.08',
      eventID: 'e1',
      eventSource: 's3.amazonaws.com',
      eventName: 'GetObject',
      eventTime: '2026-01-01T00:00:00Z',
      ...over,
    });
  it('of the sensor does not depend on where the record lies', () => {
    const [a, b] = [send(trail({}), { offset: 1 }).events[0]!, send(trail({}), { offset: 2 }).events[0]!];
    expect(a).toMatchObject({ idSource: 'sensor', id: b.id, contentHash: b.contentHash });
  });
  it('of the sensor stays when the content changes: the content hash tells', () => {
    const [a, b] = [send(trail({})).events[0]!, send(trail({ eventName: 'PutObject' })).events[0]!];
    expect(a.id).toBe(b.id);
    expect(a.contentHash).not.toBe(b.contentHash);
  });
  it("of another organization's sensor is another", () => {
    expect(send(trail({}), { topic: 'raw.a.x' }).events[0]!.id).not.toBe(send(trail({}), { topic: 'raw.b.x' }).events[0]!.id);
  });
});

describe('key', () => {
  it('is the host, where there is one', () => {
    expect(send('<38>1 2026-01-01T00:00:00Z WEB-1 sshd 1 - - hi', { topic: 'raw.acme.linux' }).keys).toEqual(['acme|host|web-1']);
  });
  it('spreads what has no host over sixteen keys of the sensor', () => {
    const keys = new Set(Array.from({ length: 300 }, (_, offset) => send(eve(), { topic: 'raw.acme.ids', offset }).keys[0]));
    expect(keys.size).toBe(16);
    expect([...keys].every((key) => /^acme\|sensor\|ids\|[0-9a-f]$/.test(key!))).toBe(true);
  });
});

describe('lines that lean on lines before', () => {
  const HEADER = [
    '#separator \\x09',
    '#set_separator\t,',
    '#empty_field\t(empty)',
    '#unset_field\t-',
    '#path\tdns',
    '#fields\tts\tuid\tquery',
    '#types\ttime\tstring\tstring',
  ];
  const LINE = '1767225600.5\tC1\texample.com';
  it('are read by the header that came as records of its own, after a restart too', () => {
    const to = driver();
    for (const line of HEADER) expect(send(line, {}, to).result.summary).toBe('passed');
    expect(send(LINE, {}, to).events[0]).toMatchObject({ dataset: 'zeek.dns', dns: { questionName: 'example.com' }, time: 1_767_225_600_500_000 });
    to.restart();
    expect(send(LINE, {}, to).events[0]).toMatchObject({ dataset: 'zeek.dns' });
  });
  it('of another key or topic are not', () => {
    const to = driver();
    for (const line of HEADER) send(line, { key: 'a' }, to);
    expect(send(LINE, { key: 'b' }, to).events[0]!.dataset).toBe('unparsed');
    expect(send(LINE, { key: 'a', topic: 'raw.default.other' }, to).events[0]!.dataset).toBe('unparsed');
    expect(send(LINE, { key: 'a' }, to).events[0]!.dataset).toBe('zeek.dns');
  });
  it('are remembered for so many streams and no more', () => {
    const to = driver();
    const many = Array.from({ length: 20_002 }, (_, n) => `k${n}`);
    for (const key of many) to.send(Buffer.from(HEADER.join('\n')), { key });
    expect(Object.keys(to.state().streams!).length).toBe(20_001);
  });
});

describe('any bytes', () => {
  const RECORDS = [
    eve(),
    '<38>1 2026-01-01T00:00:00Z h sshd 1 - [a b="c"] hi',
    '{"Event":{"System":{"EventID":1,"Channel":"Security","Computer":"c"},"EventData":{"Data":["a"]}}}',
    '{"Records":[{"eventSource":"a","eventName":"b","eventVersion":"1"}]}',
    '{"_path":"conn","ts":1,"uid":"C","id.orig_h":"1.1.1.1"}',
    '#fields\tts\tuid\n1\tC',
    '<Event><System><EventID>1</EventID></System></Event>',
    '{"winlog":{"event_id":1,"event_data":{"a":1}}}',
    '{"@timestamp":"2026-01-01T00:00:00Z","event":{"kind":"event"}}',
  ];
  const codec = new Codec(fixedIds());
  const tell = (value: Uint8Array) => {
    const { result, events } = send(value);
    for (const event of events) {
      codec.encode(schemas.event, event); // throws when a field has a value that its type refuses
      nativeOf(event);
      eventToEcs(event);
    }
    return result;
  };

  it('become events or are rejected by rule, never otherwise', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expect(['passed', 'rejected']).toContain(tell(bytes).outcome);
        expect(tell(bytes).code ?? 'DECODE_FAILED').toBe('DECODE_FAILED');
      }),
      { numRuns: 300 },
    );
  });
  it('of a known record, changed anywhere, too', () => {
    fc.assert(
      fc.property(fc.constantFrom(...RECORDS), fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 6 }), (record, edits) => {
        const bytes = Buffer.from(record);
        for (const [at, byte] of edits) bytes[at % bytes.length] = byte;
        expect(tell(bytes).outcome).toBe('passed');
      }),
      { numRuns: 1000 },
    );
  });
  it('of any JSON under the names that sensors use, too', () => {
    const names = [
      'Event',
      'System',
      'EventData',
      'UserData',
      'winlog',
      'event_data',
      'EventID',
      'Channel',
      'Computer',
      'Data',
      'Hashes',
      'QueryResults',
      'event_type',
      'alert',
      'dns',
      'http',
      'tls',
      'flow',
      'answers',
      'ts',
      '_path',
      'uid',
      'eventSource',
      'eventName',
      'userIdentity',
      'Records',
      'CloudTrailEvent',
      'detail',
      'source',
      '@timestamp',
      'event',
      'ecs',
      'category',
      '__proto__',
      'constructor',
      'toString',
      '#attributes',
      '#text',
      'Name',
    ];
    const values = fc.oneof(
      fc.constantFrom(
        'Security',
        'Microsoft-Windows-Sysmon/Operational',
        'conn',
        'dns',
        'http',
        'alert',
        '1',
        '22',
        '4688',
        'constructor',
        '__proto__',
        'SHA1=a,MD5=b',
        'type:  5 x;1.1.1.1',
        '::ffff:1.2.3.4',
        '\ud800',
        '',
      ),
      fc.integer(),
      fc.double(),
      fc.constant(null),
      fc.boolean(),
    );
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof(
        { maxDepth: 4 },
        values,
        fc.array(tie('tree'), { maxLength: 3 }),
        fc.array(fc.tuple(fc.constantFrom(...names), tie('tree')), { maxLength: 6 }).map((entries) => Object.fromEntries(entries) as object),
      ),
    }));
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.constantFrom(...names), tree), { minLength: 1, maxLength: 8 }), (entries) => {
        expect(tell(Buffer.from(JSON.stringify(Object.fromEntries(entries)))).outcome).toBe('passed');
      }),
      { numRuns: 2000 },
    );
  });
});
