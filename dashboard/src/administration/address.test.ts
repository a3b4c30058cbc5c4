import { describe, expect, it } from 'vitest';
import { auditRange, readAccountsSearch, readAuditSearch, readRolesSearch, readUsersSearch } from './address.ts';

describe('addresses of the administration', () => {
  it.each([
    [readUsersSearch, { name: 'ada', which: 'all', more: '1' }, { name: 'ada', which: 'all' }],
    [readUsersSearch, { name: '', which: 'some' }, {}],
    [readAccountsSearch, { removed: '1' }, { removed: '1' }],
    [readAccountsSearch, { removed: 'yes' }, {}],
    [readRolesSearch, { role: 'night-shift' }, { role: 'night-shift' }],
    [readRolesSearch, { role: '' }, {}],
    [readAuditSearch, { actor: ' ada ', action: 'alert.', object: '' }, { actor: 'ada', action: 'alert.' }],
    [readAuditSearch, { from: 'now-7d', to: 'now' }, { from: 'now-7d', to: 'now' }],
    [readAuditSearch, { from: 'yesterday', to: 'now' }, { from: 'now-30d', to: 'now' }],
  ] as const)('%o reads %o', (read, given, expected) => {
    expect(read(given)).toEqual(expected);
  });

  it('shows a month of the audit unless the address says another range', () => {
    expect(auditRange({})).toEqual({ from: 'now-30d', to: 'now' });
    expect(auditRange({ from: '2026-01-01T00:00:00Z', to: '2026-01-02T00:00:00Z' }).from).toBe('2026-01-01T00:00:00Z');
  });
});
