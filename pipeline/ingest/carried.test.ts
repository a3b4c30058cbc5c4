import { beforeAll, describe, expect, it } from 'vitest';
import type { Event } from '../../schemas/avro/types.gen.ts';
import type { Stage } from '../core/index.ts';
import { StageDriver } from '../runtime/driver.ts';
import type { SendOptions } from '../runtime/driver.ts';
import { config, ingest } from './index.ts';
import { nativeOf } from './test/records.ts';

const LINE = 'Nov 25 12:00:00 web01 sshd[12]: Failed password for root from 192.0.2.7 port 7 ssh2';
const PLAIN = 'Failed password for root from 192.0.2.7 port 7 ssh2'; // says neither when nor where
const EVE =
  '{"timestamp":"2026-01-01T00:00:00.5+0000","flow_id":1842744073709551615,"event_type":"alert","src_ip":"10.0.0.1","dest_ip":"10.0.0.2","alert":{"signature_id":7,"severity":1}}';
const AROUND = { '@timestamp': '2026-11-25T12:00:01.000Z', log: { offset: 0, file: { path: '/var/log/auth.log' } }, input: { type: 'filestream' } };
const filebeat = (message: string, more: object = {}) =>
  JSON.stringify({ ...AROUND, message, ecs: { version: '8.0.0' }, host: { name: 'collector-1' }, agent: { type: 'filebeat' }, ...more });
const otlp = (body: string, attributes: readonly object[]) =>
  JSON.stringify({
    resourceLogs: [
      {
        resource: {
          attributes: [
            { key: 'host.name', value: { stringValue: 'collector-1' } },
            { key: 'k8s.namespace.name', value: { stringValue: 'shop' } },
          ],
        },
        scopeLogs: [{ logRecords: [{ observedTimeUnixNano: '1795608000000000000', body: { stringValue: body }, attributes }] }],
      },
    ],
  });
const OF_FILE = [{ key: 'log.file.name', value: { stringValue: 'auth.log' } }];

let stage: Stage<Uint8Array>;
beforeAll(async () => {
  stage = (await ingest(config.parse({}), { installation: 'one' })) as unknown as Stage<Uint8Array>;
});
const eventOf = (record: string, options: SendOptions = {}): Event => {
  const { outputs } = new StageDriver(stage).send(Buffer.from(record), options);
  expect(outputs).toHaveLength(1);
  return outputs[0]!.value as Event;
};

