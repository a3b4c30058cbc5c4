// SPIRE server and agent: https://github.com/spiffe/spire, doc/telemetry and doc/spire_server.md (`audit_log_enabled`)
import type { Decoder, Draft, FieldsOf, RawDocument } from '../kit.ts';
import { CERTAIN, count, draft, exactJson, goLog, LIKELY, mapping, messageText, setField, table, text, textNative, via } from '../kit.ts';

/** Names that only SPIRE has. */
const NAMES = ['subsystem_name', 'spiffe_id', 'trust_domain_id', 'authorized_as', 'parent_id', 'x509_svid_ttl', 'agent_id'];
const IN_TEXT = [...NAMES.map((name) => ` ${name}=`), 'API accessed', 'spire-server', 'spire-agent'];

const SEVERITIES = table({ trace: 0, debug: 5, info: 10, warn: 40, warning: 40, error: 60, fatal: 90, panic: 90 });

const set = mapping({
  '@timestamp': ['time', 'ts'],
  'log.level': via('level', (value) => String(value).toLowerCase()),
  'event.severity': via('level', (value) => SEVERITIES.get(String(value).toLowerCase())),
  'event.provider': 'subsystem_name',
  'event.duration': via('elapsed_time', (value) => (count(value) === null ? null : value)),
  'user.id': 'caller_uid',
  'user.name': 'caller_id', // a SPIFFE ID
  'group.id': 'caller_gid',
  'process.executable': 'caller_path',
  'process.pid': ['pid', 'caller_pid'],
  'source.ip': via('caller_addr', (value) => addressOf(value)?.ip),
  'source.port': via('caller_addr', (value) => addressOf(value)?.port),
  'error.message': ['error', 'status_message'],
  'error.code': via('status_code', (value) => (value === 'OK' ? null : value)),
  'service.name': 'service',
  'transaction.id': 'request_id',
  'user.target.name': via('spiffe_id', (value, fields) => (fields.type === 'audit' ? value : null)),
});
/** `127.0.0.1:61745`, `[::1]:8081`. */
function addressOf(value: unknown): { readonly ip: string; readonly port: string } | undefined {
  const written = String(value);
  const colon = written.lastIndexOf(':');
  return colon < 0 ? undefined : { ip: written.slice(0, colon).replace(/^\[|\]$/g, ''), port: written.slice(colon + 1) };
}

const isSpire = (fields: FieldsOf): boolean =>
  typeof fields.msg === 'string' && typeof fields.level === 'string' && (NAMES.some((name) => fields[name] !== undefined) || isAudit(fields));
const isAudit = ({ type, msg }: FieldsOf): boolean => type === 'audit' && msg === 'API accessed';

const decoder: Decoder = {
  name: 'spire',
  version: 1,
  reads: 'SPIRE server and agent logs, text and JSON, audit lines included',
  recognisedBy: '`level`, `msg` and one of the names that SPIRE uses: `subsystem_name`, `spiffe_id`, `trust_domain_id`, or `API accessed` of type audit',
  datasets: ['spire.log', 'spire.audit'],
  clues: { members: ['msg'], holds: IN_TEXT },
  recognise({ json, text: raw }) {
    if (json !== undefined) return isSpire(json) ? CERTAIN : 0;
    const fields = goLog(raw);
    if (fields === undefined) return 0;
    return isSpire(fields) ? (fields.time === undefined ? LIKELY + 0.1 : CERTAIN) : 0;
  },
  decode(document) {
    if (document.json !== undefined) return [eventOf(document, exactJson(document), document.bytes)];
    const fields = goLog(document.text);
    return fields === undefined ? 'no line of a Go service' : [eventOf(document, fields, textNative(document, fields))];
  },
};
export default decoder;

function eventOf(document: RawDocument, fields: FieldsOf, native: Uint8Array): Draft {
  const audit = fields.type === 'audit';
  const event = draft(audit ? 'spire.audit' : 'spire.log', 'spire', native);
  const message = text(fields.msg);
  event.message = message === null ? null : messageText(message);
  event.action = text(fields.method);
  set(event, fields, document);
  setField(event, 'service.type', 'spire');
  if (audit) {
    event.category = ['api'];
    event.type = typeOf(event.action);
    event.outcome = fields.status === 'success' ? 'success' : 'failure';
  } else if (/attestation/i.test(event.message ?? '') || fields.method === 'AttestAgent') {
    event.category = ['authentication'];
    event.type = ['info'];
    event.outcome = level(fields) === 'error' ? 'failure' : null;
  } else {
    event.category = ['api'];
    event.type = ['info'];
    event.outcome = event.action !== null && level(fields) === 'error' ? 'failure' : null;
  }
  return event;
}
const level = ({ level: written }: FieldsOf): string => String(written).toLowerCase();

/** By the verb that a method begins with; an audit line of a rotation or a mint is a creation. */
function typeOf(method: string | null): readonly string[] {
  if (method === null) return ['info'];
  if (/Create|Mint|New|Append|Prepare/.test(method)) return ['creation'];
  if (/Delete|Evict|Ban/.test(method)) return ['deletion'];
  if (/Update|Set|Activate|Taint|Revoke|Renew|Refresh|Publish/.test(method)) return ['change'];
  return ['access'];
}
