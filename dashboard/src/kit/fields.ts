// Field names for completion: the ECS names that sensors fill most, and whatever else has been seen in loaded events.

const ECS: Record<string, string> = {
  '@timestamp': 'Event time',
  message: 'What the sensor wrote',
  'event.dataset': 'Product and log, as in windows.sysmon',
  'event.action': 'What was done',
  'event.category': 'process, network, authentication ...',
  'event.code': 'Event id of the product',
  'event.kind': 'event, alert, metric, state',
  'event.module': 'Product',
  'event.outcome': 'success or failure',
  'event.provider': 'Source within the product',
  'event.severity': 'Severity the sensor gave, 0 to 100',
  'event.type': 'start, end, creation, connection ...',
  'observer.name': 'Sensor',
  'observer.product': 'Product of the sensor',
  'host.name': 'Host the event happened on',
  'host.id': 'Id of the host',
  'host.ip': 'Address of the host',
  'host.os.type': 'windows, linux, macos',
  'user.name': 'Account that acted',
  'user.id': 'Id of the account',
  'user.domain': 'Domain of the account',
  'user.email': 'Mail address of the account',
  'user.target.name': 'Account that was acted on',
  'user.target.domain': 'Its domain',
  'source.ip': 'Address that began it',
  'source.port': 'Its port',
  'source.domain': 'Its name',
  'source.mac': 'Its hardware address',
  'source.geo.country_iso_code': 'Country of the address',
  'source.as.organization.name': 'Network operator',
  'destination.ip': 'Address that answered',
  'destination.port': 'Its port',
  'destination.domain': 'Its name',
  'destination.geo.country_iso_code': 'Country of the address',
  'destination.as.organization.name': 'Network operator',
  'network.transport': 'tcp, udp, icmp',
  'network.protocol': 'dns, http, tls ...',
  'network.direction': 'inbound, outbound, internal',
  'network.community_id': 'Same for both ends of a flow',
  'process.name': 'Program',
  'process.executable': 'Path of the program',
  'process.command_line': 'Command line',
  'process.pid': 'Process id',
  'process.entity_id': 'Process, unique over time',
  'process.hash.sha256': 'Hash of the program',
  'process.hash.sha1': 'Hash of the program',
  'process.hash.md5': 'Hash of the program',
  'process.parent.name': 'Program that started it',
  'process.parent.executable': 'Its path',
  'process.parent.command_line': 'Its command line',
  'file.path': 'Path of the file',
  'file.name': 'Name of the file',
  'file.extension': 'Its extension',
  'file.hash.sha256': 'Hash of the file',
  'registry.path': 'Key and value',
  'registry.key': 'Key',
  'registry.value': 'Value',
  'registry.data.strings': 'What was written',
  'dns.question.name': 'Name asked for',
  'dns.question.type': 'A, AAAA, TXT ...',
  'dns.response_code': 'NOERROR, NXDOMAIN ...',
  'dns.answers.data': 'Answers',
  'http.request.method': 'GET, POST ...',
  'http.response.status_code': 'Status',
  'url.original': 'URL',
  'url.domain': 'Its host',
  'url.path': 'Its path',
  'user_agent.original': 'User agent',
  'tls.client.server_name': 'Name the client asked for',
  'tls.client.ja3': 'Client fingerprint',
  'tls.server.ja3s': 'Server fingerprint',
  'tls.version': 'Version',
  'tls.server.subject': 'Subject of the certificate',
  'tls.server.issuer': 'Issuer of the certificate',
  'goshawk.host.asset.owner': 'Who answers for the host',
  'goshawk.source.zone': 'Network zone of the source',
  'goshawk.destination.zone': 'Network zone of the destination',
  'rule.id': "The sensor's rule",
  'rule.name': 'Its name',
  'rule.category': 'Its category',
  'cloud.provider': 'aws, azure, gcp',
  'cloud.account.id': 'Account',
  'cloud.region': 'Region',
  'cloud.service.name': 'Service',
  'related.ip': 'Every address in the event',
  'related.user': 'Every account in the event',
  'related.hosts': 'Every host in the event',
  'related.hash': 'Every hash in the event',
};

const seen = new Set<string>();

export interface FieldHint {
  readonly name: string;
  /** Empty for a field that is only known from loaded events. */
  readonly about: string;
}

/** Names that came with an event, so that they can be completed from now on. */
export function noticeFields(names: Iterable<string>): void {
  for (const name of names) if (!(name in ECS) && seen.size < 1000) seen.add(name);
}

/** Names that begin with what was typed, then names that contain it. */
export function completeField(typed: string, limit: number): FieldHint[] {
  const wanted = typed.toLowerCase();
  const all = [...Object.keys(ECS), ...seen];
  const begins = all.filter((name) => name.startsWith(wanted));
  const contains = all.filter((name) => !name.startsWith(wanted) && name.includes(wanted));
  return [...begins, ...contains].slice(0, limit).map((name) => ({ name, about: ECS[name] ?? '' }));
}

/** Fields that were added to what the sensor said: where an address is, whose asset it is, what else the event names. */
export const isContextField = (name: string): boolean =>
  /^(source|destination)\.(geo|as)\.|^related\.|^goshawk\.(host|source|destination|context)\./.test(name);
