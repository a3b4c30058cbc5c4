// A broker that a test has to itself: of any version, killed and started again at will. One KRaft node on loopback, in a folder of its own.
// The contract's tests of KAFKA-20734 and the torture runs share it.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureJars, ensureKafkaJars, hasJars, hasMaven } from '../local/jars.ts';
import { findJava } from '../local/java.ts';
import { newClusterId, prepareKafka, startKafka } from '../local/kafka.ts';
import type { KafkaSpec } from '../local/kafka.ts';
import type { Part } from '../local/part.ts';
import { findPort } from '../local/ports.ts';
import { openReport } from '../local/report.ts';

export interface OwnBrokerOptions {
  /** Of Apache Kafka, "4.4.0"; the pom's unless given. Another version is fetched once, by Maven. */
  readonly version?: string;
  /** Added to server.properties and winning over it. */
  readonly properties?: Readonly<Record<string, string>>;
}
export interface OwnBroker {
  /** `127.0.0.1:port`, the same after each start. */
  readonly address: string;
  readonly folder: string;
  /** The JVM's process group, while it runs. */
  readonly pid: () => number | undefined;
  /** Asks it to end and waits. */
  readonly stop: () => Promise<void>;
  /** kill -9, and waits until it is gone. */
  readonly kill: () => Promise<void>;
  /** Starts it again on the same data and port; ready when it resolves. */
  readonly start: () => Promise<void>;
  /** Stops it and deletes the folder. */
  readonly destroy: () => Promise<void>;
}

/** Why such a broker cannot be had here; null when it can (Maven may still fail to fetch another version: FatalError FETCH_FAILED). */
export async function ownBrokerProblem({ version }: OwnBrokerOptions = {}): Promise<string | null> {
  const java = findJava(process.env);
  if (java === null) return 'no Java 17 or newer';
  if (version === undefined && hasJars(java)) return null;
  return (await hasMaven(java)) ? null : 'no Maven to fetch the broker with';
}

/** Started and ready. The caller destroys it. @throws as `ensureJars` and `prepareKafka`. */
export async function startOwnBroker({ version, properties = {} }: OwnBrokerOptions = {}): Promise<OwnBroker> {
  const { signal } = new AbortController();
  const report = openReport(process.stderr, false);
  const java = findJava(process.env)!;
  const jars = version === undefined ? (await ensureJars(java, report, signal)).kafka : await ensureKafkaJars(version, java, report, signal);
  const folder = mkdtempSync(join(tmpdir(), 'goshawk-broker-'));
  const taken = new Set<number>();
  const spec: KafkaSpec = {
    folder: join(folder, 'kafka'),
    jars,
    java,
    clusterId: newClusterId(),
    clientPort: await findPort(taken, undefined),
    controllerPort: await findPort(taken, undefined),
    temporary: folder,
    properties,
  };
  let part: Part | undefined;
  const end = async (how: 'stop' | 'kill') => {
    const ending = part;
    part = undefined;
    if (ending === undefined) return;
    if (how === 'kill') {
      ending.kill();
      await ending.exited;
    } else await ending.stop();
  };
  const start = async () => {
    const starting = startKafka(spec, { logs: join(folder, 'logs'), notes: join(folder, 'notes') }, signal);
    part = starting.part;
    await starting.isReady;
  };
  const destroy = async () => {
    await end('stop');
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await prepareKafka(spec, signal);
    await start();
  } catch (error) {
    await destroy();
    throw error;
  }
  return { address: `127.0.0.1:${spec.clientPort}`, folder, pid: () => part?.pid, stop: () => end('stop'), kill: () => end('kill'), start, destroy };
}
