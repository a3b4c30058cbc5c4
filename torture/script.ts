// The known input: native records, each with what must become of it. Who writes a record here says its outcome here; nothing asks the product.
import { openRandom } from './random.ts';
import type { Random } from './random.ts';

/** What must become of one record. Travels in a header of the raw record, so that the model reads it off the topic. */
export interface Expectation {
  readonly token: string;
  readonly fate: 'valid' | 'future' | 'undecodable';
  /** The sensor's own id with its name space; null where the product must make one of the position. */
  readonly id: string | null;
  /** Tells apart what the sensor said under one id. */
  readonly content: string;
  /** Event time. */
  readonly atMicros: number;
  readonly host: string | null;
  /** Rules that fire on this record alone, with what their findings share within an alert. */
  readonly findings: readonly { readonly rule: string; readonly group: string }[];
  /** Correlations that want this record; one fires when `needs` of a group are there, 0 = these never do. */
  readonly matches: readonly { readonly rule: string; readonly group: string; readonly needs: number }[];
  /** The event goes to the sink by itself. */
  readonly isPublished: boolean;
  /** The token stands in the event's native document. */
  readonly isLegible: boolean;
}
export interface Scripted {
  readonly topic: string;
  readonly partition: number;
  readonly key: string;
  readonly value: Buffer | null;
  readonly expectation: Expectation;
}

export const EXPECTATION_HEADER = 'torture';
export const RULES = {
  netsh: '3afb2c2b-dffd-58fe-a02c-d5397e7e3f4b',
  sudo: '1f662da7-c2a8-51d7-aec3-5b604946c095',
  trail: 'cd84f574-9b87-5ee5-aeaf-aa805eae2b47',
  tor: '76c61001-accc-5720-ac5a-7f9cc060df66',
  guessing: 'de8f4c40-311d-52cf-ab3c-b73eb8c545ec',
  found: '5788310c-bd05-5446-83a2-2240fb54c388',
  reused: 'goshawk.event-id-reused',
} as const;
const topic = (source: string) => `raw.default.${source}`;
export const TOPICS = ['windows', 'suricata', 'zeek', 'cloudtrail', 'syslog'].map(topic);

const HOSTS = 48;
const MINUTE_MS = 60_000;
const FUTURE_MS = 2 * 60 * MINUTE_MS;
const GUESSES = 10;

interface Part {
  readonly source: string;
  readonly key: string;
  readonly text: string | Buffer | null;
  readonly expect?: Partial<Omit<Expectation, 'token' | 'atMicros'>>;
}
/** How often each kind of record is drawn, out of 100. */
const KINDS = {
  netsh: 8,
  windowsQuiet: 14,
  sudo: 8,
  syslogQuiet: 16,
  trail: 4,
  cloudtrailQuiet: 10,
  tor: 5,
  flow: 9,
  conn: 12,
  ecs: 8,
  unknown: 2,
  cut: 1,
  future: 1,
  empty: 1,
  blank: 1,
} as const;
type Kind = keyof typeof KINDS;
const DRAWN = (Object.keys(KINDS) as Kind[]).flatMap((kind) => Array<Kind>(KINDS[kind]).fill(kind));

/** Makes the records of a run, tick by tick. The same seed draws the same kinds; times are those given. */
export class Script {
  readonly #random: Random;
  readonly #name: string;
  readonly #partitions: number;
  #count = 0;
  #groups = 0;
  readonly #turns = new Map<string, number>();
  /** Sent again with a later tick: repeats of a sensor's id, and the rest of a series. */
  #later: { readonly tick: number; readonly make: (atMs: number) => Scripted }[] = [];
  #tick = 0;

  /** @param name Goes into every token and host, so that the records of two runs never meet. */
  constructor(name: string, partitions: number) {
    this.#random = openRandom(name, 'script');
    this.#name = name;
    this.#partitions = partitions;
  }

