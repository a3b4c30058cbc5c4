import { beforeAll, describe, expect, it } from 'vitest';
import type { Event } from '../../../schemas/avro/types.gen.ts';
import type { Ingestor } from '../index.ts';
import { decoded, openTestIngestor } from '../test/records.ts';

let ingestor: Ingestor;
beforeAll(async () => {
  ingestor = await openTestIngestor();
});
const BASE = {
  timestamp: '2018-10-03T16:16:26.711841+0000',
  flow_id: 678269478904081,
  src_ip: '192.168.1.146',
  src_port: 32864,
  dest_ip: '89.160.20.112',
  dest_port: 80,
  proto: 'TCP',
};
const eve = (event_type: string, over: object = {}): Event => decoded(ingestor, [JSON.stringify({ ...BASE, event_type, ...over })])[0]!;

describe('event types', () => {
  it.each<[name: string, type: string, over: object, expected: object]>([
    [
      'an alert',
      'alert',
      {
        alert: { action: 'allowed', gid: 1, signature_id: 2013028, rev: 4, signature: 'ET POLICY curl', category: 'Leak', severity: 2 },
        flow: { pkts_toserver: 4, pkts_toclient: 3, bytes_toserver: 347, bytes_toclient: 1654 },
        app_proto: 'http',
      },
      {
        kind: 'alert',
        category: ['network', 'intrusion_detection'],
        type: ['allowed'],
        severity: 50,
        code: '2013028',
        message: 'ET POLICY curl',
        rule: { id: '2013028', name: 'ET POLICY curl', category: 'Leak', version: '4' },
        source: { bytes: 347, packets: 4 },
        destination: { bytes: 1654 },
        network: { transport: 'tcp', protocol: 'http', bytes: 2001, packets: 7 },
        dataset: 'suricata.alert',
        logsource: { service: ['alert'] },
        product: 'suricata',
      },
    ],
    ['an alert that was blocked', 'alert', { alert: { action: 'blocked', severity: 1 } }, { type: ['denied'], severity: 80, action: 'blocked' }],
    [
      'an alert on the answer: bytes follow the ends',
      'alert',
      { direction: 'to_client', alert: { action: 'allowed' }, flow: { bytes_toserver: 1, bytes_toclient: 2 } },
      { source: { bytes: 2 }, destination: { bytes: 1 } },
    ],
    [
      'a DNS answer, version 1',
      'dns',
      { dns: { type: 'answer', rrname: 'x', rrtype: 'A', rcode: 'NOERROR', rdata: '1.2.3.4' } },
      { dns: { questionName: 'x', questionType: 'A', responseCode: 'NOERROR', answers: ['1.2.3.4'] }, outcome: 'success', ecs: { 'dns.type': 'answer' } },
    ],
    [
      'a DNS answer, version 2',
      'dns',
      { dns: { version: 2, type: 'answer', rrname: 'x', rrtype: 'AAAA', rcode: 'NXDOMAIN', answers: [{ rdata: 'a' }, { rdata: 'b' }] } },
      { dns: { answers: ['a', 'b'] }, outcome: 'failure' },
    ],
    [
      'a DNS answer, grouped',
      'dns',
      { dns: { version: 2, type: 'answer', rrname: 'x', grouped: { A: ['1.1.1.1'], CNAME: ['y'] } } },
      { dns: { answers: ['1.1.1.1', 'y'] } },
    ],
    [
      'a DNS request, version 3',
      'dns',
      { dns: { version: 3, type: 'request', id: 7, queries: [{ rrname: 'x', rrtype: 'TXT' }] } },
      { dns: { questionName: 'x', questionType: 'TXT' }, ecs: { 'dns.type': 'query', 'dns.id': '7' } },
    ],
    [
      'HTTP',
      'http',
      { http: { hostname: 'x', url: '/a?b=c', http_method: 'GET', http_user_agent: 'curl', protocol: 'HTTP/1.1', status: 404, length: 9, http_refer: 'r' } },
      {
        http: { method: 'GET', status: 404, userAgent: 'curl', referrer: 'r' },
        url: { original: '/a?b=c', domain: 'x', path: '/a', query: 'b=c' },
        outcome: 'failure',
        destination: { domain: 'x' },
        ecs: { 'http.version': '1.1', 'http.response.body.bytes': '9' },
        category: ['network', 'web'],
      },
    ],
    ['HTTP through a proxy', 'http', { http: { hostname: 'x', url: 'http://x/a/b?c', http_method: 'GET' } }, { url: { path: '/a/b', query: 'c' } }],
    [
      'TLS',
      'tls',
      { tls: { sni: 'x', version: 'TLS 1.2', subject: 'CN=x', issuerdn: 'CN=y', ja3: { hash: 'j' }, ja3s: {}, ja4: 't13', fingerprint: '2d:d1' } },
      {
        tls: { serverName: 'x', version: '1.2', ja3: 'j', ja3s: null, ja4: 't13', subject: 'CN=x', issuer: 'CN=y' },
        ecs: { 'tls.version_protocol': 'tls', 'tls.server.hash.sha1': '2DD1' },
      },
    ],
    [
      'a file',
      'fileinfo',
      { fileinfo: { filename: '/a.EXE', size: 7, md5: 'AA' } },
      { file: { path: '/a.EXE', name: 'a.EXE', size: 7, hash: { md5: 'aa' } }, category: ['network', 'file'] },
    ],
    [
      'statistics',
      'stats',
      { stats: {}, src_ip: undefined, dest_ip: undefined, proto: undefined, src_port: undefined, dest_port: undefined },
      { kind: 'metric', source: null, network: null, dataset: 'suricata.stats' },
    ],
    ['a type that is new to us', 'brand_new', {}, { dataset: 'suricata.other', logsource: { service: [] }, action: 'brand_new' }],
    [
      'ICMP without ports',
      'flow',
      { proto: 'IPv6-ICMP', src_port: undefined, dest_port: undefined, flow: {} },
      { source: { port: null }, network: { transport: 'ipv6-icmp', communityId: null } },
    ],
    [
      'the sensor',
      'flow',
      { host: 'ids', in_iface: 'eth0', ether: { src_mac: '00:03:2d:3f:e5:63' } },
      { host: null, ecs: { 'observer.hostname': 'ids', 'observer.ingress.interface.name': 'eth0' }, source: { mac: '00-03-2D-3F-E5-63' } },
    ],
  ])('%s', (_name, type, over, expected) => {
    expect(eve(type, over)).toMatchObject(expected);
  });
});

