// Written by `npm run gen` from the .avsc files beside it. Do not edit.

/** How bad, in the words of Sigma. */
export type Severity = 'informational' | 'low' | 'medium' | 'high' | 'critical';

/** Something that things are known about. */
export interface Entity {
  /** host, user, address, hash, domain ... */
  readonly type: string;
  /** Its name. */
  readonly value: string;
}

/** A finding of the alert. */
export interface FindingRef {
  /** Finding id. */
  readonly id: string;
  /** Rule. */
  readonly ruleId: string;
  /** Its time. */
  readonly time: number;
}

/** Points at one event and at the raw record it came from. */
export interface EventRef {
  /** Event id (hash). */
  readonly id: string;
  /** Event time. */
  readonly time: number;
  /** Dataset. */
  readonly dataset: string;
  /** Raw topic. */
  readonly topic: string;
  /** Raw partition. */
  readonly partition: number;
  /** Raw offset. */
  readonly offset: number;
}

/** completed: it made the condition true. extended: other events contribute now. replaced: an earlier event contributes first, so the finding has another id. broken: the condition is not met any more, or another finding covers it. */
export type ChangeCode = 'completed' | 'extended' | 'replaced' | 'broken';

/** The events that a finding rested on, in short. */
export interface Contribution {
  /** Of the first. */
  readonly time: number;
  /** Of the last. */
  readonly lastTime: number;
  /** How many. */
  readonly eventCount: number;
}

/** What a late event did to a finding. */
export interface Change {
  /** What happened. */
  readonly code: ChangeCode;
  /** The late event. */
  readonly event: EventRef;
  /** What the finding rested on before; null when there was none. */
  readonly before: Contribution | null;
  /** What it rests on now; null when it is withdrawn. */
  readonly after: Contribution | null;
}

/** A revision that a late event made. */
export interface AlertChange {
  /** Of the alert. */
  readonly revision: number;
  /** Finding that changed, as it is called now. */
  readonly findingId: string;
  /** Its rule. */
  readonly ruleId: string;
  /** What happened to it. */
  readonly change: Change;
}

/** Findings that belong together. Written by the alert stage only; what people do with it lives elsewhere. */
export interface Alert {
  /** Hash of organization, group key and the finding that opened it; never changes. */
  readonly id: string;
  /** Owner. */
  readonly organization: string;
  /** 1, then one more for each change. */
  readonly revision: number;
  /** Time of the first contributing event. */
  readonly time: number;
  /** Time of the last one. */
  readonly lastTime: number;
  /** Title of the most severe finding. */
  readonly title: string;
  /** The most severe of its findings. */
  readonly severity: Severity;
  /** What its findings share. */
  readonly groupKey: string;
  /** 0 to 100. */
  readonly score: number;
  /** Rules, sorted. */
  readonly ruleIds: readonly string[];
  /** Tags, sorted. */
  readonly tags: readonly string[];
  /** Entities, sorted. */
  readonly entities: readonly Entity[];
  /** Its findings: the first and last 50. */
  readonly findings: readonly FindingRef[];
  /** All of them. */
  readonly findingCount: number;
  /** Contributing events: the first and last 50. */
  readonly events: readonly EventRef[];
  /** All of them. */
  readonly eventCount: number;
  /** What this revision changed and why. */
  readonly reason: string;
  /** What late events changed: the last 20, oldest first. */
  readonly changes: readonly AlertChange[];
}

/** How far an organization's audit reached at one time: what comes before cannot be changed or taken away unseen. */
export interface AuditHead {
  /** Whose audit. */
  readonly organization: string;
  /** Number of the last row. */
  readonly seq: number;
  /** Its hash, hexadecimal. */
  readonly hash: string;
  /** When it was signed, wall-clock time. */
  readonly at: number;
  /** The same, and the head published before it, signed with the installation's key. */
  readonly jws: string;
}

/** Where an address is registered. */
export interface Geo {
  /** Two letters. */
  readonly countryIsoCode: string | null;
  /** English name. */
  readonly countryName: string | null;
  /** Autonomous system. */
  readonly asNumber: number | null;
  /** Its holder. */
  readonly asOrganization: string | null;
}

/** The asset as it stood at event time. */
export interface AssetContext {
  /** Asset id. */
  readonly id: string;
  /** Name. */
  readonly name: string;
  /** Who answers for it. */
  readonly owner: string | null;
  /** 0 (unknown) to 4 (vital). */
  readonly criticality: number;
  /** Start of the version that was used. */
  readonly validFrom: number;
}

/** Facts added from elsewhere, as of event time (bindings) or append time (knowledge). */
export interface Context {
  /** Version of this shape. */
  readonly version: number;
  /** Of source.ip. */
  readonly sourceGeo: Geo | null;
  /** Of destination.ip. */
  readonly destinationGeo: Geo | null;
  /** Asset of the host. */
  readonly hostAsset: AssetContext | null;
  /** Asset of source.ip. */
  readonly sourceAsset: AssetContext | null;
  /** Asset of destination.ip. */
  readonly destinationAsset: AssetContext | null;
  /** Network zone of source.ip. */
  readonly sourceZone: string | null;
  /** Network zone of destination.ip. */
  readonly destinationZone: string | null;
  /** Every address in the event, sorted. */
  readonly relatedIp: readonly string[];
  /** Every account name, sorted. */
  readonly relatedUser: readonly string[];
  /** Every host name, sorted. */
  readonly relatedHosts: readonly string[];
  /** Every hash, sorted. */
  readonly relatedHash: readonly string[];
  /** Version of each source of context that was asked, for example `geo` to the build time of the file. */
  readonly versions: Readonly<Record<string, string>>;
}

