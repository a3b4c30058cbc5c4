// Alerts for the stand-in: some stories told by hand, then older ones in number.
import { createHash } from 'node:crypto';
import { chance, madeEvent, type StandInEvent } from './stand-in-events.ts';

type Severity = 'informational' | 'low' | 'medium' | 'high' | 'critical';
type Status = 'open' | 'acknowledged' | 'closed';

interface Rule {
  readonly id: string;
  readonly title: string;
  readonly severity: Severity;
  readonly version: string;
  readonly tags: readonly string[];
  readonly description: string | null;
  readonly author: string | null;
  readonly license: string | null;
  readonly reference: string | null;
}
export interface StandInFinding {
  readonly id: string;
  readonly time: string;
  readonly lastTime: string;
  readonly kind: string;
  readonly rule: Rule;
  readonly severity: Severity;
  readonly status: string;
  readonly entities: readonly { type: string; value: string }[];
  readonly matchedFields: readonly { name: string; value: string }[];
  readonly events: readonly Reference[];
  readonly eventCount: number;
  readonly supersedes: string | null;
  readonly reason: string | null;
  readonly revision: number;
  readonly isWithdrawn: boolean;
}
interface Contribution {
  readonly time: string;
  readonly lastTime: string;
  readonly eventCount: number;
}
interface LateRevision {
  readonly revision: number;
  readonly findingId: string;
  readonly ruleId: string;
  readonly change: { readonly code: string; readonly event: Reference; readonly before: Contribution | null; readonly after: Contribution | null };
}
interface Reference {
  readonly id: string;
  readonly time: string;
  readonly dataset: string;
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly event: StandInEvent | null;
}
interface StandInNote {
  readonly id: string;
  readonly at: string;
  readonly by: string;
  readonly text: string;
  readonly revision: number;
  readonly editedAt: string | null;
  readonly before: readonly { readonly at: string; readonly text: string }[];
}
export interface StandInAlert {
  id: string;
  revision: number;
  time: string;
  lastTime: string;
  title: string;
  severity: Severity;
  score: number;
  status: Status;
  verdict: string | null;
  assignee: string | null;
  verdictReason: string | null;
  labels: readonly string[];
  workRevision: number;
  changeId: string | null;
  notes: StandInNote[];
  history: object[];
  rules: readonly Rule[];
  tags: readonly string[];
  entities: readonly { type: string; value: string }[];
  findings: readonly StandInFinding[];
  findingCount: number;
  events: readonly Reference[];
  eventCount: number;
  reason: string;
  changes: readonly LateRevision[];
  storedAt: string;
  changedAt: number;
}

const hash = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 32);
const uuid = (text: string): string => hash(text).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, '$1-$2-$3-$4-$5');

const rule = (title: string, severity: Severity, tags: readonly string[], description: string, author = 'Marisol Okafor'): Rule => ({
  id: uuid(title),
  title,
  severity,
  version: hash(`v ${title}`).slice(0, 16),
  tags,
  description,
  author,
  license: 'Detection Rule License (DRL) 1.1',
  reference: `https://rules.example.org/windows/${title.toLowerCase().replaceAll(/[^a-z]+/g, '-')}`,
});