it('has the same Community ID as Zeek has for the flow', () => {
  const zeek = decoded(ingestor, [
    JSON.stringify({
      _path: 'conn',
      ts: 1,
      uid: 'C',
      'id.orig_h': BASE.dest_ip,
      'id.orig_p': BASE.dest_port,
      'id.resp_h': BASE.src_ip,
      'id.resp_p': BASE.src_port,
      proto: 'tcp',
    }),
  ])[0]!;
  expect(eve('flow').network!.communityId).toBe(zeek.network!.communityId);
  expect(eve('flow', { community_id: '1:given' }).network!.communityId).toBe('1:given');
});
it.each([
  ['2018-10-03T16:16:26.711841+0000', 'sensor', 0],
  ['2018-10-03T18:16:26.711841+0200', 'sensor', 0],
  ['2018-10-03T16:16:26.711841', 'zone_assumed', 0],
])('reads the time %s', (timestamp, timeSource) => {
  expect(eve('flow', { timestamp })).toMatchObject({ time: Date.parse('2018-10-03T16:16:26Z') * 1000 + 711_841, timeSource });
});

describe('recognition', () => {
  const AT = '2026-01-01T00:00:00.000000+0000';
  it.each<[name: string, record: object, parser: string]>([
    ['an event with its flow', { event_type: 'dns', timestamp: AT, flow_id: 1 }, 'suricata-eve'],
    ['an event with the object of its name', { event_type: 'stats', timestamp: AT, stats: { uptime: 1 } }, 'suricata-eve'],
    ['a type that is new, between addresses', { event_type: 'novel', timestamp: AT, src_ip: '192.0.2.1', proto: 'UDP' }, 'suricata-eve'],
    ['a known type and nothing else', { event_type: 'http', timestamp: AT }, 'suricata-eve'],
    ['a new type with what only the sensor writes', { event_type: 'novel', timestamp: AT, community_id: '1:x' }, 'suricata-eve'],
    ["not a service's own type and time", { event_type: 'user.created', timestamp: AT, user: 'alice' }, 'generic-json'],
    ['not a type that is no text', { event_type: 7, timestamp: AT, flow_id: 1 }, 'generic-json'],
    ['not a time that is no text', { event_type: 'dns', timestamp: 1, flow_id: 1 }, 'generic-json'],
  ])('%s', (_name, record, parser) => {
    expect(decoded(ingestor, [JSON.stringify(record)]).map(({ provenance }) => provenance.parser)).toEqual([parser]);
  });
});
