// Products that are told by what they write into syslog, with what is read from frequent messages. The first row that fits is taken.
import type { RawDocument } from '../kit.ts';
import { TextIndex } from '../kit.ts';

export interface Product {
  readonly dataset: string;
  readonly vendor: string;
  /** Service of Sigma's log sources, where it has one. */
  readonly service?: string;
  /** Programs by their tag, in lower case; `*` at the end for all that begin so. */
  readonly programs?: readonly string[];
  /** Beginnings of the message. */
  readonly begins?: readonly string[];
  /** Parts of the message, all of which it has. */
  readonly holds?: readonly string[];
  /** How the message begins; asked last. */
  readonly looks?: RegExp;
  /** Beginning of a structured data id. */
  readonly data?: string;
  /** Beginning of the message id. */
  readonly id?: RegExp;
  /** Name of the sending host. */
  readonly host?: RegExp;
  /** Named groups become ECS fields: `source_ip` is source.ip. */
  readonly reads?: readonly RegExp[];
  /** The message has key=value pairs. */
  readonly hasPairs?: boolean;
}

const BIND_QUERY =
  /client (?:@\S+ )?(?<source_ip>[0-9A-Fa-f.:]+)#(?<source_port>\d+) .*?query: (?<dns_question_name>\S+) (?<dns_question_class>IN|CH|HS) (?<dns_question_type>\S+)/;
const BIND_CLIENT = /client (?:@\S+ )?(?<source_ip>[0-9A-Fa-f.:]+)#(?<source_port>\d+) \((?<dns_question_name>[^)]+)\)/;
const DHCP = /^(?<event_action>DHCP[A-Z]+) (?:on|of|for) (?<client_ip>[0-9.]+) .*?(?:to|from) (?<client_mac>[0-9a-fA-F:]{17})(?: \((?<host_name>[\w.-]+)\))?/;
const DHCP_DISCOVER = /^(?<event_action>DHCPDISCOVER) from (?<client_mac>[0-9a-fA-F:]{17})(?: \((?<host_name>[\w.-]+)\))?/;
const SEVERITY = '(?:emerg|alert|crit|err|error|warn|warning|notice|info|debug)';

