// Passkeys: registering, listing and removing them, and signing in with one.
import { z } from 'zod';
import { principalOf } from '../../gate/gate.ts';
import { text } from '../../rest/kit.ts';
import type { Routes } from '../../rest/kit.ts';
import { isoOf } from '../../time.ts';
import { answer, holder, originOf, signedIn } from '../answer.ts';
import { refuseCrossSite } from '../cross-site.ts';
import type { Auth } from '../index.ts';
import { ticket } from '../mfa/routes.ts';
import { password } from '../routes.ts';
import { ORGANIZATION } from '../tokens.ts';

const base64url = z.string().regex(/^[\w-]+$/, 'Is base64url without padding.');
const credential = z
  .object({
    id: base64url.max(1_400),
    rawId: base64url.max(1_400),
    type: z.literal('public-key'),
    response: z.looseObject({ clientDataJSON: base64url.max(20_000) }),
    clientExtensionResults: z.record(z.string(), z.unknown()).default({}),
    authenticatorAttachment: z.string().max(50).optional(),
  })
  .meta({ description: '`PublicKeyCredential.toJSON()` of what `navigator.credentials` gave.' });
const options = z
  .looseObject({ challenge: z.string() })
  .meta({ description: 'For `PublicKeyCredential.parseCreationOptionsFromJSON` or `...RequestOptionsFromJSON`.' });
const organization = z.string().regex(ORGANIZATION, 'Lower-case letters, digits and dashes, at most 63.').default('default');
const passkey = z.object({
  id: z.string(),
  name: z.string(),
  isBackedUp: z.boolean().meta({ description: 'Its provider keeps it, so other devices of its owner have it too.' }),
  createdAt: z.string(),
  usedAt: z.string().nullable(),
});

export function registerPasskeyRoutes(app: Routes, { accounts, passkeys, tickets }: Auth): void {
  app.route({
    method: 'GET',
    url: '/auth/passkeys',
    schema: { tags: ['auth'], summary: 'The passkeys of the account', response: { 200: z.object({ passkeys: z.array(passkey) }) } },
    handler: async (request) => {
      const person = await accounts.person(principalOf(request));
      const rows = await passkeys.list(person.organization, person.account.id);
      return {
        passkeys: rows.map(({ id, name, isBackedUp, createdAt, usedAt }) => ({
          id,
          name,
          isBackedUp,
          createdAt: isoOf(createdAt),
          usedAt: usedAt === null ? null : isoOf(usedAt),
        })),
      };
    },
  });

  app.route({
    method: 'POST',
    url: '/auth/passkeys/options',
    config: { isShownOnce: true },
    schema: {
      tags: ['auth'],
      summary: 'What a browser needs to make a passkey',
      body: z.strictObject({ password: password.optional().meta({ description: 'Needed when the sign-in was more than ten minutes ago.' }) }).nullish(),
      response: { 200: options },
    },
    handler: async (request) => {
      const person = await accounts.person(principalOf(request));
      await accounts.prove(person, request.body?.password, request.ip);
      return passkeys.registrationOptions(person);
    },
  });

  app.route({
    method: 'POST',
    url: '/auth/passkeys',
    config: { isShownOnce: true },
    schema: {
      tags: ['auth'],
      summary: 'Register the passkey that the browser made',
      body: z.strictObject({ name: text(100).min(1).default('Passkey'), credential }),
      response: {
        201: z.object({ recoveryCodes: z.array(z.string()).optional().meta({ description: 'With the first factor of the account: shown this once.' }) }),
      },
    },
    handler: async (request, reply) => {
      const person = await accounts.person(principalOf(request));
      const codes = await passkeys.register(person, request.body.credential, request.body.name);
      return reply
        .header('cache-control', 'no-store')
        .code(201)
        .send(codes === null ? {} : { recoveryCodes: [...codes] });
    },
  });

  app.route({
    method: 'DELETE',
    url: '/auth/passkeys/:id',
    schema: { tags: ['auth'], summary: 'Remove a passkey', params: z.object({ id: z.string().max(1_400) }), response: { 204: z.null() } },
    handler: async (request, reply) => {
      const person = await accounts.person(principalOf(request));
      await passkeys.remove(person.organization, person.account, request.params.id);
      return reply.code(204).send(null);
    },
  });

  app.route({
    method: 'POST',
    url: '/auth/passkeys/sign-in/options',
    schema: {
      tags: ['auth'],
      summary: 'What a browser needs to sign in with a passkey; with `mfaToken` as the second factor',
      body: z.strictObject({ organization, mfaToken: ticket.optional() }),
      response: { 200: options },
    },
    handler: async ({ body: { organization: given, mfaToken } }) =>
      mfaToken === undefined ? passkeys.signInOptions(given) : passkeys.secondFactorOptions(await tickets.read(mfaToken)),
  });

  app.route({
    method: 'POST',
    url: '/auth/passkeys/sign-in',
    schema: {
      tags: ['auth'],
      summary: 'Sign in with a passkey; with `mfaToken` as the second factor',
      body: z.strictObject({ organization, mfaToken: ticket.optional(), credential, refresh: holder }),
      response: { 200: signedIn },
    },
    handler: async (request, reply) => {
      const { organization: given, mfaToken, credential: shown, refresh = 'cookie' } = request.body;
      if (refresh === 'cookie') refuseCrossSite(request);
      const origin = originOf(request);
      const done =
        mfaToken === undefined ? await passkeys.signIn(given, shown, origin) : await passkeys.signInSecond(await tickets.read(mfaToken), shown, origin);
      return answer(request, reply, done, refresh);
    },
  });
}
