// Accounts of programs, and their API keys.
import { z } from 'zod';
import { keyRotation, newKey, newServiceAccount, serviceAccountChange } from '../../access/input.ts';
import type { MadeKey, ServiceAccounts } from '../../access/service-accounts.ts';
import { documentOf } from '../../access/view.ts';
import { principalOf } from '../../gate/gate.ts';
import { paging } from '../kit.ts';
import type { Routes } from '../kit.ts';
import { byId, document, flag, once, pageFrom, pageOf, SHOWN_ONCE, TAGS } from './kit.ts';

const byKey = z.object({ id: z.uuid(), key: z.uuid() });
const madeDocument = ({ key, secret }: MadeKey) => ({ ...documentOf(key), secret });

export function registerServiceAccountRoutes(app: Routes, accounts: ServiceAccounts): void {
  app.route({
    method: 'GET',
    url: '/auth/service-accounts',
    schema: {
      tags: TAGS,
      summary: 'Service accounts with their keys, newest first',
      querystring: z.strictObject({ removed: flag.default('false').meta({ description: 'Also those that were removed.' }), ...paging }),
      response: { 200: pageOf('serviceAccounts') },
    },
    handler: async (request, reply) => {
      const { removed, ...page } = request.query;
      const { rows, next } = await pageFrom(request, reply, page, (after, limit) => accounts.page(principalOf(request), removed === 'true', after, limit));
      return { serviceAccounts: rows, next };
    },
  });

  app.route({
    method: 'GET',
    url: '/auth/service-accounts/:id',
    schema: { tags: TAGS, summary: 'One service account with its keys', params: byId, response: { 200: document } },
    handler: async (request) => documentOf(await accounts.account(principalOf(request), request.params.id)),
  });

  app.route({
    method: 'POST',
    url: '/auth/service-accounts',
    schema: { tags: TAGS, summary: 'Make a service account; it has no key yet', body: newServiceAccount, response: { 201: document } },
    handler: async (request, reply) => {
      const account = await accounts.add(principalOf(request), request.body);
      return reply.code(201).header('location', `/auth/service-accounts/${account.id}`).send(documentOf(account));
    },
  });

  app.route({
    method: 'PATCH',
    url: '/auth/service-accounts/:id',
    schema: {
      tags: TAGS,
      summary: 'Change description, roles, or whether its keys are taken',
      description: 'What is left out stays. In force at once.',
      params: byId,
      body: serviceAccountChange,
      response: { 200: document },
    },
    handler: async (request) => documentOf(await accounts.change(principalOf(request), request.params.id, request.body)),
  });

  app.route({
    method: 'DELETE',
    url: '/auth/service-accounts/:id',
    schema: { tags: TAGS, summary: 'Remove a service account; its keys end at once', params: byId, response: { 200: document } },
    handler: async (request) => documentOf(await accounts.remove(principalOf(request), request.params.id)),
  });

  app.route({
    method: 'POST',
    url: '/auth/service-accounts/:id/keys',
    config: { isShownOnce: true },
    schema: {
      tags: TAGS,
      summary: 'Make an API key',
      description: `Sent as \`Authorization: Bearer gsk_...\` or \`X-Api-Key: gsk_...\`. ${SHOWN_ONCE}`,
      params: byId,
      body: newKey,
      response: { 201: document },
    },
    handler: async (request, reply) => {
      const made = await accounts.addKey(principalOf(request), request.params.id, request.body);
      return once(reply).code(201).header('location', `/auth/service-accounts/${request.params.id}`).send(madeDocument(made));
    },
  });

  app.route({
    method: 'POST',
    url: '/auth/service-accounts/:id/keys/:key/rotate',
    config: { isShownOnce: true },
    schema: {
      tags: TAGS,
      summary: 'Another key of the same rights; the one before holds for a while',
      description: SHOWN_ONCE,
      params: byKey,
      body: keyRotation,
      response: { 201: document },
    },
    handler: async (request, reply) => {
      const { id, key } = request.params;
      return once(reply)
        .code(201)
        .send(madeDocument(await accounts.rotateKey(principalOf(request), id, key, request.body)));
    },
  });

  app.route({
    method: 'DELETE',
    url: '/auth/service-accounts/:id/keys/:key',
    schema: { tags: TAGS, summary: 'Revoke a key at once, also for what it holds open', params: byKey, response: { 200: document } },
    handler: async (request) => documentOf(await accounts.revokeKey(principalOf(request), request.params.id, request.params.key)),
  });
}
