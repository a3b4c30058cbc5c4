// Events for the stand-in: one every so often, each made from its place in time alone, so that the same moment always holds the same.
import { createHash } from 'node:crypto';

export interface StandInEvent {
  readonly id: string;
  readonly time: string;
  readonly dataset: string;
  readonly sensor: string;
  readonly kind: string;
  readonly category: readonly string[];
  readonly type: readonly string[];
  readonly outcome: string | null;
  readonly action: string | null;
  readonly code: string | null;
  readonly severity: number | null;
  readonly message: string | null;
  readonly host: string | null;
  readonly user: string | null;
  readonly sourceIp: string | null;
  readonly sourcePort: number | null;
  readonly destinationIp: string | null;
  readonly destinationPort: number | null;
  readonly process: string | null;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly native: Readonly<Record<string, unknown>>;
  readonly labels: Readonly<Record<string, string>>;
  readonly provenance: {
    readonly topic: string;
    readonly partition: number;
    readonly offset: number;
    readonly appendedAt: string;
    readonly parser: string;
    readonly parserVersion: number;
  };
  readonly storedAt: string | null;
}

export const TICK_MS = 160; // one event each
export const SENSORS = ['windows', 'zeek', 'suricata', 'cloudtrail', 'syslog'] as const;
export type Sensor = (typeof SENSORS)[number];

const iso = (ms: number, micros = 0): string => `${new Date(ms).toISOString().slice(0, -1)}${String(micros).padStart(3, '0')}Z`;
const hex = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 32);

/** 0 to 1, the same for the same seed. */
export function chance(seed: string | number): number {
  let h = 2_166_136_261;
  for (const char of String(seed)) h = Math.imul(h ^ char.charCodeAt(0), 16_777_619);
  h ^= h >>> 15;
  h = Math.imul(h, 2_246_822_519);
  return ((h ^ (h >>> 13)) >>> 0) / 4_294_967_296;
}
const pick = <T>(from: readonly T[], seed: string | number): T => from[Math.floor(chance(seed) * from.length)] as T;

const HOSTS = ['WORKSTATION5', 'WORKSTATION6', 'MORDORDC', 'FILE01', 'HR-LAPTOP-03'];
const USERS = ['wardog', 'pgustavo', 'sbeavers', 'svc_backup', 'SYSTEM'];
const INSIDE = ['10.0.1.14', '10.0.1.15', '10.0.1.22', '10.0.2.31', '192.168.2.5'];
const OUTSIDE = ['203.0.113.7', '198.51.100.23', '192.0.2.77', '203.0.113.140', '198.51.100.9'];
const NAMES = ['updates.example.com', 'cdn.example.net', 'login.example.org', 'a1b2c3d4.dyn.example', 'mail.example.com'];

type Part = Partial<Omit<StandInEvent, 'id' | 'time' | 'fields'>> & {
  readonly sensor: Sensor;
  readonly dataset: string;
  readonly extra?: Readonly<Record<string, unknown>>;
};
type Make = (tick: number) => Part;

const sysmon = (tick: number, code: string, action: string, extra: Record<string, unknown>, native: Record<string, unknown>): Part => {
  const host = pick(HOSTS, `h${tick}`);
  const user = pick(USERS, `u${tick}`);
  return {
    sensor: 'windows',
    dataset: 'windows.sysmon',
    code,
    action,
    host: `${host}.theshire.local`,
    user,
    category: ['process'],
    type: ['start'],
    extra: { 'user.domain': 'THESHIRE', 'event.provider': 'Microsoft-Windows-Sysmon', ...extra },
    native: {
      Channel: 'Microsoft-Windows-Sysmon/Operational',
      EventID: Number(code),
      Computer: `${host}.theshire.local`,
      User: `THESHIRE\\${user}`,
      ...native,
    },
  };
};

