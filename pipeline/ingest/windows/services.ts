// The other channels that rules and people look at.
import type { Draft, JsonObject } from '../kit.ts';
import { count, file, firstLine, process, setEcs, table, text, user } from '../kit.ts';
import { account, hashesOf } from './sysmon.ts';

const PROCESS = ['process'];
const CONFIGURATION = ['configuration'];
const INFO = ['info'];
const START = ['start'];
const END = ['end'];
const CREATION = ['creation'];
const CHANGE = ['change'];
const MALWARE = ['malware'];

/** PowerShell, both channels. */
export function powershell(event: Draft, f: JsonObject): void {
  const id = event.code;
  const script = text(f.ScriptBlockText) ?? text(f.Payload);
  event.category = PROCESS;
  event.type = id === '400' || id === '40961' || id === '53504' ? START : id === '403' ? END : INFO;
  event.action = ACTIONS.get(id ?? '') ?? null;
  event.file = file(text(f.Path) ?? text(f.ScriptName) ?? inData(f.Data, 'ScriptName'));
  const application = inData(f.Data, 'HostApplication');
  if (application !== null) event.process = process(null, null, application);
  account(event, text(f.User) ?? text(f.UserId));
  event.message = script !== null ? firstLine(script.trimStart()) : (messageOf(f) ?? engineState(f.Data) ?? event.action);
}
/** What Windows shows of the classic channel's start and stop of an engine. */
function engineState(data: unknown): string | null {
  const [before, after] = [inData(data, 'PreviousEngineState'), inData(data, 'NewEngineState')];
  return before === null || after === null ? null : `Engine state is changed from ${before} to ${after}.`;
}
/** The classic channel writes its fields as `Name=value` lines of one text among the unnamed data. */
function inData(data: unknown, name: string): string | null {
  for (const part of Array.isArray(data) ? (data as readonly unknown[]) : [data]) {
    const at = typeof part === 'string' ? part.indexOf(`\t${name}=`) + 1 || part.indexOf(` ${name}=`) + 1 : 0;
    if (at > 0) return text(firstLine((part as string).slice(at + name.length + 1)));
  }
  return null;
}
const ACTIONS: ReadonlyMap<string, string> = new Map([
  ['400', 'engine-started'],
  ['403', 'engine-stopped'],
  ['600', 'provider-started'],
  ['800', 'pipeline-executed'],
  ['4103', 'module-logged'],
  ['4104', 'script-block-logged'],
  ['4105', 'script-block-started'],
  ['4106', 'script-block-stopped'],
  ['40961', 'console-starting'],
  ['40962', 'console-ready'],
  ['53504', 'pipe-opened'],
]);

/** System: services and the machine itself. */
export function system(event: Draft, f: JsonObject): void {
  const known = SYSTEM.get(`${event.provider}/${event.code}`);
  if (known !== undefined) {
    [event.action, event.category, event.type] = known;
    setEcs(event, 'service.name', text(f.ServiceName) ?? text(f.param1));
    event.file = file(text(f.ImagePath));
  }
  const subject = text(f.SubjectUserName);
  if (subject !== null) event.user = user(subject, text(f.SubjectDomainName));
  const detail = text(f.ServiceName) ?? text(f.param1);
  event.message = messageOf(f) ?? (known === undefined ? null : `${known[0]}${detail === null ? '' : `: ${detail}`}`);
}
const SYSTEM: ReadonlyMap<string, readonly [action: string, category: readonly string[], type: readonly string[]]> = new Map([
  ['Service Control Manager/7045', ['service-installed', CONFIGURATION, CREATION]],
  ['Service Control Manager/7040', ['service-start-type-changed', CONFIGURATION, CHANGE]],
  ['Service Control Manager/7036', ['service-state-changed', PROCESS, CHANGE]],
  ['Service Control Manager/7034', ['service-crashed', PROCESS, END]],
  ['Microsoft-Windows-Eventlog/104', ['log-cleared', CONFIGURATION, CHANGE]],
  ['EventLog/6005', ['event-log-started', ['host'], START]],
  ['EventLog/6006', ['event-log-stopped', ['host'], END]],
  ['User32/1074', ['shutdown-requested', ['host'], END]],
]);

const FOUND = new Set(['1006', '1007', '1015', '1116', '1117']);
const THREAT_SEVERITIES = table({ 1: 20, 2: 40, 4: 70, 5: 95 });

/** Windows Defender. */
export function defender(event: Draft, f: JsonObject): void {
  const threat = text(f.ThreatName);
  if (FOUND.has(event.code ?? '') || threat !== null) {
    event.kind = 'alert';
    event.category = MALWARE;
    event.type = INFO;
    event.rule = { id: text(f.ThreatID), name: threat, category: text(f.CategoryName), version: text(f.SecurityintelligenceVersion) };
    event.severity = THREAT_SEVERITIES.get(text(f.SeverityID) ?? '') ?? event.severity;
    const path = text(f.Path);
    event.file = file(path?.startsWith('file:_') ? path.slice(6) : path);
    event.process = process(text(f.ProcessName), null);
    account(event, text(f.DetectionUser) ?? text(f.User));
  } else {
    event.category = CONFIGURATION;
    event.type = event.code === '5001' || event.code === '5007' ? CHANGE : INFO;
  }
  event.message = messageOf(f) ?? (threat === null ? null : `Threat found: ${threat}`);
}

/** Anything else: what most channels share. */
export function other(event: Draft, f: JsonObject): void {
  event.process = process(text(f.Image) ?? text(f.ProcessName), count(f.ProcessId));
  const hashes = hashesOf(f.Hashes);
  if (hashes !== null) event.file = file(text(f.TargetFilename) ?? text(f.FileName), hashes);
  account(event, text(f.User) ?? text(f.UserName));
  event.message = messageOf(f);
}

const messageOf = (f: JsonObject): string | null => {
  const message = text(f.Message);
  return message === null ? null : firstLine(message);
};
