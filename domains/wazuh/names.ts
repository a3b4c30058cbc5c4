// What decoders and fields of Wazuh are called here.

export interface Logsource {
  readonly product?: string;
  readonly category?: string;
  readonly service?: string;
}
const linux = (service: string): Logsource => ({ product: 'linux', service });

/** By decoder, or by program where the rule names that. */
export const LOGSOURCES: Readonly<Record<string, Logsource>> = {
  windows_eventchannel: { product: 'windows' },
  windows_eventlog: { product: 'windows' },
  auditd: linux('auditd'),
  sshd: linux('sshd'),
  sudo: linux('sudo'),
  su: linux('su'),
  pam: linux('auth'),
  cron: linux('cron'),
  crond: linux('cron'),
  syslog: linux('syslog'),
  named: linux('syslog'),
  vsftpd: linux('vsftpd'),
  'web-accesslog': { category: 'webserver' },
  squid: { category: 'proxy' },
};

/** Rules of Wazuh's own set that do nothing but collect what a decoder reads: as parents they stand for it. */
export const COLLECTORS: Readonly<Record<string, string>> = {
  5300: 'su',
  5400: 'sudo',
  5500: 'pam',
  5700: 'sshd',
  31100: 'web-accesslog',
  60000: 'windows_eventchannel',
  80700: 'auditd',
};

const WINDOWS_SYSTEM: Readonly<Record<string, string>> = {
  eventid: 'EventID',
  providername: 'Provider_Name',
  providerguid: 'Provider_Guid',
  channel: 'Channel',
  computer: 'Computer',
  level: 'Level',
  task: 'Task',
  opcode: 'Opcode',
  keywords: 'Keywords',
  processid: 'Execution_ProcessID',
  threadid: 'Execution_ThreadID',
};
const AUDIT: Readonly<Record<string, string>> = { command: 'comm', 'file.name': 'name', 'directory.name': 'name', id: 'audit_serial' };
const WEB: Readonly<Record<string, string>> = { url: 'c-uri', id: 'sc-status', srcip: 'src_ip', dstip: 'dst_ip', protocol: 'cs-method' };

/** The field of events; undefined where only `--field` can say. */
export function fieldOf(name: string, { product, category, service }: Logsource, given: Readonly<Record<string, string>>): string | undefined {
  if (Object.hasOwn(given, name)) return given[name];
  const [first, second, ...rest] = name.split('.');
  if (product === 'windows') {
    if (first === 'win' && second === 'system') return WINDOWS_SYSTEM[rest.join('.').toLowerCase()];
    if (first === 'win' && second === 'eventdata' && rest.length === 1) return `${rest[0]![0]!.toUpperCase()}${rest[0]!.slice(1)}`;
    return undefined;
  }
  if (service === 'auditd' && first === 'audit') {
    const field = [second, ...rest].join('.');
    return AUDIT[field] ?? field;
  }
  if (category === 'webserver' || category === 'proxy') return WEB[name];
  if (product === 'linux') return { program_name: 'appname', hostname: 'hostname' }[name];
  return name.includes('.') ? name : undefined;
}

/** Fields by which events are told alike or different: ECS names, which are known of every format. */
const ALIKE: Readonly<Record<string, string>> = {
  source_ip: 'source.ip',
  srcip: 'source.ip',
  src_ip: 'source.ip',
  dstip: 'destination.ip',
  dst_ip: 'destination.ip',
  user: 'user.name',
  srcuser: 'user.name',
  dstuser: 'user.target.name',
  location: 'host.name',
  hostname: 'host.name',
};
export const alikeOf = (name: string, given: Readonly<Record<string, string>>): string | undefined => (Object.hasOwn(given, name) ? given[name] : ALIKE[name]);
