// For sensors that write their topic themselves, as a user of the broker.
import { needsOrder } from '../ordered-formats.ts';
import { LOG_FILES, PLACEHOLDER } from './snippet.ts';
import type { Snippet, SnippetInput } from './snippet.ts';

export interface BrokerUser {
  readonly user: string;
  readonly mechanism: string;
}

/**
 * Shippers give each record the name of its host as key, so that what one host tells stays in order.
 * @param user Null when the broker checks nobody: then there is nothing to show it.
 */
export function overKafka({ sensor, topic, format, secret, addresses: { kafkaBrokers } }: SnippetInput, user: BrokerUser | null): readonly Snippet[] {
  const brokers = kafkaBrokers ?? 'BROKER:9092';
  const password = secret ?? PLACEHOLDER;
  const quoted = brokers
    .split(',')
    .map((broker) => `"${broker}"`)
    .join(', ');
  const whenSigned = (text: string): string => (user === null ? '' : text);
  const isKeyed = format !== null && needsOrder(format);
  const keyed = isKeyed ? `sed 's/^/${sensor}\t/' records.log | ` : '';
  const options = isKeyed ? ' --property parse.key=true' : ' < records.log';
  return [
    {
      shipper: 'kafka-producer',
      title: 'Any Kafka producer, here the console producer',
      file: null,
      text:
        user === null
          ? `${keyed}kafka-console-producer.sh --bootstrap-server ${brokers} --topic ${topic}${options}
`
          : `cat > sensor.properties <<'END'
security.protocol=SASL_SSL
sasl.mechanism=${user.mechanism}
sasl.jaas.config=org.apache.kafka.common.security.${user.mechanism === 'PLAIN' ? 'plain.PlainLoginModule' : 'scram.ScramLoginModule'} required username="${user.user}" password="${password}";
END
${keyed}kafka-console-producer.sh --bootstrap-server ${brokers} --topic ${topic} --producer.config sensor.properties${options}
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
  key: "%{[host.name]}"
  codec.format:
    string: "%{[message]}"
${whenSigned(`  username: "${user?.user}"
  password: "${password}"
  sasl.mechanism: "${user?.mechanism}"
  ssl.enabled: true
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
    key_field: host
    encoding:
      codec: text
${whenSigned(`    sasl:
      enabled: true
      mechanism: "${user?.mechanism}"
      username: "${user?.user}"
      password: "${password}"
    tls:
      enabled: true
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
    Message_Key  ${sensor}
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
template(name="goshawk-key" type="string" string="%hostname%")

action(
  type="omkafka" broker=[${quoted}] topic="${topic}" template="goshawk"
  dynakey="on" key="goshawk-key" partitions.auto="on"
  resubmitOnFailure="on" queue.type="linkedlist" queue.filename="goshawk" action.resumeretrycount="-1"${whenSigned(`
  confParam=["security.protocol=SASL_SSL", "sasl.mechanism=${user?.mechanism}", "sasl.username=${user?.user}", "sasl.password=${password}"]`)}
)
`,
    },
  ];
}
