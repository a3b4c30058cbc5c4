import { expect, it } from 'vitest';
import { newInvitation, newKey, newOrganization, newRole, organizationChange, settingsChange, userChange } from './input.ts';

const named = (name: string) => newInvitation.safeParse({ name, roles: ['viewer'] });

it.each<[given: string, name: string | null]>([
  ['ada', 'ada'],
  ['Ada Lovelace', 'Ada Lovelace'],
  ['  ada ', 'ada'],
  ["o'brien.j+soc@example.org", "o'brien.j+soc@example.org"],
  ['Zoe\u0308', 'Zo\u00eb'], // one spelling of one name
  ['李雷', '李雷'],
  ['', null],
  ['   ', null],
  ['-ada', null],
  ['service:ada', null],
  ['ada\nroot', null],
  ['ada\u202eroot', null], // turns what follows around
  ['ada\u200broot', null], // of no width
  ['a\0', null],
  ['x'.repeat(201), null],
])('takes the name %j as %j', (given, name) => {
  const read = named(given);
  expect(read.success ? read.data.name : null).toBe(name);
});

it.each<[schema: { safeParse: (value: unknown) => { success: boolean } }, given: unknown, isTaken: boolean]>([
  [newKey, {}, true],
  [newKey, { networks: ['10.0.0.0/8', '2001:db8::/32', '192.0.2.1'], days: 366, permissions: ['alerts:read'] }, true],
  [newKey, { days: 367 }, false],
  [newKey, { days: 0 }, false],
  [newKey, { networks: [] }, false],
  [newKey, { networks: ['0.0.0.0/33'] }, false],
  [newKey, { permissions: [] }, false],
  [newKey, { permissions: ['everything'] }, false],
  [newKey, { expiresAt: '2999-01-01' }, false],
  [newRole, { name: 'night', permissions: ['alerts:read'] }, true],
  [newRole, { name: 'Night', permissions: ['alerts:read'] }, false],
  [newRole, { name: 'platform_admin', permissions: ['alerts:read'] }, false],
  [newOrganization, { id: 'acme', name: 'Acme' }, true],
  [newOrganization, { id: 'acme.corp', name: 'Acme' }, false],
  [newOrganization, { id: 'acme', name: ' ' }, false],
  [userChange, {}, false],
  [userChange, { email: null }, true],
  [userChange, { email: 'no address' }, false],
  [userChange, { roles: ['sensor'] }, false],
  [userChange, { roles: [], disabled: 'yes' }, false],
  [settingsChange, { outboundHosts: ['siem.internal', '*.corp.example', '10.0.0.0/8', '::1'] }, true],
  [settingsChange, { outboundHosts: ['http://siem.internal:8088'] }, true],
  [organizationChange, { name: ' ' }, false],
  [organizationChange, { suspended: true }, true],
  [settingsChange, { outboundHosts: ['x y'] }, false],
  [settingsChange, { sessionHours: null }, true],
])('of %# takes what it may', (schema, given, isTaken) => {
  expect([given, schema.safeParse(given).success]).toEqual([given, isTaken]);
});

it('counts a role once', () => {
  expect(userChange.parse({ roles: ['viewer', 'admin', 'viewer'] }).roles).toEqual(['viewer', 'admin']);
});
