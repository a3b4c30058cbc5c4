import { expect, it } from 'vitest';
import { refuseCrossSite } from './cross-site.ts';

const HOST = 'soc.example.org';
it.each<[name: string, headers: Record<string, string>, isRefused: boolean]>([
  ['a program, which says nothing', {}, false],
  ['a page of ours', { 'sec-fetch-site': 'same-origin', origin: `https://${HOST}` }, false],
  ['an address that was typed', { 'sec-fetch-site': 'none' }, false],
  ['a page of another site', { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' }, true],
  ['a page of a neighbour, which shares the domain', { 'sec-fetch-site': 'same-site', origin: 'https://other.example.org' }, true],
  ['an old browser on a page of ours', { origin: `https://${HOST}` }, false],
  ['an old browser on a page of another site', { origin: 'https://evil.example' }, true],
  ['a page in a frame without origin', { origin: 'null' }, true],
  ['the same name on another port', { origin: `https://${HOST}:8443` }, true],
  ['an attacker’s name that ends like ours', { origin: `https://evil-${HOST}` }, true],
])('from %s', (_name, headers, isRefused) => {
  const ask = () => refuseCrossSite({ headers, host: HOST, protocol: 'http' });
  if (isRefused) expect(ask).toThrow(expect.objectContaining({ code: 'CROSS_SITE' }));
  else expect(ask).not.toThrow();
});
