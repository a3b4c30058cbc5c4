import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Event } from '../../../schemas/avro/types.gen.ts';
import type { Ingestor } from '../index.ts';
import { decoded, nativeOf, openTestIngestor } from '../test/records.ts';
import { bytesOf, ip, ipfix, SECONDS, set, template, v5, v5Record, v9 } from './packets.test-kit.ts';
import { readPacket } from './packet.ts';
import { keyOf, Templates } from './templates.ts';

let ingestor: Ingestor;
beforeAll(async () => {
  ingestor = await openTestIngestor();
});
const eventsOf = (...packets: readonly Buffer[]): readonly Event[] => decoded(ingestor, packets);
const reasons = (events: readonly Event[]) => events.map(({ dataset, labels }) => labels.reason ?? dataset);
const recordsOf = (packet: Buffer, version: 9 | 10 = 10, templates = new Templates(undefined)) => readPacket(packet, version, templates);

const FLOW = [
  [8, 4],
  [12, 4],
  [7, 2],
  [11, 2],
  [4, 1],
  [1, 4],
  [2, 4],
];
const flow = (from: string, to: string, port = 443): Buffer => bytesOf(ip(from), ip(to), [50_000, 2], [port, 2], [6, 1], [1400, 4], [10, 4]);

describe('v5', () => {
  it('has records of 48 bytes, and times that count from the start of the exporter', () => {
    const [first, second] = eventsOf(v5(v5Record('192.0.2.1', '198.51.100.1'), v5Record('192.0.2.2', '198.51.100.2')));
    expect(first).toMatchObject({
      dataset: 'netflow.flow',
      product: 'netflow',
      time: SECONDS * 1e6,
      source: { ip: '192.0.2.1', port: 50_000, bytes: 1400, packets: 10 },
      destination: { ip: '198.51.100.1', port: 443 },
      network: { transport: 'tcp', bytes: 1400, packets: 10, communityId: expect.stringMatching(/^1:/) as unknown },
      ecs: { 'event.duration': '9500000000', 'source.as.number': '64500', 'observer.ingress.interface.id': '1' },
    });
    expect(nativeOf(first!)).toMatchObject({ version: 5, tcpControlBits: 27, samplingAlgorithm: 1, samplingInterval: 100, domain: 3, sequence: 7 });
    expect(second!.source!.ip).toBe('192.0.2.2');
    expect(first!.id).not.toBe(second!.id);
  });
});

