// The whole topology in this process, on a broker in memory and a database: for tests of what reaches from a raw topic to the API.
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { relayReferences } from '../api/relay/references.ts';
import { loadConfig } from '../pipeline/core/config.ts';
import type { MemoryBroker } from '../pipeline/runtime/memory/index.ts';
import { partitionFor } from '../pipeline/runtime/partition.ts';
import type { TopologyDriver } from '../pipeline/runtime/topology-driver.ts';
import { runOnMemory } from '../pipeline/runtime/topology-driver.ts';
import { openPool } from '../store/connect.ts';
import type { Pool } from '../store/connect.ts';
import telemetry from '../topologies/telemetry/index.ts';
import { installationTopics } from '../topologies/settings.ts';
import { refTables, topics } from '../topologies/topics.ts';

const log = pino({ level: 'silent' });

export interface Chain {
  readonly driver: TopologyDriver;
  /** Of role goshawk_stages. */
  readonly stages: Pool;
  /** Publishes what waits in the outbox. @returns Rows */
  readonly relay: () => Promise<number>;
  readonly close: () => Promise<void>;
}

/** @param broker Whose topics are there already; absent = one of its own. Its clock is set to the present. */
export async function openChain(databaseUrl: string, broker?: MemoryBroker): Promise<Chain> {
  const stages = openPool({ databaseUrl, role: 'goshawk_stages', max: 4 });
  const { topology, close } = await telemetry.open(loadConfig(telemetry.sections, {}), {
    installationId: 'one',
    databaseUrl,
    stages: undefined,
    committed: async () => new Map(),
    log,
    metrics: new Registry(),
  });
  const driver = await runOnMemory(topology, {
    platform: { deadLetters: topics.deadLetters, ledger: topics.ledger },
    referenceTables: Object.values(refTables),
    topics: installationTopics({ partitions: 2 }).map(({ name }) => name),
    ...(broker === undefined ? {} : { broker }),
  });
  driver.clock.advance(Date.now() - driver.clock.nowMs());
  const [producer, admin] = [driver.broker.producer(), driver.broker.admin()];
  return {
    driver,
    stages,
    relay: () => relayReferences({ pool: stages, producer, admin, codec: driver.codec, partitionFor, log }, 1_000),
    async close() {
      await driver.stop();
      await Promise.all([producer.close(), admin.close(), close(), stages.end()]);
    },
  };
}
