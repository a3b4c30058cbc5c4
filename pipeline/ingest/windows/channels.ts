// Which Sigma log sources a Windows event belongs to: services by channel, categories by event id (tests/thor.yml of SigmaHQ/sigma).
import type { Draft } from '../kit.ts';
import { table } from '../kit.ts';

const CHANNELS = table({
  Security: 'security',
  System: 'system',
  Application: 'application',
  'Microsoft-Windows-Sysmon/Operational': 'sysmon',
  'Microsoft-Windows-PowerShell/Operational': 'powershell',
  'PowerShellCore/Operational': 'powershell',
  'Windows PowerShell': 'powershell-classic',
  'Microsoft-Windows-TaskScheduler/Operational': 'taskscheduler',
  'Microsoft-Windows-WMI-Activity/Operational': 'wmi',
  'Microsoft-Windows-Windows Defender/Operational': 'windefend',
  'Microsoft-Windows-Windows Firewall With Advanced Security/Firewall': 'firewall-as',
  'Microsoft-Windows-NTLM/Operational': 'ntlm',
  'Microsoft-Windows-DHCP-Server/Operational': 'dhcp',
  'DNS Server': 'dns-server',
  'Microsoft-Windows-DNS-Server/Analytical': 'dns-server-analytic',
  'Microsoft-Windows-DNS-Server/Audit': 'dns-server-audit',
  'Microsoft-Windows-DNS Client Events/Operational': 'dns-client',
  'Microsoft-Windows-DNS-Client/Operational': 'dns-client',
  'Microsoft-Windows-DriverFrameworks-UserMode/Operational': 'driver-framework',
  'Microsoft-Windows-PrintService/Admin': 'printservice-admin',
  'Microsoft-Windows-PrintService/Operational': 'printservice-operational',
  'Microsoft-Windows-SmbClient/Security': 'smbclient-security',
  'Microsoft-Windows-SmbClient/Connectivity': 'smbclient-connectivity',
  'Microsoft-Windows-SMBServer/Connectivity': 'smbserver-connectivity',
  'Microsoft-Windows-TerminalServices-LocalSessionManager/Operational': 'terminalservices-localsessionmanager',
  'Microsoft-Windows-CodeIntegrity/Operational': 'codeintegrity-operational',
  'Microsoft-Windows-AppLocker/MSI and Script': 'applocker',
  'Microsoft-Windows-AppLocker/EXE and DLL': 'applocker',
  'Microsoft-Windows-AppLocker/Packaged app-Deployment': 'applocker',
  'Microsoft-Windows-AppLocker/Packaged app-Execution': 'applocker',
  'MSExchange Management': 'msexchange-management',
  'Microsoft-Windows-Bits-Client/Operational': 'bits-client',
  'Microsoft-Windows-Security-Mitigations/Kernel Mode': 'security-mitigations',
  'Microsoft-Windows-Security-Mitigations/User Mode': 'security-mitigations',
  'Microsoft-Windows-Diagnosis-Scripted/Operational': 'diagnosis-scripted',
  'Microsoft-Windows-Shell-Core/Operational': 'shell-core',
  'OpenSSH/Operational': 'openssh',
  'Microsoft-Windows-LDAP-Client/Debug': 'ldap',
  'Microsoft-Windows-BitLocker/BitLocker Management': 'bitlocker',
  'Microsoft-Windows-VHDMP/Operational': 'vhdmp',
  'Microsoft-Windows-VHDMP-Operational': 'vhdmp',
  'Microsoft-Windows-AppXDeploymentServer/Operational': 'appxdeployment-server',
  'Microsoft-Windows-AppXDeployment-Server/Operational': 'appxdeployment-server',
  'Microsoft-Windows-AppXDeploymentServer-Operational': 'appxdeployment-server',
  'Microsoft-Windows-AppxPackaging/Operational': 'appxpackaging-om',
  'Microsoft-Windows-AppModel-Runtime/Admin': 'appmodel-runtime',
  'Microsoft-Windows-LSA/Operational': 'lsa-server',
  'Microsoft-Windows-CAPI2/Operational': 'capi2',
  'Microsoft-Windows-CertificateServicesClient-Lifecycle-System/Operational': 'certificateservicesclient-lifecycle-system',
  'Microsoft-Windows-Kernel-ShimEngine/Operational': 'kernel-shimengine',
  'Microsoft-Windows-Kernel-ShimEngine/Diagnostic': 'kernel-shimengine',
  'Microsoft-Windows-Application-Experience/Program-Telemetry': 'application-experience',
  'Microsoft-Windows-Application-Experience/Program-Compatibility-Assistant': 'application-experience',
  'Microsoft-Windows-Ntfs/Operational': 'ntfs',
  'Microsoft-Windows-Hyper-V-Worker': 'hyper-v-worker',
  'Microsoft-Windows-Kernel-EventTracing': 'kernel-event-tracing',
  'Microsoft-Windows-SENSE/Operational': 'sense',
  'Microsoft-ServiceBus-Client/Admin': 'servicebus-client',
  'Microsoft-ServiceBus-Client/Operational': 'servicebus-client',
  'Microsoft-IIS-Configuration/Operational': 'iis-configuration',
});

