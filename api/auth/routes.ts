// Signing in and out, the sessions of an account, and its password.
import { z } from 'zod';
import { principalOf } from '../gate/gate.ts';
import { ApiProblem } from '../gate/problem.ts';
import { text } from '../rest/kit.ts';
import type { Routes } from '../rest/kit.ts';
import { isoOf } from '../time.ts';
import { answer, cookie, cookieOf, holder, originOf, signedIn } from './answer.ts';
import { refuseCrossSite } from './cross-site.ts';
import type { Auth } from './index.ts';
import { MOST_CHARACTERS } from './strength.ts';

const session = z.object({
  id: z.string(),
  isThisOne: z.boolean(),
  methods: z.array(z.string()).meta({ description: 'How its user proved who they are.' }),
  address: z.string().nullable().meta({ description: 'Of the last sign-in or refresh.' }),
  agent: z.string().nullable().meta({ description: 'Of the browser or program, in its own words.' }),
  createdAt: z.string(),
  usedAt: z.string(),
  expiresAt: z.string(),
});
/** For requests; what is too long is no password of ours. */
export const password = text(1_000).min(1);
const refreshTokenBody = z.string().max(300).optional();

export function registerAuthRoutes(app: Routes, { signIn, sessions, accounts, keys, nowSeconds }: Auth): void {
  app.route({
    method: 'POST',
    url: '/auth/login',
    schema: {
      tags: ['auth'],
      summary: 'Sign in with name and password',
      description:
        'When a second factor is needed, the answer is 401 `MFA_REQUIRED` with `mfa: {token, expiresIn, methods, mustEnrol}`: go on with `/auth/verify-mfa` or a passkey, or first with `/auth/setup-mfa`.',
      body: z.strictObject({ user: text(200).min(1), password, organization: text(63).default('default'), refresh: holder }),
      response: { 200: signedIn },
    },
    handler: async (request, reply) => {
      const { refresh = 'cookie', ...credentials } = request.body;
      if (refresh === 'cookie') refuseCrossSite(request);
      return answer(request, reply, await signIn.withPassword(credentials, originOf(request)), refresh);
    },
  });

  app.route({
    method: 'POST',
    url: '/auth/refresh',
    schema: {
      tags: ['auth'],
      summary: 'A new access token for a refresh token',
      body: z.strictObject({ refreshToken: refreshTokenBody, refresh: holder }).nullish(),
      response: { 200: signedIn },
    },
    handler: async (request, reply) => {
      const given = request.body?.refreshToken;
      if (given === undefined) refuseCrossSite(request);
      const token = given ?? cookieOf(request);
      if (token === null) throw new ApiProblem('SESSION_ENDED', 'Log in again.');
      return answer(request, reply, await sessions.refresh(token, originOf(request)), request.body?.refresh ?? (given === undefined ? 'cookie' : 'body'));
    },
  });

  app.route({
    method: 'POST',
    url: '/auth/logout',
    schema: { tags: ['auth'], summary: 'End the session', body: z.strictObject({ refreshToken: refreshTokenBody }).nullish(), response: { 204: z.null() } },
    handler: async (request, reply) => {
      const given = request.body?.refreshToken;
      if (given === undefined) refuseCrossSite(request);
      const token = given ?? cookieOf(request);
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
      response: {
        200: z.object({
          name: z.string(),
          organization: z.string(),
          roles: z.array(z.string()),
          permissions: z.array(z.string()).meta({ description: 'All that the roles give now, and no more than the credential was made for.' }),
          expiresAt: z.string(),
        }),
      },
    },
    handler: async (request) => {
      const { user, organization, roles, permissions, expiresAt } = principalOf(request);
      return { name: user, organization, roles: [...roles], permissions: [...permissions].sort(), expiresAt: new Date(expiresAt * 1_000).toISOString() };
    },
  });

  app.route({
    method: 'POST',
    url: '/auth/change-password',
    config: { isShownOnce: true },
    schema: {
      tags: ['auth'],
      summary: 'Another password; all other sessions end',
      body: z.strictObject({
        currentPassword: password,
        newPassword: text(1_000)
          .min(1)
          .meta({ description: `At most ${MOST_CHARACTERS} characters, and hard to guess: four or more unrelated words, or what a password manager makes.` }),
      }),
      response: { 204: z.null() },
    },
    handler: async (request, reply) => {
      const { currentPassword, newPassword } = request.body;
      await accounts.changePassword(await accounts.person(principalOf(request)), currentPassword, newPassword, request.ip);
      return reply.code(204).send(null);
    },
  });

  app.route({
    method: 'GET',
    url: '/auth/sessions',
    schema: { tags: ['auth'], summary: 'The sessions of the account, last used first', response: { 200: z.object({ sessions: z.array(session) }) } },
    handler: async (request) => {
      const { organization, account, session: own } = await accounts.person(principalOf(request));
      const rows = await sessions.list(organization, account.id);
      return {
        sessions: rows.map(({ id, methods, address, agent, createdAt, usedAt, expiresAt }) => ({
          id,
          isThisOne: id === own.id,
          methods: [...methods],
          address,
          agent,
          createdAt: isoOf(createdAt),
          usedAt: isoOf(usedAt),
          expiresAt: isoOf(expiresAt),
        })),
      };
    },
  });

  app.route({
    method: 'DELETE',
    url: '/auth/sessions/:id',
    schema: {
      tags: ['auth'],
      summary: 'End a session of the account: its tokens stop working, and what it holds open closes',
      params: z.object({ id: z.string().max(100) }),
      response: { 204: z.null() },
    },
    handler: async (request, reply) => {
      const { organization, account } = await accounts.person(principalOf(request));
      await sessions.end(organization, account.name, account.id, request.params.id);
      return reply.code(204).send(null);
    },
  });

  app.route({
    method: 'DELETE',
    url: '/auth/sessions',
    schema: { tags: ['auth'], summary: 'End all sessions of the account but this one', response: { 204: z.null() } },
    handler: async (request, reply) => {
      const { organization, account, session: own } = await accounts.person(principalOf(request));
      await sessions.endAll(organization, account.name, account.id, own.id);
      return reply.code(204).send(null);
    },
  });

  app.route({
    method: 'GET',
    url: '/.well-known/jwks.json',
    schema: {
      tags: ['auth'],
      summary: 'Keys that tokens are signed with (RFC 7517), and the one that will sign next',
      response: { 200: z.object({ keys: z.array(z.record(z.string(), z.unknown())) }) },
    },
    handler: async (_request, reply) => {
      const now = nowSeconds();
      await keys.current(now);
      return reply.header('cache-control', 'public, max-age=300').send({ keys: keys.jwks(now).keys.map((key) => ({ ...key })) });
    },
  });
}
