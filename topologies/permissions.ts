// Who may do what on the broker: one principal per stage and process. The ACLs of an installation, the compose file and the reference page
// follow from this table.
import { OWN_SOURCE } from '../pipeline/core/sensor.ts';
import { SOURCES } from './settings.ts';
import { flow, PERSIST, stored } from './telemetry/flow.ts';
import { rawTopic, redrivable, redrivenTopic, topics } from './topics.ts';

/** As the broker port takes it. `name` is whole, or the beginning of names where `isPrefix`. */
export interface Permission {
  readonly principal: string;
  readonly resource: 'topic' | 'group' | 'transactional-id' | 'cluster';
  readonly name: string;
  readonly isPrefix: boolean;
  readonly operation: Operation;
}
/** Reading and writing include `describe`. */
type Operation = 'read' | 'write' | 'create' | 'delete' | 'describe' | 'describe-configs' | 'alter';
export interface Principal {
  readonly name: string;
  readonly note: string;
  readonly permissions: readonly Permission[];
}

type Resource = Pick<Permission, 'resource' | 'name' | 'isPrefix'>;
const APP = 'goshawk';
/** A pattern of the wiring (`raw.*`, `sink.<org>.ecs.v1`) is the family of its fixed beginning. */
const topic = (name: string): Resource => {
  const fixed = name.search(/[*<]/);
  return { resource: 'topic', name: fixed < 0 ? name : name.slice(0, fixed), isPrefix: fixed >= 0 };
};
const family = (beginning: string): Resource => ({ resource: 'topic', name: beginning, isPrefix: true });
const group = (name: string, isPrefix = false): Resource => ({ resource: 'group', name, isPrefix });
const REFERENCE = family('ref.');

function principal(name: string, note: string, rows: readonly (readonly [Resource, ...Operation[]])[]): Principal {
  const permissions = rows.flatMap(([resource, ...operations]) => operations.map((operation) => ({ principal: name, ...resource, operation })));
  const unique = new Map(permissions.map((permission) => [Object.values(permission).join(' '), permission]));
  return { name, note, permissions: [...unique.values()] };
}

/** The three stages that publish are one process, and one principal. */
export const principalOf = (stage: string): string => (stage.startsWith('publish-') ? 'publish' : stage);

/** Reads its topic and reference data, writes what its wiring says, and sets aside and accounts for what it reads. */
const stages = (): Principal[] =>
  [...Map.groupBy(Object.entries(flow), ([stage]) => principalOf(stage))].map(([name, members]) =>
    principal(
      name,
      `Runs ${members.map(([stage]) => stage).join(', ')}.`,
      members.flatMap(([stage, { from, to }]): [Resource, ...Operation[]][] => [
        [topic(from.name), 'read', 'describe-configs'],
        ...to.map((target): [Resource, ...Operation[]] => [topic(target.name), 'write', 'read', 'describe-configs']), // read: stores that come back from the output
        ...to.filter((target) => topic(target.name).isPrefix).map((target): [Resource, ...Operation[]] => [topic(target.name), 'create']),
        [topic(topics.deadLetters.name), 'write', 'describe-configs'],
        [topic(topics.ledger.name), 'write', 'describe-configs'],
        [REFERENCE, 'read', 'describe-configs'],
        [family(`${APP}.${stage}-`), 'read', 'write', 'create', 'describe-configs'], // changelogs
        [group(`${APP}.${stage}`), 'read'],
        [{ resource: 'transactional-id', name: `${APP}.${stage}.`, isPrefix: true }, 'write', 'describe'],
      ]),
    ),
  );

const persist = (): Principal =>
  principal(PERSIST, 'Runs persist; its offsets and ledger are in the database.', [
    ...Object.values(stored).map((from): [Resource, ...Operation[]] => [topic(from.name), 'read', 'describe-configs']),
    [group(`${APP}.${PERSIST}`), 'read'],
  ]);

