// The one HTTP client for addresses that a user can name. What is pointed at is resolved once, checked, and connected to as it was checked.
import { request as requestHttp } from 'node:http';
import type { ClientRequest, IncomingHttpHeaders, IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import { request as requestHttps } from 'node:https';
import { pipeline } from 'node:stream';
import type { Readable } from 'node:stream';
import { ConfigError, RetryableError } from '../pipeline/core/errors.ts';
import type { AllowList } from './allow-list.ts';
import { ACCEPTED_ENCODINGS, boundedBody, tooLarge } from './body.ts';
import type { OutboundConfig } from './config.ts';
import { notReached, openAgents, pinnedLookup } from './connect.ts';
import type { PinnedOptions } from './connect.ts';
import { openDial } from './dial.ts';
import type { Dial } from './dial.ts';
import { openGuard } from './guard.ts';
import { outcomeOf } from './metrics.ts';
import type { OutboundMetrics } from './metrics.ts';
import { openResolve } from './resolve.ts';
import type { Resolve } from './resolve.ts';
import { parseTarget, refused } from './target.ts';
import type { Target } from './target.ts';

export type Limits = Pick<OutboundConfig, 'connectMs' | 'firstByteMs' | 'wholeMs' | 'headerMaxBytes' | 'bodyMaxBytes'>;

export interface OutboundRequest {
  /** Who asks, for the metrics: one of a closed set, such as `oidc`. */
  readonly purpose: string;
  readonly url: string;
  /** GET unless given. */
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** A stream is sent as it comes, chunked; it is destroyed when the request fails. */
  readonly body?: string | Uint8Array | Readable;
  /** What the organization opens for itself, as far as `organizationNetworks` lets it; from `allowListOf`. */
  readonly allow?: AllowList;
  /** PEM. `ca` replaces the authorities that this machine trusts; verification cannot be turned off. */
  readonly tls?: { readonly ca?: string; readonly cert?: string; readonly key?: string };
  readonly limits?: Partial<Limits>;
  readonly signal?: AbortSignal;
}

export interface OutboundAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Unpacked, and bounded. Read it to its end or destroy it; until then it holds a connection, at most for `wholeMs`. */
  readonly body: Readable;
}

export interface Outbound {
  /** For what is not HTTP, under the same rules. */
  readonly dial: Dial;
  /**
   * Sends one request. Any status is an answer, except a redirect.
   *
   * @throws ConfigError OUTBOUND_REFUSED when the target may not be reached: nothing was sent, and `details.reason` says why. ConfigError OUTBOUND_REDIRECTED for an answer that
   *   names another address. ConfigError OUTBOUND_TOO_LARGE, also from the body. RetryableError OUTBOUND_FAILED when a name has no address, the far side does not
   *   answer in time, its certificate does not hold, or it breaks off, also from the body; whether the far side has acted on the request is not known then.
   */
  readonly request: (request: OutboundRequest) => Promise<OutboundAnswer>;
  /** Checks a target without a request, for whoever stores one: its name may still come to lead elsewhere. @throws as `request`. */
  readonly check: (url: string, allow?: AllowList) => Promise<void>;
  /** Ends idle connections. */
  readonly close: () => void;
}

/** Said by us alone: two programs that disagree on where a request ends are how others are smuggled in. */
const OWN_HEADERS = new Set([
  'host',
  'connection',
  'content-length',
  'transfer-encoding',
  'upgrade',
  'te',
  'trailer',
  'expect',
  'keep-alive',
  'proxy-connection',
  'proxy-authorization',
]);
const METHOD = /^(GET|HEAD|POST|PUT|PATCH|DELETE)$/;
const REDIRECTS = new Set([300, 301, 302, 303, 307, 308]);

/** @param metrics Absent = not counted. @param resolve For tests. @throws ConfigError INVALID_CONFIG */
export function openOutbound(
  config: OutboundConfig,
  { metrics, resolve = openResolve(config.connectMs) }: { readonly metrics?: OutboundMetrics; readonly resolve?: Resolve } = {},
): Outbound {
  const agents = openAgents(config.proxy);
  const guard = openGuard(config, resolve);

  const vet = async (url: string, organization?: AllowList) => {
    const target = parseTarget(url);
    return { target, addresses: await guard.vet(target, organization) };
  };

  const send = async (asked: OutboundRequest): Promise<OutboundAnswer> => {
    const { method = 'GET', headers = {}, limits: own = {} } = asked;
    if (!METHOD.test(method))
      throw refused('header', `The method ${JSON.stringify(method.slice(0, 20))}`, 'is not one that is sent', 'Use GET, HEAD, POST, PUT, PATCH or DELETE.');
    checkHeaders(headers);
    const limits = { ...config, ...own };
    const { target, addresses } = await vet(asked.url, asked.allow);
    const options: PinnedOptions = {
      method,
      host: target.host,
      port: target.port,
      path: `${target.url.pathname}${target.url.search}`,
      headers: { 'accept-encoding': ACCEPTED_ENCODINGS, 'user-agent': 'goshawk', ...lowerCased(headers), host: target.url.host },
      agent: target.isTls ? agents.https : agents.http,
      lookup: pinnedLookup(addresses),
      pinned: addresses,
      maxHeaderSize: limits.headerMaxBytes,
      ...(target.isTls && { ...asked.tls, servername: target.isAddress ? '' : target.host, minVersion: 'TLSv1.2' as const }),
    };
    return exchange(options, target, asked, limits);
  };

  return {
    dial: openDial(config, guard, metrics),
    check: async (url, allow) => void (await vet(url, allow)),
    request: async (asked) => {
      const ended = metrics?.duration.startTimer({ purpose: asked.purpose });
      try {
        const answer = await send(asked);
        ended?.();
        metrics?.requests.inc({ purpose: asked.purpose, outcome: 'answered' });
        return answer;
      } catch (error) {
        metrics?.requests.inc({ purpose: asked.purpose, outcome: outcomeOf(error) });
        if (typeof asked.body === 'object' && 'destroy' in asked.body) asked.body.destroy();
        throw error;
      }
    },
    close: () => {
      agents.http.destroy();
      agents.https.destroy();
    },
  };
}