const TEMPLATES: readonly Make[] = [
  (tick) => {
    const [image, line] = pick(
      [
        ['C:\\Windows\\System32\\svchost.exe', 'svchost.exe -k netsvcs -p -s Schedule'],
        ['C:\\Windows\\System32\\cmd.exe', 'cmd.exe /c whoami /groups'],
        ['C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe', 'powershell.exe -NoP -W Hidden -Enc SQBFAFgA'],
        ['C:\\Program Files\\Editor\\editor.exe', 'editor.exe --type=renderer'],
      ] as const,
      `p${tick}`,
    );
    const part = sysmon(
      tick,
      '1',
      'Process Create',
      { 'process.executable': image, 'process.command_line': line, 'process.pid': 1000 + (tick % 8000), 'process.parent.name': 'explorer.exe' },
      { Image: image, CommandLine: line, ParentImage: 'C:\\Windows\\explorer.exe', ProcessId: 1000 + (tick % 8000) },
    );
    return { ...part, process: image.slice(image.lastIndexOf('\\') + 1), message: `Process created: ${line}` };
  },
  (tick) => ({
    ...sysmon(tick, '3', 'Network connection', { 'network.transport': 'tcp' }, { Image: 'C:\\Windows\\System32\\svchost.exe', Initiated: true }),
    process: 'svchost.exe',
    category: ['network'],
    type: ['connection'],
    sourceIp: pick(INSIDE, tick),
    sourcePort: 49_000 + (tick % 900),
    destinationIp: pick(OUTSIDE, `d${tick}`),
    destinationPort: 443,
  }),
  (tick) => ({
    ...sysmon(
      tick,
      '10',
      'Process accessed',
      { 'process.executable': 'C:\\Windows\\System32\\svchost.exe' },
      { SourceImage: 'C:\\Windows\\System32\\svchost.exe', TargetImage: 'C:\\Windows\\System32\\services.exe', GrantedAccess: '0x1000' },
    ),
    process: 'svchost.exe',
  }),
  (tick) => ({
    ...sysmon(
      tick,
      '13',
      'Registry value set',
      { 'registry.path': 'HKLM\\SYSTEM\\CurrentControlSet\\Services\\bam\\State' },
      { TargetObject: 'HKLM\\SYSTEM\\CurrentControlSet\\Services\\bam\\State', Details: 'Binary Data' },
    ),
    category: ['registry'],
    type: ['change'],
    process: 'services.exe',
  }),
  (tick) => {
    const isFailure = tick % 5 === 0;
    const host = pick(HOSTS, `h${tick}`);
    return {
      sensor: 'windows',
      dataset: 'windows.security',
      code: isFailure ? '4625' : '4624',
      action: isFailure ? 'logon-failed' : 'logged-in',
      outcome: isFailure ? 'failure' : 'success',
      category: ['authentication'],
      type: ['start'],
      host: `${host}.theshire.local`,
      user: pick(USERS, `u${tick}`),
      sourceIp: pick(INSIDE, tick),
      sourcePort: 50_000 + (tick % 999),
      message: isFailure ? 'An account failed to log on.' : 'An account was successfully logged on.',
      extra: { 'event.provider': 'Microsoft-Windows-Security-Auditing' },
      native: { Channel: 'Security', EventID: isFailure ? 4625 : 4624, LogonType: 3, TargetUserName: pick(USERS, `u${tick}`), Hostname: host },
    };
  },
  (tick) => ({
    sensor: 'zeek',
    dataset: 'zeek.conn',
    category: ['network'],
    type: ['connection', 'end'],
    sourceIp: pick(INSIDE, tick),
    sourcePort: 40_000 + (tick % 9999),
    destinationIp: pick([...OUTSIDE, ...INSIDE], `d${tick}`),
    destinationPort: pick([443, 80, 445, 53, 3389], `p${tick}`),
    extra: {
      'network.transport': 'tcp',
      'network.community_id': `1:${hex(`c${tick}`).slice(0, 24)}=`,
      'source.bytes': 400 + (tick % 5000),
      'destination.bytes': 900 + (tick % 90_000),
    },
    native: {
      uid: `C${hex(`z${tick}`).slice(0, 16)}`,
      proto: 'tcp',
      conn_state: 'SF',
      orig_bytes: 400 + (tick % 5000),
      resp_bytes: 900 + (tick % 90_000),
      duration: (tick % 300) / 10,
    },
  }),
  (tick) => ({
    sensor: 'zeek',
    dataset: 'zeek.dns',
    category: ['network'],
    type: ['protocol'],
    sourceIp: pick(INSIDE, tick),
    sourcePort: 50_000 + (tick % 9999),
    destinationIp: '10.0.0.4',
    destinationPort: 53,
    message: null,
    action: `dns ${pick(NAMES, tick)}`,
    extra: { 'dns.question.name': pick(NAMES, tick), 'dns.question.type': 'A', 'dns.response_code': 'NOERROR' },
    native: { query: pick(NAMES, tick), qtype_name: 'A', rcode_name: 'NOERROR', answers: [pick(OUTSIDE, tick)] },
  }),
  (tick) => ({
    sensor: 'zeek',
    dataset: 'zeek.ssl',
    category: ['network'],
    type: ['connection'],
    sourceIp: pick(INSIDE, tick),
    sourcePort: 51_000 + (tick % 9999),
    destinationIp: pick(OUTSIDE, tick),
    destinationPort: 443,
    action: `tls ${pick(NAMES, tick)}`,
    extra: { 'tls.version': '1.3', 'tls.client.server_name': pick(NAMES, tick), 'tls.client.ja3': hex(`j${tick % 7}`) },
    native: { version: 'TLSv13', server_name: pick(NAMES, tick), established: true },
  }),
  (tick) => ({
    sensor: 'suricata',
    dataset: 'suricata.flow',
    category: ['network'],
    type: ['connection'],
    sourceIp: pick(INSIDE, tick),
    sourcePort: 42_000 + (tick % 9999),
    destinationIp: pick(OUTSIDE, tick),
    destinationPort: 443,
    action: 'flow closed',
    extra: { 'network.protocol': 'tls' },
    native: { event_type: 'flow', proto: 'TCP', flow: { pkts_toserver: tick % 90, state: 'closed' } },
  }),
  (tick) =>
    tick % 3 === 0
      ? {
          sensor: 'suricata',
          dataset: 'suricata.alert',
          kind: 'alert',
          severity: 66,
          category: ['intrusion_detection'],
          type: ['info'],
          sourceIp: pick(OUTSIDE, tick),
          sourcePort: 1024 + (tick % 60_000),
          destinationIp: pick(INSIDE, tick),
          destinationPort: 445,
          message: 'Possible SMB exploitation attempt',
          extra: { 'rule.id': '2024217', 'rule.name': 'Possible SMB exploitation attempt' },
          native: { event_type: 'alert', alert: { signature_id: 2024217, signature: 'Possible SMB exploitation attempt', severity: 1 } },
        }
      : {
          sensor: 'suricata',
          dataset: 'suricata.dns',
          category: ['network'],
          type: ['protocol'],
          sourceIp: pick(INSIDE, tick),
          sourcePort: 53_000,
          destinationIp: '10.0.0.4',
          destinationPort: 53,
          action: `query ${pick(NAMES, `s${tick}`)}`,
          extra: { 'dns.question.name': pick(NAMES, `s${tick}`) },
          native: { event_type: 'dns', dns: { type: 'query', rrname: pick(NAMES, `s${tick}`) } },
        },
  (tick) => ({
    sensor: 'cloudtrail',
    dataset: 'aws.cloudtrail',
    category: ['iam'],
    type: ['info'],
    outcome: tick % 11 === 0 ? 'failure' : 'success',
    action: pick(['DescribeInstances', 'GetObject', 'AssumeRole', 'ListBuckets', 'GetSecretValue'], tick),
    user: pick(['deploy', 'audit-role', 'benjamin'], tick),
    sourceIp: pick(OUTSIDE, tick),
    extra: { 'cloud.provider': 'aws', 'cloud.region': 'us-east-1', 'cloud.account.id': '111111111111', 'user_agent.original': 'aws-cli/2.17' },
    native: {
      eventVersion: '1.08',
      eventSource: 'ec2.amazonaws.com',
      eventName: pick(['DescribeInstances', 'GetObject', 'AssumeRole', 'ListBuckets', 'GetSecretValue'], tick),
      awsRegion: 'us-east-1',
    },
  }),
  (tick) => ({
    sensor: 'syslog',
    dataset: 'syslog',
    category: ['authentication'],
    type: ['info'],
    host: pick(['bastion01', 'web02'], tick),
    process: 'sshd',
    message: pick(
      [
        'Accepted publickey for deploy from 10.0.1.14 port 50112 ssh2',
        'Failed password for invalid user admin from 203.0.113.7 port 40122 ssh2',
        'Connection closed by authenticating user root 198.51.100.23',
      ],
      tick,
    ),
    extra: { 'process.pid': 700 + (tick % 99) },
    native: { raw: '<38>1 sshd', appname: 'sshd', facility: 4 },
  }),
];

