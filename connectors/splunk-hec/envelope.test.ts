import { isUtf8 } from 'node:buffer';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { plainRecord } from '../_contract/one-sink.ts';
import { bodyOf, openEnvelope } from './envelope.ts';
import { objectsIn } from './test/objects.ts';

const PLAIN = { host: '', source: 'goshawk', sourcetype: '_json', index: '' };
const textOf = (value: string | Buffer | object, options: object = {}, more: object = {}): string =>
  String(bodyOf([openEnvelope({ ...PLAIN, ...options }, 'alpha')(plainRecord({ id: 'r1', value, ...more }))]));
const envelope = (...given: Parameters<typeof textOf>) => JSON.parse(textOf(...given)) as Record<string, unknown>;

describe('an envelope', () => {
  it('holds the document byte by byte, and says when, where and under which id', () => {
    const document = '{"@timestamp":"2026-03-01T12:00:00.123456Z","host":{"name":"web-01"},"n":12345678901234567890,"f":1.0}';
    expect(textOf(document)).toBe(
      `{"time":1772366400.123456,"host":"web-01","source":"goshawk","sourcetype":"_json","fields":{"goshawk_id":"r1"},"event":${document}}\n`,
    );
  });

  it.each<[name: string, document: object, time: number]>([
    ['ECS, microseconds', { '@timestamp': '2026-03-01T12:00:00.000001Z' }, 1_772_366_400.000001],
    ['ECS, seconds', { '@timestamp': '2026-03-01T12:00:00Z' }, 1_772_366_400],
    ['ECS, another zone', { '@timestamp': '2026-03-01T13:00:00.5+01:00' }, 1_772_366_400.5],
    ['ECS, no zone, which is UTC', { '@timestamp': '2026-03-01T12:00:00.123456' }, 1_772_366_400.123456],
    ['OCSF, milliseconds', { time: 1_772_366_400_250 }, 1_772_366_400.25],
    ['no time that can be read', { '@timestamp': 'yesterday', time: 'noon' }, 1_772_452_800],
    ['a time before 1970', { '@timestamp': '1969-03-01T12:00:00Z' }, 1_772_452_800],
    ['a time that is no time', { time: 1e30 }, 1_772_452_800],
  ])('has the time of %s, else that of the record', (_name, document, time) => {
    expect(envelope(document, {}, { timestampMs: Date.UTC(2026, 2, 2, 12) }).time).toBe(time);
  });

  it.each<[name: string, document: object, host: string | undefined]>([
    ['ECS', { host: { name: 'web-01' } }, 'web-01'],
    ['OCSF', { device: { hostname: 'ws-7' } }, 'ws-7'],
    ['a flat document', { 'host.name': 'web-01' }, 'web-01'],
    ['a host with quotes', { host: { name: 'a"b\\c\n' } }, 'a"b\\c\n'],
    ['a host that is no text', { host: { name: ['a', 'b'] } }, 'fallback'],
    ['a host that is null', { host: null }, 'fallback'],
    ['what looks like a host inside of text', { message: '","host":{"name":"evil"}' }, 'fallback'],
    ['a host of something else', { process: { host: { name: 'inner' } } }, 'fallback'],
  ])('has the host of %s', (_name, document, host) => {
    expect(envelope(document, { host: 'fallback' }).host).toBe(host);
  });

  it('is labelled by what is known of the record', () => {
    const labels = envelope({}, { index: 'soc_{organization}', sourcetype: 'goshawk:{kind}', source: '{topic}' }, { kind: 'alert' });
    expect(labels).toMatchObject({ index: 'soc_alpha', sourcetype: 'goshawk:alert', source: 'sink.alpha.ecs.v1' });
    expect(envelope({}, { source: '' })).not.toHaveProperty('source');
  });

  it.each<[name: string, value: string | Buffer, event: unknown]>([
    ['an envelope that would end early', '{"a":1},"index":"other","x":{', '{"a":1},"index":"other","x":{'],
    ['a second event', '{"a":1}}\n{"event":"smuggled","index":"other"', '{"a":1}}\n{"event":"smuggled","index":"other"'],
    ['plain text', 'Nov 25 12:00:00 web01 sshd: "x"', 'Nov 25 12:00:00 web01 sshd: "x"'],
    ['an array', '[1,2]', '[1,2]'],
    ['null', 'null', 'null'],
    ['a string', '"text"', 'text'],
    ['a number', '7', 7],
    ['nothing', '', ''],
    ['bytes that are no UTF-8', Buffer.from([0x7b, 0xff, 0x7d]), '{\ufffd}'],
    ['an object with such bytes', Buffer.concat([Buffer.from('{"a":"'), Buffer.from([0xff]), Buffer.from('"}')]), { a: '\ufffd' }],
  ])('holds %s as one event', (_name, value, event) => {
    expect(envelope(value).event).toEqual(event);
  });

  it('stays one event whatever the bytes are', () => {
    const open = openEnvelope(PLAIN, 'alpha');
    const piece = fc.constantFrom('{', '}', '"', '\\', ',', ':', '[', ']', '\n', 'null', '1', '"event"', '"a"', '\u0000', 'é', '\ud800');
    const values = fc.oneof(
      fc.array(piece).map((pieces) => Buffer.from(pieces.join(''))),
      fc.uint8Array().map((bytes) => Buffer.from(bytes)),
      fc.uint8Array().map((bytes) => Buffer.concat([Buffer.from('{"a":"'), Buffer.from(bytes), Buffer.from('"}')])),
      fc.json().map((text) => Buffer.from(text)),
    );
    fc.assert(
      fc.property(fc.array(values, { minLength: 1, maxLength: 5 }), (all) => {
        const events = all.map((value, n) => open(plainRecord({ id: `r${n}`, value })));
        const body = bodyOf(events);
        expect(isUtf8(body)).toBe(true);
        expect(body.length).toBe(events.reduce((sum, { bytes }) => sum + bytes, 0));
        const found = objectsIn(body).map((text) => JSON.parse(text) as { readonly fields: object });
        expect(found.map(({ fields }) => fields)).toEqual(all.map((_value, n) => ({ goshawk_id: `r${n}` })));
      }),
    );
  });
});