const RULES = {
  comsvcs: rule(
    'Process Dump via Comsvcs.dll',
    'critical',
    ['attack.credential_access', 'attack.t1003.001'],
    'Detects rundll32 calling the MiniDump export of comsvcs.dll, which writes the memory of any process, most often LSASS, to a file.',
  ),
  lsass: rule(
    'LSASS Access from Non System Account',
    'high',
    ['attack.credential_access', 'attack.t1003.001'],
    'Detects a handle to LSASS with rights to read its memory, from an account that is not one of the system.',
  ),
  encoded: rule(
    'PowerShell with Hidden Window and Encoded Command',
    'medium',
    ['attack.execution', 'attack.t1059.001'],
    'Detects PowerShell started so that nobody sees it, with a command that nobody can read.',
    'Tomas Hrdlicka',
  ),
  zerologon: rule(
    'Netlogon Secure Channel Reset, CVE-2020-1472',
    'critical',
    ['attack.lateral_movement', 'attack.t1210', 'cve.2020.1472'],
    'Detects an unauthenticated NetrServerAuthenticate2 with a zero credential against a domain controller.',
    'Priya Raman',
  ),
  spray: rule(
    'Many Accounts Failed from One Address',
    'high',
    ['attack.credential_access', 'attack.t1110.003'],
    'More than ten accounts failed to log on from one address within five minutes.',
    'Priya Raman',
  ),
  kerberoast: rule(
    'Kerberos Service Ticket with RC4',
    'medium',
    ['attack.credential_access', 'attack.t1558.003'],
    'Detects service tickets asked for with RC4 where the domain offers AES.',
  ),
  sam: rule('Copy of SAM with Esentutl', 'high', ['attack.credential_access', 'attack.t1003.002'], 'Detects esentutl copying the SAM hive from a shadow copy.'),
  firewall: rule(
    'Firewall Port Opened with Netsh',
    'low',
    ['attack.defense_evasion', 'attack.t1562.004'],
    'Detects a rule of the host firewall that opens a port, added with netsh.',
    'Tomas Hrdlicka',
  ),
  secrets: rule(
    'Many Secrets Read by One Principal',
    'high',
    ['attack.credential_access', 'attack.t1555.006'],
    'A principal read more than twenty secrets in ten minutes and had never read one before.',
    'Ines Caldeira',
  ),
  smb: rule(
    'SMB Exploitation Attempt Seen by the Sensor',
    'medium',
    ['attack.lateral_movement', 'attack.t1210'],
    'Passes on the sensor’s own alert where the target is a host that answers on SMB.',
    'Ines Caldeira',
  ),
  beacon: rule(
    'Regular Connections to a Rare Destination',
    'medium',
    ['attack.command_and_control', 'attack.t1071.001'],
    'Connections at nearly equal intervals to a name that few hosts ask for.',
    'Ines Caldeira',
  ),
  account: rule('New Local Administrator', 'medium', ['attack.persistence', 'attack.t1136.001'], 'Detects an account added to the local administrators.'),
  whoami: rule('Whoami Run with Privileges Listed', 'low', ['attack.discovery', 'attack.t1033'], 'Detects whoami /priv or /groups.', 'Tomas Hrdlicka'),
  console: rule(
    'Console Sign-in without MFA',
    'informational',
    ['attack.initial_access', 'attack.t1078.004'],
    'A person signed in to the console without a second factor.',
    'Ines Caldeira',
  ),
} as const;
type RuleName = keyof typeof RULES;

interface Story {
  readonly title?: string;
  readonly rules: readonly RuleName[];
  readonly minutesAgo: number;
  readonly lastsSeconds: number;
  readonly events: number;
  readonly host?: string;
  readonly user?: string;
  readonly address?: string;
  readonly score: number;
  readonly status?: Status;
  readonly assignee?: string;
  readonly verdict?: string;
  readonly notes?: readonly (readonly [minutesAgo: number, by: string, text: string])[];
  readonly reason?: string;
  readonly sensor?: 'windows' | 'zeek' | 'suricata' | 'cloudtrail';
}

const STORIES: readonly Story[] = [
  {
    rules: ['comsvcs', 'lsass', 'encoded'],
    minutesAgo: 2,
    lastsSeconds: 69,
    events: 9,
    host: 'WORKSTATION5.theshire.local',
    user: 'wardog',
    score: 94,
    reason: 'A third rule met an event of the same host and user; severity rose from high to critical.',
  },
  { rules: ['zerologon'], minutesAgo: 6, lastsSeconds: 4, events: 3, host: 'MORDORDC.theshire.local', address: '10.0.1.22', score: 91, sensor: 'zeek' },
  {
    rules: ['spray'],
    minutesAgo: 9,
    lastsSeconds: 214,
    events: 1204,
    address: '203.0.113.7',
    host: 'FILE01.theshire.local',
    score: 72,
    reason: 'A late event joined within the allowed lateness; the count rose from 1,198 to 1,204.',
  },
  { rules: ['sam', 'whoami'], minutesAgo: 14, lastsSeconds: 31, events: 5, host: 'WORKSTATION6.theshire.local', user: 'pgustavo', score: 70 },
  { rules: ['secrets'], minutesAgo: 17, lastsSeconds: 522, events: 47, user: 'audit-role', address: '198.51.100.23', score: 68, sensor: 'cloudtrail' },
  {
    rules: ['beacon'],
    minutesAgo: 21,
    lastsSeconds: 3300,
    events: 61,
    address: '10.0.2.31',
    host: 'HR-LAPTOP-03',
    score: 55,
    sensor: 'zeek',
    status: 'acknowledged',
    assignee: 'noor',
  },
  { rules: ['kerberoast'], minutesAgo: 25, lastsSeconds: 12, events: 4, host: 'MORDORDC.theshire.local', user: 'sbeavers', score: 51 },
  { rules: ['smb'], minutesAgo: 28, lastsSeconds: 40, events: 12, address: '198.51.100.9', host: 'FILE01.theshire.local', score: 47, sensor: 'suricata' },
  {
    rules: ['encoded', 'whoami'],
    minutesAgo: 33,
    lastsSeconds: 18,
    events: 3,
    host: 'HR-LAPTOP-03',
    user: 'sbeavers',
    score: 44,
    status: 'acknowledged',
    assignee: 'admin',
    notes: [[21, 'admin', 'Spoke to sbeavers: does not know the script. Waiting for the image of the disk.']],
  },
  { rules: ['account'], minutesAgo: 41, lastsSeconds: 2, events: 2, host: 'FILE01.theshire.local', user: 'svc_backup', score: 42 },
  { rules: ['firewall'], minutesAgo: 48, lastsSeconds: 1, events: 1, host: 'WORKSTATION6.theshire.local', user: 'pgustavo', score: 21 },
  { rules: ['whoami'], minutesAgo: 55, lastsSeconds: 0, events: 1, host: 'WORKSTATION5.theshire.local', user: 'wardog', score: 18 },
  { rules: ['console'], minutesAgo: 63, lastsSeconds: 0, events: 1, user: 'benjamin', address: '192.0.2.77', score: 8, sensor: 'cloudtrail' },
  { rules: ['firewall'], minutesAgo: 71, lastsSeconds: 5, events: 2, host: 'HR-LAPTOP-03', user: 'SYSTEM', score: 19 },
  {
    rules: ['lsass'],
    minutesAgo: 88,
    lastsSeconds: 3,
    events: 2,
    host: 'WORKSTATION6.theshire.local',
    user: 'SYSTEM',
    score: 61,
    status: 'closed',
    verdict: 'benign',
    assignee: 'noor',
    notes: [[80, 'noor', 'The backup agent reads LSASS at each start. Allowed.']],
  },
];
const OLDER = 185;

