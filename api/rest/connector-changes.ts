// Workers of connectors have no database: before they do what somebody asks, they have it written down here, in that person's name.
import { z } from 'zod';
import { noteInAudit } from '../audit/note.ts';
import { principalOf } from '../gate/gate.ts';
import type { Services } from '../graphql/context.ts';
import type { Routes } from './kit.ts';
import { text } from './kit.ts';

const CHANGES = ['create', 'configure', 'delete', 'pause', 'resume', 'stop', 'restart', 'set-offsets'] as const;

export function registerConnectorChangeRoutes(app: Routes, { run }: Pick<Services, 'run'>): void {
  app.route({
    method: 'POST',
    url: '/v2/connectors/changes',
    schema: {
      tags: ['connectors'],
      summary: 'Note that a connector is about to be changed',
      description: 'For workers of connectors, with the token of who asks them. What is not noted is not done.',
      body: z.strictObject({
        connector: text(255).meta({ description: 'Its name.' }),
        change: z.enum(CHANGES),
        detail: z
          .record(z.string(), z.unknown())
          .default({})
          .meta({ description: 'What is asked for; a configuration as it is written, secrets as references.' }),
      }),
      response: { 204: z.null() },
    },
    handler: async (request, reply) => {
      const principal = principalOf(request);
      const { connector, change, detail } = request.body;
      await run(principal.organization, (sql) => noteInAudit(sql, principal, `connector.${change}`, detail, connector));
      return reply.code(204).send(null);
    },
  });
}
