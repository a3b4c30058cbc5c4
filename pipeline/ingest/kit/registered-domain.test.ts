import { expect, it } from 'vitest';
import { draft } from './draft.ts';
import { setRegisteredDomain } from './registered-domain.ts';

it.each<[name: string, parts: readonly (string | undefined)[]]>([
  ['www.nba.com', ['nba.com', 'www', 'com']],
  ['A.B.Example.CO.UK.', ['example.co.uk', 'a.b', 'co.uk']],
  ['example.com', ['example.com', undefined, 'com']],
  ['shop.github.io', ['github.io', 'shop', 'io']],
  ['co.uk', [undefined, undefined, undefined]],
  ['192.0.2.7', [undefined, undefined, undefined]],
  ['2001:db8::1.2.3.4', [undefined, undefined, undefined]],
  ['localhost', [undefined, undefined, undefined]],
  ['..', [undefined, undefined, undefined]],
  ['x'.repeat(300) + '.com', [undefined, undefined, undefined]],
])('%s', (name, parts) => {
  const event = draft('x.y', '', Buffer.from('{}'));
  setRegisteredDomain(event, 'url', name);
  expect(['url.registered_domain', 'url.subdomain', 'url.top_level_domain'].map((field) => event.ecs[field])).toEqual(parts);
});