export const PRODUCTS: readonly Product[] = [
  { dataset: 'checkpoint.log', vendor: 'Check Point', programs: ['checkpoint'] },
  { dataset: 'isc-bind.queryerror', vendor: 'ISC', service: 'dns', programs: ['named'], holds: [': query failed ('], reads: [BIND_CLIENT] },
  { dataset: 'isc-bind.query', vendor: 'ISC', service: 'dns', programs: ['named'], reads: [BIND_QUERY, BIND_CLIENT] },
  { dataset: 'isc-dhcpd.log', vendor: 'ISC', programs: ['dhcpd'], reads: [DHCP, DHCP_DISCOVER] },
  { dataset: 'cisco-dna.log', vendor: 'Cisco', programs: ['dnac'] },
  { dataset: 'cisco-hyperflex.log', vendor: 'Cisco', programs: ['hx-*'] },
  { dataset: 'cisco-viptela.log', vendor: 'Cisco', holds: ['%Viptela-'] },
  { dataset: 'cisco-meeting.log', vendor: 'Cisco', host: new RegExp(`^(?:user|daemon|auth|local\\d)\\.${SEVERITY}$`) },
  { dataset: 'avi.events', vendor: 'Avi Networks', programs: ['avi-controller'] },
  { dataset: 'avi.events', vendor: 'Avi Networks', holds: ['Avi-Controller'] },
  { dataset: 'avi.logs', vendor: 'Avi Networks', holds: ['"adf":', '"virtualservice":'] },
  { dataset: 'broadcom.layer7', vendor: 'Broadcom', programs: ['ssg'], holds: ['com.l7tech.'] },
  { dataset: 'brocade.log', vendor: 'Brocade', programs: ['stp'], holds: ['STP State'] },
  { dataset: 'brocade.log', vendor: 'Brocade', programs: ['system'], begins: ['PoE: ', 'Interface ', 'port '] },
  { dataset: 'brocade.log', vendor: 'Brocade', programs: ['security'], looks: /^(?:SSH|Telnet|Web|console|startup-config) / },
  { dataset: 'darktrace.audit', vendor: 'Darktrace', programs: ['darktrace_audit'] },
  { dataset: 'darktrace.audit', vendor: 'Darktrace', begins: ['darktrace_audit {'] },
  { dataset: 'darktrace.alert', vendor: 'Darktrace', programs: ['darktrace'] },
  { dataset: 'darktrace.alert', vendor: 'Darktrace', begins: ['darktrace {'] },
  { dataset: 'dell-powerstore.audit', vendor: 'Dell', holds: ['[PowerStore_'] },
  { dataset: 'dell-sonic.log', vendor: 'Dell', programs: ['bgp#*', 'snmp#*', 'swss#*', 'syncd#*', 'teamd#*', 'lldp#*', 'pmon#*'] },
  { dataset: 'kaspersky.endpoint', vendor: 'Kaspersky', programs: ['kes|*'] },
  { dataset: 'kaspersky.endpoint', vendor: 'Kaspersky', holds: [' KES|', '[event@23668 '] },
  { dataset: 'netapp.audit', vendor: 'NetApp', holds: ['[kern_audit'] },
  { dataset: 'netapp.ems', vendor: 'NetApp', id: /^(?:wafl|secd|raid|vserver|sis|monitor|callhome|scsi|disk|nvram)\./ },
  { dataset: 'netapp.ems', vendor: 'NetApp', holds: [']: '], looks: new RegExp(`^\\[[\\w.-]{1,64}:[\\w.]{3,64}:${SEVERITY}\\]: `) },
  { dataset: 'polycom.rprm', vendor: 'Polycom', programs: ['rprm'] },
  { dataset: 'polycom.rprm', vendor: 'Polycom', holds: ['|com.polycom.'] },
  { dataset: 'proofpoint.filter', vendor: 'Proofpoint', programs: ['filter_instance*'], hasPairs: true },
  { dataset: 'proofpoint.mail', vendor: 'Proofpoint', programs: ['sendmail'], host: /^pps/ },
  { dataset: 'qumulo.storage', vendor: 'Qumulo', programs: ['qumulo'] },
  { dataset: 'secureauth.idp', vendor: 'SecureAuth', data: 'SecureAuth@' },
  { dataset: 'bluecoat.proxysg', vendor: 'Broadcom', service: 'proxy', holds: [' cs-method=', 'c-ip='], hasPairs: true },
  { dataset: 'bluecoat.proxysg', vendor: 'Broadcom', service: 'proxy', programs: ['proxysg', 'bluecoat'] },
  { dataset: 'bluecoat.proxysg', vendor: 'Broadcom', service: 'proxy', holds: [' ProxySG - '], looks: /^\S{1,64} \S{1,64} ProxySG - / },
  { dataset: 'vmware.airwatch', vendor: 'VMware', holds: ['AirWatch Syslog Details are as follows'] },
  { dataset: 'vmware.appcontrol', vendor: 'VMware', begins: ['Carbon Black App Control event:'] },
  { dataset: 'stealthintercept.log', vendor: 'Stealthbits', begins: ['StealthINTERCEPT - '], hasPairs: true },
  { dataset: 'stealthintercept.log', vendor: 'Stealthbits', programs: ['stealthintercept'], hasPairs: true },
  { dataset: 'stealthintercept.alerts', vendor: 'Stealthbits', begins: ['NumberOfLogins='], holds: ['AttackedHost='] },
  { dataset: 'tintri.log', vendor: 'Tintri', holds: ['com.tintri.'] },
  { dataset: 'forcepoint.web', vendor: 'Forcepoint', begins: ['vendor=Websense', 'vendor=Forcepoint'], hasPairs: true },
  { dataset: 'juniper-netscreen.firewall', vendor: 'Juniper', holds: ['NetScreen device_id='], hasPairs: true },
  { dataset: 'juniper-netscreen.firewall', vendor: 'Juniper', begins: ['NetScreen '] },
  { dataset: 'clearswift.log', vendor: 'Clearswift', holds: ['[Consolidator]- '] },
  { dataset: 'rsa-securid.admin', vendor: 'RSA', holds: ['audit.admin.'], looks: /^\S+ ?, ?\S+, ?audit\.admin\./ },
  { dataset: 'rsa-securid.runtime', vendor: 'RSA', holds: ['audit.runtime.'], looks: /^\S+ ?, ?\S+, ?audit\.runtime\./ },
  { dataset: 'rsa-securid.system', vendor: 'RSA', holds: ['system.'], looks: /^\S+ ?, ?\S+, ?system\.[\w.]+, ?(?:INFO|WARN|ERROR|FATAL|DEBUG), ?/ },
  {
    dataset: 'aruba.log',
    vendor: 'Aruba',
    holds: ['> <'],
    looks: /^(?:\S{1,64} \w{1,32}\[\d{1,8}\]: )?<\d{5,6}> (?:<\d{1,6}> )?<(?:EMRG|ALRT|CRIT|ERRS|WARN|NOTI|INFO|DBUG)> /,
  },
  { dataset: 'hpe-procurve.log', vendor: 'HPE', holds: ['%%10'], looks: /^ ?(?:\S{1,64} )?(?:\(Stack\) )?%%10[A-Z0-9]+\/\d\/[A-Z0-9_]+/ },
  { dataset: 'hpe-procurve.log', vendor: 'HPE', looks: /^ ?(?:\S{1,64} )?\d{5} [a-z]{2,12}: / },
  { dataset: 'radware.defensepro', vendor: 'Radware', holds: ['M_'], looks: /^(?:\[Device: [^\]]{1,80}\] )?M_\d{5}: / },
  { dataset: 'radware.defensepro', vendor: 'Radware', programs: ['m_*'], looks: /^ ?(?:User |\d+ attacks? |[A-Z])/ },
  { dataset: 'dell-sonic.log', vendor: 'Dell', holds: ['#'], looks: /^ ?\S{1,64} (?:bgp|snmp|swss|syncd|teamd|lldp|pmon)#\w/ },
  { dataset: 'sophos-web.access', vendor: 'Sophos', service: 'proxy', begins: ['h='], looks: /^h=\S+ u="[^"]{0,128}" s=\d+ X=/, hasPairs: true },
];

