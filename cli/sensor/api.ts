// The API of the installation, as the commands of this folder ask it.
import { hasKey, keyFolderOf, openKeys } from '../../api/auth/keys.ts';
import { ORGANIZATION, Tokens } from '../../api/auth/tokens.ts';
import type { Role } from '../../api/gate/roles.ts';
import { ConfigError, FatalError } from '../../pipeline/core/errors.ts';
import { InvalidArgumentError } from 'commander';
import { requireConnection } from '../connection.ts';

export interface Where {
  readonly data?: string;
  readonly organization: string;
}
export type AskApi = <T>(method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE', path: string, body?: object) => Promise<T>;

const TIMEOUT_MS = 30_000;
/** The person at this machine's keyboard holds the installation's key. */
const ROLES: readonly Role[] = ['platform_admin', 'admin'];

/**
 * Signs a token with the key of the installation on this machine; for another one, GOSHAWK_API_URL and GOSHAWK_TOKEN.
 * @throws ConfigError INVALID_USAGE when there is neither; by the returned function also for what the API refuses. FatalError PART_DIED when it does not answer.
 */
export async function openApi(where: Where, env: NodeJS.ProcessEnv = process.env): Promise<AskApi> {
  const { apiUrl, dataFolder, installationId } = requireConnection(['apiUrl'], where, env);
  const token = env.GOSHAWK_TOKEN || (await signed(keyFolderOf(dataFolder), installationId, where.organization));
  return async (method, path, body) => {
    const response = await fetch(`${apiUrl}${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, ...(body !== undefined && { 'content-type': 'application/json' }) },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    }).catch((error: unknown) => {
      throw new FatalError('PART_DIED', `The API at ${apiUrl} does not answer. ./goshawk status says what runs.`, { apiUrl }, { cause: error });
    });
    const answer: unknown = await response.json().catch(() => null);
    if (!response.ok) throw refused(response.status, answer);
    return answer as never;
  };
}

/**
 * Answers of the API that are files: their bodies are the caller's to read. Each request has a token of its own, so that one may follow hours after another.
 * @throws As `openApi`. What the network says is passed on, for those who try again.
 */
export async function openDownloads(where: Where, env: NodeJS.ProcessEnv = process.env): Promise<(path: string, signal: AbortSignal) => Promise<Response>> {
  const { apiUrl, dataFolder, installationId } = requireConnection(['apiUrl'], where, env);
  return async (path, signal) => {
    const token = env.GOSHAWK_TOKEN || (await signed(keyFolderOf(dataFolder), installationId, where.organization));
    const response = await fetch(`${apiUrl}${path}`, { headers: { authorization: `Bearer ${token}` }, signal });
    if (!response.ok) throw refused(response.status, await response.json().catch(() => null));
    return response;
  };
}

/** For commander. */
export function organization(text: string): string {
  if (!ORGANIZATION.test(text)) throw new InvalidArgumentError('Lower-case letters, digits and dashes, at most 63.');
  return text;
}

async function signed(folder: string, installationId: string | null, organization: string): Promise<string> {
  if (installationId === null || !hasKey(folder))
    throw new ConfigError('INVALID_USAGE', 'The key of this installation is not here. Set GOSHAWK_TOKEN, or name the folder of the installation with --data.');
  return (await new Tokens(await openKeys(folder), installationId).sign({ user: 'cli', organization, roles: ROLES }, 60)).token;
}

interface Problem {
  readonly detail?: string;
  readonly code?: string;
  readonly errors?: readonly { readonly pointer: string; readonly detail: string }[];
}
function refused(status: number, answer: unknown): ConfigError | FatalError {
  const { detail = `The API answers ${status}.`, code = '', errors = [] } = (answer ?? {}) as Problem;
  const named = errors.filter((error) => error.detail !== detail).map((error) => ` ${error.pointer.replace('/body/', '')}: ${error.detail}`);
  const text = `${detail}${named.join('')}`;
  return status >= 500 ? new FatalError('PART_DIED', text, { code }) : new ConfigError('INVALID_USAGE', text, { code });
}
