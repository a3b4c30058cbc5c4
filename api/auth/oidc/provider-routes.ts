// The administration of identity providers.
import { z } from 'zod';
import type { ProviderRow } from '../../../store/queries/identity-providers.ts';
import { principalOf } from '../../gate/gate.ts';
import type { Routes } from '../../rest/kit.ts';
import { isoOf } from '../../time.ts';
import { identityLink, providerInput, providerName } from './providers.ts';
import type { Providers } from './providers.ts';

const provider = providerInput
  .omit({ clientSecret: true, isDisabled: true })
  .extend({
    name: providerName,
    hasSecret: z.boolean(),
    issuer: z.string(),
    disabledAt: z.string().nullable(),
    createdAt: z.string(),
    createdBy: z.string(),
    changedAt: z.string(),
    changedBy: z.string(),
    callbackUrl: z.string().meta({ description: 'To be entered at the provider as redirect URI.' }),
    backchannelLogoutUrl: z.string().meta({ description: 'To be entered at the provider, if it has back-channel logout.' }),
    postLogoutUrl: z.string().meta({ description: 'To be entered at the provider as post-logout redirect URI, with `endsSession`.' }),
    ownAudience: z.string().meta({ description: 'Audience that access tokens for this organization may have.' }),
  });
const params = z.object({ name: providerName });

export function registerProviderRoutes(app: Routes, register: Providers): void {
  const view = (row: ProviderRow, organization: string, base: string): z.infer<typeof provider> => {
    const { id: _id, disabledAt, createdAt, changedAt, ...rest } = row;
    return {
      ...rest,
      scopes: [...row.scopes],
      groupRoles: row.groupRoles.map(({ group, roles }) => ({ group, roles: [...roles] })),
      defaultRoles: [...row.defaultRoles],
      emailDomains: [...row.emailDomains],
      disabledAt: disabledAt === null ? null : isoOf(disabledAt),
      createdAt: isoOf(createdAt),
      changedAt: isoOf(changedAt),
      ...register.addresses(organization, row.name, base),
    };
  };
  const baseOf = ({ protocol, host }: { readonly protocol: string; readonly host: string }): string => `${protocol}://${host}`;

  app.route({
    method: 'GET',
    url: '/auth/identity-providers',
    schema: { tags: ['auth'], summary: 'Identity providers of the organization', response: { 200: z.object({ providers: z.array(provider) }) } },
    handler: async (request) => {
      const { organization } = principalOf(request);
      return { providers: (await register.list(organization)).map((row) => view(row, organization, baseOf(request))) };
    },
  });

  app.route({
    method: 'GET',
    url: '/auth/identity-providers/:name',
    schema: { tags: ['auth'], summary: 'An identity provider', params, response: { 200: provider } },
    handler: async (request) => {
      const { organization } = principalOf(request);
      return view(await register.get(organization, request.params.name), organization, baseOf(request));
    },
  });

  app.route({
    method: 'PUT',
    url: '/auth/identity-providers/:name',
    schema: { tags: ['auth'], summary: 'Add an identity provider, or replace what it is', params, body: providerInput, response: { 200: provider } },
    handler: async (request) => {
      const who = principalOf(request);
      return view(await register.save(who, request.params.name, request.body), who.organization, baseOf(request));
    },
  });

  app.route({
    method: 'DELETE',
    url: '/auth/identity-providers/:name',
    schema: { tags: ['auth'], summary: 'Remove an identity provider; sessions that came from it end', params, response: { 204: z.null() } },
    handler: async (request, reply) => {
      await register.remove(principalOf(request), request.params.name);
      return reply.code(204).send(null);
    },
  });

  app.route({
    method: 'POST',
    url: '/auth/identity-providers/:name/try',
    schema: {
      tags: ['auth'],
      summary: 'Ask an identity provider what it is',
      params,
      response: {
        200: z.object({ issuer: z.string(), endpoints: z.record(z.string(), z.string()), hasLogout: z.boolean(), hasBackchannelLogout: z.boolean() }),
      },
    },
    handler: async (request) => {
      const tried = await register.tryOut(principalOf(request).organization, request.params.name);
      return { ...tried, endpoints: { ...tried.endpoints } };
    },
  });

  app.route({
    method: 'POST',
    url: '/auth/identity-providers/:name/links',
    schema: { tags: ['auth'], summary: 'Let an existing user sign in by an identity provider', params, body: identityLink, response: { 204: z.null() } },
    handler: async (request, reply) => {
      await register.link(principalOf(request), request.params.name, request.body.subject, request.body.user);
      return reply.code(204).send(null);
    },
  });
}