/** The event as it came, then what was added. Its bytes are those of Event followed by those of Context. */
export interface Enriched {
  /** The event. */
  readonly event: Event;
  /** The context. */
  readonly context: Context;
}

/** undefined */
export type EventStatus = 'open' | 'acknowledged' | 'resolved';

/** undefined */
export type EventVerdict = 'true_positive' | 'false_positive' | 'benign';

/** What a person said of a stored event, as it is since then. The event itself never changes. */
export interface EventChange {
  /** Owner. */
  readonly organization: string;
  /** Id of the event, 32 hexadecimal digits. */
  readonly eventId: string;
  /** Its event time. */
  readonly eventTime: number;
  /** 1 for the first change, one more with each. */
  readonly revision: number;
  /** When it was changed, wall-clock time. */
  readonly at: number;
  /** Who changed it. */
  readonly by: string;
  /** How it stands with people. */
  readonly status: EventStatus;
  /** What it turned out to be. */
  readonly verdict: EventVerdict | null;
  /** What people call it. */
  readonly labels: readonly string[];
  /** Of this change. */
  readonly comment: string | null;
}

/** What the id was hashed from. */
export type IdSource = 'position' | 'sensor';

/** Where the raw record lay. A re-drive keeps the original. */
export interface Provenance {
  /** Raw topic. */
  readonly topic: string;
  /** Raw partition. */
  readonly partition: number;
  /** Raw offset. */
  readonly offset: number;
  /** Which event of the raw record this is, from 0. */
  readonly index: number;
  /** When the broker took the raw record, microseconds since 1970 UTC. A sensor cannot set it. */
  readonly appendedAt: number;
  /** Name of the decoder that made the event; `unparsed` when none recognised it. */
  readonly parser: string;
  /** Version of that decoder. */
  readonly parserVersion: number;
}

/** What Sigma calls the log source; each attribute is a set. */
export interface Logsource {
  /** Categories. */
  readonly category: readonly string[];
  /** Services. */
  readonly service: readonly string[];
}

/** Where the event time came from. */
export type TimeSource = 'sensor' | 'zone_assumed' | 'year_assumed' | 'appended';

/** Machine the event is about, ECS `host`. */
export interface Host {
  /** Lower-case name. */
  readonly name: string | null;
  /** Stable id. */
  readonly id: string | null;
  /** Addresses. */
  readonly ip: readonly string[];
  /** Operating system family: windows, linux, macos. */
  readonly os: string | null;
}

/** Account, ECS `user`. */
export interface User {
  /** Short name. */
  readonly name: string | null;
  /** SID, uid, ARN or the like. */
  readonly id: string | null;
  /** Domain or directory. */
  readonly domain: string | null;
  /** Mail address. */
  readonly email: string | null;
}

/** Account, ECS `user.target`. */
export interface TargetUser {
  /** Short name. */
  readonly name: string | null;
  /** SID, uid, ARN or the like. */
  readonly id: string | null;
  /** Domain or directory. */
  readonly domain: string | null;
  /** Mail address. */
  readonly email: string | null;
}

/** One end of a connection, ECS `source`. */
export interface Source {
  /** Address in canonical text form. */
  readonly ip: string | null;
  /** Port number, 0 to 65535. */
  readonly port: number | null;
  /** Name of the host as the sensor gave it. */
  readonly domain: string | null;
  /** Hardware address, upper case with hyphens. */
  readonly mac: string | null;
  /** Bytes sent by this end. */
  readonly bytes: number | null;
  /** Packets sent by this end. */
  readonly packets: number | null;
}

/** One end of a connection, ECS `destination`. */
export interface Destination {
  /** Address in canonical text form. */
  readonly ip: string | null;
  /** Port number, 0 to 65535. */
  readonly port: number | null;
  /** Name of the host as the sensor gave it. */
  readonly domain: string | null;
  /** Hardware address, upper case with hyphens. */
  readonly mac: string | null;
  /** Bytes sent by this end. */
  readonly bytes: number | null;
  /** Packets sent by this end. */
  readonly packets: number | null;
}

/** ECS `network`. */
export interface Network {
  /** tcp, udp, icmp ... */
  readonly transport: string | null;
  /** dns, http, tls ... */
  readonly protocol: string | null;
  /** ingress, egress, internal ... */
  readonly direction: string | null;
  /** Community ID v1. */
  readonly communityId: string | null;
  /** Both directions together. */
  readonly bytes: number | null;
  /** Both directions together. */
  readonly packets: number | null;
}

/** Content hashes in lower-case hex, ECS `process.hash`. */
export interface ProcessHash {
  /** MD5. */
  readonly md5: string | null;
  /** SHA-1. */
  readonly sha1: string | null;
  /** SHA-256. */
  readonly sha256: string | null;
  /** Import hash of a PE file. */
  readonly imphash: string | null;
}

