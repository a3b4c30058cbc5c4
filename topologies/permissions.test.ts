import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { permissionRows, principalOf, principals } from './permissions.ts';
import type { Permission } from './permissions.ts';
import { stageNames } from './telemetry/flow.ts';

const all = principals(['default', 'acme']);
const covers = ({ name, isPrefix }: Permission, resource: string) => (isPrefix ? resource.startsWith(name) : resource === name);
const may = (principal: string, operation: Permission['operation'], resource: string, kind: Permission['resource'] = 'topic') =>
  all
    .find(({ name }) => name === principal)!
    .permissions.some((permission) => permission.resource === kind && permission.operation === operation && covers(permission, resource));

describe('permissions', () => {
  it.each(['ref.assets.v1', 'ref.anything.v1'])('only the relay writes %s', (topic) => {
    expect(all.filter(({ name }) => may(name, 'write', topic)).map(({ name }) => name)).toEqual(['relay']);
  });

  it('a sensor writes raw topics of sensors and does nothing else', () => {
    const { permissions } = all.find(({ name }) => name === 'sensor')!;
    expect(new Set(permissions.map(({ operation, isPrefix }) => `${operation} ${isPrefix}`))).toEqual(new Set(['write false']));
    expect(may('sensor', 'write', 'raw.default.windows')).toBe(true);
    expect(may('sensor', 'write', 'raw.default.gateway-http')).toBe(false);
  });

  it('only the gateway writes what the gateway vouches for, and the worker, whose sources know who sends as well', () => {
    for (const topic of ['raw.default.gateway-http', 'raw.acme.gateway-syslog'])
      expect(all.filter(({ name }) => may(name, 'write', topic)).map(({ name }) => name)).toEqual(['api', 'connect']);
  });

  it('nobody but gateway, worker and relay may write what the platform tells of itself; the worker refuses to', () => {
    expect(all.filter(({ name }) => may(name, 'write', 'raw.default.gateway-goshawk')).map(({ name }) => name)).toEqual(['relay', 'api', 'connect']);
  });

  it('nobody but its stage writes an intermediate topic, and the relay, which sends dead letters again', () => {
    expect(
      ['events.parsed.v1', 'events.valid.v1', 'events.enriched.v1', 'alerts.v1', 'features.v1'].map((topic) =>
        all.filter(({ name }) => may(name, 'write', topic)).map(({ name }) => name),
      ),
    ).toEqual(['ingest', 'validate', 'enrich', 'alert', 'features'].map((stage) => [stage, 'relay']));
  });

  it('nobody but the relay writes what is sent again as a raw record, a sensor least of all', () => {
    expect(all.filter(({ name }) => may(name, 'write', 'raw.default.redriven')).map(({ name }) => name)).toEqual(['relay']);
  });

  it('has a principal for each stage, with its group and its transactions', () => {
    for (const stage of stageNames) {
      const name = principalOf(stage);
      expect(may(name, 'read', `goshawk.${stage}`, 'group')).toBe(true);
      if (stage !== 'persist') expect(may(name, 'write', `goshawk.${stage}.0`, 'transactional-id')).toBe(true);
    }
  });

  it('names the users of the compose file', () => {
    const compose = readFileSync(new URL('../docker-compose.kafka.yml', import.meta.url), 'utf8');
    const users = new Set([...compose.matchAll(/user_([a-z-]+)=/g)].map(([, user]) => user!));
    users.delete('admin');
    const names = new Set(all.map(({ name }) => name));
    expect([...users].filter((user) => !names.has(user))).toEqual([]);
  });

  it('prints as rows', () => {
    expect(permissionRows()).toContainEqual({ principal: 'relay', resource: 'topic ref.*', operations: 'write, read, describe-configs' });
  });
});
