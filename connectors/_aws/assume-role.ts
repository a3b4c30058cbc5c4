// Keys to sign with: those that were configured, or temporary ones of a role that those may take on (AWS STS, AssumeRole).
import { ConfigError, RetryableError } from '../../pipeline/core/errors.ts';
import { openFarClock } from '../_sink/far-clock.ts';
import { exchange, retryAfterMs } from '../_sink/http.ts';
import type { Answer } from '../_sink/http.ts';
import type { SinkDeps } from '../_sink/index.ts';
import { signed } from '../_sink/sigv4.ts';
import type { AwsCredentials } from '../_sink/sigv4.ts';
import { openTokens } from '../_sink/token.ts';
import type { Lasting, Renewed } from '../_sink/token.ts';
import { awsHost, credentialsOf } from './options.ts';
import type { AwsConfig } from './options.ts';
import { parseXml, textOf } from './xml.ts';
import type { Element } from './xml.ts';

/** What taking on a role needs of a connector's. */
export type RoleDeps = Pick<SinkDeps, 'outbound' | 'allow' | 'now' | 'connector' | 'signal'>;

const LASTS_SECONDS = 3_600;
const CURES: Readonly<Record<string, string>> = {
  AccessDenied: 'Let the key assume the role: in its own policy (sts:AssumeRole), in the trust policy of the role, and with the `externalId` that it asks for.',
  InvalidClientTokenId: 'Correct `accessKeyId`.',
  SignatureDoesNotMatch: 'Correct `secretAccessKey`.',
  ExpiredToken: 'The session token has ended: give new credentials, or keys that last.',
  RegionDisabledException: 'Turn STS on in this region of the account.',
};
const PASSING = new Set(['Throttling', 'ThrottlingException', 'RequestLimitExceeded', 'InternalFailure', 'ServiceUnavailable', 'IDPCommunicationError']);
const CLOCK = new Set(['SignatureDoesNotMatch', 'RequestExpired', 'InvalidSignatureException']);

/** @param ca Authorities in place of this machine's, PEM. @returns Its `get` throws ConfigError SINK_MISCONFIGURED or RetryableError SINK_UNAVAILABLE. */
export function awsCredentials(config: AwsConfig, deps: RoleDeps, ca?: string): Renewed<AwsCredentials> {
  const own = credentialsOf(config);
  if (config.roleArn === '') return { get: async () => own, refuse: () => {} };

  const clock = openFarClock(deps.now);
  const url = config.stsUrl ?? `https://${awsHost('sts', config.region)}/`;
  const body = new URLSearchParams({
    Action: 'AssumeRole',
    Version: '2011-06-15',
    RoleArn: config.roleArn,
    RoleSessionName: `goshawk-${deps.connector}`.replaceAll(/[^\w+=,.@-]/g, '-').slice(0, 64),
    DurationSeconds: String(LASTS_SECONDS),
    ...(config.externalId !== '' && { ExternalId: config.externalId }),
  }).toString();

  const ask = async (): Promise<Answer> => {
    const request = { method: 'POST', url, headers: { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' }, body };
    const headers = signed({ ...request, service: 'sts', region: config.region, credentials: own, nowMs: clock.now() });
    try {
      return await exchange(deps, { ...request, headers, signal: deps.signal, ...(ca !== undefined && { tls: { ca } }) });
    } catch (error) {
      if (!(error instanceof RetryableError)) throw error;
      throw new RetryableError('SINK_UNAVAILABLE', error.message, { ...error.details, isAmbiguous: false }, { cause: error }); // nothing of the sink's own was sent
    }
  };
  const load = async () => {
    const answer = await ask();
    const isClock = answer.status >= 400 && CLOCK.has(codeOf(answer)) && clock.learn(answer.headers);
    return read(isClock ? await ask() : answer, deps.now());
  };
  return openTokens(load, deps.now);
}

function read({ status, headers, body }: Answer, nowMs: number): Lasting<AwsCredentials> {
  const tree = parseXml(body.toString('utf8', 0, 65_536));
  if (status === 200) {
    const found = tree === null ? undefined : find(tree, 'Credentials');
    const [accessKeyId, secretAccessKey, sessionToken] = ['AccessKeyId', 'SecretAccessKey', 'SessionToken'].map((name) =>
      found === undefined ? undefined : textOf(found, name),
    );
    // By the length that was asked for: the end that the answer names is by the clock of AWS.
    if (accessKeyId !== undefined && secretAccessKey !== undefined && sessionToken !== undefined)
      return { value: { accessKeyId, secretAccessKey, sessionToken }, expiresAtMs: nowMs + LASTS_SECONDS * 1_000 };
    throw new ConfigError('SINK_MISCONFIGURED', 'STS answers with something else than credentials: correct `stsUrl`.', { code: 'STS' });
  }
  const code = codeOf({ status, headers, body });
  const message = (tree === null ? undefined : find(tree, 'Message')?.text) ?? '';
  const said = `STS gives no credentials of the role (${status} ${code}): ${message}`.slice(0, 400);
  if (status === 429 || status >= 500 || PASSING.has(code))
    throw new RetryableError('SINK_UNAVAILABLE', said, { code, isAmbiguous: false, afterMs: retryAfterMs(headers, nowMs) });
  throw new ConfigError('SINK_MISCONFIGURED', `${said} ${CURES[code] ?? ''}`.trim(), { code });
}

function codeOf({ body }: Answer): string {
  const tree = parseXml(body.toString('utf8', 0, 65_536));
  return (tree === null ? undefined : find(tree, 'Code')?.text) ?? '';
}

/** The first of the name, at any depth. */
function find(element: Element, name: string): Element | undefined {
  if (element.name === name) return element;
  for (const child of element.children) {
    const found = find(child, name);
    if (found !== undefined) return found;
  }
  return undefined;
}
