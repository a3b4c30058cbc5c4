// For sensors that write their topic themselves, as a user of the broker.
import { LOG_FILES, PLACEHOLDER } from './snippet.ts';
import type { Snippet, SnippetInput } from './snippet.ts';

export interface BrokerUser {
  readonly user: string;
  readonly mechanism: string;
}

/** @param user Null when the broker checks nobody: then there is nothing to show it. */
export function overKafka({ topic, secret, addresses: { kafkaBrokers } }: SnippetInput, user: BrokerUser | null): readonly Snippet[] {
  const brokers = kafkaBrokers ?? 'BROKER:9092';
  const password = secret ?? PLACEHOLDER;
  const quoted = brokers
    .split(',')
    .map((broker) => `"${broker}"`)
    .join(', ');
  const whenSigned = (text: string): string => (user === null ? '' : text);
  return [
    {
      shipper: 'kafka-producer',
      title: 'Any Kafka producer, here the console producer',
      file: null,
      text:
        user === null
          ? `kafka-console-producer.sh --bootstrap-server ${brokers} --topic ${topic} < records.log
`
          : `cat > sensor.properties <<'END'
security.protocol=SASL_SSL
sasl.mechanism=${user.mechanism}
sasl.jaas.config=org.apache.kafka.common.security.${user.mechanism === 'PLAIN' ? 'plain.PlainLoginModule' : 'scram.ScramLoginModule'} required username="${user.user}" password="${password}";
END
kafka-console-producer.sh --bootstrap-server ${brokers} --topic ${topic} --producer.config sensor.properties < records.log
`,
    },
    {
      shipper: 'filebeat',
      title: 'Filebeat',
      file: 'filebeat.yml',
      text: `filebeat.inputs:
  - type: filestream
    id: logs
    paths: ["${LOG_FILES}"]

output.kafka:
  hosts: [${quoted}]
  topic: "${topic}"
  codec.format:
    string: "%{[message]}"
${whenSigned(`  username: "${user?.user}"
  password: "${password}"
  sasl.mechanism: "${user?.mechanism}"
`)}`,
    },
    {
      shipper: 'vector',
      title: 'Vector',
      file: 'vector.yaml',
      text: `sources:
  logs:
    type: file
    include: ["${LOG_FILES}"]

sinks:
  goshawk:
    type: kafka
    inputs: [logs]
    bootstrap_servers: "${brokers}"
    topic: "${topic}"
    encoding:
      codec: text
${whenSigned(`    sasl:
      enabled: true
      mechanism: "${user?.mechanism}"
      username: "${user?.user}"
      password: "${password}"
`)}`,
    },
    {
      shipper: 'fluent-bit',
      title: 'Fluent Bit',
      file: 'fluent-bit.conf',
      text: `[INPUT]
    Name     tail
    Path     ${LOG_FILES}

[OUTPUT]
    Name     kafka
    Match    *
    Brokers  ${brokers}
    Topics   ${topic}
    Format   raw
    Raw_Log_Key  log
${whenSigned(`    rdkafka.security.protocol  SASL_SSL
    rdkafka.sasl.mechanism     ${user?.mechanism}
    rdkafka.sasl.username      ${user?.user}
    rdkafka.sasl.password      ${password}
`)}`,
    },
    {
      shipper: 'rsyslog',
      title: 'rsyslog (with the module omkafka)',
      file: '60-goshawk.conf',
      text: `module(load="omkafka")

template(name="goshawk" type="string" string="%rawmsg%")

action(
  type="omkafka" broker=[${quoted}] topic="${topic}" template="goshawk"
  resubmitOnFailure="on" queue.type="linkedlist" queue.filename="goshawk" action.resumeretrycount="-1"${whenSigned(`
  confParam=["security.protocol=SASL_SSL", "sasl.mechanism=${user?.mechanism}", "sasl.username=${user?.user}", "sasl.password=${password}"]`)}
)
`,
    },
  ];
}
