// Lines on stderr: what log_line_prefix says before the severity is free, so the usual parts are told by their look.
import type { Fields } from '../kit.ts';
import { newFields } from '../kit.ts';

export const SEVERITIES: ReadonlySet<string> = new Set(
  'LOG ERROR FATAL PANIC WARNING NOTICE INFO DEBUG DEBUG1 DEBUG2 DEBUG3 DEBUG4 DEBUG5 STATEMENT DETAIL HINT CONTEXT QUERY'.split(' '),
);
const TIME = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d{3})?(?: (?:[A-Z]{3,5}|[+-]\d\d(?::?\d\d)?))?/;
const SEVERITY = /(?:^|[\s:\]])([A-Z]{3,9}\d?): {2}/g;
const LONGEST_PREFIX = 400;

/** Fields by the names of jsonlog; undefined when the text is no line of PostgreSQL. */
export function prefixed(line: string): Fields | undefined {
  const head = line.slice(0, LONGEST_PREFIX);
  const time = TIME.exec(head)?.[0];
  if (time === undefined) return undefined;
  const severity = [...head.matchAll(SEVERITY)].find(([, name]) => SEVERITIES.has(name!));
  if (severity === undefined) return undefined;
  const fields = newFields();
  const prefix = head.slice(time.length, severity.index + severity[0].indexOf(severity[1]!)).replace(/[\s:]+$/, '');
  fields.timestamp = time;
  Object.assign(fields, partsOf(prefix));
  fields.error_severity = severity[1];
  fields.message = line.slice(severity.index + severity[0].length).trimEnd();
  const statement = /^(?:duration: [\d.]{1,16} ms +)?(?:statement|execute [^:]{1,64}): (.*)/s.exec(String(fields.message));
  if (statement !== null) fields.statement = statement[1];
  return fields;
}

const SESSION = /^[0-9a-f]{6,10}\.[0-9a-f]{1,8}$/;
/** `[pid]`, `user@database`, `host(port)`, `user=..,db=..`, or `database application user host session`. */
function partsOf(prefix: string): Fields {
  const fields = newFields();
  const rest: string[] = [];
  for (const part of prefix.split(/[\s,]+/)) {
    const pid = /^:?\[(\d{1,10})(?:-\d+)?\]:?$/.exec(part) ?? /^(\d{1,10})$/.exec(part);
    const pair = /^(user|db|app|client|host)=(.*)$/.exec(part);
    const pooled = /^([^@\s]{1,64})@([^@\s]{1,64})$/.exec(part);
    const address = /^([0-9a-fA-F.:]{3,45}|\[local\])(?:\((\d{1,5})\))?:?$/.exec(part);
    if (pid !== null) fields.pid ??= pid[1];
    else if (pair !== null) fields[PAIRS.get(pair[1]!)!] = pair[2];
    else if (pooled !== null) Object.assign(fields, { user: pooled[1], dbname: pooled[2] });
    else if (SESSION.test(part)) fields.session_id = part;
    else if (address !== null && (/[.:]/.test(part) || part.startsWith('[local]')))
      Object.assign(fields, { remote_host: address[1] }, address[2] === undefined ? {} : { remote_port: address[2] });
    else if (part !== '') rest.push(part);
  }
  if (rest.length === 3) Object.assign(fields, { dbname: rest[0], application_name: rest[1], user: rest[2] });
  else if (rest.length > 0) fields.prefix = rest.join(' ');
  return fields;
}
const PAIRS: ReadonlyMap<string, string> = new Map([
  ['user', 'user'],
  ['db', 'dbname'],
  ['app', 'application_name'],
  ['client', 'remote_host'],
  ['host', 'remote_host'],
]);
