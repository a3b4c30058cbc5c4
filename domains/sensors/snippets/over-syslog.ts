// For sensors with a certificate or an SVID: syslog over TLS (RFC 5425).
import type { Snippet, SnippetInput } from './snippet.ts';

/** Where the owner puts what was shown at the enrolment. */
const FOLDER = '/etc/goshawk';

/** Where spiffe-helper keeps the workload's SVID fresh, by the names of its documentation. */
const SVID = { certificate: '/run/spiffe/svid.pem', key: '/run/spiffe/svid_key.pem' };

/** @param isSvid The trust domain gives certificate and key. */
export function overSyslog({ sensor, addresses: { syslogTls } }: SnippetInput, isSvid: boolean): readonly Snippet[] {
  const { certificate, key } = isSvid ? SVID : { certificate: `${FOLDER}/${sensor}.pem`, key: `${FOLDER}/${sensor}.key` };
  const { host, port } = syslogTls ?? { host: 'HOST-OF-THE-SYSLOG-INPUT', port: 6514 };
  return [
    {
      shipper: 'rsyslog',
      title: 'rsyslog (with the module gtls)',
      file: '60-goshawk.conf',
      text: `global(
  DefaultNetstreamDriverCAFile="${FOLDER}/server-authority.pem"
  DefaultNetstreamDriverCertFile="${certificate}"
  DefaultNetstreamDriverKeyFile="${key}"
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
      crt_file: "${certificate}"
      key_file: "${key}"
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
    TLS.Crt_File        ${certificate}
    TLS.Key_File        ${key}
`,
    },
  ];
}