/** By `service/event id`. */
const CATEGORIES = table<readonly string[]>({
  'sysmon/1': ['process_creation'],
  'sysmon/2': ['file_change'],
  'sysmon/3': ['network_connection'],
  'sysmon/4': ['sysmon_status'],
  'sysmon/5': ['process_termination'],
  'sysmon/6': ['driver_load'],
  'sysmon/7': ['image_load'],
  'sysmon/8': ['create_remote_thread'],
  'sysmon/9': ['raw_access_thread'],
  'sysmon/10': ['process_access'],
  'sysmon/11': ['file_event'],
  'sysmon/12': ['registry_event', 'registry_add', 'registry_delete'],
  'sysmon/13': ['registry_event', 'registry_set'],
  'sysmon/14': ['registry_event', 'registry_rename'],
  'sysmon/15': ['create_stream_hash'],
  'sysmon/16': ['sysmon_status'],
  'sysmon/17': ['pipe_created'],
  'sysmon/18': ['pipe_created'],
  'sysmon/19': ['wmi_event'],
  'sysmon/20': ['wmi_event'],
  'sysmon/21': ['wmi_event'],
  'sysmon/22': ['dns_query'],
  'sysmon/23': ['file_delete'],
  'sysmon/24': ['clipboard_change'],
  'sysmon/25': ['process_tampering'],
  'sysmon/26': ['file_delete_detected'],
  'sysmon/27': ['file_block_executable'],
  'sysmon/28': ['file_block_shredding'],
  'sysmon/29': ['file_executable_detected'],
  'sysmon/255': ['sysmon_error'],
  'security/4688': ['process_creation'],
  'powershell/4103': ['ps_module'],
  'powershell/4104': ['ps_script'],
  'powershell-classic/400': ['ps_classic_start'],
  'powershell-classic/600': ['ps_classic_provider_start'],
  'powershell-classic/800': ['ps_classic_script'],
  ...Object.fromEntries([1006, 1007, 1008, 1009, 1010, 1011, 1012, 1017, 1018, 1019, 1115, 1116].map((id) => [`windefend/${id}`, ['antivirus']])),
});

/** What follows from the channel and the event id. */
export interface Place {
  readonly product: 'windows' | 'linux';
  readonly service: string | undefined;
  readonly dataset: string;
  readonly logsource: Draft['logsource'];
}

/** Sysmon for Linux has the same events. */
const LINUX_SYSMON = 'Linux-Sysmon/Operational';

const NONE: readonly string[] = [];
const places = new Map<string, Map<string, Place>>();
const OTHER: Place = { product: 'windows', service: undefined, dataset: 'windows.other', logsource: { category: NONE, service: NONE } };

/** Channels that no rule set knows share the dataset `windows.other`: datasets are a closed set. */
export function placeOf(channel: string, eventId: string): Place {
  const isLinux = channel === LINUX_SYSMON;
  const service = isLinux ? 'sysmon' : CHANNELS.get(channel);
  if (service === undefined) return OTHER;
  const key = isLinux ? channel : service;
  let byId = places.get(key);
  if (byId === undefined) places.set(key, (byId = new Map()));
  const category = CATEGORIES.get(`${service}/${eventId}`);
  const id = category === undefined ? '' : eventId;
  let place = byId.get(id);
  if (place === undefined) {
    const product = isLinux ? 'linux' : 'windows';
    place = { product, service, dataset: `${product}.${service}`, logsource: { category: category ?? NONE, service: [service] } };
    byId.set(id, place);
  }
  return place;
}
