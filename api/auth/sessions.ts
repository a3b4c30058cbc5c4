// Sessions: opened by whoever proved who they are, carried on by refresh tokens, ended one by one or together.
import { createHash, randomBytes } from 'node:crypto';
import { withOrganization } from '../../store/connect.ts';
import { endUserSession, endUserSessions, sessionsOf } from '../../store/queries/accounts.ts';
import type { SessionRow } from '../../store/queries/accounts.ts';
import { addFirstUser, endSession, openSession, refreshSession } from '../../store/queries/users.ts';
import type { SignInTrace } from '../../store/queries/users.ts';
import type { DatabasePool } from '../../store/queries/sql.ts';
import type { InOrganization } from '../database.ts';
import type { ApiConfig } from '../config.ts';
import { ApiProblem, notFound } from '../gate/problem.ts';
import { hashPassword, randomPassword } from './passwords.ts';
import type { Revocations } from './revocation.ts';
import { ORGANIZATION } from './tokens.ts';
import type { Subject, Tokens } from './tokens.ts';

export interface SignedIn {
  readonly subject: Subject;
  readonly accessToken: string;
  readonly expiresInSeconds: number;
  /** To be used once; null when the session has a newer one already, which another tab of the same browser holds. */
  readonly refreshToken: string | null;
}
/** How somebody proved who they are; shown in the list of their sessions. */
export type SignInMethod = 'password' | 'totp' | 'recovery' | 'passkey' | 'provider';
/** Where a request comes from. */
export type Origin = Omit<SignInTrace, 'methods'>;

export interface SessionsDeps {
  readonly run: InOrganization;
  readonly tokens: Tokens;
  readonly config: Pick<ApiConfig, 'accessTokenSeconds' | 'refreshTokenHours' | 'sessionDays'>;
  readonly revocations: Pick<Revocations, 'sessionsEnded'>;
  /** Life of a session without use, as the organization wants it; null = as the installation has it. */
  readonly hoursOf: (organization: string) => Promise<number | null>;
}

