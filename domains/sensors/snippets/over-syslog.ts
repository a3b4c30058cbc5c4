// For sensors with a certificate: syslog over TLS (RFC 5425).
import type { Snippet, SnippetInput } from './snippet.ts';

/** Where the owner puts what was shown at the enrolment. */
const FOLDER = '/etc/goshawk';

export function overSyslog({ sensor, addresses: { syslogTls } }: SnippetInput): readonly Snippet[] {
  const { host, port } = syslogTls ?? { host: 'HOST-OF-THE-SYSLOG-INPUT', port: 6514 };
  return [
    {
      shipper: 'rsyslog',
      title: 'rsyslog (with the module gtls)',
      file: '60-goshawk.conf',
      text: `global(
  DefaultNetstreamDriverCAFile="${FOLDER}/server-authority.pem"
  DefaultNetstreamDriverCertFile="${FOLDER}/${sensor}.pem"
  DefaultNetstreamDriverKeyFile="${FOLDER}/${sensor}.key"
)

action(
  type="omfwd" target="${host}" port="${port}" protocol="tcp" TCP_Framing="octet-counted"
  StreamDriver="gtls" StreamDriverMode="1" StreamDriverAuthMode="x509/certvalid"
  template="RSYSLOG_SyslogProtocol23Format"
  queue.type="linkedlist" queue.filename="goshawk" action.resumeretrycount="-1"
)
`,
    },
    {
      shipper: 'vector',
      title: 'Vector',
      file: 'vector.yaml',
      text: `sources:
  logs:
    type: file
    include: ["/var/log/*.log"]

sinks:
  goshawk:
    type: socket
    inputs: [logs]
    mode: tcp
    address: "${host}:${port}"
    encoding:
      codec: text
    framing:
      method: newline_delimited
    tls:
      enabled: true
      ca_file: "${FOLDER}/server-authority.pem"
      crt_file: "${FOLDER}/${sensor}.pem"
      key_file: "${FOLDER}/${sensor}.key"
`,
    },
    {
      shipper: 'fluent-bit',
      title: 'Fluent Bit',
      file: 'fluent-bit.conf',
      text: `[INPUT]
    Name                tail
    Path                /var/log/*.log

[OUTPUT]
    Name                syslog
    Match               *
    Host                ${host}
    Port                ${port}
    Mode                tls
    Syslog_Format       rfc5424
    Syslog_Message_Key  log
    TLS.CA_File         ${FOLDER}/server-authority.pem
    TLS.Crt_File        ${FOLDER}/${sensor}.pem
    TLS.Key_File        ${FOLDER}/${sensor}.key
`,
    },
  ];
}
