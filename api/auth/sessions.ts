// Signing in: a password for a session, a refresh token for an access token.
import { createHash, randomBytes } from 'node:crypto';
import { withOrganization } from '../../store/connect.ts';
import { addFirstUser, credentialsOf, endSession, openSession, refreshSession } from '../../store/queries/users.ts';
import type { DatabasePool } from '../../store/queries/sql.ts';
import type { InOrganization } from '../database.ts';
import type { ApiConfig } from '../config.ts';
import { ApiProblem } from '../gate/problem.ts';
import { hashPassword, isPassword, randomPassword } from './passwords.ts';
import { ORGANIZATION } from './tokens.ts';
import type { Subject, Tokens } from './tokens.ts';

export interface SignedIn {
  readonly subject: Subject;
  readonly accessToken: string;
  readonly expiresInSeconds: number;
  /** To be used once; null when the session has a newer one already, which another tab of the same browser holds. */
  readonly refreshToken: string | null;
}

/** The token that is replaced may come again for so long: two tabs of one browser refresh at the same moment. */
const GRACE_SECONDS = 20;
const DEFAULT_ORGANIZATION = 'default';

export class Sessions {
  readonly #run: InOrganization;
  readonly #tokens: Tokens;
  readonly #config: ApiConfig;

  constructor(run: InOrganization, tokens: Tokens, config: ApiConfig) {
    this.#run = run;
    this.#tokens = tokens;
    this.#config = config;
  }

  /** @throws ApiProblem LOGIN_FAILED, the same and after the same time for an unknown name, a wrong password and another organization. */
  async login(user: string, password: string, organization = DEFAULT_ORGANIZATION): Promise<SignedIn> {
    const found = ORGANIZATION.test(organization) ? await this.#run(organization, (sql) => credentialsOf(sql, user)) : undefined;
    const isRight = await isPassword(found?.passwordHash ?? null, password); // never inside of the transaction: it takes its time
    if (found === undefined || !isRight)
      throw new ApiProblem('LOGIN_FAILED', "Check name, password and organization. The administrator's password was printed at the first start.");
    const secret = randomBytes(32);
    const sessionId = await this.#run(organization, (sql) => openSession(sql, found.id, hashOf(secret), this.#config.refreshTokenHours));
    return this.#signedIn({ user: found.name, organization, roles: found.roles }, refreshToken(organization, sessionId, secret));
  }

  /** @throws ApiProblem SESSION_ENDED */
  async refresh(token: string): Promise<SignedIn> {
    const presented = parseRefreshToken(token);
    if (presented === null) throw sessionEnded();
    const { organization, sessionId, secret } = presented;
    const next = randomBytes(32);
    const { outcome, name, roles } = await this.#run(organization, (sql) =>
      refreshSession(sql, sessionId, hashOf(secret), hashOf(next), this.#config.refreshTokenHours, GRACE_SECONDS),
    );
    if (outcome === 'ended' || outcome === 'reused' || name === null || roles === null) throw sessionEnded();
    return this.#signedIn({ user: name, organization, roles }, outcome === 'rotated' ? refreshToken(organization, sessionId, next) : null);
  }

  /** Also with a token that is not valid any more: then there is nothing to do. */
  async logout(token: string): Promise<void> {
    const presented = parseRefreshToken(token);
    if (presented === null) return;
    await this.#run(presented.organization, (sql) => endSession(sql, presented.sessionId, hashOf(presented.secret)));
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

const hashOf = (secret: Buffer): Buffer => createHash('sha256').update(secret).digest();
const sessionEnded = () => new ApiProblem('SESSION_ENDED', 'Log in again.');
const refreshToken = (organization: string, sessionId: string, secret: Buffer): string => `${organization}.${sessionId}.${secret.toString('base64url')}`;

function parseRefreshToken(token: string): { readonly organization: string; readonly sessionId: string; readonly secret: Buffer } | null {
  const [organization = '', sessionId = '', secret = '', ...rest] = token.split('.');
  const isWhole =
    rest.length === 0 && ORGANIZATION.test(organization) && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(sessionId) && /^[\w-]{43}$/.test(secret);
  return isWhole ? { organization, sessionId, secret: Buffer.from(secret, 'base64url') } : null;
}
