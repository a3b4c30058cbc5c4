import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { principalOf } from '../gate/gate.ts';
import { ApiProblem } from '../gate/problem.ts';
import type { Routes } from '../rest/kit.ts';
import type { Sessions, SignedIn } from './sessions.ts';
import type { SigningKeys } from './keys.ts';

const COOKIE = 'goshawk_refresh';
/** Where the refresh token goes: to a browser in a cookie that scripts cannot read, to a program in the body. */
const holder = z
  .enum(['cookie', 'body'])
  .optional()
  .meta({
    description:
      'Where the refresh token is put: `cookie` for browsers, `body` for programs. Left out: `cookie` when signing in, afterwards where it came from.',
  });

const signedIn = z.object({
  accessToken: z.string().meta({ description: 'For `authorization: Bearer ...`.' }),
  tokenType: z.literal('Bearer'),
  expiresIn: z.number().meta({ description: 'Seconds.' }),
  user: z.object({ name: z.string(), organization: z.string(), roles: z.array(z.string()) }),
  refreshToken: z.string().optional().meta({ description: 'With `refresh: body` only. To be used once.' }),
});

export function registerAuthRoutes(app: Routes, sessions: Sessions, keys: SigningKeys, loginsPerMinute: number): void {
  app.route({
    method: 'POST',
    url: '/auth/login',
    config: { rateLimit: { max: loginsPerMinute, timeWindow: 60_000, keyGenerator: ({ ip }: FastifyRequest) => `login ${ip}` } },
    schema: {
      tags: ['auth'],
      summary: 'Sign in with name and password',
      body: z.strictObject({
        user: z.string().min(1).max(200),
        password: z.string().min(1).max(1_000),
        organization: z.string().max(63).default('default'),
        refresh: holder,
      }),
      response: { 200: signedIn },
    },
    handler: async (request, reply) => {
      const { user, password, organization, refresh = 'cookie' } = request.body;
      return answer(request, reply, await sessions.login(user, password, organization), refresh);
    },
  });

  app.route({
    method: 'POST',
    url: '/auth/refresh',
    schema: {
      tags: ['auth'],
      summary: 'A new access token for a refresh token',
      body: z.strictObject({ refreshToken: z.string().max(300).optional(), refresh: holder }).nullish(),
      response: { 200: signedIn },
    },
    handler: async (request, reply) => {
      const given = request.body?.refreshToken;
      const token = given ?? cookieOf(request);
      if (token === null) throw new ApiProblem('SESSION_ENDED', 'Log in again.');
      return answer(request, reply, await sessions.refresh(token), request.body?.refresh ?? (given === undefined ? 'cookie' : 'body'));
    },
  });

  app.route({
    method: 'POST',
    url: '/auth/logout',
    schema: {
      tags: ['auth'],
      summary: 'End the session',
      body: z.strictObject({ refreshToken: z.string().max(300).optional() }).nullish(),
      response: { 204: z.null() },
    },
    handler: async (request, reply) => {
      const token = request.body?.refreshToken ?? cookieOf(request);
      if (token !== null) await sessions.logout(token);
      return reply
        .header('set-cookie', cookie(request, '', 0))
        .code(204)
        .send(null);
    },
  });

  app.route({
    method: 'GET',
    url: '/auth/me',
    schema: {
      tags: ['auth'],
      summary: 'Who the token says one is',
      response: { 200: z.object({ name: z.string(), organization: z.string(), roles: z.array(z.string()), expiresAt: z.string() }) },
    },
    handler: async (request) => {
      const { user, organization, roles, expiresAt } = principalOf(request);
      return { name: user, organization, roles: [...roles], expiresAt: new Date(expiresAt * 1_000).toISOString() };
    },
  });

  app.route({
    method: 'GET',
    url: '/.well-known/jwks.json',
    schema: {
      tags: ['auth'],
      summary: 'Keys that tokens are signed with (RFC 7517)',
      response: { 200: z.object({ keys: z.array(z.record(z.string(), z.unknown())) }) },
    },
    handler: async (_request, reply) => reply.header('cache-control', 'public, max-age=300').send({ keys: keys.jwks.keys.map((key) => ({ ...key })) }),
  });
}

function answer(
  request: FastifyRequest,
  reply: FastifyReply,
  { subject, accessToken, expiresInSeconds, refreshToken }: SignedIn,
  holderOfToken: 'cookie' | 'body',
): z.infer<typeof signedIn> {
  reply.header('cache-control', 'no-store');
  const isInCookie = holderOfToken === 'cookie';
  if (isInCookie && refreshToken !== null) reply.header('set-cookie', cookie(request, refreshToken));
  return {
    accessToken,
    tokenType: 'Bearer',
    expiresIn: expiresInSeconds,
    user: { name: subject.user, organization: subject.organization, roles: [...subject.roles] },
    ...(!isInCookie && refreshToken !== null && { refreshToken }),
  };
}

/** Strict and for /auth only, so no other site can make a browser send it. Ports share cookies, so the name carries ours. */
function cookie(request: FastifyRequest, value: string, maxAge = 31_536_000): string {
  return `${cookieName(request)}=${value}; Path=/auth; HttpOnly; SameSite=Strict; Max-Age=${maxAge}${request.protocol === 'https' ? '; Secure' : ''}`;
}

function cookieOf(request: FastifyRequest): string | null {
  const name = cookieName(request);
  for (const part of (request.headers.cookie ?? '').split(';')) {
    const [key, value] = part.trim().split('=', 2);
    if (key === name && value !== undefined && value !== '') return value;
  }
  return null;
}

/** Two installations on one machine differ by port only. */
const cookieName = ({ host }: FastifyRequest): string => `${COOKIE}_${/:(\d+)$/.exec(host)?.[1] ?? 'default'}`;
