// Holds the dialogue of connectors/_worker/test/dialogue.ts with Apache Kafka Connect itself and keeps its answers:
//   KAFKA_BROKERS=127.0.0.1:9092 node scripts/record-kafka-connect.ts 4.2.2 4.2.0
// The second version is that of the sink to files, which is not published with every one.
// Needs a broker with nothing on it, Java 17 and Maven. The answers of one version do not change, so this is done by hand.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pino from 'pino';
import { converse, OTHER_TOPIC, TOPIC } from '../connectors/_worker/test/dialogue.ts';
import type { Answer } from '../connectors/_worker/test/dialogue.ts';
import { runCommand } from '../local/command.ts';
import { findJava } from '../local/java.ts';
import { findPort } from '../local/ports.ts';
import { kafkaBroker } from '../pipeline/runtime/kafka/index.ts';

const version = process.argv[2] ?? '4.2.2';
const brokers = process.env.KAFKA_BROKERS ?? '';
const java = findJava(process.env);
if (brokers === '' || java === null) throw new Error('Set KAFKA_BROKERS, and have Java.');
const folder = mkdtempSync(join(tmpdir(), 'kafka-connect-'));
const port = await findPort(new Set());

const artifact = (name: string, of = version) =>
  `<dependency><groupId>org.apache.kafka</groupId><artifactId>${name}</artifactId><version>${of}</version></dependency>`;
writeFileSync(
  join(folder, 'pom.xml'),
  `<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion><groupId>x</groupId><artifactId>x</artifactId><version>1</version><packaging>pom</packaging><dependencies>${artifact('connect-runtime')}${artifact('connect-transforms')}${artifact('connect-file', process.argv[3])}</dependencies></project>`,
);
const fetched = await runCommand(
  'mvn',
  ['-B', '-q', '-f', join(folder, 'pom.xml'), 'dependency:copy-dependencies', '-DincludeScope=runtime', `-DoutputDirectory=${folder}/jars`],
  { env: { ...process.env, JAVA_HOME: java.home } },
);
if (fetched.code !== 0) throw new Error(`Maven could not fetch Kafka Connect:\n${fetched.output}`);

const id = `connect-recorded-${port}`;
writeFileSync(
  join(folder, 'worker.properties'),
  Object.entries({
    'bootstrap.servers': brokers,
    'group.id': id,
    'key.converter': 'org.apache.kafka.connect.converters.ByteArrayConverter',
    'value.converter': 'org.apache.kafka.connect.converters.ByteArrayConverter',
    'offset.storage.topic': `${id}.offsets`,
    'config.storage.topic': `${id}.configs`,
    'status.storage.topic': `${id}.status`,
    'offset.storage.replication.factor': 1,
    'config.storage.replication.factor': 1,
    'status.storage.replication.factor': 1,
    'offset.flush.interval.ms': 1000,
    'scheduled.rebalance.max.delay.ms': 0,
    listeners: `http://127.0.0.1:${port}`,
    'rest.advertised.host.name': '127.0.0.1',
    'plugin.discovery': 'only_scan',
    'plugin.path': join(folder, 'plugins'),
  })
    .map(([name, value]) => `${name}=${value}`)
    .join('\n'),
);
const broker = kafkaBroker({ brokers: [brokers], clientId: 'record', log: pino({ level: 'warn' }) });
await broker.admin().createTopics(
  [TOPIC, OTHER_TOPIC].map((name) => ({ name, partitions: 1, config: {} })),
  1,
);
await broker.producer().send([1, 2, 3].map((n) => ({ topic: TOPIC, partition: 0, key: null, value: Buffer.from(`{"n":${n}}`) })));
const child = spawn(
  java.program,
  ['-Xmx512m', '-cp', `${folder}/jars/*`, 'org.apache.kafka.connect.cli.ConnectDistributed', join(folder, 'worker.properties')],
  { stdio: ['ignore', 'ignore', 'ignore'] },
);

async function ask(method: string, path: string, body: string | undefined): Promise<Answer> {
  for (;;) {
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, {
      method,
      ...(body === undefined ? {} : { body, headers: { 'content-type': 'application/json' } }),
    });
    const text = await answer.text();
    if (answer.status === 409 && text.includes('rebalance')) {
      await delay(500); // not what is to be recorded
      continue;
    }
    const { headers } = answer;
    return { status: answer.status, location: headers.get('location'), contentType: headers.get('content-type'), body: read(text) };
  }
}
function read(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text === '' ? null : text;
  }
}

try {
  for (let attempt = 0; ; attempt++) {
    const status = await fetch(`http://127.0.0.1:${port}/health`).then(
      (answer) => answer.status,
      () => 0,
    );
    if (status === 200) break;
    if (attempt > 240) throw new Error('Kafka Connect did not start.');
    await delay(500);
  }
  const answers = await converse(ask, { $SINK_CLASS: 'org.apache.kafka.connect.file.FileStreamSinkConnector', $PORT: String(port), $VERSION: version }, delay);
  const text = JSON.stringify({ source: `Apache Kafka Connect ${version}`, answers }, null, 1).replaceAll(String(port), '8083');
  writeFileSync(new URL('../connectors/_worker/test/kafka-connect.recorded.json', import.meta.url), `${text}\n`);
} finally {
  child.kill();
  await broker.close();
  rmSync(folder, { recursive: true, force: true });
}
