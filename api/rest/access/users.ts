// Users of the caller's organization.
import { z } from 'zod';
import { newUser, userChange } from '../../access/input.ts';
import type { Users } from '../../access/users.ts';
import { documentOf } from '../../access/view.ts';
import { principalOf } from '../../gate/gate.ts';
import { paging, text } from '../kit.ts';
import type { Routes } from '../kit.ts';
import { byId, document, flag, pageFrom, pageOf, TAGS } from './kit.ts';

export function registerUserRoutes(app: Routes, users: Users): void {
  app.route({
    method: 'GET',
    url: '/auth/users',
    schema: {
      tags: TAGS,
      summary: 'Users of the organization, newest first',
      querystring: z.strictObject({
        search: text(100).optional().meta({ description: 'Part of the name or the address.' }),
        role: z.string().max(40).optional().meta({ description: 'Who holds it.' }),
        disabled: flag.optional().meta({ description: 'Left out: both.' }),
        ...paging,
      }),
      response: { 200: pageOf('users') },
    },
    handler: async (request, reply) => {
      const { search, role, disabled, ...page } = request.query;
      const filter = { search, role, disabled: disabled === undefined ? undefined : disabled === 'true' };
      const { rows, next } = await pageFrom(request, reply, page, (after, limit) => users.page(principalOf(request), filter, after, limit));
      return { users: rows, next };
    },
  });

  app.route({
    method: 'GET',
    url: '/auth/users/:id',
    schema: { tags: TAGS, summary: 'One user', params: byId, response: { 200: document } },
    handler: async (request) => documentOf(await users.user(principalOf(request), request.params.id)),
  });

  app.route({
    method: 'POST',
    url: '/auth/users',
    schema: {
      tags: TAGS,
      summary: 'Make a user with a password',
      description: 'Better `POST /auth/invitations`: then nobody else ever knows the password.',
      body: newUser,
      response: { 201: document },
    },
    handler: async (request, reply) => {
      const user = await users.add(principalOf(request), request.body);
      return reply.code(201).header('location', `/auth/users/${user.id}`).send(documentOf(user));
    },
  });

  app.route({
    method: 'PATCH',
    url: '/auth/users/:id',
    schema: {
      tags: TAGS,
      summary: 'Change name, address, roles, or whether the user may sign in',
      description: 'What is left out stays. In force at once: tokens of before are refused. Nobody gives a role that gives more than he holds himself.',
      params: byId,
      body: userChange,
      response: { 200: document },
    },
    handler: async (request) => documentOf(await users.change(principalOf(request), request.params.id, request.body)),
  });

  app.route({
    method: 'DELETE',
    url: '/auth/users/:id/sessions',
    schema: {
      tags: TAGS,
      summary: 'End all sessions of a user, with their tokens and open sockets',
      params: byId,
      response: { 200: z.object({ ended: z.number().meta({ description: 'How many there were.' }) }) },
    },
    handler: async (request) => ({ ended: await users.endSessions(principalOf(request), request.params.id) }),
  });

  app.route({
    method: 'DELETE',
    url: '/auth/users/:id/identities/:identity',
    schema: {
      tags: TAGS,
      summary: 'Take a link to an identity provider away from a user; sessions that came from it end',
      description: '`identities` of the user has the ids. Who had no other way in has none then.',
      params: byId.extend({ identity: z.uuid() }),
      response: { 200: document },
    },
    handler: async (request) => documentOf(await users.unlink(principalOf(request), request.params.id, request.params.identity)),
  });
}