/** Which sensor speaks how often. */
const WEIGHTS: readonly number[] = [0, 0, 1, 2, 3, 4, 5, 5, 5, 6, 6, 7, 8, 8, 9, 10, 11];

/** @param isStored False in the tail, where nothing is stored yet. */
export function eventAt(tick: number, isStored = true): StandInEvent {
  const make = TEMPLATES[pick(WEIGHTS, `t${tick}`)] ?? TEMPLATES[0];
  return finish((make as Make)(tick), tick * TICK_MS, Math.floor(chance(`m${tick}`) * 1000), tick, isStored);
}

/** An event of its own, outside of the stream: what an alert rests on. */
export function madeEvent(part: Part, ms: number, seed: number): StandInEvent {
  return finish(part, ms, Math.floor(chance(`a${seed}`) * 1000), seed, true);
}

function finish(part: Part, ms: number, micros: number, seed: number, isStored: boolean): StandInEvent {
  const { extra = {}, ...given } = part;
  const time = iso(ms, micros);
  const event = {
    kind: 'event',
    category: [],
    type: [],
    outcome: null,
    action: null,
    code: null,
    severity: null,
    message: null,
    host: null,
    user: null,
    sourceIp: null,
    sourcePort: null,
    destinationIp: null,
    destinationPort: null,
    process: null,
    native: {},
    ...given,
  };
  const known: Record<string, unknown> = {
    '@timestamp': time,
    'event.dataset': event.dataset,
    'event.kind': event.kind,
    'event.category': event.category,
    'event.type': event.type,
    'event.outcome': event.outcome,
    'event.action': event.action,
    'event.code': event.code,
    'event.severity': event.severity,
    message: event.message,
    'observer.name': event.sensor,
    'host.name': event.host,
    'user.name': event.user,
    'source.ip': event.sourceIp,
    'source.port': event.sourcePort,
    'destination.ip': event.destinationIp,
    'destination.port': event.destinationPort,
    'process.name': event.process,
    ...extra,
    'related.ip': [event.sourceIp, event.destinationIp].filter((ip) => ip !== null),
    'related.user': event.user === null ? [] : [event.user],
    'related.hosts': event.host === null ? [] : [event.host],
    ...(event.destinationIp !== null && OUTSIDE.includes(event.destinationIp)
      ? {
          'destination.geo.country_iso_code': 'NL',
          'destination.geo.country_name': 'Netherlands',
          'destination.as.number': 64_500,
          'destination.as.organization.name': 'Example Transit',
        }
      : {}),
    ...(event.sourceIp !== null && INSIDE.includes(event.sourceIp) ? { 'goshawk.source.zone': 'office' } : {}),
    ...(event.host?.startsWith('WORKSTATION') === true
      ? { 'goshawk.host.asset.name': event.host.split('.')[0], 'goshawk.host.asset.owner': 'Field engineering', 'goshawk.host.asset.criticality': 2 }
      : {}),
  };
  return {
    ...event,
    id: `${ms * 1000 + micros}-${hex(`${seed} ${ms}`)}`,
    time,
    fields: Object.fromEntries(Object.entries(known).filter(([, value]) => value !== null && !(Array.isArray(value) && value.length === 0))),
    native: { ...event.native, ts: time },
    labels: { sample: 'true' },
    provenance: {
      topic: `raw.default.${event.sensor}`,
      partition: seed % 4,
      offset: 90_000 + Math.abs(seed % 1_000_000),
      appendedAt: iso(ms + 320, micros),
      parser: event.dataset,
      parserVersion: 3,
    },
    storedAt: isStored ? iso(ms + 740, micros) : null,
  };
}

