import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Context, Event, RefAsset, RefZone } from '../../schemas/avro/types.gen.ts';
import type { Stage } from '../core/index.ts';
import { draft, endpoint, host } from '../ingest/kit.ts';
import type { DriverOptions } from '../runtime/driver.ts';
import { StageDriver } from '../runtime/driver.ts';
import { config, enrich } from './index.ts';

const NOW = Date.UTC(2026, 0, 1) * 1000;
const event = (over: Partial<Event> = {}): Event => ({ ...draft('test', '', Buffer.from('{}')), id: 'a', time: NOW, organization: 'acme', ...over });
const asset = (over: Partial<RefAsset>): RefAsset => ({
  id: 'a1',
  organization: 'acme',
  validFrom: 0,
  validTo: null,
  writtenAt: 0,
  version: 1,
  name: 'Web',
  kind: 'server',
  hostnames: [],
  addresses: [],
  owner: null,
  criticality: 0,
  ...over,
});
const zone = (over: Partial<RefZone>): RefZone => ({
  id: 'z1',
  organization: 'acme',
  validFrom: 0,
  validTo: null,
  writtenAt: 0,
  version: 1,
  name: 'lan',
  cidr: '10.0.0.0/8',
  kind: 'internal',
  ...over,
});

let stage: Stage<Event>;
beforeAll(async () => {
  stage = await enrich(config.parse({}));
});
function contextOf(input: Event, reference: DriverOptions['reference'] = {}): Context {
  const {
    outputs: [output],
  } = new StageDriver(stage, { reference }).send(input);
  expect(output).toMatchObject({ to: 'events.enriched.v1', kind: 'append', value: { event: input } });
  return (output!.value as { readonly context: Context }).context;
}

describe('geo', () => {
  it('names the country of an address, and when the file was built', () => {
    const context = contextOf(event({ source: endpoint('8.8.8.8'), destination: endpoint('2001:4860:4860::8888') }));
    expect(context).toMatchObject({
      sourceGeo: { countryIsoCode: 'US', countryName: 'United States', asNumber: null },
      destinationGeo: { countryIsoCode: 'US' },
    });
    expect(context.versions.geo).toMatch(/^\d{4}-\d\d-\d\dT/);
  });
  it.each(['10.0.0.1', '127.0.0.1', 'fe80::1', '0.0.0.0'])('knows nothing of %s', (ip) => {
    expect(contextOf(event({ source: endpoint(ip) })).sourceGeo).toBeNull();
  });
  it('asked nothing, names no version', () => {
    expect(contextOf(event()).versions.geo).toBeUndefined();
  });
  it('refuses a file that is no MMDB file, by the name of the option', async () => {
    const file = join(mkdtempSync(join(tmpdir(), 'goshawk-geo-')), 'x.mmdb');
    writeFileSync(file, 'not a database');
    await expect(enrich(config.parse({ geoFile: file }))).rejects.toMatchObject({
      code: 'INVALID_CONFIG',
      message: expect.stringContaining('enrich.geoFile') as string,
    });
  });
  it('refuses a source of context that does not exist', async () => {
    await expect(enrich(config.parse({ sources: ['nothing'] }))).rejects.toThrow();
  });
});

describe('assets', () => {
  const owners = [
    asset({ owner: 'anna', validTo: NOW, addresses: ['10.0.0.5'], hostnames: ['WEB-1'], version: 7 }),
    asset({ owner: 'ben', validFrom: NOW, addresses: ['10.0.0.5'], hostnames: ['web-1'], version: 8 }),
  ];
  it.each([
    [NOW - 1, 'anna'],
    [NOW, 'ben'],
    [NOW + 1, 'ben'],
  ])('an asset that changed hands: at %s its owner is %s', (time, owner) => {
    const context = contextOf(event({ time, source: endpoint('10.0.0.5') }), { assets: owners });
    expect(context.sourceAsset).toMatchObject({ id: 'a1', owner });
  });
  it.each<[name: string, over: Partial<Event>, field: keyof Context]>([
    ['the host by name', { host: host('WEB-1', null) }, 'hostAsset'],
    ['the host by its name within a domain', { host: host('web-1.acme.example', null) }, 'hostAsset'],
    ['the host by an address', { host: host('other', null, null, ['10.9.9.9', '10.0.0.5']) }, 'hostAsset'],
    ['the source by address', { source: endpoint('10.0.0.5') }, 'sourceAsset'],
    ['the destination by name', { destination: endpoint(null, null, 'Web-1') }, 'destinationAsset'],
  ])('finds %s', (_name, over, field) => {
    expect(contextOf(event(over), { assets: owners })[field]).toMatchObject({ id: 'a1' });
  });
  it('says which rows were in effect', () => {
    expect(contextOf(event(), { assets: owners }).versions.assets).toBe('8');
  });
  it('of another organization are not seen', () => {
    expect(contextOf(event({ organization: 'other', source: endpoint('10.0.0.5') }), { assets: owners }).sourceAsset).toBeNull();
  });
  it('of two that claim an address: the lower id', () => {
    const rows = [asset({ id: 'b', name: 'B', addresses: ['10.0.0.1'] }), asset({ id: 'a', name: 'A', addresses: ['10.0.0.1'] })];
    expect(contextOf(event({ source: endpoint('10.0.0.1') }), { assets: rows }).sourceAsset).toMatchObject({ name: 'A' });
  });
  it('take effect ten seconds after they were written, by append time, for events of any age', () => {
    const driver = new StageDriver(stage);
    driver.addReference('assets', [asset({ addresses: ['10.0.0.5'] })], NOW);
    const at = (appendedAt: number) =>
      (driver.send(event({ time: NOW - 1, source: endpoint('10.0.0.5') }), { appendedAt }).outputs[0]!.value as { context: Context }).context.sourceAsset?.id;
    expect([NOW + 9_000_000, NOW + 10_000_000].map(at)).toEqual([undefined, 'a1']);
  });
});

