// Links for who forgot the password: made by who manages users, looked at and used by whoever holds them.
import { z } from 'zod';
import { linkAcceptance, linkLook } from '../../access/input.ts';
import type { PasswordLinks } from '../../access/password-links.ts';
import { documentOf } from '../../access/view.ts';
import { principalOf } from '../../gate/gate.ts';
import { apiUrlOf } from '../../sensors/address.ts';
import { isoOf } from '../../time.ts';
import type { Routes } from '../kit.ts';
import { byId, document, once, SHOWN_ONCE, TAGS } from './kit.ts';

export function registerPasswordLinkRoutes(app: Routes, passwordLinks: PasswordLinks): void {
  app.route({
    method: 'POST',
    url: '/auth/users/:id/password-link',
    config: { isShownOnce: true },
    schema: {
      tags: TAGS,
      summary: 'A link by which somebody who forgot the password chooses another, once, within a day',
      description: `The link of the user before gives way, and any change of the user, or of who made it, ends it. Not for oneself, nor for who signs in by an identity provider only. ${SHOWN_ONCE}`,
      params: byId,
      response: { 201: z.object({ user: z.string(), expiresAt: z.string(), link: z.string() }) },
    },
    handler: async (request, reply) => {
      const { user, expiresAt, link } = await passwordLinks.add(principalOf(request), request.params.id, apiUrlOf(request));
      return once(reply)
        .code(201)
        .send({ user, expiresAt: isoOf(expiresAt), link });
    },
  });

  app.route({
    method: 'POST',
    url: '/auth/password-link/look',
    schema: { tags: TAGS, summary: 'Whose password the holder of a link may choose', body: linkLook, response: { 200: document } },
    handler: async (request, reply) => once(reply).send(documentOf(await passwordLinks.look(request.body.token))),
  });

  app.route({
    method: 'POST',
    url: '/auth/password-link/accept',
    schema: {
      tags: TAGS,
      summary: 'Choose the password: all sessions of the user end, and wrong guesses so far are forgotten',
      description: 'A second factor is asked for at the next sign-in as before. A weak password is refused, and the link stays open.',
      body: linkAcceptance,
      response: { 200: z.object({ organization: z.string(), user: z.string().meta({ description: 'To sign in with.' }) }) },
    },
    handler: async (request, reply) => {
      const { organization, name } = await passwordLinks.accept(request.body.token, request.body.password);
      return once(reply).send({ organization, user: name });
    },
  });
}