/** Events a sensor sends in one bar, without making each of them. */
export function countIn(sensor: Sensor, startMs: number, barMs: number): number {
  const base = { windows: 132, zeek: 88, suricata: 41, cloudtrail: 9, syslog: 17 }[sensor];
  const wave = 1 + 0.22 * Math.sin(startMs / 97_000 + base) + 0.1 * Math.sin(startMs / 23_000 + 2 * base);
  const burst = sensor === 'suricata' && Math.floor(startMs / 240_000) % 3 === 0 ? 1.7 : 1;
  return Math.round(base * wave * burst * (0.94 + 0.12 * chance(`${sensor}${Math.floor(startMs / barMs)}`)) * (barMs / 1000));
}

export const DATASETS: Readonly<Record<Sensor, readonly (readonly [dataset: string, share: number])[]>> = {
  windows: [
    ['windows.sysmon', 0.72],
    ['windows.security', 0.28],
  ],
  zeek: [
    ['zeek.conn', 0.5],
    ['zeek.dns', 0.34],
    ['zeek.ssl', 0.16],
  ],
  suricata: [
    ['suricata.flow', 0.5],
    ['suricata.dns', 0.34],
    ['suricata.alert', 0.16],
  ],
  cloudtrail: [['aws.cloudtrail', 1]],
  syslog: [['syslog', 1]],
};
