// Rules name fields as one vendor does. Where an event has the same thing under another name, that name is asked when the rule's own is
// absent: Security 4688 and auditd for process creation, Suricata and Zeek for the general network categories, ECS for canonical events.
import type { RuleLogsource, SigmaRule } from '../../domains/sigma/index.ts';
import type { AliasesOf } from './compile/program.ts';

interface Aliases {
  /** Rules with this log source. */
  readonly of: (logsource: RuleLogsource) => boolean;
  /** Field of the rule to paths in documents, in the order in which they are asked. */
  readonly fields: Readonly<Record<string, readonly string[]>>;
}

const inCategory =
  (...categories: readonly string[]) =>
  ({ category }: RuleLogsource) =>
    category !== null && categories.includes(category);

const PROCESS = {
  Image: ['NewProcessName', 'process.executable', 'exe'],
  CommandLine: ['process.command_line', 'call.command_line'],
  CurrentDirectory: ['process.working_directory', 'cwd'],
  OriginalFileName: ['process.pe.original_file_name'],
  ParentImage: ['ParentProcessName', 'process.parent.executable'],
  ParentCommandLine: ['process.parent.command_line'],
  LogonId: ['SubjectLogonId'],
  ProcessId: ['process.pid', 'pid'],
  ParentProcessId: ['process.parent.pid', 'ppid'],
  User: ['user.name', 'UID'],
  Computer: ['host.name'],
};
const CONNECTION = {
  SourceIp: ['source.ip'],
  SourcePort: ['source.port'],
  SourceHostname: ['source.domain'],
  DestinationIp: ['destination.ip', 'call.destination_ip'],
  DestinationPort: ['destination.port', 'call.destination_port'],
  DestinationHostname: ['destination.domain'],
  Protocol: ['network.transport'],
  Image: ['process.executable', 'exe'],
};
const FILE = { TargetFilename: ['file.path', 'call.file_path'], Image: ['process.executable', 'exe'], User: ['user.name', 'UID'] };
const ENDS = {
  src_ip: ['id.orig_h', 'source.ip'],
  src_port: ['id.orig_p', 'source.port'],
  dst_ip: ['dest_ip', 'id.resp_h', 'destination.ip'],
  dst_port: ['dest_port', 'id.resp_p', 'destination.port'],
};
/** As Zeek, access logs, load balancers and proxies call it; a request line has method and version around the URL. */
const URI = ['uri', 'request', 'request_url', 'http_request', 'httpRequest.requestUrl', 'url'];
const AGENT = ['user_agent', 'agent', 'cs(User-Agent)', 'httpRequest.userAgent'];
const WEB = {
  ...ENDS,
  'c-uri': ['http.url', 'url.original', ...URI],
  'cs-uri': ['http.url', 'url.original', ...URI],
  'cs-uri-stem': ['url.path', 'http.url', ...URI],
  'cs-uri-query': ['url.query', 'http.url', ...URI],
  'c-uri-query': ['url.query', 'http.url', ...URI],
  'c-useragent': ['http.http_user_agent', 'user_agent.original', ...AGENT],
  'cs-user-agent': ['http.http_user_agent', 'user_agent.original', ...AGENT],
  'cs-host': ['http.hostname', 'url.domain', 'host'],
  'r-dns': ['http.hostname', 'url.domain', 'host'],
  'cs-method': ['http.http_method', 'http.request.method', 'method'],
  'sc-status': ['http.status', 'http.response.status_code', 'status_code', 'status', 'httpRequest.status'],
  'cs-referer': ['http.http_refer', 'http.request.referrer', 'referrer'],
  'cs-referrer': ['http.http_refer', 'http.request.referrer', 'referrer'],
};

const TABLE: readonly Aliases[] = [
  { of: inCategory('process_creation', 'process_termination'), fields: PROCESS },
  { of: inCategory('network_connection'), fields: CONNECTION },
  { of: inCategory('file_event', 'file_change', 'file_delete', 'file_rename', 'file_access'), fields: FILE },
  { of: inCategory('image_load', 'driver_load'), fields: { ImageLoaded: ['dll.path', 'file.path'], Image: ['process.executable'] } },
  {
    of: inCategory('registry_event', 'registry_set', 'registry_add', 'registry_delete'),
    fields: { TargetObject: ['registry.path'], Details: ['registry.data.strings'], Image: ['process.executable'] },
  },
  { of: inCategory('dns_query'), fields: { QueryName: ['dns.question.name'], Image: ['process.executable'] } },
  {
    of: inCategory('dns'),
    fields: {
      ...ENDS,
      query: ['dns.rrname', 'dns.queries.rrname', 'dns.question.name', 'QueryName'],
      record_type: ['qtype_name', 'dns.rrtype', 'dns.question.type'],
      answer: ['answers', 'dns.answers.rdata', 'dns.answers.data'],
    },
  },
  { of: inCategory('proxy', 'webserver'), fields: WEB },
  { of: inCategory('firewall', 'network_traffic'), fields: ENDS },
  {
    of: ({ product }) => product === 'windows',
    fields: { EventID: ['event.code'], Provider_Name: ['SourceName', 'ProviderName', 'event.provider'], Computer: ['Hostname', 'ComputerName', 'host.name'] },
  },
  // Public rules write Okta's names in lower case, as some exports do; the interface writes them as camels.
  {
    of: ({ product }) => product === 'okta',
    fields: { eventType: ['eventtype'], eventtype: ['eventType'], displaymessage: ['displayMessage'], 'actor.alternateid': ['actor.alternateId'] },
  },
  { of: ({ product }) => product === 'linux', fields: { message: ['MESSAGE'], appname: ['SYSLOG_IDENTIFIER'] } },
  {
    of: ({ product }) => product === 'zeek',
    fields: {
      'id.orig_h': ['id_orig_h', 'source.ip'],
      'id.orig_p': ['id_orig_p', 'source.port'],
      'id.resp_h': ['id_resp_h', 'destination.ip'],
      'id.resp_p': ['id_resp_p', 'destination.port'],
    },
  },
];

const NONE: readonly string[] = [];

/** Other names of a field for this rule; none for most. */
export const aliasesOf: AliasesOf = ({ logsource }: SigmaRule) => {
  const tables = TABLE.filter((one) => one.of(logsource)).map((one) => one.fields);
  return (field) => {
    for (const fields of tables) if (Object.hasOwn(fields, field)) return fields[field]!;
    return NONE;
  };
};
