import { randomUUID } from 'node:crypto';
import pino from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Admin, Broker } from '../pipeline/runtime/port.ts';
import { settingsOf } from '../pipeline/core/topic-settings.ts';
import { topics } from '../topologies/topics.ts';
import { openBroker } from './broker.ts';
import { ensureTopics } from './topics.ts';

const address = process.env.GOSHAWK_TEST_KAFKA;

describe.skipIf(!address)('topics on a broker', () => {
  let broker: Broker;
  let admin: Admin;
  beforeAll(() => {
    broker = openBroker(address ?? '', 'topics-test', pino({ level: 'silent' }));
    admin = broker.admin();
  });
  afterAll(() => broker.close());
  const fresh = (partitions = 3) => settingsOf(topics.valid, partitions, `test.${randomUUID()}`);

  it('are created once, with the settings of the catalogue', async () => {
    const wanted = [fresh(), fresh()];
    expect(await ensureTopics(admin, wanted, 1)).toEqual(wanted.map(({ name }) => name));
    expect(await ensureTopics(admin, wanted, 1)).toEqual([]);
    for (const { name, config, partitions } of wanted) {
      expect((await admin.topics()).get(name)).toBe(partitions);
      expect(await admin.configs(name)).toMatchObject(config);
    }
  });

  it('are refused when they exist otherwise, all at once, and nothing is created', async () => {
    const [one, other, missing] = [fresh(), fresh(), fresh()];
    await ensureTopics(admin, [one, { ...other, config: { ...other.config, 'message.timestamp.type': 'CreateTime' } }], 1);
    await expect(ensureTopics(admin, [{ ...one, partitions: 4 }, other, missing], 1)).rejects.toMatchObject({
      code: 'TOPIC_MISMATCH',
      details: {
        problems: [
          `${one.name}: partitions is 3, the catalogue wants 4`,
          `${other.name}: message.timestamp.type is CreateTime, the catalogue wants LogAppendTime`,
        ],
      },
    });
    expect((await admin.topics()).has(missing.name)).toBe(false);
  });
});
