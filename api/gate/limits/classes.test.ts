import { expect, it } from 'vitest';
import { config as configSchema } from '../../config.ts';
import { PERMISSIONS } from '../permissions.ts';
import { CLASS_NAMES, classOf, limitsOf, routesOf } from './classes.ts';

it.each<[method: string, url: string, isUpgrade: boolean, expected: string | null]>([
  ['POST', '/auth/login', false, 'sign-in'],
  ['POST', '/auth/refresh', false, 'write'],
  ['POST', '/auth/logout', false, 'write'],
  ['GET', '/auth/me', false, 'read'],
  ['GET', '/v2/events', false, 'read'],
  ['HEAD', '/v2/events', false, 'read'],
  ['POST', '/v2/events', false, 'bulk'],
  ['POST', '/v2/events/query', false, 'write'],
  ['PATCH', '/v2/events/:id', false, 'write'],
  ['POST', '/v2/events/bulk', false, 'bulk'],
  ['POST', '/v1/logs', false, 'bulk'],
  ['POST', '/services/collector/raw/1.0', false, 'bulk'],
  ['PUT', '/:index/_bulk', false, 'bulk'],
  ['POST', '/elastic/:index/_bulk', false, 'bulk'],
  ['DELETE', '/v2/assets/:id', false, 'write'],
  ['POST', '/graphql', false, 'graphql'],
  ['GET', '/graphql', false, 'graphql'],
  ['GET', '/graphql', true, 'live'],
  ['GET', '/live', true, 'live'],
  ['GET', '/health/ready', false, null],
  ['GET', '/metrics', false, null],
  ['GET', '/services/collector/health', false, null],
])('%s %s (upgrade: %s) is %s', (method, url, isUpgrade, expected) => {
  expect(classOf(method, url, isUpgrade)).toBe(expected);
});

it('counts signing in by address, and the rest by user, organization and address', () => {
  const config = configSchema.parse({ requestsPerMinute: 100, loginsPerMinute: 7, organizationUsers: 3, addressUsers: 2 });
  expect(limitsOf('sign-in', config)).toEqual({ user: null, organization: null, address: 7 });
  expect(limitsOf('read', config)).toEqual({ user: 100, organization: 300, address: 200 });
});

it('puts each route that can be asked for in one class', () => {
  const routes = Object.keys(PERMISSIONS).filter((key) => /^[A-Z]+ \//.test(key));
  const unlimited = routes.filter((key) => {
    const [method, url] = key.split(' ') as [string, string];
    return classOf(method, url, false) === null;
  });
  expect(CLASS_NAMES.flatMap((name) => routesOf(name)).length + unlimited.length).toBe(routes.length);
});