const FACTS: Partial<Record<RuleName, readonly (readonly [string, string])[]>> = {
  comsvcs: [
    ['Image', 'C:\\Windows\\System32\\rundll32.exe'],
    ['CommandLine', 'rundll32.exe C:\\Windows\\System32\\comsvcs.dll, MiniDump 624 C:\\Temp\\lsass.dmp full'],
  ],
  lsass: [
    ['TargetImage', 'C:\\Windows\\System32\\lsass.exe'],
    ['GrantedAccess', '0x1fffff'],
  ],
  encoded: [['CommandLine', 'powershell.exe -NoP -W Hidden -Enc SQBFAFgAIAAoAE4AZQB3AC0ATwBiAGoAZQBjAHQAIABOAGUAdAAuAFcAZQBiAEMAbABpAGUAbgB0ACkA']],
  spray: [
    ['source.ip', '203.0.113.7'],
    ['value_count(user.name)', '37'],
  ],
  sam: [['CommandLine', 'esentutl.exe /y /vss C:\\Windows\\System32\\config\\SAM /d C:\\Temp\\sam']],
};

/** @param now Milliseconds since 1970 that all ages count back from. */
export function makeAlerts(now: number): StandInAlert[] {
  const told = STORIES.map((story, index) => makeAlert(story, now, index));
  const names = Object.keys(RULES) as RuleName[];
  const older = Array.from({ length: OLDER }, (_, i) => {
    const name = names[Math.floor(chance(`r${i}`) * names.length)] ?? 'whoami';
    return makeAlert(
      {
        rules: [name],
        minutesAgo: 95 + i * 17,
        lastsSeconds: Math.floor(chance(`l${i}`) * 90),
        events: 1 + Math.floor(chance(`e${i}`) * 20),
        host: `HOST-${String(i % 40).padStart(2, '0')}`,
        user: `user${i % 13}`,
        score: 10 + Math.floor(chance(`s${i}`) * 60),
        status: 'closed',
        verdict: i % 3 === 0 ? 'false_positive' : i % 3 === 1 ? 'benign' : 'true_positive',
        assignee: i % 2 === 0 ? 'noor' : 'admin',
      },
      now,
      1000 + i,
    );
  });
  return [...told, ...older];
}

/** One more alert that opens at `now`. */
export const anotherAlert = (now: number, seed: number): StandInAlert =>
  makeAlert(
    {
      rules: [(['encoded', 'smb', 'kerberoast', 'whoami'] as const)[seed % 4] ?? 'whoami'],
      minutesAgo: 0,
      lastsSeconds: 0,
      events: 1,
      host: `HOST-${seed}`,
      user: 'wardog',
      score: 40,
    },
    now,
    5000 + seed,
  );