describe('v9 and IPFIX', () => {
  it.each([
    ['v9', v9, 0],
    ['IPFIX', ipfix, 2],
  ] as const)('%s: data is read by the template that came before, in the same packet or an earlier one', (_name, packet, id) => {
    const events = eventsOf(
      packet(1, set(id, template(256, FLOW)), set(256, flow('192.0.2.1', '198.51.100.1'))),
      packet(1, set(256, flow('192.0.2.2', '198.51.100.2'), flow('192.0.2.3', '198.51.100.3', 53))),
    );
    expect(events.map(({ source, destination }) => [source!.ip, destination!.port])).toEqual([
      ['192.0.2.1', 443],
      ['192.0.2.2', 443],
      ['192.0.2.3', 53],
    ]);
  });
  it('keeps a packet whose template did not come before, and says so', () => {
    const events = eventsOf(ipfix(1, set(256, flow('192.0.2.1', '198.51.100.1'))));
    expect(reasons(events)).toEqual(['no template came before']);
    expect(Buffer.from(String(nativeOf(events[0]!).rawBase64), 'base64').readUInt16BE(0)).toBe(10);
  });
  it('tells domains and versions apart', () => {
    const known = ipfix(1, set(2, template(256, FLOW)));
    expect(reasons(eventsOf(known, ipfix(2, set(256, flow('192.0.2.1', '198.51.100.1')))))).toEqual(['no template came before']);
    expect(reasons(eventsOf(known, v9(1, set(256, flow('192.0.2.1', '198.51.100.1')))))).toEqual(['no template came before']);
  });
  it('reads a template that is defined anew, and none that was withdrawn', () => {
    const shorter = template(256, FLOW.slice(0, 2));
    const data = ipfix(1, set(256, bytesOf(ip('192.0.2.9'), ip('198.51.100.9'))));
    expect(eventsOf(ipfix(1, set(2, template(256, FLOW))), ipfix(1, set(2, shorter)), data)[0]!.source!.ip).toBe('192.0.2.9');
    for (const withdrawal of [bytesOf([256, 2], [0, 2]), bytesOf([2, 2], [0, 2])])
      expect(reasons(eventsOf(ipfix(1, set(2, shorter)), ipfix(1, set(2, withdrawal)), data))).toEqual(['no template came before']);
  });
  it('reads fields of variable length, short and long, and of enterprises (RFC 7011, 7)', () => {
    const fields = [
      [8, 4],
      [371, 65_535],
      [1, 4, 9],
      [82, 65_535],
      [1, 8, 29_305],
    ];
    const long = Buffer.from('x'.repeat(300));
    const record = bytesOf(ip('192.0.2.1'), [4, 1], Buffer.from('anna'), [0xc0ffee, 4], [255, 1], [300, 2], long, [5000, 8]);
    const [event] = eventsOf(ipfix(1, set(2, template(256, fields)), set(256, record, record)));
    expect(nativeOf(event!)).toMatchObject({
      userName: 'anna',
      'enterprise9.element1': '00c0ffee',
      interfaceName: long.toString(),
      reverseOctetDeltaCount: 5000,
    });
    expect(event).toMatchObject({ user: { name: 'anna' }, destination: { bytes: 5000 } });
  });
  it('reads shortened numbers, numbers beyond 2^53 as text, times of every unit, and an element that comes twice', () => {
    const ntp = bytesOf([SECONDS + 2_208_988_800, 4], [0x80000000, 4]);
    const fields = [
      [1, 3],
      [148, 8],
      [154, 8],
      [153, 8],
      [10, 2],
      [10, 2],
      [60, 1],
    ];
    const record = bytesOf([70_000, 3], Buffer.from('ffffffffffffffff', 'hex'), ntp, [SECONDS * 1000 + 2500, 8], [1, 2], [2, 2], [4, 1]);
    const [event] = eventsOf(ipfix(1, set(2, template(300, fields)), set(300, record)));
    expect(nativeOf(event!)).toMatchObject({
      octetDeltaCount: 70_000,
      flowId: '18446744073709551615',
      flowStartMicroseconds: SECONDS * 1e6 + 500_000,
      flowEndMilliseconds: SECONDS * 1e6 + 2_500_000,
      ingressInterface: [1, 2],
    });
    expect(event).toMatchObject({ time: SECONDS * 1e6 + 2_500_000, ecs: { 'event.duration': '2000000000' } });
  });
  it('keeps options records as such, in both versions', () => {
    const v9Options = bytesOf([257, 2], [4, 2], [8, 2], [1, 2], [4, 2], [34, 2], [4, 2], [35, 2], [1, 2]);
    const ipfixOptions = bytesOf([257, 2], [3, 2], [1, 2], [149, 2], [4, 2], [34, 2], [4, 2], [35, 2], [1, 2]);
    const record = bytesOf([9, 4], [100, 4], [2, 1]);
    const [fromV9] = eventsOf(v9(1, set(1, v9Options), set(257, record)));
    const [fromIpfix] = eventsOf(ipfix(1, set(3, ipfixOptions), set(257, record)));
    expect([fromV9!.dataset, fromIpfix!.dataset, fromV9!.kind]).toEqual(['netflow.options', 'netflow.options', 'state']);
    expect(nativeOf(fromV9!)).toMatchObject({ scopeSystem: 9, samplingInterval: 100, samplingAlgorithm: 2 });
    expect(nativeOf(fromIpfix!)).toMatchObject({ observationDomainId: 9, samplingInterval: 100 });
  });
  it('gives what could be read before a fault, and keeps the packet', () => {
    const good = ipfix(1, set(2, template(256, FLOW)), set(256, flow('192.0.2.1', '198.51.100.1')), bytesOf([256, 2], [400, 2]));
    expect(reasons(eventsOf(good))).toEqual(['netflow.flow', 'a set says a length that it has not']);
  });
  it.each([
    ['a template without bytes', set(2, template(256, [[210, 0]])), 'a template has no bytes'],
    ['a template that is cut off', set(2, bytesOf([256, 2], [9, 2], [1, 2], [4, 2])), 'a template is cut off, or has too many fields'],
    ['a field beyond the record', set(2, template(256, [[371, 65_535]])), 'a record ends within a field'],
  ])('%s is a fault', (_name, templates, fault) => {
    expect(recordsOf(ipfix(1, templates, set(256, bytesOf([200, 1], [1, 4])))).fault).toBe(fault);
  });
});