/** Parent process, ECS `process.parent`. */
export interface ParentProcess {
  /** Last part of the executable. */
  readonly name: string | null;
  /** Path of the executable. */
  readonly executable: string | null;
  /** Whole command line as logged. */
  readonly commandLine: string | null;
  /** Process id. */
  readonly pid: number | null;
  /** Id of the process that outlives reuse of the pid. */
  readonly entityId: string | null;
  /** Folder it ran in. */
  readonly workingDirectory: string | null;
}

/** Process, ECS `process`. */
export interface Process {
  /** Last part of the executable. */
  readonly name: string | null;
  /** Path of the executable. */
  readonly executable: string | null;
  /** Whole command line as logged. */
  readonly commandLine: string | null;
  /** Process id. */
  readonly pid: number | null;
  /** Id of the process that outlives reuse of the pid. */
  readonly entityId: string | null;
  /** Folder it ran in. */
  readonly workingDirectory: string | null;
  /** Hashes of the executable. */
  readonly hash: ProcessHash | null;
  /** Its parent. */
  readonly parent: ParentProcess | null;
}

/** Content hashes in lower-case hex, ECS `file.hash`. */
export interface FileHash {
  /** MD5. */
  readonly md5: string | null;
  /** SHA-1. */
  readonly sha1: string | null;
  /** SHA-256. */
  readonly sha256: string | null;
  /** Import hash of a PE file. */
  readonly imphash: string | null;
}

/** ECS `file`. */
export interface File {
  /** Whole path. */
  readonly path: string | null;
  /** Last part. */
  readonly name: string | null;
  /** Without the dot, lower case. */
  readonly extension: string | null;
  /** Bytes. */
  readonly size: number | null;
  /** Hashes of the content. */
  readonly hash: FileHash | null;
}

/** ECS `registry`. */
export interface Registry {
  /** Hive, key and value. */
  readonly path: string | null;
  /** Key. */
  readonly key: string | null;
  /** Name of the value. */
  readonly value: string | null;
  /** Written data. */
  readonly data: string | null;
}

/** ECS `dns`. */
export interface Dns {
  /** Name asked for. */
  readonly questionName: string | null;
  /** A, AAAA, TXT ... */
  readonly questionType: string | null;
  /** NOERROR, NXDOMAIN ... */
  readonly responseCode: string | null;
  /** Answer data in text form. */
  readonly answers: readonly string[];
}

/** ECS `http` and `user_agent`. */
export interface Http {
  /** Request method. */
  readonly method: string | null;
  /** Response status. */
  readonly status: number | null;
  /** User agent. */
  readonly userAgent: string | null;
  /** Referrer. */
  readonly referrer: string | null;
}

/** ECS `url`. */
export interface Url {
  /** As logged. */
  readonly original: string | null;
  /** Host part. */
  readonly domain: string | null;
  /** Path. */
  readonly path: string | null;
  /** Query without the question mark. */
  readonly query: string | null;
}

/** ECS `tls`. */
export interface Tls {
  /** SNI. */
  readonly serverName: string | null;
  /** Version. */
  readonly version: string | null;
  /** JA3 of the client. */
  readonly ja3: string | null;
  /** JA3S of the server. */
  readonly ja3s: string | null;
  /** JA4 of the client. */
  readonly ja4: string | null;
  /** Subject of the server certificate. */
  readonly subject: string | null;
  /** Issuer of the server certificate. */
  readonly issuer: string | null;
}

/** The sensor's own rule, ECS `rule`. */
export interface SensorRule {
  /** Id. */
  readonly id: string | null;
  /** Name. */
  readonly name: string | null;
  /** Category. */
  readonly category: string | null;
  /** Revision. */
  readonly version: string | null;
}

/** ECS `cloud`. */
export interface Cloud {
  /** aws, azure, gcp. */
  readonly provider: string | null;
  /** Account. */
  readonly accountId: string | null;
  /** Region. */
  readonly region: string | null;
  /** Service. */
  readonly service: string | null;
}

