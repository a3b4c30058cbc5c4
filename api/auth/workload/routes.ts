// The administration of trust domains.
import { z } from 'zod';
import type { TrustDomainRow } from '../../../store/queries/trust-domains.ts';
import { principalOf } from '../../gate/gate.ts';
import type { Routes } from '../../rest/kit.ts';
import { isoOf } from '../../time.ts';
import { keyNamesOf, trustDomainInput, trustDomainName } from './trust-domains.ts';
import type { TrustDomains } from './trust-domains.ts';

const trustDomain = z.object({
  name: z.string(),
  endpoint: z.string().nullable(),
  bundle: z.record(z.string(), z.unknown()),
  keys: z.array(z.string().nullable()).meta({ description: 'Names of the keys that JWT-SVIDs are checked with.' }),
  workloads: z.array(z.object({ id: z.string(), roles: z.array(z.string()) })),
  audience: z.string().meta({ description: 'Audience that the JWT-SVIDs must have.' }),
  fetchedAt: z.string().nullable(),
  createdAt: z.string(),
  changedAt: z.string(),
  changedBy: z.string(),
});
const params = z.object({ name: trustDomainName });

export function registerTrustDomainRoutes(app: Routes, register: TrustDomains): void {
  const view = (row: TrustDomainRow, organization: string): z.infer<typeof trustDomain> => ({
    ...row,
    bundle: row.bundle as Record<string, unknown>,
    keys: [...keyNamesOf(row)],
    workloads: row.workloads.map(({ id, roles }) => ({ id, roles: [...roles] })),
    audience: register.audience(organization),
    fetchedAt: row.fetchedAt === null ? null : isoOf(row.fetchedAt),
    createdAt: isoOf(row.createdAt),
    changedAt: isoOf(row.changedAt),
  });

  app.route({
    method: 'GET',
    url: '/auth/trust-domains',
    schema: { tags: ['auth'], summary: 'Trust domains whose workloads may ask', response: { 200: z.object({ trustDomains: z.array(trustDomain) }) } },
    handler: async (request) => {
      const { organization } = principalOf(request);
      return { trustDomains: (await register.list(organization)).map((row) => view(row, organization)) };
    },
  });

  app.route({
    method: 'GET',
    url: '/auth/trust-domains/:name',
    schema: { tags: ['auth'], summary: 'A trust domain', params, response: { 200: trustDomain } },
    handler: async (request) => {
      const { organization } = principalOf(request);
      return view(await register.get(organization, request.params.name), organization);
    },
  });

  app.route({
    method: 'PUT',
    url: '/auth/trust-domains/:name',
    schema: { tags: ['auth'], summary: 'Add a trust domain, or replace what it is', params, body: trustDomainInput, response: { 200: trustDomain } },
    handler: async (request) => {
      const who = principalOf(request);
      return view(await register.save(who, request.params.name, request.body), who.organization);
    },
  });

  app.route({
    method: 'DELETE',
    url: '/auth/trust-domains/:name',
    schema: { tags: ['auth'], summary: 'Remove a trust domain; its workloads are refused within half a minute', params, response: { 204: z.null() } },
    handler: async (request, reply) => {
      await register.remove(principalOf(request), request.params.name);
      return reply.code(204).send(null);
    },
  });
}
