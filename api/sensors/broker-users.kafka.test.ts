// Sensors that write their topic themselves, on a broker with SASL and the authorizer on.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ensureJars, hasJars } from '../../local/jars.ts';
import { findJava } from '../../local/java.ts';
import { newClusterId, prepareKafka, startKafka } from '../../local/kafka.ts';
import type { Part } from '../../local/part.ts';
import { findPort } from '../../local/ports.ts';
import { openReport } from '../../local/report.ts';
import { FatalError } from '../../pipeline/core/errors.ts';
import { kafkaBroker } from '../../pipeline/runtime/kafka/index.ts';
import type { Broker } from '../../pipeline/runtime/port.ts';
import { brokerUserOf, openBrokerUsers } from './broker-users.ts';

const java = findJava(process.env);
const LOGIN = 'org.apache.kafka.common.security';

describe.skipIf(java === null || !hasJars(java))('a user of the broker for a sensor', { timeout: 120_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'goshawk-users-'));
  const { signal } = new AbortController();
  const brokers: Broker[] = [];
  let part: Part | undefined;
  let address = '';
  const as = (username: string, password: string, mechanism: 'plain' | 'scram-sha-256'): Broker => {
    const broker = kafkaBroker({ brokers: [address], clientId: username, log: pino({ level: 'silent' }), sasl: { mechanism, username, password } });
    brokers.push(broker);
    return broker;
  };
  beforeAll(async () => {
    const { kafka: jars } = await ensureJars(java!, openReport(process.stderr, false), signal);
    const taken = new Set<number>();
    const [clientPort, controllerPort, securePort] = [await findPort(taken, undefined), await findPort(taken, undefined), await findPort(taken, undefined)];
    const spec = {
      folder: join(folder, 'kafka'),
      jars,
      java: java!,
      clusterId: newClusterId(),
      clientPort,
      controllerPort,
      securePort,
      temporary: folder,
      properties: {
        'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
        'super.users': 'User:admin;User:ANONYMOUS', // the node itself, on the other listeners
        'sasl.enabled.mechanisms': 'PLAIN,SCRAM-SHA-256',
        'listener.name.secure.plain.sasl.jaas.config': `${LOGIN}.plain.PlainLoginModule required user_admin="secret" user_api="secret";`,
        'listener.name.secure.scram-sha-256.sasl.jaas.config': `${LOGIN}.scram.ScramLoginModule required;`,
      },
    };
    await prepareKafka(spec, signal);
    const starting = startKafka(spec, { logs: join(folder, 'logs'), notes: join(folder, 'notes') }, signal);
    part = starting.part;
    await starting.isReady;
    address = `127.0.0.1:${securePort}`;
    const admin = as('admin', 'secret', 'plain').admin();
    await admin.createTopics(
      ['raw.default.web-01', 'raw.default.web-02', 'raw.default.gateway-http', 'raw.default.redriven'].map((name) => ({ name, partitions: 1, config: {} })),
      1,
    );
  }, 120_000);
  afterAll(async () => {
    await Promise.all(brokers.map((broker) => broker.close()));
    await part?.stop();
    rmSync(folder, { recursive: true, force: true });
  }, 60_000);

  const write = async (broker: Broker, topic: string): Promise<string> => {
    try {
      await broker.producer().send([{ topic, partition: 0, key: null, value: Buffer.from('v') }]);
      return 'done';
    } catch (error) {
      if (error instanceof FatalError) return error.code;
      throw error;
    }
  };
  const users = () => openBrokerUsers(as('admin', 'secret', 'plain'));

  it('writes its topic with the password that is shown, and no other topic', async () => {
    const user = brokerUserOf('default', 'web-01', '1-a');
    const { password, notes } = await users().make(user, 'raw.default.web-01');
    expect([notes, users().isChecked()]).toEqual([[], true]);
    const sensor = as(user, password!, 'scram-sha-256');
    expect(await write(sensor, 'raw.default.web-01')).toBe('done');
    for (const topic of ['raw.default.web-02', 'raw.default.gateway-http', 'raw.default.redriven', 'events.parsed.v1'])
      expect([topic, await write(sensor, topic)]).toEqual([topic, 'BROKER_REFUSED']);
    expect(await write(as(user, 'wrong', 'scram-sha-256'), 'raw.default.web-01')).toBe('BROKER_REFUSED');
  });

  it('ends at once, also on the connection that is open, and leaves the next one alone', async () => {
    const [before, after] = [brokerUserOf('default', 'web-02', '1-a'), brokerUserOf('default', 'web-02', '2-b')];
    const [one, two] = [await users().make(before, 'raw.default.web-02'), await users().make(after, 'raw.default.web-02')];
    const [old, fresh] = [as(before, one.password!, 'scram-sha-256'), as(after, two.password!, 'scram-sha-256')];
    expect([await write(old, 'raw.default.web-02'), await write(fresh, 'raw.default.web-02')]).toEqual(['done', 'done']);
    await users().remove(before);
    await expect.poll(() => write(old, 'raw.default.web-02'), { timeout: 30_000 }).toBe('BROKER_REFUSED');
    expect(await write(as(before, one.password!, 'scram-sha-256'), 'raw.default.web-02')).toBe('BROKER_REFUSED');
    expect(await write(fresh, 'raw.default.web-02')).toBe('done');
    await users().remove(before); // nothing there any more
  });

  it('stops and goes on with the same password, when its organization is suspended and when it is not any more', async () => {
    const user = brokerUserOf('default', 'web-01', '2-c');
    const { password } = await users().make(user, 'raw.default.web-01');
    const sensor = as(user, password!, 'scram-sha-256');
    expect(await write(sensor, 'raw.default.web-01')).toBe('done');
    await users().suspend(user);
    await expect.poll(() => write(sensor, 'raw.default.web-01'), { timeout: 30_000 }).toBe('BROKER_REFUSED');
    await users().resume(user, 'raw.default.web-01');
    await expect.poll(() => write(as(user, password!, 'scram-sha-256'), 'raw.default.web-01'), { timeout: 30_000 }).toBe('done');
    expect(await write(sensor, 'raw.default.web-02')).toBe('BROKER_REFUSED');
  });

  it('is not ours to give where the API may not', async () => {
    await expect(openBrokerUsers(as('api', 'secret', 'plain')).make('sensor.default.x.1', 'raw.default.web-01')).rejects.toMatchObject({ code: 'CONFLICT' });
  });
});
