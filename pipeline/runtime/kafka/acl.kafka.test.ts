// A broker of its own, with SASL and the authorizer on: what topologies/permissions.ts permits works, and the rest does not.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { crewWorld } from '../../../connectors/_worker/test/crew-world.ts';
import { openReport } from '../../../local/report.ts';
import { ensureJars, hasJars } from '../../../local/jars.ts';
import { findJava } from '../../../local/java.ts';
import { newClusterId, prepareKafka, startKafka } from '../../../local/kafka.ts';
import type { Part } from '../../../local/part.ts';
import { findPort } from '../../../local/ports.ts';
import { principals } from '../../../topologies/permissions.ts';
import { installationTopics } from '../../../topologies/settings.ts';
import { FatalError } from '../../core/errors.ts';
import { tpKey } from '../port.ts';
import type { Broker, GroupMetadata, OutRecord } from '../port.ts';
import { kafkaBroker } from './index.ts';

const java = findJava(process.env);
const isPossible = java !== null && hasJars(java);
const all = principals();
const password = (name: string) => `${name}-secret`;

describe.skipIf(!isPossible)('a broker with SASL and access control', () => {
  const { signal } = new AbortController();
  const folder = mkdtempSync(join(tmpdir(), 'goshawk-acl-'));
  const brokers: Broker[] = [];
  let part: Part | undefined;
  let address = '';
  const as = (username: string, secret = password(username)): Broker => {
    const broker = kafkaBroker({
      brokers: [address],
      clientId: username,
      log: pino({ level: 'silent' }),
      sasl: { mechanism: 'plain', username, password: secret },
    });
    brokers.push(broker);
    return broker;
  };

  beforeAll(async () => {
    const jars = await ensureJars(java!, openReport(process.stderr, false), signal);
    const taken = new Set<number>();
    const [clientPort, controllerPort, securePort] = [await findPort(taken, undefined), await findPort(taken, undefined), await findPort(taken, undefined)];
    const users = ['admin', 'stranger', ...all.map(({ name }) => name)].map((name) => `user_${name}="${password(name)}"`).join(' ');
    const spec = {
      folder: join(folder, 'kafka'),
      jars: jars.kafka,
      java: java!,
      clusterId: newClusterId(),
      clientPort,
      controllerPort,
      securePort,
      temporary: folder,
      properties: {
        'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
        'super.users': 'User:admin;User:ANONYMOUS', // the node itself, on the other listeners
        'sasl.enabled.mechanisms': 'PLAIN',
        'listener.name.secure.plain.sasl.jaas.config': `org.apache.kafka.common.security.plain.PlainLoginModule required ${users};`,
      },
    };
    await prepareKafka(spec, signal);
    const starting = startKafka(spec, { logs: join(folder, 'logs'), notes: join(folder, 'notes') }, signal);
    part = starting.part;
    await starting.isReady;
    address = `127.0.0.1:${securePort}`;
    const admin = as('admin').admin();
    await admin.createTopics(installationTopics({ partitions: 1 }), 1);
    await admin.permit(all.flatMap(({ permissions }) => permissions));
    await admin.permit(all.flatMap(({ permissions }) => permissions)); // what is permitted stays permitted
  }, 120_000);
  afterAll(async () => {
    await Promise.all(brokers.map((broker) => broker.close()));
    await part?.stop();
    rmSync(folder, { recursive: true, force: true });
  }, 60_000);

  const record = (topic: string): OutRecord => ({ topic, partition: 0, key: Buffer.from('k'), value: Buffer.from('v') });
  const outcome = (work: Promise<unknown>): Promise<string> =>
    work.then(
      () => 'done',
      (error: unknown) => {
        if (!(error instanceof FatalError)) throw error;
        return `${error.code} ${String(error.details['code'])}`;
      },
    );
  const write = (principal: string, topic: string) =>
    outcome(
      as(principal)
        .producer()
        .send([record(topic)]),
    );
  const DENIED = expect.stringMatching(/^BROKER_REFUSED (29|31)$/) as unknown; // not authorized for the topic, or for anything at all

  it('lets a sensor write its raw topics and nothing else', async () => {
    expect(await write('sensor', 'raw.default.windows')).toBe('done');
    for (const topic of ['raw.default.gateway-http', 'events.parsed.v1', 'events.enriched.v1', 'ref.assets.v1', 'dead-letters.v1', 'alerts.v1'])
      expect([topic, await write('sensor', topic)]).toEqual([topic, DENIED]);
    expect((await as('sensor').admin().topics()).has('events.parsed.v1')).toBe(false);
  });

  it('lets nobody but the relay write reference data', async () => {
    for (const { name } of all) expect([name, await write(name, 'ref.assets.v1')]).toEqual([name, name === 'relay' ? 'done' : DENIED]);
    expect(await write('stranger', 'ref.assets.v1')).toEqual(DENIED);
  });

  it('lets no one in with a wrong password', async () => {
    expect(
      await outcome(
        as('relay', 'wrong')
          .producer()
          .send([record('ref.assets.v1')]),
      ),
    ).toMatch(/^BROKER_REFUSED/);
  });

  it('lets a stage do its work exactly once, in its own name only', async () => {
    const broker = as('validate');
    const group = 'goshawk.validate';
    const consumer = broker.consumer({ groupId: group });
    const { promise: metadata, resolve } = Promise.withResolvers<GroupMetadata>();
    await consumer.run(
      { topics: ['events.parsed.v1'], isolation: 'committed', start: 'earliest' },
      {
        assigned: async (_owned, joined) => {
          resolve(joined);
          return undefined;
        },
        revoked: async () => {},
        lost: () => {},
        batch: async () => {},
      },
    );
    const input = { topic: 'events.parsed.v1', partition: 0 };
    const output = { topic: 'events.valid.v1', partition: 0 };
    const producer = broker.txnProducer({ transactionalId: 'goshawk.validate.0' });
    await producer.init({ outputs: [output, { topic: 'dead-letters.v1', partition: 0 }, { topic: 'ledger.v1', partition: 0 }], groupId: group });
    await producer.transact(async (txn) => {
      await txn.send([record('events.valid.v1'), record('dead-letters.v1'), record('ledger.v1')]);
      await txn.offsets(new Map([[tpKey(input), 0]]), await metadata);
    });
    expect(await as('admin').admin().committed(group, [input])).toEqual(new Map([[tpKey(input), 0]]));
    expect(
      await outcome(
        producer.transact(async (txn) => {
          await txn.send([record('events.enriched.v1')]);
        }),
      ),
    ).toEqual(expect.stringMatching(/^BROKER_REFUSED/));
    expect(await outcome(broker.txnProducer({ transactionalId: 'goshawk.ingest.0' }).init({ outputs: [], groupId: null }))).toBe('BROKER_REFUSED 53');
    const other = broker.consumer({ groupId: 'goshawk.ingest' });
    const joining = other.run(
      { topics: ['events.parsed.v1'], isolation: 'committed', start: 'earliest' },
      { assigned: async () => undefined, revoked: async () => {}, lost: () => {}, batch: async () => {} },
    );
    expect(await outcome(joining)).toBe('BROKER_REFUSED 30');
    const curious = broker.consumer({ groupId: group });
    expect(
      await outcome(
        curious.run(
          { topics: ['alerts.v1'], isolation: 'committed', start: 'earliest' },
          { assigned: async () => undefined, revoked: async () => {}, lost: () => {}, batch: async () => {} },
        ),
      ),
    ).toBe('BROKER_REFUSED 29');
  });

  it('lets the stage make its changelogs and the gateway its topics', async () => {
    await as('correlate')
      .admin()
      .createTopics([{ name: 'goshawk.correlate-windows.changelog', partitions: 1, config: { 'cleanup.policy': 'compact' } }], 1);
    expect(await write('correlate', 'goshawk.correlate-windows.changelog')).toBe('done');
    expect(await write('alert', 'goshawk.correlate-windows.changelog')).toEqual(DENIED);
    await as('api')
      .admin()
      .createTopics([{ name: 'raw.default.gateway-other', partitions: 1, config: {} }], 1);
    expect(await write('api', 'raw.default.gateway-other')).toBe('done');
    expect(
      await outcome(
        as('api')
          .admin()
          .createTopics([{ name: 'raw.default.other', partitions: 1, config: {} }], 1),
      ),
    ).toMatch(/^BROKER_REFUSED/);
  });

  it('lets a worker run connectors of both kinds, and read no topic but of documents', { timeout: 60_000 }, async () => {
    const world = crewWorld();
    const worker = await world.open(as('connect'), 'one:1');
    const ask = async (method: 'POST' | 'PUT' | 'PATCH' | 'GET', url: string, payload?: object) =>
      (await worker.app.inject({ method, url, headers: { authorization: 'engineer' }, ...(payload === undefined ? {} : { payload }) })).statusCode;
    const sink = { 'connector.class': 'counting', topics: 'sink.default.ecs.v1' };
    expect(await ask('POST', '/connectors', { name: 'a', config: sink })).toBe(201);
    await expect.poll(() => world.running(), { timeout: 20_000 }).toEqual(['one:1 a/0']);
    expect(await ask('PUT', '/connectors/a/stop')).toBe(204);
    const rows = [{ partition: { kafka_topic: 'sink.default.ecs.v1', kafka_partition: 0 }, offset: { kafka_offset: 0 } }];
    expect(await ask('PATCH', '/connectors/a/offsets', { offsets: rows })).toBe(200);
    expect(await ask('POST', '/connectors', { name: 's', config: { 'connector.class': 'feeding' }, initial_state: 'STOPPED' })).toBe(201);
    expect(await ask('PATCH', '/connectors/s/offsets', { offsets: [{ partition: { bucket: 'b' }, offset: { key: 'k' } }] })).toBe(200);
    await worker.stop();

    for (const topic of ['connect.dead-letters.v1', 'ledger.v1']) expect([topic, await write('connect', topic)]).toEqual([topic, 'done']);
    await as('connect')
      .admin()
      .createTopics([{ name: 'connect.dead-letters.soc', partitions: 1, config: {} }], 1);
    for (const topic of ['sink.default.ecs.v1', 'alerts.v1', 'ref.assets.v1', 'raw.default.windows'])
      expect([topic, await write('connect', topic)]).toEqual([topic, DENIED]);
    expect((await as('connect').admin().topics()).has('alerts.v1')).toBe(false);
  });
});
