// Roles: those that are built in, and those that the organization makes of permissions.
import { z } from 'zod';
import { newRole, roleChange } from '../../access/input.ts';
import type { OwnRoles } from '../../access/roles.ts';
import { documentOf } from '../../access/view.ts';
import { principalOf } from '../../gate/gate.ts';
import { describePermission, PERMISSION_NAMES, permissionsOfRole, ROLE_NAME, ROLES } from '../../gate/roles.ts';
import type { Routes } from '../kit.ts';
import { document, TAGS } from './kit.ts';

const byName = z.object({ name: z.string().regex(ROLE_NAME, 'Not the name of a role.') });
const permission = z.object({
  name: z.string(),
  text: z.string(),
  ownable: z.boolean().meta({ description: 'May be part of a role that an organization makes.' }),
});

export function registerRoleRoutes(app: Routes, roles: OwnRoles): void {
  app.route({
    method: 'GET',
    url: '/auth/roles',
    schema: {
      tags: TAGS,
      summary: 'All roles, and the permissions they are made of',
      response: {
        200: z.object({
          builtIn: z.array(z.object({ name: z.string(), permissions: z.array(z.string()) })),
          own: z.array(document),
          permissions: z.array(permission),
        }),
      },
    },
    handler: async (request) => ({
      builtIn: ROLES.map((name) => ({ name, permissions: [...permissionsOfRole(name)] })),
      own: (await roles.list(principalOf(request))).map(documentOf),
      permissions: PERMISSION_NAMES.map((name) => ({ name, text: describePermission(name).text, ownable: describePermission(name).only === undefined })),
    }),
  });

  app.route({
    method: 'POST',
    url: '/auth/roles',
    schema: { tags: TAGS, summary: 'Make a role', description: 'Of permissions that the caller holds himself.', body: newRole, response: { 201: document } },
    handler: async (request, reply) => {
      const role = await roles.add(principalOf(request), request.body);
      return reply.code(201).header('location', '/auth/roles').send(documentOf(role));
    },
  });

  app.route({
    method: 'PATCH',
    url: '/auth/roles/:name',
    schema: {
      tags: TAGS,
      summary: 'Change a role',
      description: 'What is left out stays. In force within seconds for everybody who holds it.',
      params: byName,
      body: roleChange,
      response: { 200: document },
    },
    handler: async (request) => documentOf(await roles.change(principalOf(request), request.params.name, request.body)),
  });

  app.route({
    method: 'DELETE',
    url: '/auth/roles/:name',
    schema: { tags: TAGS, summary: 'Remove a role that nobody holds', params: byName, response: { 200: document } },
    handler: async (request) => documentOf(await roles.remove(principalOf(request), request.params.name)),
  });
}
