// Google's APIs: a service account's tokens, and the form of their errors.
import { z } from 'zod';
import { ConfigError } from '../../pipeline/core/errors.ts';
import { openFarClock } from './far-clock.ts';
import type { Answer } from './http.ts';
import type { SinkDeps } from './index.ts';
import { openTokens, requestToken } from './token.ts';
import type { Tokens } from './token.ts';

const keyFile = z.object({
  type: z.literal('service_account'),
  client_email: z.string().min(1),
  private_key_id: z.string().optional(),
  private_key: z.string().min(1),
  token_uri: z.url().default('https://oauth2.googleapis.com/token'),
});
const SCOPE = 'https://www.googleapis.com/auth/cloud-platform';
const GRANT = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
/** The most that Google takes. */
const LASTS_SECONDS = 3_600;

/**
 * Tokens of a service account (RFC 7523).
 *
 * @param credentials The text of its key file, as Google makes it.
 * @param ca As of a token's request.
 * @throws ConfigError SINK_MISCONFIGURED when that is no such file.
 */
export async function serviceAccountTokens(credentials: string, deps: SinkDeps, ca?: string): Promise<Tokens> {
  const key = readKeyFile(credentials);
  const { SignJWT, importPKCS8 } = await import('jose');
  const signingKey = await importPKCS8(key.private_key, 'RS256').catch(() => {
    throw new ConfigError('SINK_MISCONFIGURED', 'credentials: private_key of the key file is no RSA key in PKCS #8 form.');
  });
  const clock = openFarClock(deps.now);
  const ask = async () => {
    const atSeconds = Math.floor(clock.now() / 1_000);
    const assertion = await new SignJWT({ scope: SCOPE })
      .setProtectedHeader({ alg: 'RS256', typ: 'JWT', ...(key.private_key_id !== undefined && { kid: key.private_key_id }) })
      .setIssuer(key.client_email)
      .setAudience(key.token_uri)
      .setIssuedAt(atSeconds)
      .setExpirationTime(atSeconds + LASTS_SECONDS)
      .sign(signingKey);
    return requestToken(deps, { url: key.token_uri, form: { grant_type: GRANT, assertion }, secrets: [assertion], ca });
  };
  const load = () =>
    ask().catch((error: unknown) => {
      // An assertion that is minutes off is refused in the same words as one of a key that was deleted.
      const { error: code, date } = (error instanceof ConfigError ? error.details : {}) as { readonly error?: string; readonly date?: string };
      if (code === 'invalid_grant' && date !== undefined && clock.learn({ date })) return ask();
      throw error;
    });
  return openTokens(load, deps.now);
}

function readKeyFile(text: string): z.infer<typeof keyFile> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    parsed = null;
  }
  const { data, error } = keyFile.safeParse(parsed);
  if (data !== undefined) return data;
  const missing = error.issues.map(({ path }) => path.join('.')).filter((path) => path !== '');
  throw new ConfigError(
    'SINK_MISCONFIGURED',
    `credentials: not the key file of a service account${missing.length === 0 ? '' : ` (${missing.join(', ')})`}. Give the JSON file that Google Cloud made, whole.`,
  );
}

const errorBody = z.object({ error: z.object({ status: z.string().default(''), message: z.string().default('') }) });

/** What an answer says in the form of google.rpc.Status: `INVALID_ARGUMENT`, or `HTTP <status>` where it says nothing. */
export function googleError({ status, body }: Answer): { readonly code: string; readonly message: string } {
  try {
    const { error } = errorBody.parse(JSON.parse(body.toString('utf8')));
    if (error.status !== '') return { code: error.status, message: error.message.slice(0, 300) };
  } catch {
    // A proxy's page, or nothing.
  }
  return { code: `HTTP ${status}`, message: `Answered ${status}.` };
}
