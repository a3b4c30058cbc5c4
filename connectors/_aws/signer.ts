// Signs requests to one service; once more where the clock of AWS is another, or the keys of a role have ended.
import type { Answer } from '../_sink/http.ts';
import { openFarClock } from '../_sink/far-clock.ts';
import { signed } from '../_sink/sigv4.ts';
import type { AwsCredentials, SignedRequest } from '../_sink/sigv4.ts';
import { awsCredentials } from './assume-role.ts';
import type { RoleDeps } from './assume-role.ts';
import type { AwsConfig } from './options.ts';

export type Signable = Pick<SignedRequest, 'method' | 'url' | 'headers' | 'body'>;
type Headers = Readonly<Record<string, string>>;
export interface Signer {
  /** @throws ConfigError SINK_MISCONFIGURED, RetryableError SINK_UNAVAILABLE: the role cannot be taken on. */
  readonly headers: (request: Signable) => Promise<Headers>;
  /**
   * Sends, and sends again when the answer says that signing anew may help.
   * @param codeOf What AWS calls the failure; asked only of answers with a status from 400 on.
   */
  readonly send: (request: Signable, send: (headers: Headers) => Promise<Answer>, codeOf: (answer: Answer) => string) => Promise<Answer>;
}

/** Of requests whose time AWS does not believe. */
const CLOCK = new Set(['InvalidSignatureException', 'SignatureDoesNotMatch', 'RequestExpired', 'RequestTimeTooSkewed']);
/** Of temporary credentials that have ended. */
const ENDED = new Set(['ExpiredToken', 'ExpiredTokenException', 'InvalidToken', 'UnrecognizedClientException', 'InvalidClientTokenId', 'InvalidAccessKeyId']);

/** @param service As AWS names it in scopes: `s3`. @param ca Authorities in place of this machine's, PEM. */
export function openSigner(config: AwsConfig, service: string, deps: RoleDeps, ca?: string): Signer {
  const clock = openFarClock(deps.now);
  const keys = awsCredentials(config, deps, ca);
  const by = (credentials: AwsCredentials, request: Signable) => signed({ ...request, service, region: config.region, credentials, nowMs: clock.now() });
  return {
    headers: async (request) => by(await keys.get(), request),
    async send(request, send, codeOf) {
      const credentials = await keys.get();
      const answer = await send(by(credentials, request));
      if (answer.status < 400) return answer;
      const code = codeOf(answer);
      if (ENDED.has(code) && config.roleArn !== '') keys.refuse(credentials);
      else if (!CLOCK.has(code) || !clock.learn(answer.headers)) return answer;
      return send(by(await keys.get(), request));
    },
  };
}
