import { expect, it } from 'vitest';
import { IndicatorSet } from './index.ts';
import type { HuntedEvent, Indicator } from './index.ts';

const event = (fields: Partial<HuntedEvent> = {}): HuntedEvent => ({
  sourceIp: null,
  destinationIp: null,
  dnsQuestion: null,
  urlDomain: null,
  detail: {},
  ...fields,
});
const MD5 = 'd41d8cd98f00b204e9800998ecf8427e';

it.each<[name: string, indicators: Indicator[], event: HuntedEvent, hits: string[]]>([
  [
    'an address at either end',
    [{ type: 'address', value: '192.0.2.7' }],
    event({ sourceIp: '10.0.0.1', destinationIp: '192.0.2.7' }),
    ['destination.ip=192.0.2.7'],
  ],
  [
    'an address that is only related',
    [{ type: 'address', value: '2001:db8::53' }],
    event({ detail: { 'related.ip': ['10.0.0.1', '2001:db8::53'] } }),
    ['related.ip=2001:db8::53'],
  ],
  [
    'an address once, where it tells most',
    [{ type: 'address', value: '192.0.2.7' }],
    event({ sourceIp: '192.0.2.7', detail: { 'related.ip': ['192.0.2.7'] } }),
    ['source.ip=192.0.2.7'],
  ],
  ['a network', [{ type: 'address', value: '192.0.2.0/24' }], event({ sourceIp: '192.0.2.255', destinationIp: '192.0.3.0' }), ['source.ip=192.0.2.255']],
  [
    'each network that holds an address',
    ['10.0.0.0/8', '10.1.0.0/16', '10.2.0.0/16'].map((value) => ({ type: 'address', value })),
    event({ sourceIp: '10.1.2.3' }),
    ['source.ip=10.1.2.3', 'source.ip=10.1.2.3'],
  ],
  ['no network of the other family', [{ type: 'address', value: '2001:db8::/32' }], event({ sourceIp: '192.0.2.1' }), []],
  ['a domain', [{ type: 'domain', value: 'evil.example' }], event({ dnsQuestion: 'Evil.Example' }), ['dns.question.name=Evil.Example']],
  ['what is below a domain', [{ type: 'domain', value: 'evil.example' }], event({ urlDomain: 'a.b.evil.example' }), ['url.domain=a.b.evil.example']],
  ['not what only ends alike', [{ type: 'domain', value: 'evil.example' }], event({ urlDomain: 'notevil.example' }), []],
  [
    'a hash, whatever its case',
    [{ type: 'hash', value: MD5 }],
    event({ detail: { 'process.hash.md5': MD5.toUpperCase() } }),
    [`process.hash.md5=${MD5.toUpperCase()}`],
  ],
  [
    'a URL in another spelling',
    [{ type: 'url', value: 'http://evil.example/a' }],
    event({ detail: { 'url.original': 'http://EVIL.example:80/a' } }),
    ['url.original=http://EVIL.example:80/a'],
  ],
  [
    'each of several',
    [
      { type: 'address', value: '192.0.2.7' },
      { type: 'domain', value: 'evil.example' },
    ],
    event({ sourceIp: '192.0.2.7', dnsQuestion: 'evil.example' }),
    ['source.ip=192.0.2.7', 'dns.question.name=evil.example'],
  ],
  ['nothing in an event without', [{ type: 'hash', value: MD5 }], event({ detail: { 'process.hash.md5': 7, 'related.hash': 'x' } }), []],
])('finds %s', (_name, indicators, given, hits) => {
  expect(new IndicatorSet(indicators).hitsOf(given).map(({ field, value }) => `${field}=${value}`)).toEqual(hits);
});