describe('zones', () => {
  const rows = [
    zone({}),
    zone({ id: 'z2', name: 'dmz', cidr: '10.1.0.0/16', version: 3 }),
    zone({ id: 'z3', name: 'broken', cidr: 'nonsense' }),
    zone({ id: 'z4', organization: 'other', name: 'theirs', cidr: '0.0.0.0/0' }),
  ];
  it('take the longest prefix', () => {
    expect(contextOf(event({ source: endpoint('10.1.2.3'), destination: endpoint('10.2.0.1') }), { zones: rows })).toMatchObject({
      sourceZone: 'dmz',
      destinationZone: 'lan',
      versions: { zones: '3' },
    });
  });
  it('of another organization are not seen', () => {
    expect(contextOf(event({ source: endpoint('8.8.8.8') }), { zones: rows }).sourceZone).toBeNull();
  });
  it('hold as of event time', () => {
    const moved = [zone({ name: 'old', validTo: NOW }), zone({ name: 'new', validFrom: NOW })];
    expect([NOW - 1, NOW].map((time) => contextOf(event({ time, source: endpoint('10.0.0.1') }), { zones: moved }).sourceZone)).toEqual(['old', 'new']);
  });
});

describe('related', () => {
  it('collects each value once, sorted', () => {
    const context = contextOf(
      event({
        host: host('b-host', null, null, ['10.0.0.9']),
        source: endpoint('10.0.0.2', 1, 'a-host'),
        destination: endpoint('10.0.0.2'),
        user: { name: 'root', id: null, domain: null, email: null },
        targetUser: { name: 'anna', id: null, domain: null, email: null },
        file: { path: null, name: null, extension: null, size: null, hash: { md5: 'ff', sha1: 'aa', sha256: null, imphash: null } },
        dns: { questionName: 'x.example', questionType: 'A', responseCode: null, answers: ['1.1.1.1', 'cname.example'] },
      }),
    );
    expect(context).toMatchObject({
      relatedIp: ['1.1.1.1', '10.0.0.2', '10.0.0.9'],
      relatedUser: ['anna', 'root'],
      relatedHosts: ['a-host', 'b-host', 'x.example'],
      relatedHash: ['aa', 'ff'],
    });
  });
  it('is bounded, however long an answer is', () => {
    const answers = Array.from({ length: 1000 }, (_, n) => `10.0.${n >> 8}.${n & 255}`);
    expect(contextOf(event({ dns: { questionName: 'x', questionType: null, responseCode: null, answers } })).relatedIp.length).toBeLessThanOrEqual(64);
  });
});

it('never fails, whatever the fields hold', () => {
  const word = fc.option(fc.oneof(fc.string(), fc.ipV4(), fc.ipV6(), fc.constantFrom('constructor', '__proto__', '10.0.0.1%eth0')), { nil: null });
  fc.assert(
    fc.property(word, word, word, fc.array(fc.string()), (ip, domain, name, ips) => {
      const context = contextOf(
        event({
          source: { ip, port: null, domain, mac: null, bytes: null, packets: null },
          destination: { ip: domain, port: null, domain: ip, mac: null, bytes: null, packets: null },
          host: { name, id: null, ip: ips, os: null },
          dns: { questionName: name, questionType: null, responseCode: null, answers: ips },
        }),
        { assets: [asset({ addresses: ['10.0.0.1'] })], zones: [zone({})] },
      );
      expect([...context.relatedIp].sort()).toEqual(context.relatedIp);
    }),
    { numRuns: 300 },
  );
});
