// A service account of a project that does not exist, and the token endpoint that knows it.
import { generateKeyPairSync } from 'node:crypto';
import { errors, jwtVerify } from 'jose';
import type { FarAnswer, FarRequest } from './far-side.ts';

const EMAIL = 'sink@stand-in.iam.gserviceaccount.com';
export const TOKEN_PATH = '/token';
/** Made when the first test asks. */
let pair: ReturnType<typeof makePair> | undefined;
const makePair = () => generateKeyPairSync('rsa', { modulusLength: 2_048 });

export interface GoogleAccount {
  /** The text of its key file. `endpoint` is the address of the server, without a slash at its end. */
  readonly credentials: (endpoint: string) => string;
  /** What the token endpoint answers. */
  readonly token: (request: FarRequest, endpoint: string) => Promise<FarAnswer>;
  /** Null = the request may pass. */
  readonly refusal: (request: FarRequest) => FarAnswer | null;
  /** Tokens that were given, in order. */
  readonly tokens: readonly string[];
  /** They are worth nothing any more. */
  readonly endTokens: () => void;
}

export function googleAccount(): GoogleAccount {
  const { publicKey, privateKey } = (pair ??= makePair());
  const tokens: string[] = [];
  const valid = new Set<string>();
  return {
    tokens,
    endTokens: () => valid.clear(),
    credentials: (endpoint) =>
      JSON.stringify({
        type: 'service_account',
        client_email: EMAIL,
        private_key_id: 'key-1',
        private_key: privateKey.export({ type: 'pkcs8', format: 'pem' }),
        token_uri: `${endpoint}${TOKEN_PATH}`,
      }),
    token: async ({ body }, endpoint) => {
      try {
        const assertion = new URLSearchParams(body.toString()).get('assertion') ?? '';
        await jwtVerify(assertion, publicKey, { issuer: EMAIL, audience: `${endpoint}${TOKEN_PATH}`, algorithms: ['RS256'] });
      } catch (error) {
        if (!(error instanceof errors.JOSEError)) throw error;
        return { status: 400, body: { error: 'invalid_grant', error_description: 'Invalid JWT Signature.' } };
      }
      const made = `ya29.standin-${tokens.length + 1}`;
      tokens.push(made);
      valid.add(made);
      return { status: 200, body: { access_token: made, expires_in: 3_599, token_type: 'Bearer' } };
    },
    refusal: ({ headers }) =>
      valid.has((headers.authorization ?? '').replace(/^Bearer /, ''))
        ? null
        : googleProblem(401, 'UNAUTHENTICATED', 'Request had invalid authentication credentials.'),
  };
}

/** As Google's APIs say it. */
export const googleProblem = (status: number, code: string, message: string): FarAnswer => ({
  status,
  body: { error: { code: status, status: code, message } },
});
