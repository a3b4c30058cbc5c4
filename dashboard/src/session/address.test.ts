import { describe, expect, it } from 'vitest';
import { readLoginSearch } from './address.ts';

describe('the address of the sign-in page', () => {
  it.each([
    ['a path', { next: '/events?q=mimikatz' }, { next: '/events?q=mimikatz' }],
    ['another site', { next: 'https://evil.example' }, {}],
    ['another site without a scheme', { next: '//evil.example' }, {}],
    ['another site, as browsers read a backslash', { next: '/\\evil.example' }, {}],
    ['an organization', { organization: 'acme' }, { organization: 'acme' }],
    ['the organization that is meant anyway', { organization: 'default' }, {}],
    ['no organization', { organization: 'Acme Inc' }, {}],
    ['what a provider refused', { problem: 'SIGN_IN_FAILED', requestId: 'req-1' }, { problem: 'SIGN_IN_FAILED', requestId: 'req-1' }],
    ['why it did', { reason: 'no-role' }, { reason: 'no-role' }],
    ['a reason that is none', { reason: 'Call us' }, {}],
    ['what comes back from signing out', { state: 'a'.repeat(43) }, { state: 'a'.repeat(43) }],
    ['a state that is none', { state: 'a b' }, {}],
    ['a text of somebody else', { problem: 'Call 555-0100 now', requestId: '<b>' }, {}],
  ])('reads %s', (_what, given, read) => {
    expect(readLoginSearch(given)).toEqual(read);
  });
});