  /** About `count` records, stamped `nowMs`. */
  next(nowMs: number, count: number): readonly Scripted[] {
    this.#tick++;
    const due = this.#later.filter(({ tick }) => tick <= this.#tick);
    this.#later = this.#later.filter(({ tick }) => tick > this.#tick);
    const records = due.map(({ make }) => make(nowMs));
    for (let i = 0; i < count; i++) {
      const record = this.#one(this.#random.pick(DRAWN), nowMs);
      records.push(record);
      if (record.expectation.id !== null && this.#random.chance(0.06)) this.#later.push({ tick: this.#tick + this.#random.between(1, 8), make: () => record });
    }
    if (count === 0) return records; // it ends: only what was begun goes on
    if (this.#tick % 7 === 0) this.#guess();
    if (this.#tick % 11 === 0) this.#find();
    if (this.#tick % 60 === 0) this.#reuse();
    return records;
  }

  /** Nothing is left to be sent later. */
  get isFinished(): boolean {
    return this.#later.length === 0;
  }

  #one(kind: Kind, nowMs: number): Scripted {
    const n = this.#count++;
    const token = `${this.#name}-${n.toString(36)}`;
    const atMs = nowMs - this.#random.between(0, 200);
    return this.#sealed(this.#part(kind, n, token, atMs), token, kind === 'future' ? atMs + FUTURE_MS : atMs);
  }

  /** Groups change every minute and take turns within it, so that no alert grows beyond what one lists, or is sent as often as to be throttled. */
  #turn(kind: string, atMs: number): string {
    const turn = (this.#turns.get(kind) ?? 0) + 1;
    this.#turns.set(kind, turn);
    return `${Math.floor(atMs / MINUTE_MS) % 100_000}-${turn % HOSTS}`;
  }

  #part(kind: Kind, n: number, token: string, atMs: number): Part {
    const iso = new Date(atMs).toISOString();
    const host = `h-${this.#name}-${this.#turn(kind, atMs)}`;
    switch (kind) {
      case 'netsh':
      case 'windowsQuiet': {
        const verb = kind === 'netsh' ? 'add rule action=allow dir=in localport=450 name' : 'show rule name';
        const record = { ...windows(iso, host, n), CommandLine: `netsh advfirewall firewall ${verb}="${token}"` };
        const findings = kind === 'netsh' ? [{ rule: RULES.netsh, group: host }] : [];
        return { source: 'windows', key: host, text: JSON.stringify(record), expect: { host, id: `windows|${host}|${n}`, findings } };
      }
      case 'sudo':
        return {
          source: 'syslog',
          key: host,
          text: syslog(iso, host, 'sudo', token, 'ada : TTY=pts/0 ; PWD=/home/ada ; USER=root ; COMMAND=/bin/bash'),
          expect: { host, findings: [{ rule: RULES.sudo, group: host }] },
        };
      case 'syslogQuiet':
        return { source: 'syslog', key: host, text: syslog(iso, host, 'backup', token, `copied ${n} files`), expect: { host } };
      case 'trail':
      case 'cloudtrailQuiet':
      case 'future': {
        const user = `u-${host}`;
        const stamped = kind === 'future' ? new Date(atMs + FUTURE_MS).toISOString() : iso;
        const findings = kind === 'trail' ? [{ rule: RULES.trail, group: user }] : [];
        return {
          source: 'cloudtrail',
          key: user,
          text: JSON.stringify(cloudtrail(stamped, token, kind === 'trail' ? 'DeleteTrail' : 'DescribeTrails', user)),
          expect: { id: `cloudtrail|${token}`, findings, fate: kind === 'future' ? 'future' : 'valid' },
        };
      }
      case 'tor':
      case 'flow': {
        const address = this.#address(198, atMs, n);
        const alert = { action: 'allowed', gid: 1, signature_id: 2_522_254, rev: 1, signature: `ET TOR ${token}`, category: 'Misc Attack', severity: 2 };
        const ends = { src_ip: address, src_port: 443, dest_ip: '10.1.1.1', dest_port: 50_000, proto: 'TCP' };
        const body = kind === 'tor' ? { event_type: 'alert', ...ends, alert } : { event_type: 'flow', ...ends, flow: { state: 'closed', note: token } };
        const expect = kind === 'tor' ? { findings: [{ rule: RULES.tor, group: address }], isPublished: true } : {};
        return { source: 'suricata', key: address, text: JSON.stringify({ timestamp: iso.replace('Z', '000+0000'), flow_id: n, ...body }), expect };
      }
      case 'conn':
        return { source: 'zeek', key: token, text: JSON.stringify({ ts: atMs / 1000, uid: token, ...CONNECTION }), expect: { id: `zeek|${token}` } };
      case 'ecs':
        return { source: 'zeek', key: host, text: ecs(iso, token, host, token), expect: { host, id: `ecs|${token}` } };
      case 'unknown':
        return { source: 'zeek', key: token, text: `?? ${token} is read by nobody` };
      case 'cut':
        return { source: 'windows', key: token, text: `{"cut": "${token}` };
      case 'empty':
        return { source: 'syslog', key: token, text: Buffer.alloc(0), expect: { fate: 'undecodable' } };
      case 'blank':
        return { source: 'syslog', key: token, text: ' \n', expect: { fate: 'undecodable' } };
    }
  }

  #sealed({ source, key, text, expect }: Part, token: string, atMs: number): Scripted {
    const value = typeof text === 'string' ? Buffer.from(text) : text;
    const expectation: Expectation = {
      token,
      fate: 'valid',
      id: null,
      content: token,
      atMicros: atMs * 1000,
      host: null,
      findings: [],
      matches: [],
      isPublished: false,
      isLegible: true,
      ...expect,
    };
    return { topic: topic(source), partition: spread(key, this.#partitions), key, value, expectation };
  }

  #address(first: number, atMs: number, n: number): string {
    return `${first}.${Math.floor(atMs / MINUTE_MS) % 250}.${Math.floor(n / 250) % 250}.${(n % 250) + 1}`;
  }

  /** Ten passwords guessed from one address, over some ticks: one finding of all ten. */
  #guess(): void {
    const group = this.#groups++;
    const [host, ip] = [`g-${this.#name}-${group}`, `203.${Math.floor(group / 250) % 250}.${group % 250}.7`];
    const matches = [
      { rule: RULES.guessing, group: `${host}|${ip}`, needs: GUESSES },
      { rule: RULES.found, group: `${host}|${ip}|root`, needs: 0 },
    ];
    for (let n = 0; n < GUESSES; n++)
      this.#series(n + 1, host, (token, iso) => [syslog(iso, host, 'sshd', token, `Failed password for root from ${ip} port ${50_000 + n} ssh2`), matches]);
  }

  /** A password found at the second try. */
  #find(): void {
    const group = this.#groups++;
    const [host, ip, user] = [`f-${this.#name}-${group}`, `203.${Math.floor(group / 250) % 250}.${group % 250}.9`, `ada${group}`];
    const found = { rule: RULES.found, group: `${host}|${ip}|${user}`, needs: 2 };
    const guessing = { rule: RULES.guessing, group: `${host}|${ip}`, needs: 0 };
    this.#series(1, host, (token, iso) => [syslog(iso, host, 'sshd', token, `Failed password for ${user} from ${ip} port 50000 ssh2`), [found, guessing]]);
    this.#series(4, host, (token, iso) => [syslog(iso, host, 'sshd', token, `Accepted password for ${user} from ${ip} port 50001 ssh2`), [found]]);
  }

