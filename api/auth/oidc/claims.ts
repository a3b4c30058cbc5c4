// From what a provider says of somebody to who that is here, and with which roles. Pure.
import type { ProviderSettings } from '../../../store/queries/identity-providers.ts';
import { whyAlike } from '../../access/look-alikes.ts';

export type ClaimRules = Pick<ProviderSettings, 'nameClaim' | 'groupsClaim' | 'groupRoles' | 'defaultRoles' | 'emailDomains'>;
export type Claims = Readonly<Record<string, unknown>>;

/** Why somebody is not let in although the provider knows them; part of the address that the browser is sent to. */
export type Refusal = 'no-subject' | 'no-name' | 'mail-not-verified' | 'mail-domain' | 'groups-elsewhere' | 'no-role';
export interface Refused {
  readonly kind: 'refused';
  readonly reason: Refusal;
  readonly detail: string;
}
/** Somebody whom the provider vouches for. Who is known here already, or invited, has a name and roles from here, and needs none from there. */
export interface Person {
  readonly kind: 'accepted';
  readonly subject: string;
  /** Null = none that could be a user's; `noName` says why. */
  readonly name: string | null;
  readonly noName: string;
  /** Maybe none. */
  readonly roles: readonly string[];
  /** Mail address, if the provider has verified it. */
  readonly email: string | null;
}

/** No group of a provider gives these: one goes beyond the organization, the other is for sensors. */
export const NOT_BY_GROUP: ReadonlySet<string> = new Set(['platform_admin', 'sensor']);
const MOST_GROUPS = 10_000;
export const NO_ROLE = 'None of your groups has a role here. An administrator can give one of them a role.';

/** @param claims Of a token whose signature, issuer, audience and times have been checked. */
export function judgePerson(rules: ClaimRules, claims: Claims): Person | Refused {
  const { sub: subject } = claims;
  if (typeof subject !== 'string' || subject === '' || subject.length > 255 || !isPrintable(subject))
    return refused('no-subject', 'The provider gives no usable `sub`.');
  const mail = judgeMail(rules, claims);
  if (mail !== null) return mail;
  const groups = groupsOf(claims, rules.groupsClaim);
  if (groups === null)
    return refused(
      'groups-elsewhere',
      'The provider gives a link in place of the groups, as Entra does for many: have it send only groups assigned to the application.',
    );
  const given = new Set(groups);
  const roles = [...new Set([...rules.defaultRoles, ...rules.groupRoles.filter(({ group }) => given.has(group)).flatMap((row) => row.roles)])];
  const granted = roles.filter((role) => !NOT_BY_GROUP.has(role)).sort();
  return { kind: 'accepted', subject, ...judgeName(rules.nameClaim, valueAt(claims, rules.nameClaim)), roles: granted, email: verifiedMail(claims) };
}

/**
 * As `judgePerson`, of somebody who is to have a name and roles from there.
 * @param nameWithout What stands for a missing name claim, as in tokens of programs; null = such a token is refused.
 */
export function judgeClaims(rules: ClaimRules, claims: Claims, nameWithout: string | null = null): (Person & { readonly name: string }) | Refused {
  const person = judgePerson(rules, claims);
  if (person.kind === 'refused') return person;
  const { name, noName } = nameWithout !== null && valueAt(claims, rules.nameClaim) === undefined ? judgeName(rules.nameClaim, nameWithout) : person;
  if (name === null) return refused('no-name', noName);
  return person.roles.length === 0 ? refused('no-role', NO_ROLE) : { ...person, name };
}

function judgeName(claim: string, name: unknown): Pick<Person, 'name' | 'noName'> {
  // A colon is in the names of what is no person: `provider:name`, `spiffe://...`.
  if (typeof name !== 'string' || name.trim() === '' || name.length > 200 || !isPrintable(name) || name.includes(':'))
    return { name: null, noName: `The claim ${claim} holds no name. Choose another claim for names, or ask for the scope that brings it.` };
  const alike = whyAlike(name);
  if (alike !== null) return { name: null, noName: `The claim ${claim} holds a name that can be taken for another. ${alike}` };
  return { name: name.normalize('NFC').trim(), noName: '' };
}

function judgeMail({ emailDomains, nameClaim }: ClaimRules, { email, email_verified: isVerified }: Claims): Refused | null {
  const unverified = () => refused('mail-not-verified', 'The provider has not verified the mail address.');
  // A name that anybody can give themselves is none.
  if (nameClaim === 'email' && email !== undefined && isVerified === false) return unverified();
  if (emailDomains.length === 0) return null;
  if (typeof email !== 'string' || isVerified !== true) return unverified();
  const domain = email.slice(email.lastIndexOf('@') + 1).toLowerCase();
  return emailDomains.includes(domain) ? null : refused('mail-domain', 'Mail addresses of this domain are not let in.');
}

function verifiedMail({ email, email_verified: isVerified }: Claims): string | null {
  return typeof email === 'string' && email.length <= 320 && isPrintable(email) && isVerified === true ? email : null;
}

/** Null when they are not in the token but behind a link. */
function groupsOf(claims: Claims, claim: string): readonly string[] | null {
  const found = valueAt(claims, claim);
  if (found === undefined) {
    const { _claim_names: names } = claims;
    return typeof names === 'object' && names !== null && Object.hasOwn(names, claim) ? null : [];
  }
  return [found]
    .flat()
    .filter((group): group is string => typeof group === 'string')
    .slice(0, MOST_GROUPS);
}

/** A claim by its name, which may hold dots (`https://example.com/groups`), else by the path through objects (`realm_access.roles`). */
function valueAt(claims: Claims, name: string): unknown {
  if (Object.hasOwn(claims, name)) return claims[name];
  return name
    .split('.')
    .reduce<unknown>((at, part) => (typeof at === 'object' && at !== null && Object.hasOwn(at, part) ? (at as Claims)[part] : undefined), claims);
}

const isPrintable = (text: string): boolean => !/\p{C}/u.test(text);
const refused = (reason: Refusal, detail: string): Refused => ({ kind: 'refused', reason, detail });
