// Accounts of people: passwords, second factors, passkeys, and what makes tokens stop holding. Migration 0023 says what each function promises.
import { manyOf, oneOf } from './sql.ts';
import type { Sql } from './sql.ts';

export interface TokenRevocation {
  readonly sessionId: string;
  /** Tokens of an earlier generation are refused; null = all. */
  readonly generation: number | null;
}
/** Of all organizations, as far as tokens may still live. */
export const tokenRevocations = (sql: Sql): Promise<readonly TokenRevocation[]> =>
  manyOf(sql, 'SELECT session_id AS "sessionId", generation FROM api.token_revocations()');
export async function forgetTokenRevocations(sql: Sql): Promise<void> {
  await sql.query('SELECT api.forget_token_revocations()');
}

export interface Account {
  readonly id: string;
  readonly name: string;
  /** PHC string; null = signs in elsewhere. */
  readonly passwordHash: string | null;
  readonly roles: readonly string[];
  readonly generation: number;
  /** When an authenticator application was proved, in microseconds; null = never. */
  readonly totpAt: number | null;
  readonly passkeys: number;
  /** Unused. */
  readonly recoveryCodes: number;
  /** One of the roles needs a second factor, as the organization wants it. */
  readonly needsMfa: boolean;
}
/** Undefined when there is no such user in the organization, or the user is disabled. */
export const accountOf = (sql: Sql, userId: string): Promise<Account | undefined> =>
  oneOf(
    sql,
    `SELECT id, name, password_hash AS "passwordHash", roles, generation, totp_at AS "totpAt", passkeys, recovery_codes AS "recoveryCodes", needs_mfa AS "needsMfa"
     FROM api.account($1)`,
    [userId],
  );

export interface SessionRow {
  readonly id: string;
  readonly userId: string;
  /** Microseconds, as all times here. */
  readonly createdAt: number;
  readonly usedAt: number;
  readonly expiresAt: number;
  readonly methods: readonly string[];
  readonly address: string | null;
  readonly agent: string | null;
}
const SESSION = `id, user_id AS "userId", created_at AS "createdAt", used_at AS "usedAt", expires_at AS "expiresAt", methods, address, agent`;

export const sessionOf = (sql: Sql, sessionId: string): Promise<SessionRow | undefined> =>
  oneOf(sql, `SELECT ${SESSION} FROM api.session WHERE id = $1`, [sessionId]);
/** Last used first. */
export const sessionsOf = (sql: Sql, userId: string): Promise<readonly SessionRow[]> =>
  manyOf(sql, `SELECT ${SESSION} FROM api.session WHERE user_id = $1 ORDER BY used_at DESC, id`, [userId]);
/** @throws SQLSTATE P0002 when it is none of the user's. */
export async function endUserSession(sql: Sql, actor: string, userId: string, sessionId: string): Promise<void> {
  await sql.query('SELECT api.end_user_session($1, $2, $3)', [actor, userId, sessionId]);
}
/** All of a user but `keep`. @returns The ids of those that ended. */
export const endUserSessions = (sql: Sql, actor: string, userId: string, keep: string | null): Promise<readonly string[]> =>
  idsOf(sql, 'SELECT api.end_user_sessions($1, $2, $3) AS id', [actor, userId, keep]);

/** Also ends all other sessions of the user. @returns The ids of those that ended. */
export const setPassword = (sql: Sql, actor: string, userId: string, passwordHash: string, keep: string | null): Promise<readonly string[]> =>
  idsOf(sql, 'SELECT api.set_password($1, $2, $3, $4) AS id', [actor, userId, passwordHash, keep]);
export async function raisePasswordCost(sql: Sql, userId: string, oldHash: string, newHash: string): Promise<void> {
  await sql.query('SELECT api.raise_password_cost($1, $2, $3)', [userId, oldHash, newHash]);
}

export type AttemptKind = 'account' | 'address' | 'factor';
export interface AttemptLimits {
  /** Failures from which on each one locks. */
  readonly free: number;
  /** The first lock; each further one is twice as long, up to the longest. */
  readonly firstSeconds: number;
  readonly longestSeconds: number;
  /** Without failures for so long, they are forgotten. */
  readonly memorySeconds: number;
}
/** Counts an attempt as failed, before it is made. @returns 0, or the seconds to wait: then it may not be made. */
export async function countAttempt(sql: Sql, kind: AttemptKind, subject: string, limits: AttemptLimits): Promise<number> {
  const { free, firstSeconds, longestSeconds, memorySeconds } = limits;
  const text = `SELECT api.count_attempt($1, $2, $3, make_interval(secs => $4), make_interval(secs => $5), make_interval(secs => $6)) AS seconds`;
  return (await oneOf<{ readonly seconds: number }>(sql, text, [kind, subject, free, firstSeconds, longestSeconds, memorySeconds]))!.seconds;
}
/** The attempt that was counted last was right. `wholly`: what failed before is forgotten too. */
export async function takeBackAttempt(sql: Sql, kind: AttemptKind, subject: string, wholly: boolean): Promise<void> {
  await sql.query('SELECT api.take_back_attempt($1, $2, $3)', [kind, subject, wholly]);
}
export async function noteRefusedSignIn(sql: Sql, name: string, address: string, reason: string): Promise<void> {
  await sql.query('SELECT api.note_refused_sign_in($1, $2, $3)', [name, address, reason]);
}
/** @throws SQLSTATE P0002 */
export async function unlockUser(sql: Sql, actor: string, userId: string): Promise<void> {
  await sql.query('SELECT api.unlock_user($1, $2)', [actor, userId]);
}