  #series(ticks: number, host: string, make: (token: string, iso: string) => [text: string, matches: Expectation['matches']]): void {
    const token = `${this.#name}-${(this.#count++).toString(36)}`;
    this.#later.push({
      tick: this.#tick + ticks,
      make: (atMs) => {
        const [text, matches] = make(token, new Date(atMs).toISOString());
        return this.#sealed({ source: 'syslog', key: host, text, expect: { host, matches } }, token, atMs);
      },
    });
  }

  /** Two different events under one id: both pass, and a finding says so. */
  #reuse(): void {
    const n = this.#count++;
    const [host, id] = [`r-${this.#name}-${n}`, `${this.#name}-id-${n}`];
    for (const turn of [1, 3]) {
      const token = `${this.#name}-${n.toString(36)}${turn === 1 ? 'a' : 'b'}`;
      this.#later.push({
        tick: this.#tick + turn,
        make: (atMs) =>
          this.#sealed({ source: 'zeek', key: host, text: ecs(new Date(atMs).toISOString(), id, host, token), expect: { host, id: `ecs|${id}` } }, token, atMs),
      });
    }
  }
}

const spread = (key: string, partitions: number): number => {
  let sum = 0;
  for (const char of key) sum = (sum * 31 + char.codePointAt(0)!) % 1_000_003;
  return sum % partitions;
};
const windows = (iso: string, host: string, n: number) => ({
  TimeCreated: iso,
  NewProcessName: String.raw`C:\Windows\System32\netsh.exe`,
  EventID: 4688,
  Channel: 'Security',
  Hostname: host,
  RecordNumber: n,
  SourceName: 'Microsoft-Windows-Security-Auditing',
});
const syslog = (iso: string, host: string, program: string, token: string, message: string) => `<86>1 ${iso} ${host} ${program} 4242 ${token} - ${message}`;
const cloudtrail = (iso: string, id: string, name: string, user: string) => ({
  awsRegion: 'eu-west-1',
  eventID: id,
  eventName: name,
  eventSource: 'cloudtrail.amazonaws.com',
  eventTime: iso,
  eventType: 'AwsApiCall',
  eventVersion: '1.10',
  recipientAccountId: '111122223333',
  sourceIPAddress: '192.0.2.9',
  userAgent: 'aws-cli',
  userIdentity: { accountId: '111122223333', type: 'IAMUser', userName: user },
});
const CONNECTION = {
  'id.orig_h': '10.2.2.2',
  'id.orig_p': 4242,
  'id.resp_h': '10.3.3.3',
  'id.resp_p': 443,
  proto: 'tcp',
  _path: 'conn',
  duration: 1.5,
  orig_bytes: 100,
  resp_bytes: 200,
  conn_state: 'SF',
};
const ecs = (iso: string, id: string, host: string, token: string) =>
  JSON.stringify({ '@timestamp': iso, event: { id, kind: 'event', dataset: 'torture.ecs' }, host: { name: host }, message: token, ecs: { version: '9.0.0' } });
