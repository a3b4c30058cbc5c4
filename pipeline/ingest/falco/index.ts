// Falco's alerts: https://falco.org/docs/concepts/outputs/formatting/ and /docs/reference/rules/supported-fields/
import type { Decoder, Draft, FieldsOf, JsonObject, RawDocument } from '../kit.ts';
import { CERTAIN, draft, exactJson, isObject, LIKELY, mapping, messageText, objectOf, setField, stamp, table, text, texts, textNative, via } from '../kit.ts';
import type { FalcoText } from './text.ts';
import { clockTime, isFalcoText, readFalcoText, withoutHead } from './text.ts';

const SEVERITIES = table({ emergency: 99, alert: 95, critical: 90, error: 60, warning: 40, notice: 20, informational: 10, info: 10, debug: 5 });

/** `<NA>` is Falco's null; a `%field` is one that the rule named wrongly. */
const says = (value: unknown): unknown => (value === '<NA>' || value === 'N/A' || (typeof value === 'string' && /^%[a-z]/.test(value)) ? null : value);
const of = (...names: readonly string[]) => via(names, says);

/** Names of Falco's fields first, then those that rules usually give them in their text. */
const set = mapping({
  'event.action': of('evt.type', 'evt_type', 'ka.verb', 'ct.name'),
  'process.name': of('proc.name', 'process', 'proc_name'),
  'process.executable': of('proc.exepath', 'proc_exepath', 'exepath'),
  'process.command_line': of('proc.cmdline', 'command', 'cmdline', 'proc_cmdline'),
  'process.pid': of('proc.pid', 'pid', 'proc_pid'),
  'process.working_directory': of('proc.cwd', 'cwd'),
  'process.parent.name': of('proc.pname', 'parent', 'pname', 'proc_pname'),
  'process.parent.executable': of('proc.pexepath', 'parent_exepath', 'proc_pexepath'),
  'process.parent.command_line': of('proc.pcmdline', 'pcmdline', 'proc_pcmdline'),
  'process.parent.pid': of('proc.ppid', 'ppid'),
  'user.name': of('user.name', 'user', 'ka.user.name', 'ct.user', 'github.user', 'okta.actor.name'),
  'user.id': of('user.uid', 'user_uid'),
  'group.name': of('group.name', 'group'),
  'file.path': via(['fd.name', 'file', 'fs.path.name'], (value) => (typeof value === 'string' && value.startsWith('/') ? value : null)),
  'source.ip': via(['fd.cip', 'fd.sip.name', 'ka.sourceips', 'ct.srcip', 'connection', 'fd.name'], (value) => endOf(value, 0)?.ip),
  'source.port': via(['fd.cport', 'connection', 'fd.name'], (value) => endOf(value, 0)?.port),
  'destination.ip': via(['fd.sip', 'connection', 'fd.name'], (value) => endOf(value, 1)?.ip),
  'destination.port': via(['fd.sport', 'connection', 'fd.name'], (value) => endOf(value, 1)?.port),
  'network.transport': of('fd.l4proto', 'proto'),
  'container.id': via(['container.id', 'container_id', 'container'], (value) => (value === 'host' ? null : says(value))),
  'container.name': via(['container.name', 'container_name'], (value) => (value === 'host' ? null : says(value))),
  'container.image.name': of('container.image.repository', 'container_image_repository', 'container_image', 'image'),
  'container.image.tag': of('container.image.tag', 'container_image_tag'),
  'orchestrator.namespace': of('k8s.ns.name', 'k8s_ns_name', 'k8s_ns', 'k8s.ns', 'ka.target.namespace', 'ns'),
  'orchestrator.resource.name': of('k8s.pod.name', 'k8s_pod_name', 'k8s.pod', 'ka.target.name'),
  'orchestrator.resource.id': of('k8s.pod.uid', 'k8s.pod.id'),
  'url.path': of('ka.uri'),
  'http.response.status_code': of('ka.response.code'),
  'user_agent.original': of('ka.useragent', 'ct.useragent'),
  'cloud.region': of('ct.region'),
});

/** One end of `1.2.3.4:80->5.6.7.8:90`; a lone address is either. Anything else has none. */
function endOf(value: unknown, index: 0 | 1): { readonly ip: unknown; readonly port: unknown } | undefined {
  if (typeof value === 'number') return { ip: null, port: value };
  const first: unknown = Array.isArray(value) ? value[0] : value;
  if (typeof first !== 'string') return undefined;
  const arrow = first.indexOf('->');
  if (arrow < 0) return /^\d{1,5}$/.test(first) ? { ip: null, port: first } : { ip: first, port: null };
  const end = index === 0 ? first.slice(0, arrow) : first.slice(arrow + 2);
  const colon = end.lastIndexOf(':');
  return colon < 0 ? undefined : { ip: end.slice(0, colon).replace(/^\[|\]$/g, ''), port: end.slice(colon + 1) };
}

