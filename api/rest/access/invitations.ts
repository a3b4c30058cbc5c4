// Invitations: made by who manages users, looked at and accepted by whoever holds the link.
import { z } from 'zod';
import { linkAcceptance, linkLook, newInvitation } from '../../access/input.ts';
import type { Invitations } from '../../access/invitations.ts';
import { documentOf } from '../../access/view.ts';
import { principalOf } from '../../gate/gate.ts';
import { apiUrlOf } from '../../sensors/address.ts';
import { paging } from '../kit.ts';
import type { Routes } from '../kit.ts';
import { byId, document, flag, once, pageFrom, pageOf, SHOWN_ONCE, TAGS } from './kit.ts';

export function registerInvitationRoutes(app: Routes, invitations: Invitations): void {
  app.route({
    method: 'GET',
    url: '/auth/invitations',
    schema: {
      tags: TAGS,
      summary: 'Invitations, newest first',
      querystring: z.strictObject({ closed: flag.default('false').meta({ description: 'Also those that can be accepted no more.' }), ...paging }),
      response: { 200: pageOf('invitations') },
    },
    handler: async (request, reply) => {
      const { closed, ...page } = request.query;
      const { rows, next } = await pageFrom(request, reply, page, (after, limit) => invitations.page(principalOf(request), closed === 'true', after, limit));
      return { invitations: rows, next };
    },
  });

  app.route({
    method: 'POST',
    url: '/auth/invitations',
    config: { isShownOnce: true },
    schema: {
      tags: TAGS,
      summary: 'Invite somebody: a link that makes one user, once',
      description: `An open invitation of the same name gives way. ${SHOWN_ONCE}`,
      body: newInvitation,
      response: { 201: document },
    },
    handler: async (request, reply) => {
      const { invitation, link } = await invitations.add(principalOf(request), request.body, apiUrlOf(request));
      return once(reply)
        .code(201)
        .send({ ...documentOf(invitation), link });
    },
  });

  app.route({
    method: 'DELETE',
    url: '/auth/invitations/:id',
    schema: { tags: TAGS, summary: 'Withdraw an invitation', params: byId, response: { 200: document } },
    handler: async (request) => documentOf(await invitations.revoke(principalOf(request), request.params.id)),
  });

  app.route({
    method: 'POST',
    url: '/auth/invitations/look',
    schema: { tags: TAGS, summary: 'What the holder of a link is invited to', body: linkLook, response: { 200: document } },
    handler: async (request, reply) => once(reply).send(documentOf(await invitations.look(request.body.token))),
  });

  app.route({
    method: 'POST',
    url: '/auth/invitations/accept',
    schema: {
      tags: TAGS,
      summary: 'Accept an invitation: the user is there from now on',
      body: linkAcceptance,
      response: { 201: z.object({ organization: z.string(), user: z.string().meta({ description: 'To sign in with.' }) }) },
    },
    handler: async (request, reply) => {
      const { organization, user } = await invitations.accept(request.body.token, request.body.password);
      return once(reply).code(201).send({ organization, user: user.name });
    },
  });
}
