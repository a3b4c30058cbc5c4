// An identity provider as its form has it.
import type { IdentityProviderInput, IdentityProviderQuery } from '../gql/graphql.ts';
import { itemsOf, linesOf } from './lists.ts';
import type { RoleEntry } from './role-entries.tsx';

export type Provider = NonNullable<IdentityProviderQuery['identityProvider']>;
export interface ProviderDraft {
  readonly label: string;
  readonly issuer: string;
  readonly clientId: string;
  /** Empty: the one that is kept stays. */
  readonly clientSecret: string;
  readonly isWithoutSecret: boolean;
  /** With spaces between. */
  readonly scopes: string;
  readonly nameClaim: string;
  readonly groupsClaim: string;
  readonly groupRoles: readonly RoleEntry[];
  readonly defaultRoles: readonly string[];
  /** One a line. */
  readonly emailDomains: string;
  readonly provisions: boolean;
  /** Empty: no access tokens are taken. */
  readonly audience: string;
  /** Who signs out here is led there. */
  readonly endsSession: boolean;
}

export const NEW_PROVIDER: ProviderDraft = {
  label: '',
  issuer: '',
  clientId: '',
  clientSecret: '',
  isWithoutSecret: false,
  scopes: 'openid profile email',
  nameClaim: 'preferred_username',
  groupsClaim: 'groups',
  groupRoles: [],
  defaultRoles: [],
  emailDomains: '',
  provisions: true,
  audience: '',
  endsSession: false,
};

export const providerDraftOf = (provider: Provider): ProviderDraft => ({
  label: provider.label,
  issuer: provider.issuer,
  clientId: provider.clientId,
  clientSecret: '',
  isWithoutSecret: !provider.hasSecret,
  scopes: provider.scopes.join(' '),
  nameClaim: provider.nameClaim,
  groupsClaim: provider.groupsClaim,
  groupRoles: provider.groupRoles.map(({ group, roles }) => ({ text: group, roles })),
  defaultRoles: provider.defaultRoles,
  emailDomains: linesOf(provider.emailDomains),
  provisions: provider.provisions,
  audience: provider.audience ?? '',
  endsSession: provider.endsSession,
});

export const providerInputOf = (draft: ProviderDraft, isDisabled: boolean): IdentityProviderInput => ({
  label: draft.label.trim(),
  issuer: draft.issuer.trim(),
  clientId: draft.clientId.trim(),
  ...(draft.isWithoutSecret ? { clientSecret: null } : draft.clientSecret === '' ? {} : { clientSecret: draft.clientSecret }),
  scopes: draft.scopes.split(/\s+/).filter((scope) => scope !== ''),
  nameClaim: draft.nameClaim.trim(),
  groupsClaim: draft.groupsClaim.trim(),
  groupRoles: draft.groupRoles.map(({ text, roles }) => ({ group: text.trim(), roles: [...roles] })),
  defaultRoles: [...draft.defaultRoles],
  emailDomains: [...itemsOf(draft.emailDomains)],
  provisions: draft.provisions,
  audience: draft.audience.trim() === '' ? null : draft.audience.trim(),
  endsSession: draft.endsSession,
  isDisabled,
});

/** What it is now, kept as it is but for whether it is in use. */
export const turnedInput = (provider: Provider, isDisabled: boolean): IdentityProviderInput => {
  const { clientSecret: _kept, ...input } = providerInputOf(providerDraftOf(provider), isDisabled);
  return input;
};

/** A secret that was replaced or given up is nowhere any more, so such a change has no way back. */
export const isReversible = (before: Provider, draft: ProviderDraft): boolean =>
  !before.hasSecret ? draft.clientSecret === '' || draft.isWithoutSecret : draft.clientSecret === '' && !draft.isWithoutSecret;

/** Null while somebody can get in. */
export const whyNobodyGetsIn = ({ groupRoles, defaultRoles }: Pick<ProviderDraft, 'groupRoles' | 'defaultRoles'>): string | null =>
  groupRoles.length === 0 && defaultRoles.length === 0 ? 'Nobody gets in by it yet: give roles to groups, or to everybody.' : null;
