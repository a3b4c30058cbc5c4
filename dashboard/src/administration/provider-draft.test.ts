import { describe, expect, it } from 'vitest';
import {
  isReversible,
  NEW_PROVIDER,
  providerDraftOf,
  providerInputOf,
  turnedInput,
  whyNobodyGetsIn,
  type Provider,
  type ProviderDraft,
} from './provider-draft.ts';

const CORP: Provider = {
  name: 'corp',
  label: 'Sign in with Corp',
  issuer: 'https://login.example.com',
  clientId: 'goshawk',
  hasSecret: true,
  scopes: ['openid', 'groups'],
  nameClaim: 'email',
  groupsClaim: 'realm_access.roles',
  groupRoles: [{ group: 'soc', roles: ['analyst', 'viewer'] }],
  defaultRoles: ['viewer'],
  emailDomains: ['example.com', 'example.org'],
  provisions: false,
  audience: 'urn:goshawk:1:acme',
  endsSession: true,
  disabledAt: null,
  createdAt: '2026-01-01T00:00:00Z',
  createdBy: 'ada',
  changedAt: '2026-01-02T00:00:00Z',
  changedBy: 'ada',
  addresses: { callbackUrl: '', backchannelLogoutUrl: '', postLogoutUrl: '', ownAudience: '' },
};

describe('an identity provider in its form', () => {
  it('comes out as it went in, and leaves its secret alone', () => {
    const { name, hasSecret, disabledAt, createdAt, createdBy, changedAt, changedBy, addresses, ...input } = CORP;
    void [name, hasSecret, disabledAt, createdAt, createdBy, changedAt, changedBy, addresses];
    expect(providerInputOf(providerDraftOf(CORP), false)).toEqual({ ...input, isDisabled: false });
    expect(turnedInput(CORP, true)).toEqual({ ...input, isDisabled: true });
    expect(turnedInput({ ...CORP, hasSecret: false }, true)).not.toHaveProperty('clientSecret');
  });

  it.each<[what: string, draft: Partial<ProviderDraft>, expected: object]>([
    ['a secret as it is, blanks included', { clientSecret: ' s ' }, { clientSecret: ' s ' }],
    ['that there is none, whatever was typed', { clientSecret: 's', isWithoutSecret: true }, { clientSecret: null }],
    ['no audience for an empty one', { audience: ' ' }, { audience: null }],
    ['scopes without blanks', { scopes: '  openid   email ' }, { scopes: ['openid', 'email'] }],
    ['groups without blanks around them', { groupRoles: [{ text: ' soc ', roles: ['viewer'] }] }, { groupRoles: [{ group: 'soc', roles: ['viewer'] }] }],
  ])('sends %s', (_what, draft, expected) => {
    expect(providerInputOf({ ...NEW_PROVIDER, ...draft }, false)).toMatchObject(expected);
  });

  it.each<[what: string, before: Partial<Provider>, draft: Partial<ProviderDraft>, isReversible: boolean]>([
    ['another label', {}, { label: 'Corp' }, true],
    ['another secret', {}, { clientSecret: 's' }, false],
    ['a secret given up', {}, { isWithoutSecret: true }, false],
    ['a first secret', { hasSecret: false }, { clientSecret: 's', isWithoutSecret: false }, false],
    ['no secret, as before', { hasSecret: false }, { isWithoutSecret: true }, true],
  ])('%s has a way back or not', (_what, before, draft, expected) => {
    const provider = { ...CORP, ...before };
    expect(isReversible(provider, { ...providerDraftOf(provider), ...draft })).toBe(expected);
  });

  it('says when nobody gets in', () => {
    expect(whyNobodyGetsIn(NEW_PROVIDER)).toMatch(/^Nobody/);
    expect(whyNobodyGetsIn({ groupRoles: [], defaultRoles: ['viewer'] })).toBeNull();
    expect(whyNobodyGetsIn(providerDraftOf(CORP))).toBeNull();
  });
});