/** What a sensor told. ECS 9 in meaning; fields that early stages read come first, the native document last. */
export interface Event {
  /** Hash in 32 lower-case hex digits; see `idSource`. The public id is `<time>-<id>`. */
  readonly id: string;
  /** Event time: the sensor's, microseconds since 1970 UTC. */
  readonly time: number;
  /** `position`: topic, partition, offset and append time; `sensor`: organization, sensor and the sensor's own stable id. */
  readonly idSource: IdSource;
  /** Hash of the native document in 16 hex digits: tells a repeat from a reused id. */
  readonly contentHash: string;
  /** Owner, taken from the raw topic. */
  readonly organization: string;
  /** `<product>.<log>`, for example `windows.sysmon`, `zeek.conn`, `unparsed`. */
  readonly dataset: string;
  /** Name of the sensor: the source part of the raw topic, or what the gateway vouches for. */
  readonly sensor: string;
  /** Origin of the record. */
  readonly provenance: Provenance;
  /** Product in the words of Sigma log sources, for example `windows`; empty when unknown. */
  readonly product: string;
  /** Routes the event to rules. */
  readonly logsource: Logsource;
  /** `appended`: the sensor gave none that could be read. */
  readonly timeSource: TimeSource;
  /** When the collector saw it, where it says. */
  readonly observedAt: number | null;
  /** ECS event.kind: event, alert, metric, state, signal ... */
  readonly kind: string;
  /** ECS event.category. */
  readonly category: readonly string[];
  /** ECS event.type. */
  readonly type: readonly string[];
  /** success, failure or unknown. */
  readonly outcome: string | null;
  /** What was done, in the sensor's words. */
  readonly action: string | null;
  /** Number or name of this sort of event at the sensor. */
  readonly code: string | null;
  /** Program or service that wrote it. */
  readonly provider: string | null;
  /** 0 to 100, 100 the worst, mapped from the sensor's own scale. */
  readonly severity: number | null;
  /** One line for people. */
  readonly message: string | null;
  /** Machine. */
  readonly host: Host | null;
  /** Who acted. */
  readonly user: User | null;
  /** Whom it was done to. */
  readonly targetUser: TargetUser | null;
  /** Who opened the connection. */
  readonly source: Source | null;
  /** Who was connected to. */
  readonly destination: Destination | null;
  /** The connection. */
  readonly network: Network | null;
  /** The process that acted. */
  readonly process: Process | null;
  /** The file it was done to. */
  readonly file: File | null;
  /** Windows registry. */
  readonly registry: Registry | null;
  /** DNS. */
  readonly dns: Dns | null;
  /** HTTP. */
  readonly http: Http | null;
  /** URL. */
  readonly url: Url | null;
  /** TLS. */
  readonly tls: Tls | null;
  /** The sensor's rule that fired. */
  readonly rule: SensorRule | null;
  /** Cloud. */
  readonly cloud: Cloud | null;
  /** Other ECS fields by dotted name, values as text. */
  readonly ecs: Readonly<Record<string, string>>;
  /** Facts of ours about the event, for example `sample=true` or why a header was broken. */
  readonly labels: Readonly<Record<string, string>>;
  /** The sensor's own document, lossless, JSON text in UTF-8; for text formats an object of the native fields with the line under `raw`. */
  readonly native: Uint8Array;
}

/** One entity in one pane of stream time, from one upstream task. */
export interface FeaturePartial {
  /** Owner. */
  readonly organization: string;
  /** host, user or address. */
  readonly entityType: string;
  /** Its name. */
  readonly entity: string;
  /** Start of the pane, inclusive. */
  readonly paneStart: number;
  /** Length of the pane. */
  readonly paneMicros: number;
  /** Task that made it. */
  readonly upstream: number;
  /** Events. */
  readonly events: number;
  /** Events with outcome failure. */
  readonly failures: number;
  /** Bytes sent. */
  readonly bytesOut: number;
  /** Bytes received. */
  readonly bytesIn: number;
  /** 64-bit hashes of distinct destination addresses, as 16 hex digits, sorted; at most 1,024. */
  readonly destinations: readonly string[];
  /** Distinct destination ports. */
  readonly ports: readonly number[];
  /** 64-bit hashes of distinct accounts. */
  readonly users: readonly string[];
  /** 64-bit hashes of distinct actions. */
  readonly actions: readonly string[];
  /** Dataset of the events; empty where it was not kept apart. */
  readonly dataset: string;
}

/** What an entity did in one window. */
export interface Feature {
  /** Owner. */
  readonly organization: string;
  /** host, user or address. */
  readonly entityType: string;
  /** Its name. */
  readonly entity: string;
  /** Start, inclusive. */
  readonly windowStart: number;
  /** Length: 5 minutes or 1 hour. */
  readonly windowMicros: number;
  /** Events. */
  readonly events: number;
  /** Events with outcome failure. */
  readonly failures: number;
  /** Bytes sent. */
  readonly bytesOut: number;
  /** Bytes received. */
  readonly bytesIn: number;
  /** Distinct destination addresses. */
  readonly distinctDestinations: number;
  /** Distinct destination ports. */
  readonly distinctPorts: number;
  /** Distinct accounts. */
  readonly distinctUsers: number;
  /** Distinct actions. */
  readonly distinctActions: number;
}

/** What made it. */
export type FindingKind = 'rule' | 'correlation' | 'feature' | 'platform' | 'hunt';

/** Maturity of the rule. */
export type FindingStatus = 'production' | 'test' | 'draft';

/** Why it matched. */
export interface MatchedField {
  /** Field in the words of the rule. */
  readonly name: string;
  /** Value in the event, shortened to 256 characters. */
  readonly value: string;
}

/** How a correlation stands while late events can still change it. */
export interface Revisable {
  /** 1, then one more each time a late event changes it. */
  readonly revision: number;
  /** Once event time has come this far nothing changes it any more. */
  readonly settlesAt: number;
  /** It does not hold any more. */
  readonly isWithdrawn: boolean;
  /** What made this revision; null when the events came in time. */
  readonly change: Change | null;
}

