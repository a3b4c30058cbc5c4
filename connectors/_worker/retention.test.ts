import pino from 'pino';
import { beforeEach, describe, expect, it } from 'vitest';
import { memoryBroker } from '../../pipeline/runtime/memory/index.ts';
import type { MemoryBroker } from '../../pipeline/runtime/memory/index.ts';
import { tpKey } from '../../pipeline/runtime/port.ts';
import { alarmRecord } from './alarm.ts';
import type { ConnectorEntry } from './config-state.ts';
import { riskOf, watchRisks } from './retention.ts';
import type { RiskWatchOptions } from './retention.ts';
import { catalogueOf } from './test/crew-world.ts';

const TP = { topic: 'sink.default.ecs.v1', partition: 0 };
const HOUR = 3_600_000;
const connector = {
  name: 'a',
  organization: 'default',
  type: 'sink',
  config: { name: 'a', 'connector.class': 'counting', topics: TP.topic },
} as unknown as ConnectorEntry;
const NOTHING = { oldestAt: null, usedRatio: 0, unsettled: 0, lost: 0 };

let broker: MemoryBroker;
let beganMs: number;
beforeEach(async () => {
  broker = memoryBroker();
  beganMs = broker.clock.nowMs();
  await broker
    .admin()
    .createTopics([{ name: TP.topic, partitions: 1, config: { 'retention.ms': String(10 * HOUR), 'message.timestamp.type': 'LogAppendTime' } }], 1);
});
/** A record an hour. */
const fill = async (count: number) => {
  for (let n = 0; n < count; n++) {
    await broker.producer().send([{ ...TP, key: null, value: Buffer.from('{}') }]);
    broker.clock.advance(HOUR);
  }
};
const commit = (offset: number) => broker.admin().setCommitted('connect-a', new Map([[tpKey(TP), offset]]));
const deps = () => ({ broker, admin: broker.admin(), catalogue: catalogueOf(), nowMs: () => broker.clock.nowMs() });

describe('what a connector risks', () => {
  it.each<[name: string, records: number, committed: number | null, expected: (beganMs: number) => object]>([
    ['is nothing on an empty topic', 0, null, () => NOTHING],
    ['is nothing when all is settled', 4, 4, () => NOTHING],
    ['is the age of its first record when nothing was ever committed', 4, null, (began) => ({ oldestAt: began, usedRatio: 0.4, unsettled: 4, lost: 0 })],
    ['is the age of the first that is not settled', 4, 3, (began) => ({ oldestAt: began + 3 * HOUR, usedRatio: 0.1, unsettled: 1, lost: 0 })],
  ])('%s', async (_name, records, committed, expected) => {
    await fill(records);
    if (committed !== null) await commit(committed);
    expect(await riskOf(connector, deps())).toEqual(expected(beganMs));
  });

  it('counts what was deleted before it was settled', async () => {
    await fill(6);
    await commit(1);
    await broker.admin().deleteRecords(new Map([[tpKey(TP), 3]]));
    expect(await riskOf(connector, deps())).toMatchObject({ lost: 2, unsettled: 3, usedRatio: 0.3 });
  });

  it('is nothing on a topic that keeps for ever', async () => {
    await broker.admin().createTopics([{ name: 'sink.default.kept.v1', partitions: 1, config: { 'retention.ms': '-1' } }], 1);
    await broker.producer().send([{ topic: 'sink.default.kept.v1', partition: 0, key: null, value: Buffer.from('{}') }]);
    const other = { ...connector, config: { ...connector.config, topics: 'sink.default.kept.v1' } };
    expect(await riskOf(other, deps())).toMatchObject({ usedRatio: 0, unsettled: 1 });
  });
});

it('raises an alarm once when half of the retention is used, and again when it comes back', async () => {
  const lines: string[] = [];
  const log = pino({ level: 'error' }, { write: (line) => void lines.push((JSON.parse(line) as { code: string }).code) });
  let looks = 0;
  const told: string[] = [];
  const tell: RiskWatchOptions['tell'] = async (kind, entry, risk) => {
    const { topic, value } = alarmRecord(kind, entry, risk, broker.clock.nowMs());
    const { goshawk } = JSON.parse(value.toString()) as { goshawk: { kind: string; usedPercent: number } };
    told.push(`${topic} ${goshawk.kind} ${goshawk.usedPercent}`);
  };
  const watch = watchRisks({ ...deps(), connectors: () => [connector], changed: () => looks++, tell, everyMs: 2, log });
  const looked = async () => {
    const before = looks;
    await expect.poll(() => looks, { interval: 2 }).toBeGreaterThan(before + 1);
  };
  await fill(4);
  await looked();
  expect(lines).toEqual([]);
  await fill(1);
  await looked();
  expect(lines).toEqual(['RETENTION_AT_RISK']);
  await commit(5);
  await looked();
  await fill(5);
  await looked();
  expect(lines).toEqual(['RETENTION_AT_RISK', 'RETENTION_AT_RISK']);
  expect(watch.of('a')).toMatchObject({ usedRatio: 0.5 });
  await watch.stop();
  const topic = 'raw.default.gateway-goshawk';
  expect(told).toEqual([`${topic} connector-far-behind 50`, `${topic} connector-caught-up 0`, `${topic} connector-far-behind 50`]);
});
