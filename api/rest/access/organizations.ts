// The caller's organization and its settings; and, for who runs the installation, all of them.
import { z } from 'zod';
import { newOrganization, organizationChange, settingsChange } from '../../access/input.ts';
import type { Organizations } from '../../access/organizations.ts';
import { documentOf } from '../../access/view.ts';
import type { RetentionDays } from '../../deps.ts';
import { principalOf } from '../../gate/gate.ts';
import { apiUrlOf } from '../../sensors/address.ts';
import { time } from '../kit.ts';
import type { Routes } from '../kit.ts';
import { document, once, SHOWN_ONCE, TAGS } from './kit.ts';

const byId = z.object({ id: z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'Not the id of an organization.') });

export function registerOrganizationRoutes(app: Routes, organizations: Organizations, retentionDays: RetentionDays | null): void {
  app.route({
    method: 'GET',
    url: '/auth/organization',
    schema: {
      tags: TAGS,
      summary: "Settings of the caller's organization",
      description: '`retentionDays` is of the installation as a whole; null where this process does not know it.',
      response: { 200: document },
    },
    handler: async (request) => ({ ...documentOf(await organizations.settings(principalOf(request))), retentionDays }),
  });

  app.route({
    method: 'PATCH',
    url: '/auth/organization',
    schema: {
      tags: TAGS,
      summary: "Change settings of the caller's organization",
      description: 'What is left out stays.',
      querystring: z.strictObject({
        replaces: time
          .optional()
          .meta({ description: '`changedAt` of the settings that are meant: refused with `CONFLICT` when others are there. Left out: whatever is there.' }),
      }),
      body: settingsChange,
      response: { 200: document },
    },
    handler: async (request) => ({
      ...documentOf(await organizations.changeSettings(principalOf(request), request.body, request.query.replaces)),
      retentionDays,
    }),
  });

  app.route({
    method: 'GET',
    url: '/auth/organizations',
    schema: { tags: TAGS, summary: 'All organizations of the installation', response: { 200: z.object({ organizations: z.array(document) }) } },
    handler: async (request) => ({ organizations: (await organizations.list(principalOf(request))).map(documentOf) }),
  });

  app.route({
    method: 'POST',
    url: '/auth/organizations',
    config: { isShownOnce: true },
    schema: {
      tags: TAGS,
      summary: 'Make an organization, and invite who administers it',
      description: `With \`admin\` the answer has the link of an invitation. ${SHOWN_ONCE}`,
      body: newOrganization,
      response: { 201: document },
    },
    handler: async (request, reply) => {
      const { organization, invited } = await organizations.add(principalOf(request), request.body, apiUrlOf(request));
      return once(reply)
        .code(201)
        .send({ ...documentOf(organization), invitation: invited === null ? null : { ...documentOf(invited.invitation), link: invited.link } });
    },
  });

  app.route({
    method: 'PATCH',
    url: '/auth/organizations/:id',
    schema: {
      tags: TAGS,
      summary: 'Rename or suspend an organization',
      description: 'Suspended: sessions end, and users, keys and sensors are refused within seconds. What is stored stays, and is there again afterwards.',
      params: byId,
      body: organizationChange,
      response: { 200: document },
    },
    handler: async (request) => documentOf(await organizations.change(principalOf(request), request.params.id, request.body)),
  });
}