const decoder: Decoder = {
  name: 'falco',
  version: 1,
  reads: 'Falco alerts as JSON (also of Falcosidekick) and as text, of system calls, Kubernetes audit and other plugins',
  recognisedBy: 'output, priority and rule; `hh:mm:ss.nanoseconds: Priority`',
  datasets: ['falco.alert'],
  clues: { members: ['output'], holds: [': Emergency ', ': Alert ', ': Critical ', ': Error ', ': Warning ', ': Notice ', ': Informational ', ': Debug '] },
  recognise({ json, text: raw }) {
    if (json === undefined) return isFalcoText(raw) ? CERTAIN : 0;
    if (typeof json.output !== 'string' || typeof json.priority !== 'string' || typeof json.rule !== 'string') return 0;
    return isObject(json.output_fields) || SEVERITIES.has(json.priority.toLowerCase()) ? CERTAIN : LIKELY;
  },
  decode(document) {
    if (document.json !== undefined) return [ofJson(document, exactJson(document))];
    const found = readFalcoText(document.text);
    return found === undefined ? 'no time and priority' : [ofText(document, found)];
  },
};
export default decoder;

const about = mapping({
  '@timestamp': via(['time', 'output_fields'], (value) => (isObject(value) ? value['evt.time'] : value)),
  'host.name': 'hostname',
  'rule.name': 'rule',
  'rule.ruleset': 'source',
  tags: via('tags', (value) => texts(value)),
});

function ofJson(document: RawDocument, alert: JsonObject): Draft {
  const fields = objectOf(alert.output_fields);
  const event = alertOf(document.bytes, alert.priority, text(alert.output) ?? '', fields);
  about(event, alert, document);
  set(event, fields, document);
  techniques(event, texts(alert.tags));
  outcome(event, fields);
  return finished(event, fields, text(alert.source));
}

function ofText(document: RawDocument, { clock, priority, message, fields }: FalcoText): Draft {
  const event = alertOf(textNative(document, { ...fields, time: clock, priority, output: message }), priority, message, fields);
  stamp(event, clockTime(clock, document.appendedAt), document.zone);
  set(event, fields, document);
  return finished(event, fields, null);
}

function alertOf(native: Uint8Array, priority: unknown, output: string, fields: FieldsOf): Draft {
  const event = draft('falco.alert', 'falco', native);
  const level = text(priority)?.toLowerCase() ?? null;
  event.kind = 'alert';
  event.category = ['intrusion_detection'];
  if (PROCESS_NAMES.some((name) => fields[name] !== undefined && says(fields[name]) !== null)) event.category = ['intrusion_detection', 'process'];
  event.type = ['info'];
  event.severity = level === null ? null : (SEVERITIES.get(level) ?? null);
  event.provider = 'falco';
  event.message = messageText(withoutHead(output)); // time and priority are fields of their own
  setField(event, 'log.level', level);
  return event;
}
const PROCESS_NAMES = ['proc.name', 'proc.cmdline', 'process', 'command'];

function finished(event: Draft, fields: FieldsOf, source: string | null): Draft {
  if (event.ecs['orchestrator.namespace'] !== undefined || event.ecs['orchestrator.resource.name'] !== undefined) {
    setField(event, 'orchestrator.type', 'kubernetes');
    setField(event, 'orchestrator.resource.type', text(fields['ka.target.resource']) ?? (fields['ka.target.name'] === undefined ? 'pod' : null));
  }
  if (source !== null) event.rule = { ...(event.rule ?? { id: null, name: null, version: null }), category: source };
  return event;
}

function outcome(event: Draft, fields: FieldsOf): void {
  const decision = text(fields['ka.auth.decision']);
  const code = Number(text(fields['ka.response.code']) ?? Number.NaN);
  const error = text(fields['ct.error']);
  if (decision === 'forbid' || code >= 400 || (error !== null && says(error) !== null)) event.outcome = 'failure';
  else if (decision === 'allow' || code < 400) event.outcome = 'success';
}

/** Tags of rules: `mitre_privilege_escalation`, `T1611`, `T1548.001`. */
function techniques(event: Draft, tags: readonly string[]): void {
  const ids = tags.filter((tag) => /^T\d{4}(\.\d{3})?$/.test(tag));
  const tactics = tags.filter((tag) => tag.startsWith('mitre_')).map((tag) => tag.slice('mitre_'.length).replaceAll('_', ' '));
  if (ids.length === 0 && tactics.length === 0) return;
  setField(event, 'threat.framework', 'MITRE ATT&CK');
  setField(event, 'threat.tactic.name', tactics);
  setField(event, 'threat.technique.id', [...new Set(ids.map((id) => id.slice(0, 5)))]);
  setField(
    event,
    'threat.technique.subtechnique.id',
    ids.filter((id) => id.includes('.')),
  );
}
