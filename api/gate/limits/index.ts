// Rate limits in front of every route: by address before anybody is asked who they are, then by user and by organization.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Counter } from 'prom-client';
import type { Registry } from 'prom-client';
import type { Logger } from 'pino';
import type { Principal } from '../../auth/tokens.ts';
import type { ApiConfig } from '../../config.ts';
import type { PartProbe } from '../../deps.ts';
import { addressKey } from '../address.ts';
import { ApiProblem } from '../problem.ts';
import type { Bucket, LimitStore, Standing, Verdict } from './bucket.ts';
import { classOf, limitsOf } from './classes.ts';
import type { ClassName } from './classes.ts';
import { MemoryLimits } from './memory.ts';
import { RedisLimits } from './redis.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Of the bucket that holds this caller back first; null = nothing was counted. */
    standing: Standing | null;
  }
}

export interface Limits {
  /** Adds the hooks: address first, then, when it is known who asks, user and organization. To be called before the hook that asks who. */
  readonly register: (app: FastifyInstance) => void;
  /** Counts what a GraphQL operation asks for. @throws ApiProblem RATE_LIMITED. */
  readonly takeCost: (principal: Principal, cost: number) => Promise<void>;
  /** Absent where one process counts for itself. */
  readonly probe?: PartProbe;
  readonly close: () => void;
}
export interface LimitsOptions {
  readonly config: ApiConfig;
  readonly log: Logger;
  readonly metrics: Registry;
  /** Instead of what the configuration says. */
  readonly store?: LimitStore;
}

type By = 'address' | 'user' | 'organization' | 'cost';

export function limitMetrics(registry: Registry) {
  return {
    refused: new Counter({
      name: 'api_rate_limited_total',
      help: 'Requests refused because somebody asked for too many, by class of route and by whose limit it was.',
      labelNames: ['class', 'by'],
      registers: [registry],
    }),
    unshared: new Counter({
      name: 'api_rate_limit_unshared_total',
      help: 'Counts that Redis was to keep and this process kept alone, since Redis was away.',
      registers: [registry],
    }),
  };
}

export function openLimits({ config, log, metrics, store }: LimitsOptions): Limits {
  const { refused, unshared } = limitMetrics(metrics);
  const memory = new MemoryLimits();
  const redis =
    config.redisUrl === '' || store !== undefined ? null : new RedisLimits({ url: config.redisUrl, fallback: memory, log, onFallback: () => unshared.inc() });
  const counts = store ?? redis ?? memory;

  async function take(name: ClassName | 'graphql cost', asked: readonly (readonly [By, Bucket])[], amount: number): Promise<Verdict> {
    const verdict = await counts.take(
      asked.map(([, bucket]) => bucket),
      amount,
    );
    if (verdict.refusedBy === null) return verdict;
    const by = asked[verdict.refusedBy]![0];
    refused.inc({ class: name, by });
    throw tooMany(verdict, by);
  }

  return {
    register(app) {
      app.decorateRequest('standing', null);
      app.addHook('onRequest', async (request, reply) => {
        const name = classOfRequest(request);
        if (name === null) return;
        const bucket: Bucket = { key: `${name} address ${addressKey(request.ip)}`, perMinute: limitsOf(name, config).address };
        note(request, reply, await take(name, [['address', bucket]], 1));
      });
      // After all hooks of onRequest: inputs in the terms of others have asked in theirs who sends.
      app.addHook('preParsing', async (request, reply) => {
        const name = classOfRequest(request);
        if (name === null) return;
        const { user, organization } = limitsOf(name, config);
        if (user === null) return;
        const { principal, ip } = request;
        // Pages, and sockets of browsers, which say who they are in their first message: an office behind one address loads many at once.
        if (principal === null && (name === 'read' || name === 'live')) return;
        const asked: [By, Bucket][] = [['user', { key: `${name} ${principal === null ? `anybody ${addressKey(ip)}` : userKey(principal)}`, perMinute: user }]];
        if (principal !== null && organization !== null)
          asked.push(['organization', { key: `${name} organization ${principal.organization}`, perMinute: organization }]);
        note(request, reply, await take(name, asked, 1));
      });
    },
    async takeCost(principal, cost) {
      await take(
        'graphql cost',
        [
          ['cost', { key: `cost ${userKey(principal)}`, perMinute: config.queryCostPerMinute }],
          ['cost', { key: `cost organization ${principal.organization}`, perMinute: config.queryCostPerMinute * config.organizationUsers }],
        ],
        cost,
      );
    },
    ...(redis !== null && { probe: { name: 'limits', kind: 'redis', check: () => redis.state() } satisfies PartProbe }),
    close: () => redis?.close(),
  };
}

/** An organization's name has no slash, so nobody's name can be made to look like somebody else's. */
const userKey = ({ organization, user }: Principal): string => `user ${organization}/${user}`;

/** What no route takes counts as reading. */
function classOfRequest({ method, routeOptions, headers, is404 }: FastifyRequest): ClassName | null {
  return is404 ? 'read' : classOf(method, routeOptions.url ?? '', headers.upgrade !== undefined);
}

/** The tighter of what was counted so far. */
function note(request: FastifyRequest, reply: FastifyReply, { standing }: Verdict): void {
  const before = request.standing;
  if (before !== null && before.remaining <= standing.remaining) return;
  request.standing = standing;
  reply.headers(headersOf(standing));
}

const headersOf = ({ perMinute, remaining, resetSeconds }: Standing) => ({
  'ratelimit-limit': String(perMinute),
  'ratelimit-remaining': String(remaining),
  'ratelimit-reset': String(resetSeconds),
  'ratelimit-policy': `${perMinute};w=60`,
});

const WHOSE: Readonly<Record<By, string>> = {
  address: 'all that comes from your address',
  user: 'one user',
  organization: 'all users of your organization',
  cost: 'the objects that queries ask for',
};

function tooMany({ standing, retryAfterSeconds }: Verdict, by: By): ApiProblem {
  return new ApiProblem(
    'RATE_LIMITED',
    `Wait ${retryAfterSeconds} s, then ask for less a minute: ${WHOSE[by]} may have ${standing.perMinute.toLocaleString('en')} at most here.`,
    { headers: { ...headersOf(standing), 'retry-after': String(retryAfterSeconds) } },
  );
}
