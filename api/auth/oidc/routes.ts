// What browsers and providers ask: signing in, coming back, signing out.
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { providers } from '../../../store/queries/identity-providers.ts';
import type { InOrganization } from '../../database.ts';
import { linkLook } from '../../access/input.ts';
import { asProblem } from '../../gate/as-problem.ts';
import { ApiProblem, reasonOf } from '../../gate/problem.ts';
import type { Routes } from '../../rest/kit.ts';
import { cookie, cookieOf, originOf } from '../answer.ts';
import { refuseCrossSite } from '../cross-site.ts';
import type { Sessions } from '../sessions.ts';
import { ORGANIZATION } from '../tokens.ts';
import { cookieSuffix, isFlowToken } from './flow-secret.ts';
import type { ProviderLogout } from './logout.ts';
import { FLOW_SECONDS, placeOf } from './sign-in.ts';
import type { OidcSignIn } from './sign-in.ts';

export interface OidcRoutesDeps {
  readonly run: InOrganization;
  readonly signIn: OidcSignIn;
  readonly logout: ProviderLogout;
  readonly sessions: Pick<Sessions, 'logout'>;
  /** As browsers reach us, without a slash at the end; empty = as the request says. */
  readonly publicUrl: string;
}

const place = z.object({ provider: z.string().max(130).meta({ description: '`<organization>.<name of the provider>`.' }) });

export function registerOidcRoutes(app: Routes, { run, signIn, logout, sessions, publicUrl }: OidcRoutesDeps): void {
  const baseOf = ({ protocol, host }: FastifyRequest): string => (publicUrl === '' ? `${protocol}://${host}` : publicUrl);
  const redirectUri = (request: FastifyRequest, at: string): string => `${baseOf(request)}/auth/oidc/${at}/callback`;
  const isSecure = (request: FastifyRequest): boolean => baseOf(request).startsWith('https:');

  app.route({
    method: 'GET',
    url: '/auth/oidc',
    schema: {
      tags: ['auth'],
      summary: 'Identity providers that one can sign in by',
      querystring: z.object({ organization: z.string().max(63).default('default') }),
      response: { 200: z.object({ providers: z.array(z.object({ name: z.string(), label: z.string(), start: z.string() })) }) },
    },
    handler: async ({ query: { organization } }) => {
      const known = ORGANIZATION.test(organization) ? await run(organization, providers) : [];
      const usable = known.filter(({ disabledAt }) => disabledAt === null);
      return { providers: usable.map(({ name, label }) => ({ name, label, start: `/auth/oidc/${placeOf(organization, name)}/start` })) };
    },
  });

  app.route({
    method: 'GET',
    url: '/auth/oidc/:provider/start',
    schema: {
      tags: ['auth'],
      summary: 'Sign in by an identity provider: sends the browser there',
      params: place,
      querystring: z.object({ return_to: z.string().max(2_000).optional().meta({ description: 'Path of the page to go to afterwards.' }) }),
      response: { 303: z.unknown().meta({ description: 'Where the browser goes on, in `location`.' }) },
    },
    handler: (request, reply) =>
      toBrowser(request, reply, async () => {
        const at = await signIn.locate(request.params.provider);
        const { location, flow } = await signIn.start(at, redirectUri(request, request.params.provider), request.query.return_to);
        return reply.header('set-cookie', flowCookie(flow.state, flow.secret, isSecure(request))).redirect(location, 303);
      }),
  });

  app.route({
    method: 'GET',
    url: '/auth/oidc/:provider/callback',
    schema: {
      tags: ['auth'],
      summary: 'Where the identity provider sends the browser back to',
      params: place,
      querystring: z.looseObject({ state: z.string().max(200).optional() }),
      response: { 303: z.unknown().meta({ description: 'Where the browser goes on, in `location`.' }) },
    },
    handler: (request, reply) =>
      toBrowser(request, reply, async () => {
        const at = await signIn.locate(request.params.provider);
        const answer = new URL(redirectUri(request, request.params.provider));
        answer.search = new URL(request.url, 'http://localhost').search;
        const { state } = request.query;
        const secret = isFlowToken(state) ? cookieValue(request, flowCookieName(state, isSecure(request))) : null;
        if (isFlowToken(state)) void reply.header('set-cookie', flowCookie(state, '', isSecure(request), 0));
        const { signedIn, returnTo } = await signIn.finish(at, answer, secret, originOf(request));
        return reply.header('set-cookie', cookie(request, signedIn.refreshToken!)).redirect(returnTo, 303);
      }),
  });

  app.route({
    method: 'POST',
    url: '/auth/oidc/:provider/accept',
    config: { isShownOnce: true },
    schema: {
      tags: ['auth'],
      summary: 'Accept an invitation by signing in at an identity provider: no password is kept here',
      description: 'The browser has to come from a page of ours: the answer binds the sign-in to it by a cookie.',
      params: place,
      body: linkLook,
      response: { 200: z.object({ location: z.string().meta({ description: 'Send the browser there.' }) }) },
    },
    handler: async (request, reply) => {
      refuseCrossSite(request);
      const at = await signIn.locate(request.params.provider);
      const { location, flow } = await signIn.start(at, redirectUri(request, request.params.provider), undefined, request.body.token);
      void reply.header('cache-control', 'no-store').header('set-cookie', flowCookie(flow.state, flow.secret, isSecure(request)));
      return { location };
    },
  });

  app.route({
    method: 'POST',
    url: '/auth/oidc/logout',
    schema: {
      tags: ['auth'],
      summary: 'End the session, and say where to end that of the identity provider',
      body: z.strictObject({ refreshToken: z.string().max(300).optional() }).nullish(),
      response: {
        200: z.object({
          url: z
            .string()
            .nullable()
            .meta({
              description:
                'Send the browser there; null when there is nothing to end elsewhere, or the organization does not want it. Comes back to `/login` with the `state` in it.',
            }),
        }),
      },
    },
    handler: async (request, reply) => {
      const given = request.body?.refreshToken;
      if (given === undefined) refuseCrossSite(request);
      const token = given ?? cookieOf(request);
      const from = token === null ? null : await signIn.ofRefreshToken(token);
      if (token !== null) await sessions.logout(token);
      void reply.header('set-cookie', cookie(request, '', 0)).header('cache-control', 'no-store');
      // Signed out here whatever the provider does.
      const url = from === null ? null : await logout.addressOf(from.at, from.idToken, `${baseOf(request)}/login`).catch(() => null);
      return { url };
    },
  });

  void app.register(async (scope: Routes) => {
    scope.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string', bodyLimit: 65_536 }, (_request, body, done) => {
      done(null, Object.fromEntries(new URLSearchParams(String(body))));
    });
    scope.route({
      method: 'POST',
      url: '/auth/oidc/:provider/backchannel-logout',
      schema: {
        tags: ['auth'],
        summary: 'For the identity provider: one of its sessions has ended',
        consumes: ['application/x-www-form-urlencoded'],
        params: place,
        body: z.object({ logout_token: z.string().max(16_384) }),
        response: { 200: z.null() },
      },
      handler: async (request, reply) => {
        await logout.byProvider(await signIn.locate(request.params.provider), request.body.logout_token);
        return reply.header('cache-control', 'no-store').code(200).send(null);
      },
    });
  });
}