function makeAlert(story: Story, now: number, seed: number): StandInAlert {
  const last = now - story.minutesAgo * 60_000;
  const first = last - story.lastsSeconds * 1000;
  const rules = story.rules.map((name) => RULES[name]);
  const order: readonly Severity[] = ['informational', 'low', 'medium', 'high', 'critical'];
  const worst = rules.reduce((a, b) => (order.indexOf(b.severity) > order.indexOf(a.severity) ? b : a));
  const entities = [
    ...(story.host === undefined ? [] : [{ type: 'host', value: story.host }]),
    ...(story.user === undefined ? [] : [{ type: 'user', value: story.user }]),
    ...(story.address === undefined ? [] : [{ type: 'address', value: story.address }]),
  ];
  const shown = Math.min(story.events, 100);
  const sensor = story.sensor ?? 'windows';
  const references = Array.from({ length: shown }, (_, i): Reference => {
    const name = story.rules[i % story.rules.length] ?? 'whoami';
    const facts = Object.fromEntries(FACTS[name] ?? []);
    const at = shown === 1 ? last : first + Math.floor(((last - first) * i) / (shown - 1));
    const event = madeEvent(
      {
        sensor,
        dataset: { windows: 'windows.sysmon', zeek: 'zeek.dce_rpc', suricata: 'suricata.alert', cloudtrail: 'aws.cloudtrail' }[sensor],
        category: ['process'],
        type: ['start'],
        action: RULES[name].title,
        code: sensor === 'windows' ? '1' : null,
        host: story.host ?? null,
        user: story.user ?? null,
        sourceIp: story.address ?? null,
        process: sensor === 'windows' ? 'rundll32.exe' : null,
        message: facts['CommandLine'] === undefined ? null : `Process created: ${facts['CommandLine']}`,
        native: {
          Channel: 'Microsoft-Windows-Sysmon/Operational',
          EventID: 1,
          Hostname: story.host ?? null,
          ...facts,
          Message: 'Process Create:\r\nRuleName: -',
        },
      },
      at,
      seed * 1000 + i,
    );
    return {
      id: event.id,
      time: event.time,
      dataset: event.dataset,
      topic: event.provenance.topic,
      partition: event.provenance.partition,
      offset: event.provenance.offset,
      event,
    };
  });
  const iso = (ms: number) => `${new Date(ms).toISOString().slice(0, -1)}000Z`;
  const findings = story.rules.map((name, i): StandInFinding => {
    const at = references[Math.min(references.length - 1, Math.floor((i * references.length) / story.rules.length))] ?? references[0];
    const isMany = story.events > 20;
    return {
      id: hash(`f${seed}${name}`),
      time: at?.time ?? iso(last),
      lastTime: iso(last),
      kind: isMany ? 'correlation' : 'rule',
      rule: RULES[name],
      severity: RULES[name].severity,
      status: 'production',
      entities,
      matchedFields: (
        FACTS[name] ??
        ([
          ['host.name', story.host ?? ''],
          ['user.name', story.user ?? ''],
        ] as const)
      )
        .filter(([, value]) => value !== '')
        .map(([field, value]) => ({ name: field, value })),
      events: references.slice(0, 3),
      eventCount: isMany ? story.events : 1,
      supersedes: null,
      reason: null,
      revision: 1,
      isWithdrawn: false,
    };
  });
  return {
    id: hash(`alert ${seed}`),
    revision: story.rules.length,
    time: iso(first),
    lastTime: iso(last),
    title: worst.title,
    severity: worst.severity,
    score: story.score,
    status: story.status ?? 'open',
    verdict: story.verdict ?? null,
    assignee: story.assignee ?? null,
    verdictReason: null,
    labels: [],
    workRevision: 0,
    changeId: null,
    notes: (story.notes ?? []).map(([ago, by, text], n) => ({
      id: `${seed}00${n}`,
      at: iso(now - ago * 60_000),
      by,
      text,
      revision: 1,
      editedAt: null,
      before: [],
    })),
    history: [],
    rules,
    tags: [...new Set(rules.flatMap(({ tags }) => tags))].toSorted(),
    entities,
    findings,
    findingCount: findings.length,
    events: references,
    eventCount: story.events,
    reason: story.reason ?? 'Opened by its first finding.',
    changes:
      story.reason?.includes('late event') === true
        ? [
            {
              revision: story.rules.length,
              findingId: findings[0]!.id,
              ruleId: rules[0]!.id,
              change: {
                code: 'extended',
                event: references[0]!,
                before: { time: iso(first), lastTime: iso(last), eventCount: story.events - 6 },
                after: { time: iso(first), lastTime: iso(last), eventCount: story.events },
              },
            },
          ]
        : [],
    storedAt: iso(last + 800),
    changedAt: last + 800,
  };
}
