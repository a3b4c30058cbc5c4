// Cisco ISE and ACS: `CISE_Passed_Authentications 0000000001 1 0 <time> <sequence> <code> <level> <class>: <text>, a=b, c=d\, e,`
import type { Decoder, Fields } from '../kit.ts';
import { CERTAIN, draft, LIKELY, mapping, messageText, newFields, textNative, via } from '../kit.ts';

const MAX_PAIRS = 1000;
const set = mapping({
  '@timestamp': 'timestamp',
  'event.code': 'code',
  'event.provider': 'category',
  'event.action': 'text',
  'log.level': via('level', (value) => String(value).toLowerCase()),
  'user.name': ['UserName', 'User-Name', 'User', 'AdminName', 'PortalUser'],
  'source.ip': ['Framed-IP-Address', 'EndpointIPAddress', 'AdminIPAddress', 'Remote-Address', 'Device IP Address'],
  'source.mac': ['Calling-Station-ID', 'EndpointMacAddress'],
  'destination.ip': ['DestinationIPAddress', 'NAS-IP-Address', 'EndpointNADAddress'],
  'destination.port': 'DestinationPort',
  'network.protocol': 'Protocol',
  'event.reason': 'FailureReason',
  'rule.name': ['AuthorizationPolicyMatchedRule', 'SelectedAuthorizationProfiles'],
  'observer.hostname': 'host',
});

const decoder: Decoder = {
  name: 'cisco-ise',
  version: 1,
  reads: 'Cisco ISE and ACS logs',
  recognisedBy: '`CISE_` or `CSCOacs_` and the category',
  datasets: ['cisco-ise.log'],
  clues: { holds: ['CISE_', 'CSCOacs_'] },
  isObserver: true,
  recognise({ json, text }) {
    const at = json === undefined ? categoryAt(text) : -1;
    return at < 0 ? 0 : at === 0 ? CERTAIN : LIKELY;
  },
  decode(document) {
    const at = categoryAt(document.text);
    const fields = at < 0 ? undefined : fieldsOf(document.text, at);
    if (fields === undefined) return 'no CISE_ category with its numbers';
    const event = draft('cisco-ise.log', 'cisco', textNative(document, fields));
    event.message = messageText(String(fields.text));
    set(event, fields, document);
    const category = String(fields.category);
    if (/Passed|Failed|RADIUS|TACACS|Administrative|authentication/i.test(category)) {
      event.category = ['authentication'];
      event.type = ['info'];
      event.outcome = category.includes('Failed') ? 'failure' : category.includes('Passed') ? 'success' : null;
    }
    return [event];
  },
};
export default decoder;

/** Where the category begins, in what a second header may take. */
function categoryAt(text: string): number {
  const at = text.startsWith('CISE_') || text.startsWith('CSCOacs_') ? 0 : Math.max(text.indexOf(' CISE_'), text.indexOf(' CSCOacs_')) + 1;
  return at === 0 ? (/^(?:CISE|CSCOacs)_/.test(text) ? 0 : -1) : at < 200 ? at : -1;
}

/** Category, message number, segments, time (date, clock, zone), sequence, code, level, class and text, then pairs between commas; `\,` is no separator. */
function fieldsOf(text: string, from: number): Fields | undefined {
  const words = text.slice(from, from + 300).split(' ');
  const [category = '', message_id, segments, segment] = words;
  if (segments === undefined || segment === undefined || !/^\d+$/.test(segments) || !/^\d+$/.test(segment)) return undefined;
  const fields = newFields();
  Object.assign(fields, { category, message_id, segments, segment });
  const host = / (\S+) $/.exec(text.slice(0, from))?.[1];
  if (host !== undefined) fields.host = host;
  let used = words.slice(0, 4).join(' ').length + 1;
  if (/^\d{4}-\d\d-\d\d$/.test(words[4] ?? '')) {
    const [date, clock, zone, sequence, code, level] = words.slice(4, 10);
    Object.assign(fields, { timestamp: `${date} ${clock}${zone}`, sequence, code, level });
    used = words.slice(0, 10).join(' ').length + 1;
  }
  const parts = commaParts(text.slice(from + used));
  fields.text = parts[0] ?? '';
  const steps: string[] = [];
  for (const part of parts.slice(1, MAX_PAIRS)) {
    const equals = part.indexOf('=');
    if (equals <= 0) continue;
    const name = part.slice(0, equals).trim();
    if (name === 'Step') steps.push(part.slice(equals + 1));
    else fields[name in fields ? `_${name}` : name] = part.slice(equals + 1);
  }
  if (steps.length > 0) fields.Step = steps;
  return fields;
}

function commaParts(text: string): readonly string[] {
  const parts: string[] = [];
  let part = '';
  for (let at = 0, start = 0; at <= text.length; at++) {
    const code = text.charCodeAt(at);
    if (at < text.length && code === 92) {
      part += text.slice(start, at) + (text.charAt(at + 1) === ',' ? ',' : text.slice(at, at + 2));
      at++;
      start = at + 1;
    } else if (at === text.length || code === 44) {
      parts.push((part + text.slice(start, at)).trim());
      part = '';
      start = at + 1;
    }
  }
  return parts.filter((one) => one !== '');
}
