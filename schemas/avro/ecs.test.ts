import { describe, expect, it } from 'vitest';
import { eventToEcs, eventToEcsText, isoMicros, publicId } from './ecs.ts';
import type { Context, Event } from './types.gen.ts';

const event: Event = {
  id: 'ab',
  time: 1_767_225_600_000_001,
  idSource: 'sensor',
  contentHash: 'cd',
  organization: 'acme',
  dataset: 'd.x',
  sensor: 's',
  provenance: { topic: 'raw.acme.s', partition: 1, offset: 2, index: 0, appendedAt: 1_767_225_601_000_000, parser: 'p', parserVersion: 3 },
  product: 'windows',
  logsource: { category: ['c'], service: [] },
  timeSource: 'sensor',
  observedAt: null,
  kind: 'event',
  category: ['dns'],
  type: [],
  outcome: null,
  action: 'a',
  code: null,
  provider: null,
  severity: 5,
  message: 'm',
  host: { name: 'h', id: null, ip: [], os: null },
  user: null,
  targetUser: { name: 't', id: null, domain: null, email: null },
  source: { ip: '1.1.1.1', port: 0, domain: null, mac: null, bytes: null, packets: null },
  destination: { ip: null, port: null, domain: 'x', mac: null, bytes: null, packets: null },
  network: null,
  process: null,
  file: null,
  registry: { path: 'p', key: null, value: null, data: 'd' },
  dns: { questionName: 'q', questionType: null, responseCode: null, answers: ['1.2.3.4', 'y'] },
  http: null,
  url: null,
  tls: null,
  rule: null,
  cloud: null,
  ecs: { 'tls.established': 'true', 'http.version': '1.1', 'http.response.body.bytes': '7', 'threat.technique.id': 'T1' },
  labels: { b: '2', a: '1' },
  native: Buffer.from('{"n": 12345678901234567890}'),
};
const context: Context = {
  version: 1,
  sourceGeo: { countryIsoCode: 'US', countryName: 'United States', asNumber: 15, asOrganization: 'O' },
  destinationGeo: null,
  hostAsset: { id: 'i', name: 'n', owner: null, criticality: 3, validFrom: 0 },
  sourceAsset: null,
  destinationAsset: null,
  sourceZone: 'lan',
  destinationZone: null,
  relatedIp: ['1.1.1.1'],
  relatedUser: [],
  relatedHosts: [],
  relatedHash: [],
  versions: { geo: 'g' },
};

describe('eventToEcs', () => {
  it('nests every field by its ECS name, and leaves out what is not there', () => {
    expect(eventToEcs(event)).toEqual({
      '@timestamp': '2026-01-01T00:00:00.000001Z',
      ecs: { version: '9.4.0' },
      organization: { id: 'acme' },
      observer: { name: 's', product: 'windows' },
      message: 'm',
      host: { name: 'h' },
      user: { target: { name: 't' } },
      event: { id: '1767225600000001-ab', dataset: 'd.x', kind: 'event', category: ['dns'], action: 'a', severity: 5, ingested: '2026-01-01T00:00:01.000000Z' },
      source: { ip: '1.1.1.1', port: 0, address: '1.1.1.1' },
      destination: { domain: 'x', address: 'x' },
      registry: { path: 'p', data: { strings: ['d'] } },
      dns: { question: { name: 'q' }, answers: [{ data: '1.2.3.4' }, { data: 'y' }] },
      http: { version: '1.1', response: { body: { bytes: 7 } } },
      tls: { established: true },
      threat: { technique: { id: ['T1'] } },
      labels: { a: '1', b: '2' },
      goshawk: {
        id_source: 'sensor',
        content_hash: 'cd',
        time_source: 'sensor',
        logsource: { product: 'windows', category: ['c'], service: [] },
        provenance: { topic: 'raw.acme.s', partition: 1, offset: 2, index: 0, parser: 'p', parser_version: 3 },
      },
      native: { n: 12_345_678_901_234_567_000 },
    });
  });
  it('adds what enrichment found', () => {
    expect(eventToEcs(event, context)).toMatchObject({
      source: { geo: { country_iso_code: 'US', country_name: 'United States' }, as: { number: 15, organization: { name: 'O' } } },
      related: { ip: ['1.1.1.1'] },
      goshawk: {
        asset: { host: { id: 'i', name: 'n', criticality: 3, valid_from: '1970-01-01T00:00:00.000000Z' } },
        zone: { source: 'lan' },
        context_versions: { geo: 'g' },
      },
    });
  });
  it('writes keys in one order, whatever order the maps had', () => {
    const other = { ...event, ecs: Object.fromEntries(Object.entries(event.ecs).reverse()), labels: { a: '1', b: '2' } };
    expect(eventToEcsText(other, context)).toBe(eventToEcsText(event, context));
  });
});

describe('eventToEcsText', () => {
  it("says the same, with the sensor's own digits", () => {
    const text = eventToEcsText(event, context);
    expect(JSON.parse(text)).toEqual(eventToEcs(event, context));
    expect(text).toContain('"native":{"n": 12345678901234567890}');
  });
  it('is one line, also for a document that was written over several', () => {
    const text = eventToEcsText({ ...event, native: Buffer.from('{\r\n  "a": "x\\ny"\n}') });
    expect(text).not.toMatch(/[\r\n]/);
    expect((JSON.parse(text) as { readonly native: unknown }).native).toEqual({ a: 'x\ny' });
  });
});

it.each([
  [0, '1970-01-01T00:00:00.000000Z'],
  [1_767_225_600_000_001, '2026-01-01T00:00:00.000001Z'],
  [-1, '1969-12-31T23:59:59.999999Z'],
])('writes %s as %s', (micros, iso) => {
  expect(isoMicros(micros)).toBe(iso);
});
it('names an event by time and id', () => {
  expect(publicId(event)).toBe('1767225600000001-ab');
});
