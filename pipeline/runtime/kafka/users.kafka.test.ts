import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Admin, Broker } from '../port.ts';
import { kafkaBroker } from './index.ts';

const brokers = process.env.GOSHAWK_TEST_KAFKA ?? '';

describe.skipIf(brokers === '')('users of a real broker', () => {
  let broker: Broker;
  let admin: Admin;
  beforeAll(() => {
    broker = kafkaBroker({ brokers: brokers.split(','), clientId: 'users', log: pino({ level: 'silent' }) });
    admin = broker.admin();
  });
  afterAll(() => broker.close());

  it('are made, given another password, and removed, also when there are none', async () => {
    const user = `sensor.default.test.${Date.now().toString(36)}`;
    for (const password of ['one', 'two', null, null]) await expect(admin.setUser(user, password)).resolves.toBeUndefined();
  });

  it('are refused with the number of the error', async () => {
    await expect(admin.setUser('', 'x')).rejects.toMatchObject({ code: 'BROKER_REFUSED' });
  });

  it('have no permissions to take back where there is no access control', async () => {
    await expect(admin.forbid('sensor.default.nobody')).rejects.toMatchObject({ code: 'BROKER_REFUSED', details: { code: 54 } });
  });
});