function checkHeaders(headers: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(headers)) {
    if (OWN_HEADERS.has(name.toLowerCase())) throw refused('header', `The header ${name}`, 'is set by the client itself', 'Leave it out.');
    // The value may be a secret, so it is not shown.
    if (!/^[\w!#$%&'*+.^`|~-]+$/.test(name) || !/^[\t\x20-\x7e\x80-\xff]*$/.test(value))
      throw refused('header', `The header ${JSON.stringify(name.slice(0, 60))}`, 'holds a line break or a character that headers cannot hold', 'Correct it.');
  }
}

const lowerCased = (headers: Readonly<Record<string, string>>): OutgoingHttpHeaders =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));

function exchange(options: PinnedOptions, target: Target, asked: OutboundRequest, limits: Limits): Promise<OutboundAnswer> {
  const { host } = target;
  return new Promise((resolve, reject) => {
    const sent: ClientRequest = (target.isTls ? requestHttps : requestHttp)(options);
    let body: Readable | undefined;
    const stop = (error: Error) => {
      body?.destroy(error);
      sent.destroy(error);
    };
    const late = (what: string, ms: number) => () => stop(new RetryableError('OUTBOUND_FAILED', `${host} ${what} within ${ms} ms.`, { host }));
    let step = setTimeout(late('was not connected to', limits.connectMs), limits.connectMs);
    const whole = setTimeout(late('did not answer in full', limits.wholeMs), limits.wholeMs);
    const aborted = () => stop(new RetryableError('OUTBOUND_FAILED', `The request to ${host} was given up.`, { host }, { cause: asked.signal?.reason }));
    const settle = () => {
      clearTimeout(step);
      clearTimeout(whole);
      asked.signal?.removeEventListener('abort', aborted);
    };
    asked.signal?.addEventListener('abort', aborted, { once: true });
    if (asked.signal?.aborted === true) aborted();

    sent.on('socket', (socket) => {
      const connected = () => clearTimeout(step);
      if (!socket.connecting && sent.reusedSocket) connected();
      else socket.once(target.isTls ? 'secureConnect' : 'connect', connected);
    });
    sent.on('finish', () => {
      clearTimeout(step);
      step = setTimeout(late('did not begin to answer', limits.firstByteMs), limits.firstByteMs);
    });
    sent.on('response', (answer) => {
      clearTimeout(step);
      try {
        checkRedirect(answer, target);
        body = boundedBody(answer, host, limits.bodyMaxBytes);
      } catch (error) {
        answer.on('error', () => {});
        return stop(error as Error);
      }
      body.once('close', settle);
      body.on('error', () => {}); // for one who never reads it: the process does not end of that, and who reads is told all the same
      resolve({ status: answer.statusCode!, headers: answer.headers, body });
    });
    sent.on('error', (error) => {
      settle();
      reject((error as NodeJS.ErrnoException).code === 'HPE_HEADER_OVERFLOW' ? tooLarge(host, limits.headerMaxBytes) : notReached(error, host));
    });
    sent.on('upgrade', (_answer, socket) => {
      settle();
      socket.destroy();
      reject(new RetryableError('OUTBOUND_FAILED', `${host} switched to another protocol, which was not asked for.`, { host }));
    });
    sendBody(sent, asked.body);
  });
}

function sendBody(sent: ClientRequest, body: OutboundRequest['body']): void {
  if (body === undefined || typeof body === 'string' || body instanceof Uint8Array) sent.end(body);
  else pipeline(body, sent, () => {}); // an error of either ends both, and comes out of `sent`
}

/** A redirect is not followed: where it leads was not checked when the address was stored, and may be meant for us alone. */
function checkRedirect({ statusCode, headers: { location } }: IncomingMessage, { url, host }: Target): void {
  if (!REDIRECTS.has(statusCode!) || location === undefined) return;
  const to = URL.canParse(location, url.href) ? new URL(location, url.href) : null;
  const named = to === null ? 'an address that cannot be read' : `${to.origin}${to.pathname}`.slice(0, 200); // a query may hold secrets
  throw new ConfigError('OUTBOUND_REDIRECTED', `${host} answered that it is at ${named}. Redirects are not followed: enter that address if you trust it.`, {
    host,
    to: named,
  });
}