const relay = (organizations: readonly string[]): Principal =>
  principal(
    'relay',
    'Publishes reference data, dead letters and silence of sensors that were written to the database, sends dead letters again, and keeps the books. Nobody else writes ref.*.',
    [
      [REFERENCE, 'write', 'read', 'describe-configs'],
      [topic(topics.deadLetters.name), 'write', 'read', 'describe-configs'],
      [topic(topics.redrives.name), 'write', 'read', 'create', 'describe-configs'],
      [topic(topics.ledger.name), 'write', 'read', 'describe-configs'],
      [group(`${APP}.`, true), 'describe'], // the ledger's books: where every stage stands
      ...redrivable.map(({ name }): [Resource, ...Operation[]] => [topic(name), 'write', 'read', 'describe-configs']), // read: bytes of what it sets aside
      [family('raw.'), 'describe-configs'],
      ...organizations.map((organization): [Resource, ...Operation[]] => [topic(redrivenTopic(organization).name), 'write', 'create']),
      ...organizations.map((organization): [Resource, ...Operation[]] => [topic(rawTopic(organization, OWN_SOURCE)), 'write']),
      [{ resource: 'transactional-id', name: `${APP}.redrive`, isPrefix: false }, 'write', 'describe'],
    ],
  );

const api = (organizations: readonly string[]): Principal =>
  principal('api', 'Takes events over HTTP, follows topics for the live tail, shows lag, dead letters and raw records.', [
    ...organizations.map((organization): [Resource, ...Operation[]] => [family(rawTopic(organization, 'gateway-')), 'write', 'create']),
    [family('raw.'), 'read', 'describe-configs'],
    [family('events.'), 'read'],
    ...[topics.findings, topics.alerts, topics.features, topics.deadLetters, topics.ledger].map(({ name }): [Resource, ...Operation[]] => [
      topic(name),
      'read',
    ]),
    [REFERENCE, 'read'],
    [group(`${APP}.`, true), 'describe'],
    [group('connect-', true), 'describe'],
  ]);

const connect = (organizations: readonly string[]): Principal =>
  principal('connect', 'Runs the connectors: reads documents and hands them on, sets aside what a system refused, writes what sources bring.', [
    [family('sink.'), 'read', 'describe-configs'],
    ...organizations.map((organization): [Resource, ...Operation[]] => [family(rawTopic(organization, 'gateway-')), 'write', 'create', 'describe-configs']), // sources
    [family('connect.'), 'read', 'write', 'describe-configs'], // connectors, their state, dead letters
    [family('connect.dead-letters.'), 'create'], // connectors may name one of their own
    [topic(topics.ledger.name), 'write', 'describe-configs'],
    [group('connect-', true), 'read'], // one of each sink connector
    [group(`${APP}.connect`), 'read'], // who of the workers runs what
    [{ resource: 'transactional-id', name: `${APP}-connect-`, isPrefix: true }, 'write', 'describe'],
  ]);

/** A sensor writes its own raw topics and does nothing else. It cannot write what the gateway vouches for. */
const sensor = (name: string, rawTopics: readonly string[]): Principal =>
  principal(
    name,
    `Writes ${rawTopics.join(', ')}.`,
    rawTopics.map((raw) => [topic(raw), 'write']),
  );

/** All principals of an installation, but for the administrator, who may do everything, and sensors that are enrolled one by one. */
export function principals(organizations: readonly string[] = ['default']): readonly Principal[] {
  const sources = SOURCES.filter((source) => !source.startsWith('gateway-'));
  return [
    sensor(
      'sensor',
      organizations.flatMap((organization) => sources.map((source) => rawTopic(organization, source))),
    ),
    ...stages(),
    persist(),
    relay(organizations),
    api(organizations),
    connect(organizations),
  ];
}

/** One row per principal and resource, for people. */
export function permissionRows(
  of: readonly Principal[] = principals(),
): readonly { readonly principal: string; readonly resource: string; readonly operations: string }[] {
  return of.flatMap(({ name, permissions }) =>
    [...Map.groupBy(permissions, (p) => `${p.resource} ${p.name}${p.isPrefix ? '*' : ''}`)].map(([resource, rows]) => ({
      principal: name,
      resource,
      operations: rows.map(({ operation }) => operation).join(', '),
    })),
  );
}
