// Users of an organization, and who is invited to become one. Writing goes through functions that audit; see migration 0025.
import type { Micros } from '../../../pipeline/core/index.ts';
import { identitiesOf } from '../identity-providers.ts';
import type { IdentityRow } from '../identity-providers.ts';
import { manyOf, oneOf } from '../sql.ts';
import type { Sql } from '../sql.ts';

export interface MemberRow {
  readonly id: string;
  readonly name: string;
  readonly email: string | null;
  readonly roles: readonly string[];
  readonly createdAt: Micros;
  /** False for who signs in by an identity provider only. */
  readonly hasPassword: boolean;
  readonly passwordAt: Micros;
  /** Null while the user may sign in. */
  readonly disabledAt: Micros | null;
  /** That are open now. */
  readonly sessions: number;
  /** Newest use of a session that is still known; null when there is none. */
  readonly seenAt: Micros | null;
  /** By which identity providers the user signs in. */
  readonly identities: readonly IdentityRow[];
}

const MEMBER = `m.id, m.name, m.email, m.roles, m.created_at AS "createdAt", m.has_password AS "hasPassword", m.password_at AS "passwordAt",
  m.disabled_at AS "disabledAt", m.sessions, m.seen_at AS "seenAt", ${identitiesOf('m.id')} AS identities`;

export interface MemberFilter {
  /** Part of name or email, without case. */
  readonly search?: string | null | undefined;
  readonly role?: string | null | undefined;
  /** Absent: both. */
  readonly disabled?: boolean | null | undefined;
}

/** Newest first. */
export function pageOfMembers(
  sql: Sql,
  { search = null, role = null, disabled = null }: MemberFilter,
  after: { readonly at: Micros; readonly id: string } | null,
  limit: number,
): Promise<readonly MemberRow[]> {
  return manyOf(
    sql,
    `SELECT ${MEMBER} FROM api.member m
     WHERE ($1::text IS NULL OR strpos(lower(m.name), lower($1)) > 0 OR strpos(lower(m.email), lower($1)) > 0) AND ($2::text IS NULL OR $2 = ANY (m.roles))
       AND ($3::boolean IS NULL OR (m.disabled_at IS NOT NULL) = $3) AND ($4::bigint IS NULL OR (m.created_at, m.id) < (api.from_micros($4), $5::uuid))
     ORDER BY m.created_at DESC, m.id DESC LIMIT $6`,
    [search, role, disabled, after?.at ?? null, after?.id ?? null, limit],
  );
}

export const memberById = (sql: Sql, id: string): Promise<MemberRow | undefined> => oneOf(sql, `SELECT ${MEMBER} FROM api.member m WHERE m.id = $1`, [id]);

export interface NewMember {
  readonly name: string;
  readonly email: string | null;
  readonly roles: readonly string[];
}

/** SQLSTATE 23505 with constraint app_user_name or app_user_email: taken; 23503: no such role. @returns its id */
export async function addMember(sql: Sql, actor: string, { name, email, roles }: NewMember, passwordHash: string): Promise<string> {
  return (await oneOf<{ readonly id: string }>(sql, 'SELECT api.add_member($1, $2, $3, $4, $5) AS id', [actor, name, email, passwordHash, roles]))!.id;
}

/** Absent leaves a part as it is. */
export interface MemberChange {
  readonly name?: string | undefined;
  /** Null takes it away. */
  readonly email?: string | null | undefined;
  readonly roles?: readonly string[] | undefined;
  readonly disabled?: boolean | undefined;
}

/** SQLSTATE P0002: no such user; 23505, 23503 as above; 23514 last_admin. */
export async function changeMember(sql: Sql, actor: string, id: string, { name, email, roles, disabled }: MemberChange): Promise<void> {
  await sql.query('SELECT api.change_member($1, $2, $3, $4, $5, $6)', [
    actor,
    id,
    name ?? null,
    email === null ? '' : (email ?? null),
    roles ?? null,
    disabled ?? null,
  ]);
}

export interface InvitationRow extends NewMember {
  readonly id: string;
  readonly createdAt: Micros;
  readonly createdBy: string;
  readonly expiresAt: Micros;
  readonly acceptedAt: Micros | null;
  readonly revokedAt: Micros | null;
}

const INVITATION = `id, name, email, roles, created_at AS "createdAt", created_by AS "createdBy", expires_at AS "expiresAt", accepted_at AS "acceptedAt", revoked_at AS "revokedAt"`;

/** Newest first. @param withClosed Also those that were accepted, revoked or have expired. */
export function pageOfInvitations(
  sql: Sql,
  withClosed: boolean,
  after: { readonly at: Micros; readonly id: string } | null,
  limit: number,
): Promise<readonly InvitationRow[]> {
  return manyOf(
    sql,
    `SELECT ${INVITATION} FROM api.invitation WHERE ($1 OR (accepted_at IS NULL AND revoked_at IS NULL AND expires_at > now()))
       AND ($2::bigint IS NULL OR (created_at, id) < (api.from_micros($2), $3::uuid)) ORDER BY created_at DESC, id DESC LIMIT $4`,
    [withClosed, after?.at ?? null, after?.id ?? null, limit],
  );
}

export const invitationById = (sql: Sql, id: string): Promise<InvitationRow | undefined> =>
  oneOf(sql, `SELECT ${INVITATION} FROM api.invitation WHERE id = $1`, [id]);

/** SQLSTATE 23505: there is a user of this name; 23503: no such role. @returns its id */
export async function invite(sql: Sql, actor: string, { name, email, roles }: NewMember, tokenHash: Buffer, lifeHours: number): Promise<string> {
  const row = await oneOf<{ readonly id: string }>(sql, 'SELECT api.invite($1, $2, $3, $4, $5, make_interval(hours => $6)) AS id', [
    actor,
    name,
    email,
    roles,
    tokenHash,
    lifeHours,
  ]);
  return row!.id;
}

/** SQLSTATE P0002: none that is open. */
export async function revokeInvitation(sql: Sql, actor: string, id: string): Promise<void> {
  await sql.query('SELECT api.revoke_invitation($1, $2)', [actor, id]);
}

export interface OpenInvitation extends NewMember {
  readonly organization: string;
  readonly organizationName: string;
  readonly expiresAt: Micros;
}

/** Of any organization; undefined when it is unknown, used, revoked or past its end. */
export const openInvitation = (sql: Sql, tokenHash: Buffer): Promise<OpenInvitation | undefined> =>
  oneOf(sql, 'SELECT organization, organization_name AS "organizationName", name, email, roles, expires_at AS "expiresAt" FROM api.open_invitation($1)', [
    tokenHash,
  ]);

/** For the one caller that was first. SQLSTATE P0002: none that is open in this organization; 23505, 23503 as above. @returns the new user's id */
export async function acceptInvitation(sql: Sql, tokenHash: Buffer, passwordHash: string | null): Promise<string> {
  return (await oneOf<{ readonly id: string }>(sql, 'SELECT api.accept_invitation($1, $2) AS id', [tokenHash, passwordHash]))!.id;
}