/** What a person may see of a match or correlation. */
export interface Finding {
  /** Hash of organization, rule, group and time of the first contributing event, 32 hex digits. */
  readonly id: string;
  /** Owner. */
  readonly organization: string;
  /** Time of the first contributing event. */
  readonly time: number;
  /** Time of the last one. */
  readonly lastTime: number;
  /** What made it. */
  readonly kind: FindingKind;
  /** Sigma id, or the detector's name. */
  readonly ruleId: string;
  /** Hash of the rule document or version of the detector. */
  readonly ruleVersion: string;
  /** Title of the rule. */
  readonly title: string;
  /** Description of the rule. */
  readonly description: string | null;
  /** Author of the rule (DRL 1.1 asks for it). */
  readonly author: string | null;
  /** Licence of the rule. */
  readonly license: string | null;
  /** Link to the rule or its rule set. */
  readonly reference: string | null;
  /** Level of the rule. */
  readonly severity: Severity;
  /** Draft findings are shadows and make no alerts. */
  readonly status: FindingStatus;
  /** Tags of the rule, for example `attack.t1003.001`. */
  readonly tags: readonly string[];
  /** Findings of one organization with the same key may join one alert. */
  readonly groupKey: string;
  /** Who and what it is about. */
  readonly entities: readonly Entity[];
  /** Which fields met the rule. */
  readonly fields: readonly MatchedField[];
  /** Contributing events: the first and last 50. */
  readonly events: readonly EventRef[];
  /** All of them. */
  readonly eventCount: number;
  /** Finding that this one replaces, when an earlier event arrived later. */
  readonly supersedes: string | null;
  /** Why it was made or replaced, when that is not plain. */
  readonly reason: string | null;
  /** Of correlations; null where nothing that comes later can change the finding. */
  readonly revisable: Revisable | null;
  /** Number of the rule set that the rule was of; 0 before there were sets, and for what is no rule. */
  readonly ruleSet: number;
  /** Id of the exception that it met: it makes no alerts. Null when it met none. */
  readonly suppressedBy: string | null;
}

/** Records with one reason. */
export interface ReasonCount {
  /** Drop reason or error code. */
  readonly reason: string;
  /** How many. */
  readonly count: number;
}

/** Written to one partition. */
export interface OutCount {
  /** Topic. */
  readonly topic: string;
  /** Partition. */
  readonly partition: number;
  /** Records. */
  readonly count: number;
  /** Offset of the first of them. */
  readonly first: number;
  /** Offset of the last of them. */
  readonly last: number;
}

/** How far one dataset has come in event time. */
export interface DatasetWatermark {
  /** Dataset. */
  readonly dataset: string;
  /** Its watermark. */
  readonly at: number;
}

/** What became of the records of one input range. in = passed + dropped + rejected. */
export interface LedgerEntry {
  /** `goshawk`, or the lane. */
  readonly app: string;
  /** Stage. */
  readonly stage: string;
  /** Input topic. */
  readonly topic: string;
  /** Input partition. */
  readonly partition: number;
  /** First offset, inclusive. */
  readonly from: number;
  /** Offset after the last, exclusive; covers markers and holes. */
  readonly to: number;
  /** Records read, by counting. */
  readonly in: number;
  /** Passed on. */
  readonly passed: number;
  /** Dropped on purpose. */
  readonly dropped: readonly ReasonCount[];
  /** Dead-lettered. */
  readonly rejected: readonly ReasonCount[];
  /** Outputs of timers, which have no input record. */
  readonly emitted: number;
  /** Records written. */
  readonly out: readonly OutCount[];
  /** Watermark of the task when the entry was made. */
  readonly watermark: number | null;
  /** Wall-clock time of the first commit in it. */
  readonly wallFrom: number;
  /** Wall-clock time of the last. */
  readonly wallTo: number;
  /** Of each dataset that is not idle, the slowest first; at most 64. Empty when none is known. */
  readonly watermarks: readonly DatasetWatermark[];
  /** How long the topic was left alone because too much of it was refused, in milliseconds. */
  readonly throttledMs: number;
  /** The position was set by a person before it: `from` has nothing to do with where the entry before ends. */
  readonly begins: boolean;
}

/** A rule met an event, and a correlation wants to know. Internal. */
export interface Match {
  /** Owner. */
  readonly organization: string;
  /** Rule that matched. */
  readonly ruleId: string;
  /** Hash of that rule. */
  readonly ruleVersion: string;
  /** Correlation rule that wants it. */
  readonly correlationId: string;
  /** Names of the group-by fields. */
  readonly groupFields: readonly string[];
  /** Their values, in that order. */
  readonly groupValues: readonly string[];
  /** Values of the fields that the correlation counts or sums; empty for event_count. */
  readonly values: readonly string[];
  /** The event. */
  readonly event: EventRef;
  /** Entities of the event. */
  readonly entities: readonly Entity[];
  /** An inner correlation takes back what it told: this match does not hold any more. */
  readonly isRetracted: boolean;
  /** Number of the rule set that the rule was of; 0 before there were sets, and for what is no rule. */
  readonly ruleSet: number;
  /** Id of the exception of the rule or the correlation that the event met; null when it met none. */
  readonly suppressedBy: string | null;
}

