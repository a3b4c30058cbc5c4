// What the sensor's events mean, by name: there are about a thousand, in families.
export interface EventKind {
  readonly category: readonly string[];
  readonly type: readonly string[];
  /** What hashes and file names of the event are of. */
  readonly object: 'process' | 'file' | 'logon' | 'other';
}
const kind = (category: string, type: readonly string[], object: EventKind['object'] = 'other'): EventKind => ({ category: [category], type, object });

/** The first that fits counts. */
const FAMILIES: readonly (readonly [RegExp, EventKind])[] = [
  [/^(?:Synthetic)?ProcessRollup\d*|^ProcessBlocked|^CreateProcess/, kind('process', ['start'], 'process')],
  [/^EndOfProcess|^Terminate|ProcessTerminated/, kind('process', ['end'], 'process')],
  [/^CommandHistory|^ScriptControl|^Script/, kind('process', ['info'], 'process')],
  [/^(?:DnsRequest|SuspiciousDnsRequest|DnsResponse)/, kind('network', ['protocol', 'info'])],
  [/^Network(?:Connect|ReceiveAccept)|^Sensitive.*Connect|^RawBind/, kind('network', ['connection', 'start'])],
  [/^NetworkClose|^NetworkListen|^Http|^Smb|^Firewall/, kind('network', ['connection'])],
  [/^UserLogonFailed|^UserLogon|^UserIdentity|^SsoUserLogon|^ActiveDirectory.*Auth/, kind('authentication', ['start'], 'logon')],
  [/^UserLogoff/, kind('authentication', ['end'], 'logon')],
  [/^User(?:Account)?(?:Created|Added)/, kind('iam', ['user', 'creation'])],
  [/^UserAccountDeleted/, kind('iam', ['user', 'deletion'])],
  [/^User(?:Account|.*Group)/, kind('iam', ['user', 'change'])],
  [/FileDelete|Unlink/, kind('file', ['deletion'], 'file')],
  [/(?:File|Directory)(?:Created?|Written)|Written$/, kind('file', ['creation'], 'file')],
  [/File(?:Rename|Open|Accessed|Modified|SetInfo)|NewExecutableRenamed/, kind('file', ['change'], 'file')],
  [/^(?:Asep|Reg)/, kind('registry', ['change'])],
  [/Module(?:Load|Unload)|ImageLoad|ImageHash/, kind('library', ['start'], 'file')],
  [/Driver/, kind('driver', ['start'], 'file')],
  [/Service(?:Started|Stopped)|^HostedService/, kind('process', ['info'], 'process')],
  [/ScheduledTask|Config(?:State|uration)|^Service|Policy/, kind('configuration', ['change'])],
  [/^(?:Agent|Sensor|SystemCapacity|OsVersion|Host|Neighbor|Local|Current|Network|LightningLatency|ChannelVersion)/, kind('host', ['info'])],
  [/Detection|Injected|Malware|Quarantine|Ransom/, kind('intrusion_detection', ['info'], 'process')],
];
const OTHER = kind('host', ['info']);
const known = new Map<string, EventKind>();

/** @param name `event_simpleName`. */
export function kindOfEvent(name: string): EventKind {
  let found = known.get(name);
  if (found === undefined) {
    found = FAMILIES.find(([pattern]) => pattern.test(name))?.[1] ?? OTHER;
    if (known.size > 5000) known.clear(); // names come from input
    known.set(name, found);
  }
  return found;
}
