// Hayabusa's timeline: what its rules found in event logs, with a part of each event.
import type { Draft, JsonObject, RawDocument } from '../kit.ts';
import { account, draft, mapping, objectOf, setField, table, text, texts, via } from '../kit.ts';
import { hashesOf } from './sysmon.ts';

const SEVERITIES = table({ info: 10, informational: 10, low: 25, med: 50, medium: 50, high: 75, crit: 95, critical: 95, emergency: 99 });

export const isHayabusa = (json: JsonObject): boolean =>
  typeof json.RuleTitle === 'string' && json.EventID !== undefined && typeof json.Channel === 'string' && json.Timestamp !== undefined;

const set = mapping({
  '@timestamp': 'Timestamp',
  'event.code': 'EventID',
  'host.name': 'Computer',
  'rule.name': 'RuleTitle',
  'rule.id': ['RuleID', 'RuleFile'],
  'rule.ruleset': 'RuleFile',
  'log.level': via('Level', (value) => String(value).toLowerCase()),
  'threat.tactic.name': via('MitreTactics', (value) => texts(value)),
  'threat.technique.id': via('MitreTags', (value) => texts(value)),
  'process.executable': ['Details.Proc', 'Details.SrcProc', 'ExtraFieldInfo.Image'],
  'process.command_line': ['Details.Cmdline', 'ExtraFieldInfo.CommandLine'],
  'process.pid': ['Details.PID', 'Details.SrcPID'],
  'process.entity_id': ['Details.PGUID', 'Details.SrcPGUID'],
  'process.parent.executable': 'ExtraFieldInfo.ParentImage',
  'process.parent.command_line': ['Details.ParentCmdline', 'ExtraFieldInfo.ParentCommandLine'],
  'file.path': ['Details.Path', 'Details.TgtFile'],
  'registry.path': 'Details.TgtObj',
  'source.ip': ['Details.SrcIP', 'ExtraFieldInfo.IpAddress'],
  'destination.ip': 'Details.TgtIP',
  'service.name': 'Details.Svc',
});

export function hayabusa(document: RawDocument, json: JsonObject): Draft {
  const event = draft('windows.hayabusa', 'windows', document.bytes);
  event.kind = 'alert';
  event.category = ['intrusion_detection'];
  event.type = ['info'];
  event.provider = 'hayabusa';
  event.severity = SEVERITIES.get(text(json.Level)?.toLowerCase() ?? '') ?? null;
  set(event, json, document);
  if (event.host !== null) event.host = { ...event.host, os: 'windows' };
  const details = objectOf(json.Details);
  const { name, domain } = account(text(details.User) ?? text(details.TgtUser) ?? text(details.SrcUser));
  if (name !== null) event.user = { name, domain, id: null, email: null };
  const hashes = hashesOf(details.Hashes ?? objectOf(json.ExtraFieldInfo).Hashes);
  if (hashes !== null && event.process !== null) event.process = { ...event.process, hash: hashes };
  setField(event, 'event.reason', typeof json.Details === 'string' ? json.Details : null);
  event.message = text(json.RuleTitle);
  return event;
}
