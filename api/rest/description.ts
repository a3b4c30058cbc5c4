// /openapi.json and /docs, from the schemas of the routes: what a stranger needs to write a client.
import { STATUS_CODES } from 'node:http';
import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance } from 'fastify';
import { jsonSchemaTransform, jsonSchemaTransformObject } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { accessOf } from '../gate/permissions.ts';
import type { Access } from '../gate/permissions.ts';
import { KEY_FORM } from './idempotency.ts';
import { accessText, completed, isOfSensors, TAGS } from './operation.ts';

const DESCRIPTION = `REST interface of Goshawk: sending events, asking for them, reference data, rules, sensors, administration. Reading is richer over GraphQL at /graphql.

Requests need a token, except those marked otherwise: \`authorization: Bearer <token>\`, an access token of /auth/login, a sensor's token or the key of a service account. Errors are
\`application/problem+json\` (RFC 9457) with a stable \`code\`. Lists have pages: follow \`Link: rel="next"\`. Unsafe requests take \`Idempotency-Key\`: the same key gives the same answer.
Each operation names the permission that it needs, also as \`x-permission\`.`;

const problem = z.looseObject({
  type: z.string(),
  title: z.string(),
  status: z.number(),
  detail: z.string().meta({ description: 'What to do.' }),
  code: z.string().meta({ description: 'Stable.' }),
  requestId: z.string(),
  errors: z.array(z.object({ pointer: z.string().meta({ description: 'JSON pointer into the request.' }), detail: z.string() })).optional(),
});
/** For the description only: problems are written by the gate, not by a route's serializer. */
const problemOf = (description: string) => ({ description, content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } } });

/** Of routes in the terms of others, whose errors are theirs; what the gate refuses is a problem there too. */
const answerOfOthers = (description: string) => ({
  description,
  content: { 'application/json': { schema: {} }, 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
});

interface Described {
  readonly hide?: boolean;
  readonly body?: unknown;
  readonly params?: unknown;
  readonly querystring?: unknown;
  readonly headers?: object;
  readonly response?: object;
  readonly tags?: readonly string[];
  readonly description?: string;
  readonly security?: unknown;
  readonly 'x-permission'?: unknown;
}
const OF_SENSORS = [{ sensor: [] }, { sensorAsPassword: [] }];
const UNSAFE: readonly string[] = ['POST', 'PUT', 'PATCH', 'DELETE'];
const idempotencyKey = {
  type: 'object',
  properties: {
    'idempotency-key': {
      type: 'string',
      pattern: KEY_FORM.source,
      description: 'The same key and request within a day: the same answer, and nothing done twice.',
    },
  },
};

/** What the gate answers before a route is reached, or instead of it. */
function problemsOf(method: string, schema: Described, access: Access | undefined): Record<string, object> {
  const problemAnswer = schema.tags?.includes('inputs') === true ? answerOfOthers : problemOf;
  const ofSensors = isOfSensors(access, method, schema.tags);
  const isUnsafe = UNSAFE.includes(method);
  const hasInput = schema.body !== undefined || schema.params !== undefined || schema.querystring !== undefined;
  return {
    ...(hasInput && { 400: problemAnswer('The request is not valid; `errors` says where.') }),
    ...((access !== 'public' || ofSensors) && { 401: problemAnswer('A valid token is needed.') }),
    ...((access !== 'public' || ofSensors) && { 403: problemAnswer('The permission is missing.') }),
    ...(schema.params !== undefined && { 404: problemAnswer('There is no such thing.') }),
    ...(isUnsafe && { 409: problemAnswer('It does not fit what is there, or the same request is being worked on.') }),
    ...(isUnsafe && schema.body !== undefined && { 413: problemAnswer('The body is too large.'), 415: problemAnswer('The media type is not supported.') }),
    ...(isUnsafe && { 422: problemAnswer('The idempotency key was used for another request.') }),
    429: problemAnswer('Too many requests: `Retry-After` says when.'),
    default: problemAnswer('Any other problem: `code` is stable, `detail` says what to do.'),
  };
}

/** Answers that have no description have the name of their status as one: the document wants one. */
const named = (answers: object): object =>
  Object.fromEntries(Object.entries(answers).map(([code, answer]) => [code, { description: STATUS_CODES[code] ?? '', ...(answer as object) }]));

type Transform = typeof jsonSchemaTransform;
const describe: Transform = (route) => {
  const transformed = jsonSchemaTransform(route);
  const schema = transformed.schema as Described;
  if (schema.hide === true) return transformed;
  const method = String(Array.isArray(route.route.method) ? route.route.method[0] : route.route.method);
  const access = accessOf(`${method} ${route.url}`);
  const ofSensors = isOfSensors(access, method, schema.tags);
  return {
    url: transformed.url,
    schema: {
      ...schema,
      description: [schema.description, ofSensors ? 'Needs the token of a sensor.' : accessText(access)].filter((text) => text !== undefined).join(' '),
      ...(UNSAFE.includes(method) && schema.headers === undefined && { headers: idempotencyKey }),
      ...(access === 'public' && { security: ofSensors ? OF_SENSORS : [] }),
      ...(access !== undefined && access !== 'public' && { 'x-permission': access }),
      response: { ...problemsOf(method, schema, access), ...named(schema.response ?? { 200: { description: 'As docs/inputs says.' } }) },
    } as typeof transformed.schema,
  };
};

const PAGES_POLICY = `default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;

/** To be registered before the routes that it is to describe. */
export async function registerDescription(app: FastifyInstance, version: string): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'Goshawk', version, description: DESCRIPTION, license: { name: 'Apache-2.0', identifier: 'Apache-2.0' } },
      servers: [{ url: '/', description: 'Where this document comes from.' }],
      components: {
        securitySchemes: {
          bearer: { type: 'http', scheme: 'bearer', description: 'An access token, a token of a sensor, or the key of a service account.' },
          sensor: {
            type: 'apiKey',
            in: 'header',
            name: 'Authorization',
            description: 'The token of a sensor: `Splunk <token>` for what Splunk has, `ApiKey <token>` for what Elasticsearch has.',
          },
          sensorAsPassword: { type: 'http', scheme: 'basic', description: 'Any name, and the token of a sensor as password.' },
          apiKey: { type: 'apiKey', in: 'header', name: 'X-Api-Key', description: 'The key of a service account.' },
        },
        schemas: { Problem: z.toJSONSchema(problem, { target: 'draft-2020-12' }) as object },
      },
      security: [{ bearer: [] }, { apiKey: [] }],
      tags: Object.entries(TAGS).map(([name, description]) => ({ name, description })),
    },
    transform: describe,
    transformObject: (document) => completed(jsonSchemaTransformObject(document)),
  });
  await app.register(swaggerUi, {
    routePrefix: '/docs',
    staticCSP: true,
    // Not the plugin's: it asks for HTTPS, which may not be there, for addresses of others, and may be framed by pages of this server.
    transformStaticCSP: () => PAGES_POLICY,
    uiConfig: { deepLinking: true, persistAuthorization: false },
  });
  app.get('/openapi.json', { schema: { hide: true } }, async () => app.swagger());
}
