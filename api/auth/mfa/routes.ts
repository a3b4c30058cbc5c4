// Setting up and proving the second factor: an application and recovery codes.
import { z } from 'zod';
import { principalOf } from '../../gate/gate.ts';
import { ApiProblem } from '../../gate/problem.ts';
import { text } from '../../rest/kit.ts';
import type { Routes } from '../../rest/kit.ts';
import { isoOf } from '../../time.ts';
import { answer, holder, originOf, signedIn } from '../answer.ts';
import { refuseCrossSite } from '../cross-site.ts';
import type { Auth } from '../index.ts';
import { password } from '../routes.ts';
import { factorsOf } from '../sign-in.ts';

export const ticket = z.string().max(2_000).meta({ description: 'Of the answer MFA_REQUIRED: `mfa.token`. Left out by who is signed in.' });
const code = text(60).min(1).meta({ description: 'Six digits of the application, or a recovery code. Each works once.' });
const codes = z.array(z.string()).meta({ description: 'Each works once, instead of a code of the application. Shown this once: keep them.' });
const proof = z.strictObject({ password: password.optional().meta({ description: 'Needed when the sign-in was more than ten minutes ago.' }) }).nullish();

export function registerMfaRoutes(app: Routes, { accounts, factors, tickets }: Auth): void {
  app.route({
    method: 'GET',
    url: '/auth/mfa',
    schema: {
      tags: ['auth'],
      summary: 'The second factors of the account',
      response: {
        200: z.object({
          isRequired: z.boolean().meta({ description: 'The organization wants one of the role.' }),
          totpSince: z.string().nullable(),
          passkeys: z.number(),
          recoveryCodes: z.number().meta({ description: 'Unused.' }),
        }),
      },
    },
    handler: async (request) => {
      const { needsMfa, totpAt, passkeys, recoveryCodes } = (await accounts.person(principalOf(request))).account;
      return { isRequired: needsMfa, totpSince: totpAt === null ? null : isoOf(totpAt), passkeys, recoveryCodes };
    },
  });

  app.route({
    method: 'POST',
    url: '/auth/setup-mfa',
    config: { isShownOnce: true },
    schema: {
      tags: ['auth'],
      summary: 'A secret for an authenticator application, to be proved with /auth/verify-mfa',
      body: z.strictObject({ mfaToken: ticket.optional(), password: password.optional() }).nullish(),
      response: { 200: z.object({ secret: z.string(), uri: z.string().meta({ description: 'For a QR code: `otpauth://totp/...`' }) }) },
    },
    handler: async (request, reply) => {
      reply.header('cache-control', 'no-store');
      const { mfaToken, password: given } = request.body ?? {};
      if (mfaToken !== undefined) {
        const half = await tickets.read(mfaToken);
        const account = await factors.accountFor(half);
        if (!half.mustEnrol || factorsOf(account).length > 0)
          throw new ApiProblem('CONFLICT', 'You have a second factor: prove it with POST /auth/verify-mfa.');
        return factors.propose(half.organization, account);
      }
      if (request.principal === null) throw needsProof('mfaToken');
      const person = await accounts.person(request.principal);
      await accounts.prove(person, given, request.ip);
      return factors.propose(person.organization, person.account);
    },
  });

  app.route({
    method: 'POST',
    url: '/auth/verify-mfa',
    config: { isShownOnce: true },
    schema: {
      tags: ['auth'],
      summary: 'Prove the second factor: ends a sign-in with `mfaToken`, else confirms what /auth/setup-mfa showed',
      body: z.strictObject({ code, mfaToken: ticket.optional(), refresh: holder }),
      response: { 200: signedIn.partial().extend({ recoveryCodes: codes.optional() }) },
    },
    handler: async (request, reply) => {
      reply.header('cache-control', 'no-store');
      const { code: given, mfaToken, refresh = 'cookie' } = request.body;
      if (mfaToken !== undefined) {
        if (refresh === 'cookie') refuseCrossSite(request);
        const { recoveryCodes, ...done } = await factors.signIn(await tickets.read(mfaToken), given, originOf(request));
        return { ...answer(request, reply, done, refresh), ...(recoveryCodes !== undefined && { recoveryCodes: [...recoveryCodes] }) };
      }
      if (request.principal === null) throw needsProof('mfaToken');
      const { organization, account } = await accounts.person(request.principal);
      return { recoveryCodes: [...(await factors.confirm(organization, account, given))] };
    },
  });

  app.route({
    method: 'POST',
    url: '/auth/disable-mfa',
    schema: { tags: ['auth'], summary: 'Take the authenticator application away', body: z.strictObject({ code }), response: { 204: z.null() } },
    handler: async (request, reply) => {
      const { organization, account } = await accounts.person(principalOf(request));
      await factors.check(organization, account, request.body.code, request.ip);
      await factors.remove(organization, account);
      return reply.code(204).send(null);
    },
  });

  app.route({
    method: 'POST',
    url: '/auth/recovery-codes',
    config: { isShownOnce: true },
    schema: { tags: ['auth'], summary: 'New recovery codes; those of before hold no more', body: proof, response: { 200: z.object({ recoveryCodes: codes }) } },
    handler: async (request, reply) => {
      reply.header('cache-control', 'no-store');
      const person = await accounts.person(principalOf(request));
      await accounts.prove(person, request.body?.password, request.ip);
      return { recoveryCodes: [...(await factors.renewCodes(person.organization, person.account))] };
    },
  });
}

const needsProof = (member: string) =>
  new ApiProblem('INVALID_REQUEST', 'Say who you are: with an access token, or with the token of a sign-in that was begun.', {
    errors: [{ pointer: `/body/${member}`, detail: 'Needed without an access token: `mfa.token` of the answer to POST /auth/login.' }],
  });
