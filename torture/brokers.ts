// One broker or three, each behind a proxy that stages must pass and that can lose what they ask or are answered. The torturer itself goes
// around the proxies, by the listener that the brokers use among themselves.
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { prepareKafka, startKafka } from '../local/kafka.ts';
import type { KafkaSpec } from '../local/kafka.ts';
import type { Part } from '../local/part.ts';
import { killGroup } from '../local/part.ts';
import { findPort } from '../local/ports.ts';
import { startProxy } from '../pipeline/runtime/_contract/proxy.ts';
import type { Proxy } from '../pipeline/runtime/_contract/proxy.ts';
import { readReplicas } from './in-sync.ts';
import type { Place } from './place.ts';

export interface BrokerNode {
  readonly name: string;
  readonly proxy: Proxy;
  readonly isRunning: () => boolean;
  /** The process group. */
  readonly pid: () => number;
  readonly start: () => Promise<void>;
  readonly stop: () => Promise<void>;
  readonly kill: () => Promise<void>;
}
export interface Brokers {
  readonly nodes: readonly BrokerNode[];
  /** For stages: by way of the proxies. */
  readonly addresses: string;
  /** For the torturer. */
  readonly directAddresses: string;
  readonly replication: number;
  /** Every partition has a leader and all its replicas. */
  readonly inSync: () => Promise<void>;
  readonly close: () => Promise<void>;
}

interface Ports {
  readonly client: number;
  readonly internal: number;
  readonly controller: number;
}

export async function openBrokers(count: 1 | 3, place: Place): Promise<Brokers> {
  const ports: Ports[] = [];
  for (let i = 0; i < count; i++)
    ports.push({ client: await findPort(place.taken), internal: await findPort(place.taken), controller: await findPort(place.taken) });
  const nodes = await Promise.all(ports.map((own, index) => openNode(index + 1, own, ports, place)));
  const started = await Promise.allSettled(nodes.map((node) => node.start()));
  const close = async () => {
    await Promise.all(nodes.map((node) => node.stop()));
    await Promise.all(nodes.map(({ proxy }) => proxy.close()));
  };
  const failed = started.find((result) => result.status === 'rejected');
  if (failed !== undefined) {
    await close();
    throw failed.reason;
  }
  return {
    nodes,
    addresses: nodes.map(({ proxy }) => `127.0.0.1:${proxy.port}`).join(','),
    directAddresses: ports.map(({ internal }) => `127.0.0.1:${internal}`).join(','),
    replication: count,
    async inSync() {
      for (;;) {
        place.signal.throwIfAborted();
        const replicas = await readReplicas(ports[0]!.internal).catch(() => null);
        if (replicas !== null && replicas.length > 0 && replicas.every(({ leader, inSync }) => leader >= 0 && inSync === count)) return;
        await delay(200, undefined, { signal: place.signal });
      }
    },
    close,
  };
}

async function openNode(id: number, ports: Ports, all: readonly Ports[], place: Place): Promise<BrokerNode> {
  const name = `broker-${id}`;
  const proxy = await startProxy(`127.0.0.1:${ports.client}`);
  const spec: KafkaSpec = {
    folder: join(place.folder, name),
    jars: place.kafkaJars,
    java: place.java,
    clusterId: place.clusterId,
    clientPort: ports.client,
    controllerPort: ports.controller,
    temporary: place.temporary,
    properties: propertiesOf(id, ports, all, proxy.port),
  };
  await prepareKafka(spec, place.signal);
  let part: Part | undefined;
  let isRunning = false;
  const end = async (how: (running: Part) => unknown) => {
    if (part === undefined) return;
    await how(part);
    await part.exited;
  };
  return {
    name,
    proxy,
    isRunning: () => isRunning,
    pid: () => part?.pid ?? -1,
    async start() {
      const starting = startKafka(spec, place.parts, place.signal, name);
      part = starting.part;
      isRunning = true;
      void part.exited.then(() => {
        isRunning = false;
      });
      await starting.isReady;
    },
    stop: () => end((running) => running.stop()),
    kill: () => end((running) => killGroup(running.pid)),
  };
}

function propertiesOf(id: number, own: Ports, all: readonly Ports[], proxyPort: number): Readonly<Record<string, string>> {
  const listeners = (client: number) => `PLAINTEXT://127.0.0.1:${client},INTERNAL://127.0.0.1:${own.internal},CONTROLLER://127.0.0.1:${own.controller}`;
  const replicated: Record<string, string> = {
    'controller.quorum.voters': all.map(({ controller }, index) => `${index + 1}@127.0.0.1:${controller}`).join(','),
    'offsets.topic.replication.factor': '3',
    'transaction.state.log.replication.factor': '3',
    'transaction.state.log.min.isr': '2',
    'share.coordinator.state.topic.replication.factor': '3',
    'share.coordinator.state.topic.min.isr': '2',
    'default.replication.factor': '3',
    'min.insync.replicas': '2',
  };
  return {
    'node.id': String(id),
    listeners: listeners(own.client),
    'advertised.listeners': listeners(proxyPort),
    'inter.broker.listener.name': 'INTERNAL',
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,INTERNAL:PLAINTEXT,CONTROLLER:PLAINTEXT',
    ...(all.length === 1 ? {} : replicated),
  };
}