describe('templates', () => {
  it('are bounded, the oldest go first', () => {
    const templates = new Templates(undefined);
    for (let id = 256; id < 256 + 600; id++) templates.put(keyOf(10, 1, id), [0, 8, 4, 0]);
    const again = new Templates(JSON.parse(JSON.stringify(templates.kept)));
    expect([again.get(keyOf(10, 1, 256)), again.get(keyOf(10, 1, 855))?.fields.length]).toEqual([undefined, 1]);
    expect((templates.kept as { readonly templates: readonly unknown[] }).templates.length).toBe(512);
  });
  it('that are sent again are no change', () => {
    const first = new Templates(undefined);
    first.put('10/1/256', [0, 8, 4, 0]);
    const again = new Templates(first.kept);
    again.put('10/1/256', [0, 8, 4, 0]);
    expect([first.isChanged, again.isChanged]).toEqual([true, false]);
  });
});

describe('any', () => {
  const element = fc.constantFrom([1, 4], [2, 8], [4, 1], [7, 2], [8, 4], [27, 16], [56, 6], [371, 65_535], [82, 12], [999, 5], [3, 4, 29_305], [5, 3, 9]);
  it('packet that is made by a template reads back, value by value', () => {
    fc.assert(
      fc.property(
        fc.array(element, { minLength: 1, maxLength: 20 }),
        fc.integer({ min: 1, max: 5 }),
        fc.infiniteStream(fc.nat(255)),
        (fields, count, random) => {
          const content = Array.from({ length: count }, () =>
            fields.map(([, length]) => Buffer.from(Array.from({ length: length === 65_535 ? random.next().value! : length }, () => random.next().value!))),
          );
          const data = content.flatMap((record) =>
            record.flatMap((value, index) =>
              fields[index]![1] !== 65_535 ? [value] : value.length < 255 ? [bytesOf([value.length, 1]), value] : [bytesOf([255, 1], [value.length, 2]), value],
            ),
          );
          const body = Buffer.concat(data);
          fc.pre(body.length < 60_000);
          const packet = ipfix(1, set(2, template(256, fields)), Buffer.concat([bytesOf([256, 2], [body.length + 4, 2]), body]));
          const { records, fault } = recordsOf(packet);
          expect([fault, records.length]).toEqual([undefined, count]);
        },
      ),
      { numRuns: 200 },
    );
  });
  it('bytes behind a header are read without a crash, in bounded work', () => {
    fc.assert(
      fc.property(fc.constantFrom(9 as const, 10 as const), fc.uint8Array({ maxLength: 1500 }), (version, bytes) => {
        const templates = new Templates(undefined);
        templates.put(keyOf(version, 1, 256), [0, 8, 4, 0, 371, 65_535, 0]);
        const packet = version === 9 ? v9(1, Buffer.from(bytes)) : ipfix(1, Buffer.from(bytes));
        expect(recordsOf(packet, version, templates).records.length).toBeLessThanOrEqual(packet.length);
      }),
      { numRuns: 500 },
    );
  });
});