/** The token that is replaced may come again for so long: two tabs of one browser refresh at the same moment. */
const GRACE_SECONDS = 20;
const DEFAULT_ORGANIZATION = 'default';
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export class Sessions {
  readonly #run: InOrganization;
  readonly #tokens: Tokens;
  readonly #config: SessionsDeps['config'];
  readonly #revocations: SessionsDeps['revocations'];
  readonly #hoursOf: SessionsDeps['hoursOf'];

  constructor({ run, tokens, config, revocations, hoursOf }: SessionsDeps) {
    this.#run = run;
    this.#tokens = tokens;
    this.#config = config;
    this.#revocations = revocations;
    this.#hoursOf = hoursOf;
  }

  /**
   * Of a user who has proved everything that is asked of them: nothing is checked here but that they exist.
   * @throws ApiProblem NOT_FOUND when the user is gone or disabled.
   */
  async open(organization: string, userId: string, methods: readonly SignInMethod[], origin: Origin): Promise<SignedIn> {
    const secret = randomBytes(32);
    const life = { hours: await this.#lifeHours(organization), days: this.#config.sessionDays };
    const opened = await orNotFound('user', () =>
      this.#run(organization, (sql) => openSession(sql, userId, hashOf(secret), life, { ...origin, methods: [...methods] })),
    );
    const { sessionId, name, roles, generation } = opened;
    return this.#signedIn({ user: name, organization, roles, session: { id: sessionId, generation } }, refreshToken(organization, sessionId, secret));
  }

  /** @throws ApiProblem SESSION_ENDED */
  async refresh(token: string, origin: Origin): Promise<SignedIn> {
    const presented = parseRefreshToken(token);
    if (presented === null) throw sessionEnded();
    const { organization, sessionId, secret } = presented;
    const next = randomBytes(32);
    const lifeHours = await this.#lifeHours(organization);
    const { outcome, name, roles, generation } = await this.#run(organization, (sql) =>
      refreshSession(sql, { sessionId, presented: hashOf(secret), next: hashOf(next) }, { lifeHours, graceSeconds: GRACE_SECONDS }, origin),
    );
    if (outcome === 'reused') this.#revocations.sessionsEnded([sessionId]);
    if (outcome === 'ended' || outcome === 'reused' || name === null || roles === null || generation === null) throw sessionEnded();
    return this.#signedIn(
      { user: name, organization, roles, session: { id: sessionId, generation } },
      outcome === 'rotated' ? refreshToken(organization, sessionId, next) : null,
    );
  }

  /** Also with a token that is not valid any more: then there is nothing to do. */
  async logout(token: string): Promise<void> {
    const presented = parseRefreshToken(token);
    if (presented === null) return;
    const { organization, sessionId, secret } = presented;
    if (await this.#run(organization, (sql) => endSession(sql, sessionId, hashOf(secret)))) this.#revocations.sessionsEnded([sessionId]);
  }

  /** Last used first. */
  list(organization: string, userId: string): Promise<readonly SessionRow[]> {
    return this.#run(organization, (sql) => sessionsOf(sql, userId));
  }

  /** Its access token stops working, and what it holds open closes. @throws ApiProblem NOT_FOUND when it is none of the user's. */
  async end(organization: string, actor: string, userId: string, sessionId: string): Promise<void> {
    if (!UUID.test(sessionId)) throw notFound('session');
    await orNotFound('session', () => this.#run(organization, (sql) => endUserSession(sql, actor, userId, sessionId)));
    this.#revocations.sessionsEnded([sessionId]);
  }

  /** All of a user, but `keep`. @throws ApiProblem NOT_FOUND when there is no such user. */
  async endAll(organization: string, actor: string, userId: string, keep: string | null): Promise<void> {
    const ended = await orNotFound('user', () => this.#run(organization, (sql) => endUserSessions(sql, actor, userId, keep)));
    this.#revocations.sessionsEnded(ended);
  }

  async #lifeHours(organization: string): Promise<number> {
    return (await this.#hoursOf(organization)) ?? this.#config.refreshTokenHours;
  }

  async #signedIn(subject: Subject, token: string | null): Promise<SignedIn> {
    const { token: accessToken } = await this.#tokens.sign(subject, this.#config.accessTokenSeconds);
    return { subject, accessToken, expiresInSeconds: this.#config.accessTokenSeconds, refreshToken: token };
  }
}

/**
 * Makes the user `admin` of an organization that has no users.
 * @returns Its password, to be shown once and kept nowhere; null when there are users already.
 */
export async function createFirstAdministrator(pool: DatabasePool, organization = DEFAULT_ORGANIZATION): Promise<string | null> {
  const password = randomPassword();
  const hash = await hashPassword(password);
  const isMade = await withOrganization(pool, organization, (sql) => addFirstUser(sql, 'admin', hash, ['platform_admin', 'admin']));
  return isMade ? password : null;
}

/** @throws ApiProblem NOT_FOUND for what the database calls no_data_found; what `work` throws else. */
export async function orNotFound<T>(what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw (error as { readonly code?: unknown }).code === 'P0002' ? notFound(what) : error;
  }
}

const hashOf = (secret: Buffer): Buffer => createHash('sha256').update(secret).digest();
const sessionEnded = () => new ApiProblem('SESSION_ENDED', 'Log in again.');
const refreshToken = (organization: string, sessionId: string, secret: Buffer): string => `${organization}.${sessionId}.${secret.toString('base64url')}`;

/** Null when it has not the form of one. */
export function parseRefreshToken(token: string): { readonly organization: string; readonly sessionId: string; readonly secret: Buffer } | null {
  const [organization = '', sessionId = '', secret = '', ...rest] = token.split('.');
  const isWhole = rest.length === 0 && ORGANIZATION.test(organization) && UUID.test(sessionId) && /^[\w-]{43}$/.test(secret);
  return isWhole ? { organization, sessionId, secret: Buffer.from(secret, 'base64url') } : null;
}
