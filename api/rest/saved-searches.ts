import { z } from 'zod';
import type { SavedSearchRow } from '../../store/queries/saved-searches.ts';
import { principalOf } from '../gate/gate.ts';
import type { Services } from '../graphql/context.ts';
import { newSavedSearch, savedSearchChange } from '../saved-searches/register.ts';
import { isoOf } from '../time.ts';
import type { Routes } from './kit.ts';

const PATH = '/v2/saved-searches';
const TAGS = ['searches'];
const params = z.object({ id: z.uuid() });
const document = z.record(z.string(), z.unknown());
const documentOf = ({ createdAt, changedAt, ...rest }: SavedSearchRow): Record<string, unknown> => ({
  ...rest,
  createdAt: isoOf(createdAt),
  changedAt: isoOf(changedAt),
});

export function registerSavedSearchRoutes(app: Routes, { savedSearches }: Pick<Services, 'savedSearches'>): void {
  app.route({
    method: 'GET',
    url: PATH,
    schema: {
      tags: TAGS,
      summary: "One's own saved searches and those that others share, by name",
      querystring: z.strictObject({ kind: z.enum(['events', 'alerts']).optional() }),
      response: { 200: z.object({ searches: z.array(document) }) },
    },
    handler: async (request) => ({ searches: (await savedSearches.list(principalOf(request), request.query.kind ?? null)).map(documentOf) }),
  });

  app.route({
    method: 'POST',
    url: PATH,
    schema: { tags: TAGS, summary: 'Save a search', body: newSavedSearch, response: { 201: document } },
    handler: async (request, reply) => {
      const body = documentOf(await savedSearches.add(principalOf(request), request.body));
      return reply.code(201).send(body);
    },
  });

  app.route({
    method: 'PATCH',
    url: `${PATH}/:id`,
    schema: {
      tags: TAGS,
      summary: 'Change a saved search',
      description: 'What is left out stays.',
      params,
      body: savedSearchChange,
      response: { 200: document },
    },
    handler: async (request) => documentOf(await savedSearches.change(principalOf(request), request.params.id, request.body)),
  });

  app.route({
    method: 'DELETE',
    url: `${PATH}/:id`,
    schema: { tags: TAGS, summary: 'Delete a saved search', params, response: { 204: z.null() } },
    handler: async (request, reply) => {
      await savedSearches.delete(principalOf(request), request.params.id);
      return reply.code(204).send(null);
    },
  });
}
