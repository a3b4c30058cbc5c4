// Cisco IOS, IOS-XE, IOS-XR and NX-OS system messages: `seq: host: *Mar  1 18:46:11.123 UTC: %SYS-5-CONFIG_I: text`, most of it optional.
import type { Decoder, Draft, RawDocument } from '../kit.ts';
import { canonicalIp, CERTAIN, draft, LIKELY, messageText, monthNumber, newFields, readBsd, setEcs, setField, stamp, textNative } from '../kit.ts';
import { readWording } from './wording.ts';

const LEVELS = ['emergency', 'alert', 'critical', 'error', 'warning', 'notice', 'informational', 'debug'];
const SEVERITIES = [100, 90, 80, 60, 40, 20, 10, 5];
const FIREWALLS = ['%ASA-', '%FTD-', '%PIX-', '%FWSM-'];

const decoder: Decoder = {
  name: 'cisco-ios',
  version: 1,
  reads: 'Cisco IOS, IOS-XE, IOS-XR and NX-OS system messages; Unified Communications Manager',
  recognisedBy: '`%FACILITY-<level>-MNEMONIC`',
  datasets: ['cisco-ios.log', 'cisco-ucm.log'],
  clues: { holds: ['%'] },
  recognise({ json, text }) {
    const tag = json === undefined ? tagIn(text) : undefined;
    return tag === undefined ? 0 : tag.from === 0 ? CERTAIN : LIKELY;
  },
  decode(document) {
    const tag = tagIn(document.text);
    return tag === undefined ? 'no %FACILITY-LEVEL-MNEMONIC' : [eventOf(document, tag)];
  },
};
export default decoder;

interface Tag {
  readonly from: number;
  readonly to: number;
  readonly facility: string;
  readonly level: number;
  readonly mnemonic: string;
}
const TAG = /%([A-Z][A-Z0-9_]{1,40}(?:-[A-Z0-9_]{1,40}){0,3})-([0-7])-([A-Za-z0-9_]{2,64})(?: ?:| |$)/;
function tagIn(text: string): Tag | undefined {
  const at = text.indexOf('%');
  if (at < 0 || at > 200) return undefined;
  const found = TAG.exec(text.slice(0, 400));
  if (found === null || FIREWALLS.some((tag) => text.startsWith(tag, found.index))) return undefined;
  return { from: found.index, to: found.index + found[0].length, facility: found[1]!, level: Number(found[2]), mnemonic: found[3]! };
}

function eventOf(document: RawDocument, { to, from, facility, level, mnemonic }: Tag): Draft {
  const message = document.text.slice(to).trim();
  const said = readWording(message);
  const header = headerOf(document, from);
  const fields = newFields();
  Object.assign(fields, { facility, severity: level, mnemonic, message, ...header.fields, ...said });
  const event = draft(/^(?:UC|CCM|CUCM)_/.test(facility) ? 'cisco-ucm.log' : 'cisco-ios.log', 'cisco', textNative(document, fields));
  event.logsource = { category: [], service: facility === 'AAA' ? ['aaa'] : [] };
  event.provider = facility;
  event.code = `${facility}-${level}-${mnemonic}`;
  event.action = mnemonic.toLowerCase();
  event.message = messageText(document.text.slice(from));
  event.severity = SEVERITIES[level]!;
  setEcs(event, 'log.level', LEVELS[level]!);
  setEcs(event, 'observer.vendor', 'Cisco');
  if (header.time !== undefined) stamp(event, header.time, document.zone);
  if (header.hostname !== undefined) setField(event, 'host.name', header.hostname);
  else if (canonicalIp(document.syslog?.hostname) === null) setField(event, 'host.name', document.syslog?.hostname);
  for (const [name, value] of Object.entries(said)) if (name !== 'outcome' && name !== 'list') setField(event, name, value);
  if (facility === 'SEC' && said['source.ip'] !== undefined) {
    event.category = ['network'];
    event.type = ['connection', said.outcome === 'denied' ? 'denied' : 'allowed'];
  } else if (/^(?:SEC_LOGIN|AAA|SSH|SECURITY-SSHD)/.test(facility)) {
    event.category = ['authentication'];
    event.type = ['info'];
    event.outcome = /FAIL|REJECT/.test(mnemonic) || /fail/i.test(message) ? 'failure' : /SUCCESS|PASS/.test(mnemonic) ? 'success' : null;
  } else if (/CONFIG_I|CFGLOG/.test(mnemonic)) {
    event.category = ['configuration'];
    event.type = ['change'];
  }
  return event;
}

interface Header {
  readonly fields: Readonly<Record<string, string>>;
  readonly hostname?: string;
  readonly time?: ReturnType<typeof readBsd>;
}
/** What stands between the priority and the tag: sequence numbers, a host, a time with marks for a clock that is not set. */
function headerOf({ raw, text, syslog, appendedAt }: RawDocument, from: number): Header {
  if (syslog?.fault !== 'no timestamp' && syslog !== undefined && from === 0) return { fields: {} };
  const end = raw.indexOf(text.slice(from, from + 40));
  const before = raw.slice(raw.startsWith('<') ? raw.indexOf('>') + 1 : 0, Math.max(end, 0));
  const fields: Record<string, string> = {};
  let time: Header['time'];
  let hostname: string | undefined;
  for (let at = 0; at < before.length && time === undefined; at++)
    if (monthNumber(before, at) > 0) {
      const year = /(\d{4}) $/.exec(before.slice(0, at))?.[1];
      const written = year === undefined ? before.slice(at) : `${before.slice(at, at + 6)} ${year}${before.slice(at + 6)}`;
      const found = readBsd(written, 0, appendedAt);
      if (!Number.isNaN(found.micros)) time = found;
    }
  for (const part of before.split(/:(?= |$)/)) {
    const word = part.trim().replace(/^[*.]/, '');
    if (/^\d{1,10}$/.test(word)) fields.sequence ??= word;
    else if (hostname === undefined && /^[A-Za-z][\w.-]*$/.test(word) && monthNumber(word, 0) === 0) hostname = word;
  }
  return {
    fields: hostname === undefined ? fields : { ...fields, hostname },
    ...(hostname === undefined ? {} : { hostname }),
    ...(time === undefined ? {} : { time }),
  };
}
