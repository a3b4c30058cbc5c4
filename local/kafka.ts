// Apache Kafka as one KRaft node. It runs with its folder as working directory and relative paths only: `log.dirs` is split at commas,
// property files are Latin-1 and log4j wants a URI, so that any name of a data folder works.
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, readlink, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ConfigError, FatalError } from '../pipeline/core/errors.ts';
import { runCommand } from './command.ts';
import type { Java } from './java.ts';
import { probeClusterId } from './kafka-probe.ts';
import { startPart } from './part.ts';
import type { Part, PartFolders } from './part.ts';
import { waitUntilReady } from './ready.ts';

export interface KafkaSpec {
  /** The broker's own folder; made if missing. Holds server.properties and `data`. */
  readonly folder: string;
  readonly jars: string;
  readonly java: Java;
  readonly clusterId: string;
  readonly clientPort: number;
  readonly controllerPort: number;
  /** For temporary files; emptied by the caller. */
  readonly temporary: string;
  /** Added to server.properties and winning over it: tests turn on SASL and the authorizer with it. */
  readonly properties?: Readonly<Record<string, string>>;
  /** A second listener named SECURE for such tests. */
  readonly securePort?: number;
  /** Leaves the second compiler on: benchmarks want it, a quick start does not. */
  readonly isForSpeed?: boolean;
}

/** 16 random bytes. Not one that begins with `-`, which the format tool takes for an option. */
export function newClusterId(): string {
  for (;;) {
    const id = randomBytes(16).toString('base64url');
    if (!id.startsWith('-')) return id;
  }
}

export function serverProperties(spec: Pick<KafkaSpec, 'clientPort' | 'controllerPort' | 'securePort' | 'properties'>): string {
  const { clientPort, controllerPort, securePort } = spec;
  const listeners = [
    `PLAINTEXT://127.0.0.1:${clientPort}`,
    `CONTROLLER://127.0.0.1:${controllerPort}`,
    ...(securePort === undefined ? [] : [`SECURE://127.0.0.1:${securePort}`]),
  ].join(',');
  const all: Record<string, string> = {
    'process.roles': 'broker,controller',
    'node.id': '1',
    'controller.quorum.bootstrap.servers': `127.0.0.1:${controllerPort}`,
    'controller.listener.names': 'CONTROLLER',
    'inter.broker.listener.name': 'PLAINTEXT',
    listeners: listeners,
    'advertised.listeners': listeners,
    'listener.security.protocol.map': `PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT${securePort === undefined ? '' : ',SECURE:SASL_PLAINTEXT'}`,
    'log.dirs': 'data',
    'auto.create.topics.enable': 'false',
    'offsets.topic.replication.factor': '1',
    'offsets.topic.num.partitions': '4',
    'transaction.state.log.replication.factor': '1',
    'transaction.state.log.min.isr': '1',
    'transaction.state.log.num.partitions': '4',
    'transaction.abort.timed.out.transaction.cleanup.interval.ms': '1000',
    'share.coordinator.state.topic.replication.factor': '1',
    'share.coordinator.state.topic.min.isr': '1',
    'group.initial.rebalance.delay.ms': '0',
    'log.cleaner.dedupe.buffer.size': '16777216',
    ...spec.properties,
  };
  return Object.entries(all)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');
}

const LOG4J = `status=error
appender.out.type=Console
appender.out.name=out
appender.out.layout.type=PatternLayout
appender.out.layout.pattern=%d{yyyy-MM-dd'T'HH:mm:ss.SSS} %p %m (%c)%n
rootLogger.level=warn
rootLogger.appenderRef.out.ref=out
logger.server.name=kafka.server.KafkaRaftServer
logger.server.level=info
`;

function javaCommand({ java, temporary, isForSpeed }: KafkaSpec, main: string, args: readonly string[]): [string, ...string[]] {
  return [
    java.program,
    '-Xmx512m',
    '-XX:-UsePerfData',
    ...(isForSpeed === true ? [] : ['-XX:TieredStopAtLevel=1']),
    ...(java.major >= 24 ? ['--enable-native-access=ALL-UNNAMED'] : []),
    `-Djava.io.tmpdir=${temporary}`,
    '-Dlog4j2.configurationFile=log4j2.properties',
    '-cp',
    'libs/*',
    main,
    ...args,
  ];
}
const environment = ({ temporary }: KafkaSpec) => ({ PATH: process.env.PATH, LC_ALL: 'C.UTF-8', TZ: 'UTC', TMPDIR: temporary });

/**
 * Writes the configuration and formats the storage where that has not been done. Works beside the preparation of other parts.
 * @throws ConfigError DATA_FOLDER when the folder belongs to another cluster; FatalError PART_DIED when the format fails.
 */
export async function prepareKafka(spec: KafkaSpec, signal: AbortSignal): Promise<void> {
  const { folder, clusterId } = spec;
  await mkdir(folder, { recursive: true });
  await link(spec.jars, join(folder, 'libs'));
  await writeFile(join(folder, 'log4j2.properties'), LOG4J);
  await writeFile(join(folder, 'server.properties'), serverProperties(spec));
  const meta = join(folder, 'data/meta.properties');
  if (existsSync(meta)) {
    const [, formatted] = /^cluster\.id=(.*)$/m.exec(await readFile(meta, 'latin1')) ?? [];
    if (formatted !== clusterId)
      throw new ConfigError(
        'DATA_FOLDER',
        `${folder} holds the data of another Kafka cluster (${formatted ?? 'unknown'}, expected ${clusterId}). Choose another folder with --data; nothing was changed.`,
      );
    return;
  }
  await rm(join(folder, 'data'), { recursive: true, force: true }); // a format that was cut short
  const isAlone = spec.properties?.['controller.quorum.voters'] === undefined; // one of several knows the others from its properties
  const format = ['format', ...(isAlone ? ['--standalone'] : []), `--cluster-id=${clusterId}`, '-c', 'server.properties'];
  const [program, ...args] = javaCommand(spec, 'kafka.tools.StorageTool', format);
  const result = await runCommand(program, args, { cwd: folder, env: environment(spec), signal });
  if (result.code !== 0) throw new FatalError('PART_DIED', `The broker's storage in ${folder} cannot be formatted:\n${result.output}`);
}

/** Points the link `at` to `target`, also when it pointed elsewhere. */
export async function link(target: string, at: string): Promise<void> {
  if ((await readlink(at).catch(() => null)) === target) return;
  await rm(at, { recursive: true, force: true });
  await symlink(target, at);
}

/** The part, started; `isReady` is to be awaited before it is used. The caller stops it, also when `isReady` rejects. */
export interface Starting {
  readonly part: Part;
  readonly isReady: Promise<void>;
}

/** Ready means that it answers with its own cluster id: on a port that was taken in the meantime, somebody else would answer. */
export function startKafka(spec: KafkaSpec, folders: PartFolders, signal: AbortSignal, name = 'broker'): Starting {
  const part = startPart(
    { name, command: javaCommand(spec, 'kafka.Kafka', ['server.properties']), cwd: spec.folder, env: environment(spec), stopSignal: 'TERM' },
    folders,
  );
  return { part, isReady: waitUntilReady(part, async () => (await probeClusterId(spec.clientPort)) === spec.clusterId, signal) };
}
