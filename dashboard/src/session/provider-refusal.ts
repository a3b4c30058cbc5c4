// Why signing in by an identity provider did not do, in words of ours: the address holds codes alone, since a text in it could be anybody's.
const BY_REASON: Readonly<Record<string, string>> = {
  'not-begun-here': 'This sign-in was begun in another browser or took more than ten minutes, or cookies are off. Begin again.',
  'not-proved': 'What the identity provider answered does not hold. Begin again; if it stays, an administrator finds why under the request id.',
  'provider-refused': 'The identity provider let nobody in. Begin again, or ask who runs it.',
  'no-role': 'None of your groups has a role here. An administrator can give one of them a role, or invite you.',
  'no-name': 'The identity provider gives no name that can be used here. An administrator can choose another claim for names.',
  'no-subject': 'The identity provider does not say who you are. An administrator finds more under the request id.',
  'mail-not-verified': 'The identity provider has not verified your mail address.',
  'mail-domain': 'Mail addresses of your domain are not let in.',
  'groups-elsewhere': 'You are in more groups than the identity provider tells. An administrator has to let it send fewer.',
  unknown: 'You have no account here. An administrator can invite you.',
  'name-taken': 'An account of your name is here already. An administrator can link it to you.',
  disabled: 'Your account is disabled. An administrator can enable it.',
  'has-account': 'You have an account here already, so the invitation stays unused: sign in by the identity provider.',
  'invitation-over': 'The invitation was used or withdrawn, or has expired. Ask for another.',
};
const BY_PROBLEM: Readonly<Record<string, string>> = {
  PROVIDER_UNAVAILABLE: 'The identity provider cannot be reached now. Try again, or sign in with name and password.',
  ORGANIZATION_SUSPENDED: 'Your organization is suspended.',
};

/** @param problem Code of the API. @param reason One of its `reason`, if it gave one. */
export const providerRefusal = (problem: string, reason: string | undefined): string =>
  (reason === undefined ? undefined : BY_REASON[reason]) ??
  BY_PROBLEM[problem] ??
  'Signing in by the identity provider failed. Begin again; if it stays, an administrator finds the reason under the request id.';
