import fc from 'fast-check';
import { expect, it } from 'vitest';
import { isPermission, PERMISSION_NAMES, permissionsOfRole, permissionsOfRoles, ROLES } from '../gate/roles.ts';
import type { Permission } from '../gate/roles.ts';
import { requireGrantable, requireHeld, RoleBook } from './granting.ts';

const permissions = fc.uniqueArray(fc.constantFrom(...PERMISSION_NAMES));
const who = (held: readonly Permission[]) => ({ organization: 'alpha', user: 'ada', permissions: new Set(held) });
const codeOf = (attempt: () => void): string => {
  try {
    attempt();
    return 'granted';
  } catch (error) {
    return (error as { readonly code: string }).code;
  }
};

it('lets pass what is held, and nothing else', () => {
  fc.assert(
    fc.property(permissions, permissions, (held, asked) => {
      const isHeld = asked.every((name) => held.includes(name));
      expect(codeOf(() => requireHeld(who(held), asked))).toBe(isHeld ? 'granted' : 'FORBIDDEN');
    }),
  );
});

it('grants roles whose permissions are all held, whatever they are called', () => {
  fc.assert(
    fc.property(permissions, permissions, fc.subarray([...ROLES, 'own'], { minLength: 1 }), (held, own, roles) => {
      const book = new RoleBook([{ name: 'own', permissions: own }]);
      const given = new Set([...permissionsOfRoles(roles), ...(roles.includes('own') ? own : [])]);
      expect(book.permissionsOf(roles)).toEqual(given);
      expect(codeOf(() => requireGrantable(who(held), roles, book))).toBe([...given].every((name) => held.includes(name)) ? 'granted' : 'FORBIDDEN');
    }),
  );
});

it('never lets a role of its own stand in for one that is built in', () => {
  const book = new RoleBook([{ name: 'viewer', permissions: ['users:manage'] }]);
  expect(book.permissionsOf(['viewer'])).toEqual(permissionsOfRole('viewer'));
});

it('gives nothing for a role that is not there, nor for a permission that means nothing any more', () => {
  const book = new RoleBook([{ name: 'own', permissions: ['alerts:read', 'gone:read', 'toString', '__proto__'] }]);
  expect(book.permissionsOf(['own', 'ghost', 'constructor', '__proto__'])).toEqual(new Set(['alerts:read']));
  expect(['gone:read', 'toString', '__proto__', 'constructor'].filter(isPermission)).toEqual([]);
  expect(codeOf(() => requireGrantable(who(PERMISSION_NAMES), ['own', 'ghost'], book))).toBe('INVALID_REQUEST');
});