/** Rows by the program's tag; rows without one are asked of every message that has one of their beginnings, or the first text that they want. */
const BY_PROGRAM = new Map<string, Product[]>();
const BY_PREFIX: (readonly [beginning: string, product: Product])[] = [];
const ANY: Product[] = [];
for (const product of PRODUCTS) {
  if (product.programs === undefined) ANY.push(product);
  for (const name of product.programs ?? []) {
    if (name.endsWith('*')) BY_PREFIX.push([name.slice(0, -1), product]);
    else BY_PROGRAM.set(name, [...(BY_PROGRAM.get(name) ?? []), product]);
  }
}

const ASKED_ALWAYS = Uint8Array.from(ANY, ({ begins, holds }) => (begins === undefined && holds === undefined ? 1 : 0));
const CLUES = new TextIndex(
  ANY.flatMap(({ begins, holds }, mark) => (begins ?? (holds ?? []).slice(0, 1)).map((text) => ({ text, isBeginning: begins !== undefined, mark }))),
);

/** BIND in files of its own: a time, perhaps category and level, then the client. */
const BIND_FILE = /^(?<time>\d\d-[A-Z][a-z]{2}-\d{4} \d\d:\d\d:\d\d\.\d{3}) (?:(?<category>[a-z-]{3,24}): )?(?:(?<level>debug \d|[a-z]{4,8}): )?client /;
const BIND_NAMES = ['isc-bind.queryerror', 'isc-bind.query'];
/** What stands before the client; undefined when the text is no line of BIND's files. */
export const bindHead = ({ text, syslog, json }: RawDocument): Readonly<Record<string, string | undefined>> | undefined =>
  syslog === undefined && json === undefined ? BIND_FILE.exec(text.slice(0, 96))?.groups : undefined;

export function productOf(document: RawDocument): Product | undefined {
  const { text, syslog } = document;
  if (syslog === undefined)
    return bindHead(document) === undefined
      ? undefined
      : PRODUCTS.find(({ dataset, holds }) => BIND_NAMES.includes(dataset) && holds?.every((part) => text.includes(part)) !== false);
  const program = syslog.appName?.toLowerCase();
  const fits = (product: Product): boolean => isOf(product, text, syslog);
  if (program !== undefined) {
    const named = BY_PROGRAM.get(program)?.find(fits) ?? BY_PREFIX.find(([beginning, product]) => program.startsWith(beginning) && fits(product))?.[1];
    if (named !== undefined) return named;
  }
  const marks = ASKED_ALWAYS.slice();
  CLUES.find(text, marks);
  return ANY.find((product, place) => marks[place] === 1 && fits(product));
}

function isOf({ begins, holds, looks, data, id, host }: Product, text: string, syslog: NonNullable<RawDocument['syslog']>): boolean {
  return (
    (begins === undefined || begins.some((beginning) => text.startsWith(beginning))) &&
    (holds === undefined || holds.every((part) => text.includes(part))) &&
    (id === undefined || (syslog.msgId !== null && id.test(syslog.msgId))) &&
    (host === undefined || (syslog.hostname !== null && host.test(syslog.hostname))) &&
    (data === undefined || (syslog.structuredData !== null && [...syslog.structuredData.keys()].some((key) => key.startsWith(data)))) &&
    (looks === undefined || looks.test(text.length > 512 ? text.slice(0, 512) : text))
  );
}
