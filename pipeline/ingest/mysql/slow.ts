// An entry of the slow query log: lines of `# name: value`, then statements.
import type { Fields } from '../kit.ts';
import { canonicalIp, newFields } from '../kit.ts';

const PAIR = /([A-Za-z_]{1,40}): {1,8}(\S{1,255})/g;
const USER = /^# User@Host: (\S{0,160}) @ {1,2}(?:(\S{1,255}) )?\[([^\]]{0,64})\](?: {1,4}Id: {1,8}(\d{1,20}))?/;

export const isSlow = (text: string): boolean => text.startsWith('# ') && text.slice(0, 1024).includes('# Query_time: ');

/** Names as the log has them; `user`, `host` and `ip` of User@Host, `timestamp` and `statement` of what follows. */
export function slowFields(text: string): Fields {
  const fields = newFields();
  const statements: string[] = [];
  for (const line of text.split('\n').slice(0, 10_000)) {
    if (line.startsWith('# Time: ')) fields.time = line.slice(8).trim();
    else if (line.startsWith('# User@Host: ')) Object.assign(fields, userOf(line));
    else if (line.startsWith('# ')) for (const [, name, value] of line.slice(0, 4096).matchAll(PAIR)) fields[name!] = value;
    else if (/^SET timestamp=\d{1,12};/i.test(line)) fields.timestamp = /\d+/.exec(line)![0];
    else if (/^use \S{1,255};\s*$/i.test(line)) fields.database = line.trim().slice(4, -1);
    else if (line.trim() !== '') statements.push(line);
  }
  if (statements.length > 0) fields.statement = statements.join('\n');
  return fields;
}

function userOf(line: string): Fields {
  const found = USER.exec(line.slice(0, 1024));
  if (found === null) return {};
  const [, user, host, ip, id] = found;
  return { user, ...(host === undefined ? {} : { host }), ...(canonicalIp(ip) === null ? {} : { ip }), ...(id === undefined ? {} : { Id: id }) };
}