/** Whoever sits before a browser gets the sign-in page with what went wrong; a program gets the problem. */
async function toBrowser(request: FastifyRequest, reply: FastifyReply, work: () => Promise<FastifyReply>): Promise<FastifyReply> {
  void reply.header('cache-control', 'no-store');
  try {
    return await work();
  } catch (error) {
    const problem = asProblem(error);
    if (!(request.headers.accept ?? '').includes('text/html') || problem.code === 'UNEXPECTED') throw error;
    request.log.warn({ code: problem.code, reason: reasonOf(problem.cause), requestId: request.id }, 'A sign-in by an identity provider failed.');
    // Codes alone: a text in the address could be anybody's.
    const said = new URLSearchParams({ problem: problem.code, requestId: request.id });
    if (problem instanceof ApiProblem && typeof problem.extensions.reason === 'string') said.set('reason', problem.extensions.reason);
    return reply.redirect(`/login?${said}`, 303);
  }
}

/** A name that only we can set, where the connection is encrypted: another host of our domain cannot plant a sign-in of its own. */
const flowCookieName = (state: string, isSecure: boolean): string => `${isSecure ? '__Host-' : ''}goshawk_oidc_${cookieSuffix(state)}`;
/** Lax: it has to come along when the provider sends the browser back, by a plain navigation. */
const flowCookie = (state: string, secret: string, isSecure: boolean, maxAge = FLOW_SECONDS): string =>
  `${flowCookieName(state, isSecure)}=${secret}; Path=/; HttpOnly; SameSite=Lax; Max-Age=${maxAge}${isSecure ? '; Secure' : ''}`;

function cookieValue({ headers: { cookie = '' } }: FastifyRequest, name: string): string | null {
  const found = cookie
    .split(';')
    .map((part) => part.trim())
    .filter((part) => part.startsWith(`${name}=`));
  return found.length === 1 ? found[0]!.slice(name.length + 1) : null; // two of a name: one of them is not ours
}
