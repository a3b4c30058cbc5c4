// /openapi.json and /docs, from the schemas of the routes.
import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance } from 'fastify';
import { jsonSchemaTransform, jsonSchemaTransformObject } from 'fastify-type-provider-zod';
import { z } from 'zod';

const DESCRIPTION = `REST interface of Goshawk: sending events, asking for them, reference data. Reading is richer over GraphQL at /graphql.

Every request needs \`authorization: Bearer <token>\`, except /auth/login, /health and this page. Errors are \`application/problem+json\` (RFC 9457) with a stable \`code\`.`;

const problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.number(),
  detail: z.string(),
  code: z.string(),
  requestId: z.string(),
  errors: z.array(z.object({ pointer: z.string(), detail: z.string() })).optional(),
});
/** What every route may answer instead. For the description only: problems are written by the gate, not by a route's serializer. */
const otherwise = {
  description: 'A problem: `code` is stable, `detail` says what to do.',
  content: { 'application/problem+json': { schema: z.toJSONSchema(problem, { target: 'openapi-3.0' }) } },
};

type Transform = typeof jsonSchemaTransform;
const withProblems: Transform = (route) => {
  const { schema, url } = jsonSchemaTransform(route);
  return { url, schema: schema.hide === true ? schema : { ...schema, response: { ...(schema.response as object | undefined), default: otherwise } } };
};

/** To be registered before the routes that it is to describe. */
export async function registerDescription(app: FastifyInstance, version: string): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'Goshawk', version, description: DESCRIPTION, license: { name: 'Apache-2.0' } },
      components: { securitySchemes: { bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } } },
      security: [{ bearer: [] }],
    },
    transform: withProblems,
    transformObject: jsonSchemaTransformObject,
  });
  await app.register(swaggerUi, { routePrefix: '/docs', staticCSP: true, uiConfig: { deepLinking: true, persistAuthorization: false } });
  app.get('/openapi.json', { schema: { hide: true } }, async () => app.swagger());
}