/** Something worth protecting, and how it is recognised in events. */
export interface RefAsset {
  /** Id of the entity. */
  readonly id: string;
  /** Owner. */
  readonly organization: string;
  /** From when on this version holds, inclusive. */
  readonly validFrom: number;
  /** Until when, exclusive; null while it holds. */
  readonly validTo: number | null;
  /** Wall-clock time of the write. */
  readonly writtenAt: number;
  /** Number of the write, from the outbox. */
  readonly version: number;
  /** Name. */
  readonly name: string;
  /** server, workstation, cloud-account ... */
  readonly kind: string;
  /** Lower-case host names. */
  readonly hostnames: readonly string[];
  /** Addresses. */
  readonly addresses: readonly string[];
  /** Who answers for it. */
  readonly owner: string | null;
  /** 0 (unknown) to 4 (vital). */
  readonly criticality: number;
}

/** How the alert stands with people. */
export type DecisionStatus = 'open' | 'acknowledged' | 'closed';

/** What people made of it. */
export type DecisionVerdict = 'true_positive' | 'false_positive' | 'benign';

/** What people decided about an alert: how it stands, and the verdict. */
export interface RefDecision {
  /** Id of the alert. */
  readonly id: string;
  /** Owner. */
  readonly organization: string;
  /** When it was decided. */
  readonly validFrom: number;
  /** Wall-clock time of the write. */
  readonly writtenAt: number;
  /** Number of the write, from the outbox. */
  readonly version: number;
  /** Of the alert: what its findings have in common. */
  readonly groupKey: string;
  /** Rules of the alert, as it was then. */
  readonly ruleIds: readonly string[];
  /** A closed alert takes no further findings: the next one opens another. */
  readonly status: DecisionStatus;
  /** Null while there is none. */
  readonly verdict: DecisionVerdict | null;
  /** Why that verdict; null when nobody said. */
  readonly reason: string | null;
  /** Who decided. */
  readonly decidedBy: string;
}

/** What becomes of what it finds. */
export type RuleState = 'production' | 'test' | 'draft' | 'retired';

/** A version of a Sigma document, or (id `@set`) the word that a set of them is whole. */
export interface RefRule {
  /** Organization, a slash and the rule's own id; `@set` for the word that a set is whole. */
  readonly id: string;
  /** Whose it is; empty for rules of files, which are everybody's. */
  readonly organization: string;
  /** Number of the rule set that this version begins with. */
  readonly validFrom: number;
  /** Wall-clock time of the write. */
  readonly writtenAt: number;
  /** Number of the write, from the outbox. */
  readonly version: number;
  /** Id or name of the document. */
  readonly ruleId: string;
  /** Draft and test make no alerts; retired does not run. */
  readonly state: RuleState;
  /** The document, YAML; null when it is retired, or when an organization gives a rule of files another state. */
  readonly text: string | null;
  /** Where it lies; null when it was written through the API. */
  readonly file: string | null;
  /** Who wrote it. */
  readonly writtenBy: string;
}

/** A sensor that is enrolled: where its records go, and how. */
export interface RefSensor {
  /** Id of the entity. */
  readonly id: string;
  /** Owner. */
  readonly organization: string;
  /** From when on this version holds, inclusive. */
  readonly validFrom: number;
  /** Until when, exclusive; null while it holds. */
  readonly validTo: number | null;
  /** Wall-clock time of the write. */
  readonly writtenAt: number;
  /** Number of the write, from the outbox. */
  readonly version: number;
  /** What its events carry as sensor. */
  readonly name: string;
  /** Raw topic that its records go to; several sensors may share one of the gateway. */
  readonly topic: string;
  /** Name of a decoder; null when it is found out record by record. */
  readonly format: string | null;
  /** An alarm after so long without a record; null for none. */
  readonly silenceSeconds: number | null;
}

/** What an organization wants of its events, findings and alerts on its sink topics. Each change is a record of its own, so that history stays. */
export interface RefSubscription {
  /** Id of the subscription. */
  readonly id: string;
  /** Owner. */
  readonly organization: string;
  /** When it was made or changed: from then on this is what it says. */
  readonly validFrom: number;
  /** Wall-clock time of the write. */
  readonly writtenAt: number;
  /** Number of the write, from the outbox. */
  readonly version: number;
  /** One of its organization's, by which connectors ask for it; never changes. */
  readonly name: string;
  /** ecs or ocsf. */
  readonly format: string;
  /** event, finding, alert: at least one. */
  readonly kinds: readonly string[];
  /** What is less severe is left out. */
  readonly minSeverity: Severity;
  /** Of events their dataset, of findings and alerts that of one of their events; empty for all. */
  readonly datasets: readonly string[];
  /** A search, in the language of searches; empty for all. */
  readonly query: string;
  /** False: it takes nothing, for now or because it was removed. */
  readonly enabled: boolean;
}

