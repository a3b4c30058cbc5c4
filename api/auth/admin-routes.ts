// What administrators do for those who cannot sign in.
import { z } from 'zod';
import { removeFactors, unlockUser } from '../../store/queries/accounts.ts';
import type { Sql } from '../../store/queries/sql.ts';
import { changeable } from '../access/users.ts';
import { principalOf } from '../gate/gate.ts';
import type { Routes } from '../rest/kit.ts';
import type { Auth } from './index.ts';
import { orNotFound } from './sessions.ts';
import type { Principal } from './tokens.ts';

const params = z.object({ id: z.uuid('Is the id of a user.') });

export function registerSignInAdminRoutes(app: Routes, { run, sessions }: Auth): void {
  const about = (what: string, { organization }: Principal, work: (sql: Sql) => Promise<void>) => orNotFound(what, () => run(organization, work));

  app.route({
    method: 'POST',
    url: '/auth/users/:id/unlock',
    schema: { tags: ['auth'], summary: 'Let somebody try again who has failed too often', params, response: { 204: z.null() } },
    handler: async (request, reply) => {
      const principal = principalOf(request);
      await about('user', principal, async (sql) => {
        await changeable(sql, principal, request.params.id);
        await unlockUser(sql, principal.user, request.params.id);
      });
      return reply.code(204).send(null);
    },
  });

  app.route({
    method: 'POST',
    url: '/auth/users/:id/reset-mfa',
    schema: { tags: ['auth'], summary: 'Take away the second factors of somebody who has lost them; their sessions end', params, response: { 204: z.null() } },
    handler: async (request, reply) => {
      const principal = principalOf(request);
      await about('user', principal, async (sql) => {
        await changeable(sql, principal, request.params.id);
        await removeFactors(sql, principal.user, request.params.id, true);
      });
      await sessions.endAll(principal.organization, principal.user, request.params.id, null); // tells this process too
      return reply.code(204).send(null);
    },
  });
}
