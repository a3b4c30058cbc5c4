// Identity providers of an organization, sign-ins under way, and who is who there; see migrations 0024 and 0036.
import { manyOf, oneOf } from './sql.ts';
import type { Sql } from './sql.ts';

export interface GroupRoles {
  readonly group: string;
  readonly roles: readonly string[];
}

/** What an administrator says of a provider. */
export interface ProviderSettings {
  readonly label: string;
  readonly issuer: string;
  readonly clientId: string;
  readonly scopes: readonly string[];
  readonly nameClaim: string;
  readonly groupsClaim: string;
  readonly groupRoles: readonly GroupRoles[];
  readonly defaultRoles: readonly string[];
  /** Empty: any. */
  readonly emailDomains: readonly string[];
  readonly provisions: boolean;
  /** Of access tokens that the API takes from this issuer; null: takes none. */
  readonly audience: string | null;
  /** Whoever signs out here is led to the provider, to sign out there. */
  readonly endsSession: boolean;
}
export interface ProviderRow extends ProviderSettings {
  readonly id: string;
  /** Unique in the organization; part of the address that the provider calls back. */
  readonly name: string;
  readonly hasSecret: boolean;
  /** Microseconds; null = in use. */
  readonly disabledAt: number | null;
  readonly createdAt: number;
  readonly createdBy: string;
  readonly changedAt: number;
  readonly changedBy: string;
}

const COLUMNS = `id, name, label, issuer, client_id AS "clientId", has_secret AS "hasSecret", scopes, name_claim AS "nameClaim", groups_claim AS "groupsClaim",
  group_roles AS "groupRoles", default_roles AS "defaultRoles", email_domains AS "emailDomains", provisions, audience, ends_session AS "endsSession", api.micros(disabled_at) AS "disabledAt",
  api.micros(created_at) AS "createdAt", created_by AS "createdBy", api.micros(changed_at) AS "changedAt", changed_by AS "changedBy"`;

export const providers = (sql: Sql): Promise<readonly ProviderRow[]> => manyOf(sql, `SELECT ${COLUMNS} FROM api.identity_provider ORDER BY name`);
export const providerNamed = (sql: Sql, name: string): Promise<ProviderRow | undefined> =>
  oneOf(sql, `SELECT ${COLUMNS} FROM api.identity_provider WHERE name = $1`, [name]);
export const providerById = (sql: Sql, id: string): Promise<ProviderRow | undefined> =>
  oneOf(sql, `SELECT ${COLUMNS} FROM api.identity_provider WHERE id = $1`, [id]);

/** As it was sealed; null = a client without a secret. */
export async function providerSecret(sql: Sql, id: string): Promise<string | null> {
  return (await oneOf<{ readonly secret: string | null }>(sql, 'SELECT api.identity_provider_secret($1) AS secret', [id]))?.secret ?? null;
}

/** @param secret Sealed; undefined = the one that is there stays. SQLSTATE 23505: tokens of this issuer and audience are another provider's. */
export async function saveProvider(
  sql: Sql,
  actor: string,
  name: string,
  settings: ProviderSettings & { readonly isDisabled: boolean },
  secret: string | null | undefined,
): Promise<void> {
  const columns = {
    label: settings.label,
    issuer: settings.issuer,
    client_id: settings.clientId,
    scopes: settings.scopes,
    name_claim: settings.nameClaim,
    groups_claim: settings.groupsClaim,
    group_roles: settings.groupRoles,
    default_roles: settings.defaultRoles,
    email_domains: settings.emailDomains,
    provisions: settings.provisions,
    audience: settings.audience,
    ends_session: settings.endsSession,
    disabled: settings.isDisabled,
  };
  await sql.query('SELECT api.save_identity_provider($1, $2, $3, $4, $5)', [actor, name, JSON.stringify(columns), secret ?? null, secret === undefined]);
}

/** Until the transaction ends, nobody else changes the one of this name, also while there is none yet. */
export async function lockProvider(sql: Sql, name: string): Promise<void> {
  await sql.query(`SELECT pg_advisory_xact_lock(hashtextextended('identity provider ' || api.organization() || ' ' || $1, 0))`, [name]);
}

/** SQLSTATE P0002: there is none. */
export async function removeProvider(sql: Sql, actor: string, name: string): Promise<void> {
  await sql.query('SELECT api.remove_identity_provider($1, $2)', [actor, name]);
}

/** SQLSTATE P0002: no such user or provider; 23505: the subject is somebody else's. */
export async function linkIdentity(sql: Sql, actor: string, provider: string, subject: string, user: string): Promise<void> {
  await sql.query('SELECT api.link_identity($1, $2, $3, $4)', [actor, provider, subject, user]);
}

/** How a user is known at a provider. */
export interface IdentityRow {
  readonly id: string;
  /** Name of the provider, and what its organization calls it. */
  readonly provider: string;
  readonly label: string;
  /** Its claim `sub`. */
  readonly subject: string;
  /** The roles are given here, whatever the groups there say: it came by an invitation. */
  readonly keepsRoles: boolean;
  /** Nobody signs in by the provider now. */
  readonly isDisabled: boolean;
  readonly createdAt: number;
  readonly usedAt: number;
}
/** As a column of a query that has the user's id as `userId`: rows of IdentityRow, the oldest first. */
export const identitiesOf = (userId: string): string => `coalesce((SELECT jsonb_agg(jsonb_build_object('id', i.id, 'provider', i.provider, 'label', i.label,
    'subject', i.subject, 'keepsRoles', i.keeps_roles, 'isDisabled', i.disabled_at IS NOT NULL, 'createdAt', api.micros(i.created_at),
    'usedAt', api.micros(i.used_at)) ORDER BY i.created_at, i.id) FROM api.user_identity i WHERE i.user_id = ${userId}), '[]')`;
