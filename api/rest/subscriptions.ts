import { z } from 'zod';
import { principalOf } from '../gate/gate.ts';
import { notFound } from '../gate/problem.ts';
import type { Services } from '../graphql/context.ts';
import type { Subscription } from '../subscriptions/register.ts';
import { newSubscription, subscriptionChange, subscriptionPreview } from '../subscriptions/register.ts';
import { isoOf } from '../time.ts';
import type { Routes } from './kit.ts';

const PATH = '/v2/subscriptions';
const TAGS = ['subscriptions'];
const params = z.object({ id: z.uuid() });
const document = z.record(z.string(), z.unknown());
const documentOf = ({ createdAt, changedAt, effectiveFrom, ...rest }: Subscription): Record<string, unknown> => ({
  ...rest,
  createdAt: isoOf(createdAt),
  changedAt: isoOf(changedAt),
  effectiveFrom: isoOf(effectiveFrom),
});

export function registerSubscriptionRoutes(app: Routes, { subscriptions }: Pick<Services, 'subscriptions'>): void {
  app.route({
    method: 'GET',
    url: PATH,
    schema: {
      tags: TAGS,
      summary: 'What is published to the sink topics of the organization, by name',
      response: { 200: z.object({ subscriptions: z.array(document) }) },
    },
    handler: async (request) => ({ subscriptions: (await subscriptions.list(principalOf(request))).map(documentOf) }),
  });

  app.route({
    method: 'GET',
    url: `${PATH}/:id`,
    schema: { tags: TAGS, summary: 'One subscription', params, response: { 200: document } },
    handler: async (request) => {
      const found = await subscriptions.one(principalOf(request), request.params.id);
      if (found === null) throw notFound('subscription of this id');
      return documentOf(found);
    },
  });

  app.route({
    method: 'POST',
    url: PATH,
    schema: {
      tags: TAGS,
      summary: 'Publish what meets these conditions',
      description: 'Takes effect ten seconds later, for raw records that are appended from then on.',
      body: newSubscription,
      response: { 201: document },
    },
    handler: async (request, reply) => {
      const body = documentOf(await subscriptions.add(principalOf(request), request.body));
      return reply.code(201).send(body);
    },
  });

  app.route({
    method: 'POST',
    url: `${PATH}/preview`,
    schema: { tags: TAGS, summary: 'What a subscription would have taken of the last day', body: subscriptionPreview, response: { 200: document } },
    handler: async (request) => {
      const { from, to, kinds } = await subscriptions.preview(principalOf(request), request.body);
      return { from: isoOf(from), to: isoOf(to), kinds };
    },
  });

  app.route({
    method: 'PATCH',
    url: `${PATH}/:id`,
    schema: {
      tags: TAGS,
      summary: 'Change a subscription',
      description: 'What is left out stays. Takes effect ten seconds later.',
      params,
      body: subscriptionChange,
      response: { 200: document },
    },
    handler: async (request) => documentOf(await subscriptions.change(principalOf(request), request.params.id, request.body)),
  });

  app.route({
    method: 'DELETE',
    url: `${PATH}/:id`,
    schema: { tags: TAGS, summary: 'Publish it no more', params, response: { 204: z.null() } },
    handler: async (request, reply) => {
      await subscriptions.delete(principalOf(request), request.params.id);
      return reply.code(204).send(null);
    },
  });
}
