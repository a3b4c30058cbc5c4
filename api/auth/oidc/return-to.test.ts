import { describe, expect, it } from 'vitest';
import { localPath } from './return-to.ts';

describe('the page to go to afterwards', () => {
  it.each([
    [undefined, '/'],
    ['', '/'],
    ['/', '/'],
    ['/alerts?status=open&x=1', '/alerts?status=open&x=1'],
    ['/events?search=a%20b', '/events?search=a%20b'],
    ['/authors', '/authors'],
    ['/alerts/../events', '/events'],
    ['/alerts#part', '/alerts'],
    ['/alerts?to=https://evil.example/', '/alerts?to=https://evil.example/'],
  ])('%j is %s', (text, path) => {
    expect(localPath(text)).toBe(path);
  });

  it.each([
    'https://evil.example/',
    '//evil.example/',
    '///evil.example/',
    '/\\evil.example/',
    '/\\/evil.example',
    '\\\\evil.example',
    '/.//evil.example/',
    '/..//evil.example',
    '/x/..//evil.example',
    '/%2e//evil.example',
    '/\t/evil.example',
    '/\n/evil.example',
    '/alerts\r\nset-cookie: a=b',
    '/alerts\u0000',
    'javascript:alert(1)',
    'data:text/html,x',
    'evil.example',
    '@evil.example',
    ' /alerts',
    '/auth/oidc/default.own/start',
    '/x/../auth/logout',
    '/AUTH/logout',
    '/graphql?query={x}',
    '/v2/events',
    `/${'x'.repeat(2_000)}`,
  ])('%j is refused', (text) => {
    expect(() => localPath(text)).toThrow(expect.objectContaining({ code: 'INVALID_REQUEST' }));
  });
});