/** An exception: what rules find makes no alerts where the event meets the conditions. */
export interface RefSuppression {
  /** Id of the exception. */
  readonly id: string;
  /** Owner. */
  readonly organization: string;
  /** From when on it holds, inclusive. */
  readonly validFrom: number;
  /** Until when, exclusive: it expired, or was ended. */
  readonly validTo: number | null;
  /** Wall-clock time of the write. */
  readonly writtenAt: number;
  /** Number of the write, from the outbox. */
  readonly version: number;
  /** Rules that it is for; empty for every rule. */
  readonly ruleIds: readonly string[];
  /** A search identifier of Sigma, JSON: a map of fields, or a list of maps. */
  readonly conditions: string;
  /** Who answers for it. */
  readonly owner: string;
  /** Why. */
  readonly reason: string;
}

/** Whose it is. */
export type ZoneKind = 'internal' | 'external' | 'dmz';

/** A named part of the network. */
export interface RefZone {
  /** Id of the entity. */
  readonly id: string;
  /** Owner. */
  readonly organization: string;
  /** From when on this version holds, inclusive. */
  readonly validFrom: number;
  /** Until when, exclusive; null while it holds. */
  readonly validTo: number | null;
  /** Wall-clock time of the write. */
  readonly writtenAt: number;
  /** Number of the write, from the outbox. */
  readonly version: number;
  /** Name. */
  readonly name: string;
  /** Network in CIDR form. */
  readonly cidr: string;
  /** Whose it is. */
  readonly kind: ZoneKind;
}

/** How far one upstream task has come; crosses a repartition beside the records, never reaches process. */
export interface Watermark {
  /** Upstream stage. */
  readonly stage: string;
  /** Upstream task. */
  readonly task: number;
  /** How many upstream tasks there are. */
  readonly of: number;
  /** Watermark by dataset, microseconds. */
  readonly datasets: Readonly<Record<string, number>>;
  /** The task has no input for now and holds nobody back. */
  readonly idle: boolean;
}

/** One per .avsc file. */
export const schemas = {
  alert: { fullName: 'goshawk.v1.Alert' } as { readonly fullName: string; readonly $type?: Alert },
  auditHead: { fullName: 'goshawk.v1.AuditHead' } as { readonly fullName: string; readonly $type?: AuditHead },
  context: { fullName: 'goshawk.v1.Context' } as { readonly fullName: string; readonly $type?: Context },
  enriched: { fullName: 'goshawk.v1.Enriched' } as { readonly fullName: string; readonly $type?: Enriched },
  eventChange: { fullName: 'goshawk.v1.EventChange' } as { readonly fullName: string; readonly $type?: EventChange },
  event: { fullName: 'goshawk.v1.Event' } as { readonly fullName: string; readonly $type?: Event },
  featurePartial: { fullName: 'goshawk.v1.FeaturePartial' } as { readonly fullName: string; readonly $type?: FeaturePartial },
  feature: { fullName: 'goshawk.v1.Feature' } as { readonly fullName: string; readonly $type?: Feature },
  finding: { fullName: 'goshawk.v1.Finding' } as { readonly fullName: string; readonly $type?: Finding },
  ledgerEntry: { fullName: 'goshawk.v1.LedgerEntry' } as { readonly fullName: string; readonly $type?: LedgerEntry },
  match: { fullName: 'goshawk.v1.Match' } as { readonly fullName: string; readonly $type?: Match },
  refAsset: { fullName: 'goshawk.v1.RefAsset' } as { readonly fullName: string; readonly $type?: RefAsset },
  refDecision: { fullName: 'goshawk.v1.RefDecision' } as { readonly fullName: string; readonly $type?: RefDecision },
  refRule: { fullName: 'goshawk.v1.RefRule' } as { readonly fullName: string; readonly $type?: RefRule },
  refSensor: { fullName: 'goshawk.v1.RefSensor' } as { readonly fullName: string; readonly $type?: RefSensor },
  refSubscription: { fullName: 'goshawk.v1.RefSubscription' } as { readonly fullName: string; readonly $type?: RefSubscription },
  refSuppression: { fullName: 'goshawk.v1.RefSuppression' } as { readonly fullName: string; readonly $type?: RefSuppression },
  refZone: { fullName: 'goshawk.v1.RefZone' } as { readonly fullName: string; readonly $type?: RefZone },
  watermark: { fullName: 'goshawk.v1.Watermark' } as { readonly fullName: string; readonly $type?: Watermark },
};

