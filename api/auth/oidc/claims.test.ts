import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { judgeClaims } from './claims.ts';
import type { ClaimRules, Claims } from './claims.ts';

const RULES: ClaimRules = {
  nameClaim: 'preferred_username',
  groupsClaim: 'groups',
  groupRoles: [
    { group: 'soc', roles: ['analyst', 'viewer'] },
    { group: 'leads', roles: ['admin'] },
    { group: 'gods', roles: ['platform_admin', 'sensor'] },
  ],
  defaultRoles: [],
  emailDomains: [],
};
const ADA: Claims = { sub: 'a-1', preferred_username: 'ada', groups: ['soc'] };
const rolesOf = (rules: Partial<ClaimRules>, claims: Claims) => {
  const judged = judgeClaims({ ...RULES, ...rules }, { ...ADA, ...claims });
  return judged.kind === 'accepted' ? judged.roles : judged.reason;
};

describe('roles', () => {
  it.each<[name: string, rules: Partial<ClaimRules>, claims: Claims, outcome: readonly string[] | string]>([
    ['are those of the groups', {}, {}, ['analyst', 'viewer']],
    ['of several groups are put together', {}, { groups: ['leads', 'soc'] }, ['admin', 'analyst', 'viewer']],
    ['are given for one group that is no list', {}, { groups: 'leads' }, ['admin']],
    ['are not given for other groups', {}, { groups: ['SOC', 'soc ', 'so'] }, 'no-role'],
    ['are not given for what is no text', {}, { groups: [{ soc: true }, 7, null] }, 'no-role'],
    ['are not given without groups', {}, { groups: undefined }, 'no-role'],
    ['that everybody has come besides', { defaultRoles: ['viewer'] }, { groups: [] }, ['viewer']],
    ['beyond the organization are given by no group', {}, { groups: ['gods', 'leads'] }, ['admin']],
    ['beyond the organization alone are none', {}, { groups: ['gods'] }, 'no-role'],
    ['beyond the organization are not given to everybody either', { defaultRoles: ['platform_admin'] }, { groups: [] }, 'no-role'],
    ['may lie in a path', { groupsClaim: 'realm_access.roles' }, { realm_access: { roles: ['leads'] } }, ['admin']],
    ['may lie under a name with dots', { groupsClaim: 'https://x.example/groups' }, { 'https://x.example/groups': ['leads'] }, ['admin']],
    ['do not come out of what every object has', { groupsClaim: 'constructor.name' }, {}, 'no-role'],
    ['behind a link are not guessed', {}, { groups: undefined, _claim_names: { groups: 'src1' } }, 'groups-elsewhere'],
  ])('%s', (_name, rules, claims, outcome) => {
    expect(rolesOf(rules, claims)).toEqual(outcome);
  });
});

describe('who it is', () => {
  it.each<[name: string, rules: Partial<ClaimRules>, claims: Claims, outcome: string]>([
    ['is the subject', {}, {}, 'a-1 ada'],
    ['has a name without spaces around', {}, { preferred_username: ' ada ' }, 'a-1 ada'],
    ['may have a name in a path', { nameClaim: 'user.login' }, { user: { login: 'ada' } }, 'a-1 ada'],
    ['has to have a subject', {}, { sub: undefined }, 'no-subject'],
    ['has a subject that is text', {}, { sub: 7 }, 'no-subject'],
    ['has a subject of at most 255 characters', {}, { sub: 'x'.repeat(256) }, 'no-subject'],
    ['has to have a name', {}, { preferred_username: undefined }, 'no-name'],
    ['has a name that is not empty', {}, { preferred_username: '  ' }, 'no-name'],
    ['has a name without control characters', {}, { preferred_username: 'ada\u0000' }, 'no-name'],
    ['has a name without direction marks', {}, { preferred_username: 'ada\u202e' }, 'no-name'],
    ['has no name of what is no person', {}, { preferred_username: 'okta:bot' }, 'no-name'],
    ['has one form of name', {}, { preferred_username: 'ade\u0301' }, 'a-1 ad\u00e9'],
    ['has a name that is text', {}, { preferred_username: ['ada'] }, 'no-name'],
    ['is not who has an address that was not verified', { nameClaim: 'email' }, { email: 'boss@example.com', email_verified: false }, 'mail-not-verified'],
    ['may have an address of a domain', { emailDomains: ['example.com'] }, { email: 'ada@Example.com', email_verified: true }, 'a-1 ada'],
    ['is let in by a verified address only', { emailDomains: ['example.com'] }, { email: 'ada@example.com' }, 'mail-not-verified'],
    ['is let in by an address only', { emailDomains: ['example.com'] }, {}, 'mail-not-verified'],
    ['is not let in from another domain', { emailDomains: ['example.com'] }, { email: 'ada@example.org', email_verified: true }, 'mail-domain'],
    ['is not let in from a domain below', { emailDomains: ['example.com'] }, { email: 'ada@x.example.com', email_verified: true }, 'mail-domain'],
    [
      'is not let in by an address in the name of one',
      { emailDomains: ['example.com'] },
      { email: '"ada@example.com"@evil.example', email_verified: true },
      'mail-domain',
    ],
    ['is not let in when "verified" is text', { emailDomains: ['example.com'] }, { email: 'ada@example.com', email_verified: 'true' }, 'mail-not-verified'],
  ])('%s', (_name, rules, claims, outcome) => {
    const judged = judgeClaims({ ...RULES, ...rules }, { ...ADA, ...claims });
    expect(judged.kind === 'accepted' ? `${judged.subject} ${judged.name}` : judged.reason).toBe(outcome);
  });

  it('may be nameless where a stand-in is given, as programs are', () => {
    expect(judgeClaims(RULES, { ...ADA, preferred_username: undefined }, 'bot')).toMatchObject({ name: 'bot' });
  });

  it('never fails, and never gives a role that no group and no default gives, whatever the claims are', () => {
    const value = fc.oneof(fc.jsonValue(), fc.constantFrom('soc', 'leads', 'gods'), fc.array(fc.constantFrom('soc', 'leads', 'gods')));
    const claims = fc.record(
      { sub: value, preferred_username: value, groups: value, email: value, email_verified: value, _claim_names: value },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(claims, (said) => {
        const judged = judgeClaims(RULES, said);
        return judged.kind === 'refused' ? judged.detail !== '' : judged.roles.every((role) => ['analyst', 'viewer', 'admin'].includes(role));
      }),
    );
  });
});
