// For sensors with a token: everything that speaks HTTP.
import { LOG_FILES, PLACEHOLDER } from './snippet.ts';
import type { Snippet, SnippetInput } from './snippet.ts';

export function overHttp({ sensor, format, secret, addresses: { apiUrl } }: SnippetInput): readonly Snippet[] {
  const token = secret ?? PLACEHOLDER;
  const { hostname, protocol, port } = new URL(apiUrl);
  const isTls = protocol === 'https:';
  const numbered = port === '' ? (isTls ? '443' : '80') : port;
  return [
    {
      shipper: 'filebeat',
      title: 'Filebeat',
      file: 'filebeat.yml',
      text: `filebeat.inputs:
  - type: filestream
    id: ${sensor}
    paths: ["${LOG_FILES}"]

output.elasticsearch:
  hosts: ["${apiUrl}/elastic"]
  api_key: "${sensor}:${token}"

# There are no indices to set up.
setup.template.enabled: false
setup.ilm.enabled: false
`,
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
    type: splunk_hec_logs
    inputs: [logs]
    endpoint: "${apiUrl}"
    default_token: "${token}"
    encoding:
      codec: text
`,
    },
    {
      shipper: 'fluent-bit',
      title: 'Fluent Bit',
      file: 'fluent-bit.conf',
      text: `[INPUT]
    Name          tail
    Path          ${LOG_FILES}

[OUTPUT]
    Name          splunk
    Match         *
    Host          ${hostname}
    Port          ${numbered}
    Splunk_Token  ${token}
    Event_Key     $log
    TLS           ${isTls ? 'On' : 'Off'}
`,
    },
    {
      shipper: 'rsyslog',
      title: 'rsyslog (with the module omelasticsearch)',
      file: '60-goshawk.conf',
      text: `module(load="omelasticsearch")

template(name="goshawk" type="list" option.jsonf="on") {
  property(outname="message" name="rawmsg" format="jsonf")
}

action(
  type="omelasticsearch"
  server="${hostname}" serverport="${numbered}" usehttps="${isTls ? 'on' : 'off'}"
  uid="${sensor}" pwd="${token}"
  template="goshawk" searchIndex="logs" searchType="" bulkmode="on"
  queue.type="linkedlist" queue.filename="goshawk" action.resumeretrycount="-1"
)
`,
    },
    {
      shipper: 'otel-collector',
      title: 'OpenTelemetry Collector',
      file: 'collector.yaml',
      text: `receivers:
  filelog:
    include: ["${LOG_FILES}"]

exporters:
  otlphttp:
    endpoint: "${apiUrl}"
    headers:
      authorization: "Bearer ${token}"

service:
  pipelines:
    logs:
      receivers: [filelog]
      exporters: [otlphttp]
`,
    },
    {
      shipper: 'hec',
      title: 'Anything that speaks to a Splunk HTTP Event Collector',
      file: null,
      text: `curl -sS '${apiUrl}/services/collector/event' \\
  -H 'Authorization: Splunk ${token}' \\
  -d '{"event":"a record of ${sensor}"}'
`,
    },
    {
      shipper: 'curl',
      title: 'curl',
      file: null,
      text: `curl -sS '${apiUrl}/v2/events/bulk' \\
  -H 'Authorization: Bearer ${token}' \\
  -H 'Content-Type: application/json' \\
  -d '{"format":"${format ?? 'auto'}","events":["a record of ${sensor}"]}'
`,
    },
  ];
}