/** ECS name to its place in Enriched, for the typed fields. */
export const ECS_PATHS: Readonly<Record<string, readonly string[]>> = {
  'related.ip': ['context', 'relatedIp'],
  'related.user': ['context', 'relatedUser'],
  'related.hosts': ['context', 'relatedHosts'],
  'related.hash': ['context', 'relatedHash'],
  '@timestamp': ['event', 'time'],
  'organization.id': ['event', 'organization'],
  'event.dataset': ['event', 'dataset'],
  'observer.name': ['event', 'sensor'],
  'observer.product': ['event', 'product'],
  'event.created': ['event', 'observedAt'],
  'event.kind': ['event', 'kind'],
  'event.category': ['event', 'category'],
  'event.type': ['event', 'type'],
  'event.outcome': ['event', 'outcome'],
  'event.action': ['event', 'action'],
  'event.code': ['event', 'code'],
  'event.provider': ['event', 'provider'],
  'event.severity': ['event', 'severity'],
  'message': ['event', 'message'],
  'host.name': ['event', 'host', 'name'],
  'host.id': ['event', 'host', 'id'],
  'host.ip': ['event', 'host', 'ip'],
  'host.os.type': ['event', 'host', 'os'],
  'user.name': ['event', 'user', 'name'],
  'user.id': ['event', 'user', 'id'],
  'user.domain': ['event', 'user', 'domain'],
  'user.email': ['event', 'user', 'email'],
  'user.target.name': ['event', 'targetUser', 'name'],
  'user.target.id': ['event', 'targetUser', 'id'],
  'user.target.domain': ['event', 'targetUser', 'domain'],
  'user.target.email': ['event', 'targetUser', 'email'],
  'source.ip': ['event', 'source', 'ip'],
  'source.port': ['event', 'source', 'port'],
  'source.domain': ['event', 'source', 'domain'],
  'source.mac': ['event', 'source', 'mac'],
  'source.bytes': ['event', 'source', 'bytes'],
  'source.packets': ['event', 'source', 'packets'],
  'destination.ip': ['event', 'destination', 'ip'],
  'destination.port': ['event', 'destination', 'port'],
  'destination.domain': ['event', 'destination', 'domain'],
  'destination.mac': ['event', 'destination', 'mac'],
  'destination.bytes': ['event', 'destination', 'bytes'],
  'destination.packets': ['event', 'destination', 'packets'],
  'network.transport': ['event', 'network', 'transport'],
  'network.protocol': ['event', 'network', 'protocol'],
  'network.direction': ['event', 'network', 'direction'],
  'network.community_id': ['event', 'network', 'communityId'],
  'network.bytes': ['event', 'network', 'bytes'],
  'network.packets': ['event', 'network', 'packets'],
  'process.name': ['event', 'process', 'name'],
  'process.executable': ['event', 'process', 'executable'],
  'process.command_line': ['event', 'process', 'commandLine'],
  'process.pid': ['event', 'process', 'pid'],
  'process.entity_id': ['event', 'process', 'entityId'],
  'process.working_directory': ['event', 'process', 'workingDirectory'],
  'process.hash.md5': ['event', 'process', 'hash', 'md5'],
  'process.hash.sha1': ['event', 'process', 'hash', 'sha1'],
  'process.hash.sha256': ['event', 'process', 'hash', 'sha256'],
  'process.pe.imphash': ['event', 'process', 'hash', 'imphash'],
  'process.parent.name': ['event', 'process', 'parent', 'name'],
  'process.parent.executable': ['event', 'process', 'parent', 'executable'],
  'process.parent.command_line': ['event', 'process', 'parent', 'commandLine'],
  'process.parent.pid': ['event', 'process', 'parent', 'pid'],
  'process.parent.entity_id': ['event', 'process', 'parent', 'entityId'],
  'process.parent.working_directory': ['event', 'process', 'parent', 'workingDirectory'],
  'file.path': ['event', 'file', 'path'],
  'file.name': ['event', 'file', 'name'],
  'file.extension': ['event', 'file', 'extension'],
  'file.size': ['event', 'file', 'size'],
  'file.hash.md5': ['event', 'file', 'hash', 'md5'],
  'file.hash.sha1': ['event', 'file', 'hash', 'sha1'],
  'file.hash.sha256': ['event', 'file', 'hash', 'sha256'],
  'file.pe.imphash': ['event', 'file', 'hash', 'imphash'],
  'registry.path': ['event', 'registry', 'path'],
  'registry.key': ['event', 'registry', 'key'],
  'registry.value': ['event', 'registry', 'value'],
  'registry.data.strings': ['event', 'registry', 'data'],
  'dns.question.name': ['event', 'dns', 'questionName'],
  'dns.question.type': ['event', 'dns', 'questionType'],
  'dns.response_code': ['event', 'dns', 'responseCode'],
  'dns.answers.data': ['event', 'dns', 'answers'],
  'http.request.method': ['event', 'http', 'method'],
  'http.response.status_code': ['event', 'http', 'status'],
  'user_agent.original': ['event', 'http', 'userAgent'],
  'http.request.referrer': ['event', 'http', 'referrer'],
  'url.original': ['event', 'url', 'original'],
  'url.domain': ['event', 'url', 'domain'],
  'url.path': ['event', 'url', 'path'],
  'url.query': ['event', 'url', 'query'],
  'tls.client.server_name': ['event', 'tls', 'serverName'],
  'tls.version': ['event', 'tls', 'version'],
  'tls.client.ja3': ['event', 'tls', 'ja3'],
  'tls.server.ja3s': ['event', 'tls', 'ja3s'],
  'tls.server.subject': ['event', 'tls', 'subject'],
  'tls.server.issuer': ['event', 'tls', 'issuer'],
  'rule.id': ['event', 'rule', 'id'],
  'rule.name': ['event', 'rule', 'name'],
  'rule.category': ['event', 'rule', 'category'],
  'rule.version': ['event', 'rule', 'version'],
  'cloud.provider': ['event', 'cloud', 'provider'],
  'cloud.account.id': ['event', 'cloud', 'accountId'],
  'cloud.region': ['event', 'cloud', 'region'],
  'cloud.service.name': ['event', 'cloud', 'service'],
};

