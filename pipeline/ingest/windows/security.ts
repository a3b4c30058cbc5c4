import type { Draft, JsonObject } from '../kit.ts';
import {
  canonicalIp,
  communityId,
  count,
  endpoint,
  file,
  firstLine,
  network,
  parentProcess,
  port,
  process,
  registry,
  setEcs,
  table,
  text,
  user,
} from '../kit.ts';
import { SECURITY_KINDS } from './security-kinds.ts';

const IP_PROTOCOLS = table({ 1: 'icmp', 6: 'tcp', 17: 'udp', 47: 'gre', 50: 'esp', 58: 'ipv6-icmp' });
const DIRECTIONS = table({ '%%14592': 'ingress', '%%14593': 'egress' });
const NO_SID = 'S-1-0-0';

/** @param f The flat document. */
export function security(event: Draft, f: JsonObject): void {
  const kind = SECURITY_KINDS.get(event.code ?? '');
  if (kind !== undefined) {
    event.action = kind.action;
    event.category = kind.category;
    event.type = kind.type;
  }
  event.outcome = outcomeOf(f, event.code ?? '');
  accounts(event, f, kind?.whose ?? 'subject', kind?.type.includes('group') === true);
  peers(event, f);
  objects(event, f);
  const message = text(f.Message);
  event.message =
    message !== null ? firstLine(message) : `${kind?.action ?? `Security event ${event.code}`}${named(': ', event.user)}${named(' -> ', event.targetUser)}`;
}

const named = (mark: string, account: { readonly name: string | null } | null): string => (account?.name ? `${mark}${account.name}` : '');

// What agents write for the two audit bits of Keywords, bits 53 and 52: words, or the signed number, which doubles hold exactly.
const SUCCESS = new Set(['-9214364837600034816', '-9214364837600035000', 'AUDIT_SUCCESS', 'Audit Success', 'Audit success']);
const FAILURE = new Set(['-9218868437227405312', '-9218868437227405000', 'AUDIT_FAILURE', 'Audit Failure', 'Audit failure']);
const HEX_KEYWORDS = /^0x[0-9a-fA-F]{16}$/;

function outcomeOf(f: JsonObject, id: string): string | null {
  for (const said of [f.EventType, Array.isArray(f.Keywords) ? (f.Keywords as readonly unknown[])[0] : f.Keywords]) {
    const word = text(said);
    if (word === null) continue;
    const bits = HEX_KEYWORDS.test(word) ? Number.parseInt(word[4]!, 16) : 0;
    if ((bits & 2) !== 0 || SUCCESS.has(word)) return 'success';
    if ((bits & 1) !== 0 || FAILURE.has(word)) return 'failure';
  }
  if (id === '4625' || id === '4771') return 'failure';
  const status = text(f.Status);
  return status === null || !(id === '4768' || id === '4769' || id === '4776') ? null : Number(status) === 0 ? 'success' : 'failure';
}

function accounts(event: Draft, f: JsonObject, whose: 'target' | 'subject', isGroup: boolean): void {
  const sid = (value: unknown): string | null => (value === NO_SID ? null : text(value));
  const subject = user(text(f.SubjectUserName), text(f.SubjectDomainName), sid(f.SubjectUserSid));
  const target = user(
    text(f.TargetUserName) ?? text(f.OldTargetUserName) ?? text(f.AccountName),
    text(f.TargetDomainName) ?? text(f.AccountDomain),
    sid(f.TargetUserSid) ?? sid(f.TargetSid),
  );
  if (whose === 'target') {
    event.user = target ?? subject;
    return;
  }
  event.user = subject;
  if (!isGroup) {
    // The agent's own AccountName is the writer of the record, not a target.
    event.targetUser = (text(f.TargetUserName) ?? text(f.OldTargetUserName) ?? text(f.TargetSid)) === null ? null : target;
    return;
  }
  for (const group of ['group', 'user.target.group']) {
    setEcs(event, `${group}.name`, text(f.TargetUserName));
    setEcs(event, `${group}.domain`, text(f.TargetDomainName));
    setEcs(event, `${group}.id`, sid(f.TargetSid));
  }
  const member = text(f.MemberName);
  event.targetUser = user(member?.startsWith('CN=') ? member.slice(3).split(',', 1)[0]! : member, null, sid(f.MemberSid));
}

function peers(event: Draft, f: JsonObject): void {
  if (f.SourceAddress !== undefined || f.DestAddress !== undefined) {
    const sourceIp = canonicalIp(f.SourceAddress);
    const destinationIp = canonicalIp(f.DestAddress);
    const sourcePort = port(f.SourcePort);
    const destinationPort = port(f.DestPort);
    const transport = IP_PROTOCOLS.get(text(f.Protocol) ?? '') ?? null;
    event.source = endpoint(sourceIp, sourcePort);
    event.destination = endpoint(destinationIp, destinationPort);
    event.network = network(
      transport,
      null,
      DIRECTIONS.get(text(f.Direction) ?? '') ?? null,
      communityId(transport, sourceIp, sourcePort, destinationIp, destinationPort),
    );
    return;
  }
  const ip = canonicalIp(f.IpAddress ?? f.ClientAddress);
  event.source = endpoint(
    ip?.startsWith('::ffff:') ? ip.slice(7) : ip,
    ip === null ? null : port(f.IpPort),
    text(f.WorkstationName) ?? text(f.Workstation) ?? text(f.ClientName),
  );
}

function objects(event: Draft, f: JsonObject): void {
  if (event.code === '4688') {
    event.process = process(
      text(f.NewProcessName),
      count(f.NewProcessId),
      text(f.CommandLine),
      null,
      null,
      null,
      parentProcess(text(f.ParentProcessName), count(f.ProcessId)),
    );
    return;
  }
  event.process = process(text(f.ProcessName) ?? text(f.Application), count(f.ProcessId ?? f.ProcessID));
  const share = text(f.ShareName);
  const object = text(f.ObjectName);
  const [folder, name] = [text(f.ShareLocalPath), text(f.RelativeTargetName)];
  if (share !== null) event.file = file(name === null ? share : folder === null ? name : `${folder}\\${name}`);
  else if (event.code === '4657') event.registry = registry(object === null ? null : `${object}\\${text(f.ObjectValueName) ?? ''}`, text(f.NewValue));
  else if (object !== null && f.ObjectType === 'File') event.file = file(object);
  else if (object !== null && f.ObjectType === 'Key') event.registry = registry(object);
  setEcs(event, 'service.name', text(f.ServiceName));
}
