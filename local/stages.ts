// Stages of a topology in this process, from addresses to running: for `up`'s processes and for `./goshawk run`.
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import type { Topology } from '../pipeline/core/topology.ts';
import type { Broker } from '../pipeline/runtime/port.ts';
import { runTopology } from '../pipeline/runtime/run.ts';
import type { Running } from '../pipeline/runtime/run.ts';
import type { Codec } from '../schemas/avro/codec.ts';
import type { TopologyFile } from '../topologies/open.ts';
import { refTables, topics } from '../topologies/topics.ts';
import type { ProcessConfig } from './config.ts';
import { extentsOf } from './topic-positions.ts';
import { version } from './version.ts';

export interface StagesOptions {
  readonly file: TopologyFile;
  readonly config: ProcessConfig;
  /** Undefined = all. */
  readonly stages: readonly string[] | undefined;
  readonly broker: Broker;
  readonly codec: Codec;
  readonly databaseUrl: string | null;
  readonly installationId: string;
  /** The same after a restart, and no other process's: transactional ids are made of it. */
  readonly instanceId: string;
  /** A lane: see `RunOptions`. Absent: live. */
  readonly until?: ReadonlyMap<string, number>;
  readonly log: Logger;
  readonly metrics: Registry;
}
export interface RunningStages {
  readonly running: Running;
  /** Commits what is at hand, leaves the groups, closes what the topology had opened. The broker stays open. */
  readonly stop: () => Promise<void>;
}

/** Resolves when all have joined their groups; state may still be coming back (`running.ready`). */
export async function startStages(options: StagesOptions): Promise<RunningStages & { readonly topology: Topology }> {
  const { file, config, broker, codec, stages, instanceId, installationId, databaseUrl, until, log, metrics } = options;
  const admin = broker.admin(); // closed with the broker
  const { topology, close } = await file.open(config.topology, {
    installationId,
    databaseUrl,
    stages,
    isLane: until !== undefined,
    log,
    metrics,
    committed: (group, partitions) => admin.committed(group, partitions),
    extents: (partitions) => extentsOf(admin, partitions),
  });
  try {
    const running = await runTopology({
      topology,
      broker,
      codec,
      instanceId,
      version,
      log,
      registry: metrics,
      replicationFactor: config.own.kafka.replication,
      platform: { deadLetters: topics.deadLetters, ledger: topics.ledger },
      referenceTables: Object.values(refTables),
      ...(stages === undefined ? {} : { stages }),
      ...(until === undefined ? {} : { until }),
    });
    return {
      topology,
      running,
      async stop() {
        await running.stop();
        await close();
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}