/** Roles whose users need a second factor. */
export async function setMfaRoles(sql: Sql, actor: string, roles: readonly string[]): Promise<void> {
  await sql.query('SELECT api.set_sign_in_policy($1, $2)', [actor, roles]);
}

export interface TotpRow {
  /** Sealed, as `pending`. Null: none was proved yet. */
  readonly secret: string | null;
  readonly pending: string | null;
  readonly lastStep: number;
}
export const totpOf = (sql: Sql, userId: string): Promise<TotpRow | undefined> =>
  oneOf(sql, 'SELECT secret, pending, last_step AS "lastStep" FROM api.totp($1)', [userId]);
export async function proposeTotp(sql: Sql, userId: string, sealed: string): Promise<void> {
  await sql.query('SELECT api.propose_totp($1, $2)', [userId, sealed]);
}
/** True for the one caller that used the step. */
export const useTotpStep = (sql: Sql, userId: string, step: number): Promise<boolean> => isTrue(sql, 'SELECT api.use_totp_step($1, $2) AS yes', [userId, step]);
/** False when another secret was shown meanwhile. */
export const confirmTotp = (sql: Sql, userId: string, sealed: string, step: number, recoveryHashes: readonly Buffer[]): Promise<boolean> =>
  isTrue(sql, 'SELECT api.confirm_totp($1, $2, $3, $4) AS yes', [userId, sealed, step, recoveryHashes]);
export async function renewRecoveryCodes(sql: Sql, userId: string, hashes: readonly Buffer[]): Promise<void> {
  await sql.query('SELECT api.renew_recovery_codes($1, $2)', [userId, hashes]);
}
/** True for the one caller that used it. */
export const useRecoveryCode = (sql: Sql, userId: string, hash: Buffer): Promise<boolean> =>
  isTrue(sql, 'SELECT api.use_recovery_code($1, $2) AS yes', [userId, hash]);
/** `whole`: passkeys too, and all sessions end. @throws SQLSTATE P0002 */
export async function removeFactors(sql: Sql, actor: string, userId: string, whole: boolean): Promise<void> {
  await sql.query('SELECT api.remove_factors($1, $2, $3)', [actor, userId, whole]);
}

export type ChallengePurpose = 'register' | 'sign-in' | 'second-factor';
export async function openPasskeyChallenge(sql: Sql, hash: Buffer, userId: string | null, purpose: ChallengePurpose, lifeSeconds: number): Promise<void> {
  await sql.query('SELECT api.open_passkey_challenge($1, $2, $3, make_interval(secs => $4))', [hash, userId, purpose, lifeSeconds]);
}
/** Undefined: there is none, it was answered, or it has expired. `userId` null: anybody's passkey may answer. */
export const takePasskeyChallenge = (sql: Sql, hash: Buffer, purpose: ChallengePurpose): Promise<{ readonly userId: string | null } | undefined> =>
  oneOf(sql, 'SELECT user_id AS "userId" FROM api.take_passkey_challenge($1, $2)', [hash, purpose]);

export interface PasskeyRow {
  /** Credential id, base64url. */
  readonly id: string;
  readonly name: string;
  readonly transports: readonly string[];
  /** It is kept with a provider, so that other devices have it too. */
  readonly isBackedUp: boolean;
  readonly createdAt: number;
  readonly usedAt: number | null;
}
/** Oldest first. */
export const passkeysOf = (sql: Sql, userId: string): Promise<readonly PasskeyRow[]> =>
  manyOf(
    sql,
    `SELECT id, name, transports, is_backed_up AS "isBackedUp", created_at AS "createdAt", used_at AS "usedAt" FROM api.passkey WHERE user_id = $1 ORDER BY created_at, id`,
    [userId],
  );
export interface PasskeyKey {
  readonly userId: string;
  /** COSE. */
  readonly publicKey: Buffer;
  readonly counter: number;
  readonly transports: readonly string[];
}
export const passkeyKeyOf = (sql: Sql, id: string): Promise<PasskeyKey | undefined> =>
  oneOf(sql, 'SELECT user_id AS "userId", public_key AS "publicKey", counter, transports FROM api.passkey_key($1)', [id]);
export interface NewPasskey extends Omit<PasskeyKey, 'userId'> {
  readonly id: string;
  readonly name: string;
  readonly isBackedUp: boolean;
}
/** @throws SQLSTATE 23505 when it is registered already. */
export async function addPasskey(sql: Sql, userId: string, { id, publicKey, counter, transports, name, isBackedUp }: NewPasskey): Promise<void> {
  await sql.query('SELECT api.add_passkey($1, $2, $3, $4, $5, $6, $7)', [userId, id, publicKey, counter, transports, name, isBackedUp]);
}
/** False when the counter went back: a copy of the authenticator is about. */
export const usePasskey = (sql: Sql, id: string, counter: number): Promise<boolean> => isTrue(sql, 'SELECT api.use_passkey($1, $2) AS yes', [id, counter]);
/** @throws SQLSTATE P0002 */
export async function removePasskey(sql: Sql, actor: string, userId: string, id: string): Promise<void> {
  await sql.query('SELECT api.remove_passkey($1, $2, $3)', [actor, userId, id]);
}

const isTrue = async (sql: Sql, text: string, values: readonly unknown[]): Promise<boolean> => (await oneOf<{ readonly yes: boolean }>(sql, text, values))!.yes;
const idsOf = async (sql: Sql, text: string, values: readonly unknown[]): Promise<readonly string[]> =>
  (await manyOf<{ readonly id: string }>(sql, text, values)).map(({ id }) => id);
