// For machines without Java or PostgreSQL that have a Docker engine. Containers go when this process goes: testcontainers' reaper sees to it.
import { createHash } from 'node:crypto';
import { ConfigError } from '../pipeline/core/errors.ts';
import type { Service } from './choice.ts';
import { runCommand } from './command.ts';
import type { Installation } from './installation.ts';
import type { Part } from './part.ts';
import { findPort } from './ports.ts';
import type { Report } from './report.ts';

export const IMAGES: Readonly<Record<Service, string>> = {
  broker: 'apache/kafka:4.2.2',
  registry: 'apicurio/apicurio-registry:3.3.3',
  database: 'timescale/timescaledb:2.28.3-pg17',
};

/** True when an engine answers; a client alone is not enough. */
export const hasDockerEngine = async (): Promise<boolean> =>
  (await runCommand('docker', ['info', '--format', '{{.ServerVersion}}'], { timeoutMs: 5000 })).code === 0;

interface ContainerSpec {
  readonly port: number;
  readonly environment: (hostPort: number) => Record<string, string>;
  /** Where the container keeps its state: a named volume of this data folder is mounted there. */
  readonly state: string;
  readonly address: (hostPort: number) => string;
}

const specs = (clusterId: string): Readonly<Record<Service, ContainerSpec>> => ({
  broker: {
    port: 9092,
    state: '/var/lib/kafka/data',
    address: (port) => `127.0.0.1:${port}`,
    environment: (port) => ({
      CLUSTER_ID: clusterId,
      KAFKA_NODE_ID: '1',
      KAFKA_PROCESS_ROLES: 'broker,controller',
      KAFKA_CONTROLLER_LISTENER_NAMES: 'CONTROLLER',
      KAFKA_LISTENERS: 'PLAINTEXT://:9092,CONTROLLER://:9093',
      KAFKA_ADVERTISED_LISTENERS: `PLAINTEXT://127.0.0.1:${port}`,
      KAFKA_LISTENER_SECURITY_PROTOCOL_MAP: 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
      KAFKA_CONTROLLER_QUORUM_VOTERS: '1@localhost:9093',
      KAFKA_LOG_DIRS: '/var/lib/kafka/data',
      KAFKA_AUTO_CREATE_TOPICS_ENABLE: 'false',
      KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS: '0',
      KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR: '1',
      KAFKA_OFFSETS_TOPIC_NUM_PARTITIONS: '4',
      KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR: '1',
      KAFKA_TRANSACTION_STATE_LOG_MIN_ISR: '1',
      KAFKA_TRANSACTION_STATE_LOG_NUM_PARTITIONS: '4',
      KAFKA_SHARE_COORDINATOR_STATE_TOPIC_REPLICATION_FACTOR: '1',
      KAFKA_SHARE_COORDINATOR_STATE_TOPIC_MIN_ISR: '1',
      KAFKA_TRANSACTION_ABORT_TIMED_OUT_TRANSACTION_CLEANUP_INTERVAL_MS: '1000',
    }),
  },
  registry: {
    port: 8080,
    state: '/data',
    address: (port) => `http://127.0.0.1:${port}/apis/ccompat/v7`,
    environment: () => ({ APICURIO_DATASOURCE_URL: 'jdbc:h2:file:/data/registry', QUARKUS_LOG_LEVEL: 'WARN' }),
  },
  database: {
    port: 5432,
    state: '/var/lib/postgresql/data',
    address: (port) => `postgresql://goshawk:goshawk@127.0.0.1:${port}/goshawk`,
    environment: () => ({ POSTGRES_USER: 'goshawk', POSTGRES_PASSWORD: 'goshawk', POSTGRES_DB: 'goshawk' }), // on loopback only
  },
});

export interface ContainerOptions {
  readonly report: Report;
  readonly signal: AbortSignal;
  readonly onPart: (part: Part) => void;
}

/** Addresses of the services that were started; each container is handed to `onPart` and is the caller's to stop. */
export async function startContainers(
  services: readonly Service[],
  installation: Installation,
  { report, signal, onPart }: ContainerOptions,
): Promise<Partial<Record<Service, string>>> {
  const { GenericContainer, Wait } = await import('testcontainers').catch((cause: unknown) => {
    throw new ConfigError('PREREQUISITE_MISSING', 'The package testcontainers is missing: it was installed without development packages.', {}, { cause });
  });
  const taken = new Set<number>();
  const volume = `goshawk-${createHash('sha256').update(installation.folder).digest('hex').slice(0, 12)}`;
  const start = async (service: Service): Promise<readonly [Service, string]> => {
    signal.throwIfAborted();
    const spec = specs(installation.identity.clusterId)[service];
    const port = await findPort(taken, installation.identity.ports[service]);
    report.say('docker', `Starting the image ${IMAGES[service]}.`, { service, image: IMAGES[service] });
    const container = await new GenericContainer(IMAGES[service])
      .withEnvironment(spec.environment(port))
      .withExposedPorts({ container: spec.port, host: port })
      .withBindMounts([{ source: `${volume}-${service}`, target: spec.state }])
      .withWaitStrategy(Wait.forListeningPorts())
      .withStartupTimeout(180_000)
      .start();
    let end: () => void = () => {};
    const exited = new Promise<{ code: number | null; signal: null }>((resolve) => {
      end = () => resolve({ code: 0, signal: null });
    });
    const stop = async () => {
      await container.stop({ timeout: 20_000 }).catch(() => {});
      end();
    };
    onPart({ name: service, pid: -1, logFile: `docker logs ${container.getId().slice(0, 12)}`, exited, stop, kill: () => void stop() });
    await installation.rememberPorts({ [service]: port });
    return [service, spec.address(port)];
  };
  return Object.fromEntries(await Promise.all(services.map(start)));
}
