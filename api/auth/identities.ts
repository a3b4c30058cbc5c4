// By which identity providers one signs in oneself. An administrator sees and removes those of others with the user.
import { z } from 'zod';
import { principalOf } from '../gate/gate.ts';
import type { Routes } from '../rest/kit.ts';
import { isoOf } from '../time.ts';
import type { Auth } from './index.ts';

const identity = z.object({
  id: z.string(),
  provider: z.string(),
  label: z.string().meta({ description: 'What the organization calls the provider.' }),
  subject: z.string().meta({ description: 'The claim `sub` of the user there.' }),
  keepsRoles: z.boolean().meta({ description: 'The roles are given here, whatever the groups there say: it came by an invitation.' }),
  isDisabled: z.boolean().meta({ description: 'Nobody signs in by the provider now.' }),
  createdAt: z.string(),
  usedAt: z.string(),
});

export function registerIdentityRoutes(app: Routes, { accounts }: Pick<Auth, 'accounts'>): void {
  app.route({
    method: 'GET',
    url: '/auth/identities',
    schema: { tags: ['auth'], summary: 'Identity providers that the account signs in by', response: { 200: z.object({ identities: z.array(identity) }) } },
    handler: async (request) => {
      const rows = await accounts.identities(await accounts.person(principalOf(request)));
      return { identities: rows.map((row) => ({ ...row, createdAt: isoOf(row.createdAt), usedAt: isoOf(row.usedAt) })) };
    },
  });

  app.route({
    method: 'DELETE',
    url: '/auth/identities/:id',
    schema: {
      tags: ['auth'],
      summary: 'Sign in by an identity provider no more; sessions that came from it end, this one too',
      description: 'Refused with `CONFLICT` when there is no other way left: a password, a passkey, or another provider.',
      params: z.object({ id: z.uuid() }),
      response: { 204: z.null() },
    },
    handler: async (request, reply) => {
      await accounts.unlink(await accounts.person(principalOf(request)), request.params.id);
      return reply.code(204).send(null);
    },
  });
}