describe('a line in the document of a shipper', () => {
  it.each<[name: string, record: string]>([
    ['Filebeat', filebeat(LINE)],
    ['Filebeat, with the name of a module', filebeat(LINE, { event: { dataset: 'system.auth', module: 'system' }, fileset: { name: 'auth' } })],
    ['Fluent Bit, by its output for Elasticsearch', JSON.stringify({ '@timestamp': '2026-11-25T12:00:01.000Z', log: LINE })],
    ['Fluent Bit, by its output for Kafka', JSON.stringify({ date: 1_795_608_001.5, log: LINE })],
    ['Vector', JSON.stringify({ file: '/var/log/auth.log', host: 'collector-1', message: LINE, source_type: 'file', timestamp: '2026-11-25T12:00:01Z' })],
    [
      'Logstash',
      JSON.stringify({ '@timestamp': '2026-11-25T12:00:01Z', '@version': '1', message: LINE, host: { name: 'collector-1' }, event: { original: LINE } }),
    ],
    ['rsyslog', JSON.stringify({ message: LINE })],
    ['a collector of OpenTelemetry', otlp(LINE, OF_FILE)],
    ['a string of JSON', JSON.stringify(LINE)],
    ['a line that ends', JSON.stringify({ log: `${LINE}\n` })],
  ])('is read by its own format: %s', (_name, record) => {
    expect(eventOf(record)).toMatchObject({
      dataset: 'linux.auth',
      time: Date.UTC(2025, 10, 25, 12) * 1_000,
      host: { name: 'web01' },
      source: { ip: '192.0.2.7', port: 7 },
      provenance: { parser: 'syslog' },
    });
  });

  it('keeps all that the shipper said, less the line, and every digit of the line', () => {
    const event = eventOf(filebeat(EVE).replace('"offset":0', '"offset":12345678901234567'));
    expect(event).toMatchObject({ dataset: 'suricata.alert', host: null, ecs: { 'observer.hostname': 'collector-1' } });
    const native = Buffer.from(event.native).toString('utf8');
    expect([native.includes('1842744073709551615'), native.includes('12345678901234567'), native.includes('"message":null')]).toEqual([true, true, true]);
    const { carrier, ...own } = nativeOf(event);
    expect(own).toEqual(JSON.parse(EVE));
    expect(Object.keys(carrier as object).sort()).toEqual(Object.keys(JSON.parse(filebeat(''))).sort());
  });

  it('is read by its own format where a document of OpenTelemetry holds several', () => {
    const records = [LINE, PLAIN, EVE].map((stringValue) => ({ timeUnixNano: '1795608000000000001', body: { stringValue }, attributes: OF_FILE }));
    const resourceLogs = [
      {
        resource: { attributes: [{ key: 'host.name', value: { stringValue: 'a' } }] },
        scopeLogs: [{ logRecords: records.slice(0, 2) }, { scope: {}, logRecords: [] }],
      },
      { resource: {}, scopeLogs: [{ scope: { name: 's' }, logRecords: records.slice(2) }], schemaUrl: 'x' },
      {},
    ];
    const { outputs } = new StageDriver(stage).send(Buffer.from(JSON.stringify({ resourceLogs }, null, 1)));
    const events = outputs.map(({ value }) => value as Event);
    expect(events.map(({ dataset, provenance }) => [dataset, provenance.index])).toEqual([
      ['linux.auth', 0],
      ['otlp.log', 1],
      ['suricata.alert', 2],
    ]);
    const { carrier } = nativeOf(events[2]!) as { carrier: unknown };
    expect(carrier).toEqual({ resourceLogs: [{ resource: {}, scopeLogs: [{ scope: { name: 's' }, logRecords: [records[2]] }] }] });
    expect(nativeOf(events[1]!)).toMatchObject({ resourceLogs: [{ scopeLogs: [{ logRecords: [records[1]] }] }] });
  });

  it('is filled in by what the shipper said, where it says nothing itself', () => {
    const line = '192.0.2.7 - - [25/Nov/2026:12:00:00 +0000] "GET / HTTP/1.1" 200 5';
    const event = eventOf(otlp(line, OF_FILE));
    expect(event).toMatchObject({ dataset: 'web.access', host: { name: 'collector-1' }, ecs: { 'orchestrator.namespace': 'shop' } });
  });

  it('is the same content when it is sent again, whatever the shipper then says around it', () => {
    const [first, again, other] = [filebeat(EVE), filebeat(EVE, { '@timestamp': '2026-11-25T13:00:00Z' }), filebeat(EVE.replace('10.0.0.1', '10.0.0.9'))].map(
      (record) => eventOf(record).contentHash,
    );
    expect([first === again, first === other, first === eventOf(EVE).contentHash]).toEqual([true, false, true]);
  });

  it('is read by the format that its sensor was enrolled with', () => {
    const headers = { sensor: 'web-01', format: 'suricata' };
    expect(eventOf(filebeat(EVE), { topic: 'raw.acme.gateway-elastic', headers })).toMatchObject({ dataset: 'suricata.alert', sensor: 'web-01' });
  });

  it.each<[name: string, record: string, dataset: string, message: string]>([
    ['that no format reads', filebeat(PLAIN), 'ecs.other', PLAIN],
    ['beside what the sensor tells itself', filebeat(LINE, { source: { ip: '10.9.9.9' }, event: { category: ['network'] } }), 'ecs.other', LINE],
    ['beside a level', JSON.stringify({ level: 'error', message: LINE }), 'unparsed', LINE],
    ['that a program logged itself', otlp(LINE, []), 'otlp.log', LINE],
    ['of a container, in no format for certain', JSON.stringify({ log: `${LINE}\n`, stream: 'stdout', time: '2026-11-25T12:00:01Z' }), 'container.log', LINE],
    ['in quotes that are no JSON', `"${LINE}\\x"`, 'unparsed', `"${LINE}\\x"`],
    ['without any ink', JSON.stringify({ message: ' ' }), 'unparsed', ' '],
  ])('stays in its document: one %s', (_name, record, dataset, message) => {
    const event = eventOf(record);
    expect([event.dataset, event.message]).toEqual([dataset, message.trim() === '' ? event.message : message]);
    expect(Object.keys(nativeOf(event) as object)).not.toContain('carrier');
  });

  it('takes any document for what it is: no member of JSON is a trap', () => {
    for (const record of [
      '{"message":"{\\"message\\":\\"x\\"}"}',
      `{"message":"${'{'.repeat(10_000)}"}`,
      '{"message":"\\u0000","__proto__":{"log":"x"}}',
      '{"log":{},"message":null}',
    ])
      expect(eventOf(record).provenance.parser).toBe('generic-json');
  });
});

describe('what a container printed', () => {
  const HEAD = '2026-10-10T13:55:37.123456789Z stdout';
  const REQUEST = '192.0.2.7 - - [10/Oct/2026:13:55:36 +0000] "GET /a HTTP/1.1" 200 12';
  it.each<[name: string, record: string, carrier: unknown]>([
    ['by containerd', `${HEAD} F ${REQUEST}`, `${HEAD} F`],
    [
      'by Docker',
      JSON.stringify({ log: `${REQUEST}\n`, stream: 'stdout', time: '2026-10-10T13:55:37Z' }),
      { log: null, stream: 'stdout', time: '2026-10-10T13:55:37Z' },
    ],
  ])('is read by its own format when kept %s', (_name, record, carrier) => {
    const event = eventOf(record);
    expect(event).toMatchObject({ dataset: 'web.access', time: Date.UTC(2026, 9, 10, 13, 55, 36) * 1_000, source: { ip: '192.0.2.7' } });
    expect(nativeOf(event)).toMatchObject({ raw: REQUEST, carrier });
  });
  it.each<[name: string, line: string]>([
    ['of no format', `${HEAD} F listening on port 80`],
    ['of a line', `${HEAD} P ${REQUEST}`],
  ])('stays the output of a container: a part %s', (_name, line) => {
    expect(eventOf(line)).toMatchObject({ dataset: 'container.log' });
  });
});
