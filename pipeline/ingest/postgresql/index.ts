// PostgreSQL: csvlog, jsonlog and stderr lines with the usual prefixes: https://www.postgresql.org/docs/current/runtime-config-logging.html
import type { Decoder, Draft, FieldsOf, RawDocument } from '../kit.ts';
import { canonicalIp, columns, csvCells, draft, mapping, messageText, setField, text, textNative, via } from '../kit.ts';
import { setMeaning } from './meaning.ts';
import { prefixed, SEVERITIES } from './prefix.ts';

/** In the order of the documentation; versions before 14 write fewer. */
const NAMES =
  'timestamp user dbname pid connection_from session_id line_num ps session_start vxid txid error_severity state_code message detail hint internal_query internal_position context statement cursor_position location application_name backend_type leader_pid query_id'.split(
    ' ',
  );
const CSV = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} [A-Za-z0-9+:/_-]{1,40},(?:"[^"]{0,128}")?,(?:"[^"]{0,128}")?,\d{0,10},/;

const set = mapping({
  '@timestamp': 'timestamp',
  'log.level': 'error_severity',
  'event.code': via('state_code', (code) => (code === '00000' ? null : code)),
  'user.name': via('user', (name) => (name === '[unknown]' ? null : name)),
  'process.pid': 'pid',
  'error.code': via('state_code', (code) => (code === '00000' ? null : code)),
});

const decoder: Decoder = {
  name: 'postgresql',
  version: 1,
  reads: 'PostgreSQL: csvlog, jsonlog, lines with a time and `LOG:` or another severity',
  recognisedBy: 'time, user, database and process as separated values; error_severity with backend_type; time, then a severity and two blanks',
  datasets: ['postgresql.log'],
  clues: { members: ['error_severity'], begins: ['1', '2'], holds: [...SEVERITIES].map((severity) => `${severity}:  `) },
  recognise({ json, text: line }) {
    if (json !== undefined) return json.backend_type !== undefined && json.error_severity !== undefined ? 0.95 : 0;
    return CSV.test(line.slice(0, 400)) ? 0.95 : prefixed(line) === undefined ? 0 : 0.8;
  },
  decode(document) {
    if (document.json !== undefined) return [eventOf(document, document.json, document.bytes)];
    const fields = CSV.test(document.text.slice(0, 400)) ? columns(NAMES, csvCells(document.text.trimEnd())) : prefixed(document.text);
    return fields === undefined ? 'no time and severity at the beginning' : [eventOf(document, fields, textNative(document, fields))];
  },
};
export default decoder;

function eventOf(document: RawDocument, fields: FieldsOf, native: Uint8Array): Draft {
  const event = draft('postgresql.log', 'postgresql', native);
  event.logsource = { category: ['database'], service: ['postgresql'] };
  event.category = ['database'];
  set(event, fields, document);
  const severity = text(fields.error_severity) ?? '';
  event.type = /^(?:ERROR|FATAL|PANIC)$/.test(severity) ? ['error'] : ['info'];
  client(event, fields);
  event.message = messageText([text(fields.message), text(fields.detail)].filter((part) => part !== null).join(' '));
  setMeaning(event, text(fields.message) ?? '');
  return event;
}

/** `host:port` of csvlog, where IPv6 has no brackets; `remote_host` and `remote_port` of jsonlog. `[local]` is a socket of the same machine. */
function client(event: Draft, fields: FieldsOf): void {
  const from = text(fields.connection_from) ?? '';
  const colon = from.lastIndexOf(':');
  const host = colon > 0 ? from.slice(0, colon) : (text(fields.remote_host) ?? from);
  if (host === '' || host === '[local]') return;
  const ip = canonicalIp(host);
  setField(event, ip === null ? 'source.domain' : 'source.ip', ip ?? host);
  setField(event, 'source.port', colon > 0 ? from.slice(colon + 1) : fields.remote_port);
}