export const identitiesOfUser = async (sql: Sql, userId: string): Promise<readonly IdentityRow[]> =>
  (await oneOf<{ readonly identities: readonly IdentityRow[] }>(sql, `SELECT ${identitiesOf('$1')} AS identities`, [userId]))!.identities;

/**
 * @param keepsAWay The user must be left with another way to sign in.
 * @returns Ids of the sessions that ended with it. SQLSTATE P0002: the user has no such identity; 23514 last_way_in.
 */
export async function unlinkIdentity(sql: Sql, actor: string, userId: string, identityId: string, keepsAWay: boolean): Promise<readonly string[]> {
  return (await oneOf<{ readonly ended: readonly string[] }>(sql, 'SELECT api.unlink_identity($1, $2, $3, $4) AS ended', [
    actor,
    userId,
    identityId,
    keepsAWay,
  ]))!.ended;
}

export interface Flow {
  readonly stateHash: Buffer;
  readonly secretHash: Buffer;
  readonly providerId: string;
}
/** @param invitationHash Of the token in the link that it begins at; null = it begins at the sign-in page. SQLSTATE P0002: that invitation is not open here. */
export async function openFlow(
  sql: Sql,
  { stateHash, secretHash, providerId }: Flow,
  returnTo: string,
  lifeSeconds: number,
  invitationHash: Buffer | null,
): Promise<void> {
  const parameters = [stateHash, secretHash, providerId, returnTo, lifeSeconds, invitationHash];
  await sql.query('SELECT api.open_oidc_flow($1, $2, $3, $4, make_interval(secs => $5), $6)', parameters);
}
export interface TakenFlow {
  readonly returnTo: string;
  /** Whose link it began at; null = it began at the sign-in page. */
  readonly invitationId: string | null;
}
/** To be finished once: undefined when there is none, it has ended, or belongs to another browser or provider. */
export const takeFlow = (sql: Sql, { stateHash, secretHash, providerId }: Flow): Promise<TakenFlow | undefined> =>
  oneOf(sql, 'SELECT return_to AS "returnTo", invitation_id AS "invitationId" FROM api.take_oidc_flow($1, $2, $3)', [stateHash, secretHash, providerId]);

/** Who the provider says it is. */
export interface ProviderPerson {
  readonly subject: string;
  /** Null = none that could be a user's: who is known here or invited needs none. */
  readonly name: string | null;
  readonly roles: readonly string[];
  /** That the provider has verified; null = none. */
  readonly email: string | null;
}
export type ProviderRefusal = 'no_name' | 'no_role' | 'unknown' | 'name_taken' | 'disabled' | 'has_account' | 'invitation_over';
export type ProviderSignIn =
  { readonly outcome: 'signed_in' | 'provisioned' | 'accepted'; readonly userId: string } | { readonly outcome: ProviderRefusal; readonly userId: null };
export async function signInByProvider(
  sql: Sql,
  providerId: string,
  { subject, name, roles, email }: ProviderPerson,
  invitationId: string | null,
): Promise<ProviderSignIn> {
  const parameters = [providerId, subject, name, roles, email, invitationId];
  return (await oneOf<ProviderSignIn>(sql, 'SELECT outcome, user_id AS "userId" FROM api.sign_in_by_provider($1, $2, $3, $4, $5, $6)', parameters))!;
}

/** Where a session of ours came from. */
export interface ProviderSession {
  readonly sessionId: string;
  readonly providerId: string;
  readonly subject: string;
  /** The provider's name for its own session; null = it has none. */
  readonly sid: string | null;
  /** Sealed. */
  readonly idToken: string;
}
export async function noteProviderSession(sql: Sql, { sessionId, providerId, subject, sid, idToken }: ProviderSession): Promise<void> {
  await sql.query('SELECT api.note_provider_session($1, $2, $3, $4, $5)', [sessionId, providerId, subject, sid, idToken]);
}
/** Ids of the sessions that ended; null = the token was used before. */
export async function endProviderSessions(
  sql: Sql,
  providerId: string,
  which: { readonly subject: string | null; readonly sid: string | null },
  jtiHash: Buffer,
  tokenLifeSeconds: number,
): Promise<readonly string[] | null> {
  const row = await oneOf<{ readonly ended: readonly string[] | null }>(
    sql,
    'SELECT api.end_provider_sessions($1, $2, $3, $4, make_interval(secs => $5)) AS ended',
    [providerId, which.subject, which.sid, jtiHash, tokenLifeSeconds],
  );
  return row!.ended;
}
/** Undefined when the session came from no provider, or the token is not its. */
export const providerOfSession = (
  sql: Sql,
  sessionId: string,
  presented: Buffer,
): Promise<{ readonly providerId: string; readonly idToken: string | null } | undefined> =>
  oneOf(sql, 'SELECT provider_id AS "providerId", id_token AS "idToken" FROM api.provider_of_session($1, $2)', [sessionId, presented]);

/** Of all organizations, before a signature is checked: there is one at most. */
export const providerOfToken = (
  sql: Sql,
  issuer: string,
  audiences: readonly string[],
): Promise<readonly { readonly organization: string; readonly providerId: string }[]> =>
  manyOf(sql, 'SELECT organization, provider_id AS "providerId" FROM api.provider_of_token($1, $2)', [issuer, audiences]);

/** Undefined when nobody has signed in as the subject. */
export const userOfIdentity = (sql: Sql, providerId: string, subject: string): Promise<{ readonly name: string; readonly disabled: boolean } | undefined> =>
  oneOf(sql, 'SELECT name, disabled FROM api.user_of_identity($1, $2)', [providerId, subject]);
