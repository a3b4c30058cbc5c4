import { expect, it } from 'vitest';
import { accessOf } from '../gate/permissions.ts';
import { accessText, completed, isOfSensors, operationIdOf } from './operation.ts';

it.each([
  ['GET', '/v2/events', 'getEvents'],
  ['GET', '/v2/events/{id}/history', 'getEventsByIdHistory'],
  ['POST', '/v2/dead-letters/redrive', 'postDeadLettersRedrive'],
  ['GET', '/.well-known/jwks.json', 'getWellKnownJwksJson'],
  ['PUT', '/{index}/_bulk', 'putByIndexBulk'],
  ['POST', '/services/collector/event/1.0', 'postServicesCollectorEvent10'],
])('%s %s is %s', (method, url, id) => {
  expect(operationIdOf(method, url)).toBe(id);
});

it.each([
  ['POST /auth/login', 'Needs no token.'],
  ['GET /auth/me', 'Any valid token.'],
  ['POST /auth/users', 'Needs the permission `users:manage`.'],
])('says of %s whom it answers', (name, text) => {
  expect(accessText(accessOf(name))).toBe(text);
});

it.each([
  ['POST /_bulk', ['inputs'], true],
  ['GET /services/collector/health', ['inputs'], false],
  ['POST /v1/logs', ['inputs'], false],
  ['POST /auth/login', ['auth'], false],
])('%s is for credentials of sensors in the terms of others: %s %s', (name, tags, is) => {
  expect(isOfSensors(accessOf(name), name.split(' ')[0]!, tags)).toBe(is);
});

it('names operations, each method of an address, and keeps the schemas that something names', () => {
  const operation = { $ref: '#/components/schemas/A' };
  const { paths, components } = completed({
    paths: { '/_bulk': { post: operation, put: operation } },
    components: { schemas: { A: { $ref: '#/components/schemas/B' }, B: {}, AInput: {} } },
  });
  expect(paths['/_bulk']).toEqual({ post: { operationId: 'postBulk', ...operation }, put: { operationId: 'putBulk', ...operation } });
  expect(Object.keys(components.schemas)).toEqual(['A', 'B']);
});
