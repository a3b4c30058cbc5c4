// IBM WebSphere DataPower: `[0x81000019][auth][info] user(anna): [192.0.2.1]: ..` in syslog.
import type { Decoder, Draft, RawDocument } from '../kit.ts';
import { draft, messageText, newFields, setField, table, textNative } from '../kit.ts';

const HEAD = /^\[(0x[0-9a-f]{8})\]\[([\w-]{1,64})\]\[([a-z]{3,9})\] ?/;
const OBJECT = /^([\w-]{1,64})\(([^)]{1,128})\): ?/;
const TRANSACTION = /^(?:trans|tid)\((\d{1,20})\)(?:\[[^\]]{1,32}\])?(?:\[([0-9a-fA-F.:]{3,45})\])?: ?/;
const ADDRESS = /^\[([0-9a-fA-F.:]{3,45})\]: ?/;
const USER = /\b[Uu]ser '([^']{1,128})'/;
const DOMAIN = /\b(?:from|to|into|domain) '([^']{1,128})'/;
const SESSIONS = table({
  'logged out': ['logout', 'end'],
  'logged in': ['login', 'start'],
  'logged into': ['login', 'start'],
  'to log in': ['login', 'start'],
});

const decoder: Decoder = {
  name: 'datapower',
  version: 1,
  reads: 'IBM WebSphere DataPower: log messages by syslog',
  recognisedBy: '[0x with eight hex digits][category][level]',
  datasets: ['datapower.log'],
  clues: { begins: ['[0x'] },
  recognise: ({ json, text }) => (json === undefined && HEAD.test(text.slice(0, 160)) ? 0.95 : 0),
  decode(document) {
    const head = HEAD.exec(document.text.slice(0, 160));
    return head === null ? 'no code, category and level at the beginning' : [eventOf(document, head)];
  },
};
export default decoder;

function eventOf(document: RawDocument, [head, code, category, level]: RegExpExecArray): Draft {
  const fields = newFields();
  Object.assign(fields, { event_code: code, event_type: category, severity: level });
  let rest = document.text.slice(head.length);
  const object = OBJECT.exec(rest.slice(0, 256));
  const transaction = TRANSACTION.exec(rest.slice(0, 256));
  if (transaction !== null) Object.assign(fields, { process: 'trans', transaction: transaction[1] });
  else if (object !== null) Object.assign(fields, { process: object[1], object: object[2] });
  rest = rest.slice((transaction ?? object)?.[0].length ?? 0);
  const address = ADDRESS.exec(rest.slice(0, 64));
  rest = rest.slice(address?.[0].length ?? 0);
  const client = transaction?.[2] ?? address?.[1];
  if (client !== undefined) fields.client = client;
  fields.message = rest;
  const short = rest.slice(0, 1024);
  const user = USER.exec(short)?.[1];
  const domain = DOMAIN.exec(short)?.[1];
  const session = [...SESSIONS].find(([wording]) => short.includes(wording))?.[1];
  if (user !== undefined) fields.username = user;
  if (domain !== undefined) fields.security_domain = domain;
  if (session !== undefined) fields.event_subtype = session[0];
  const event = draft('datapower.log', 'datapower', textNative(document, fields));
  event.code = code!;
  event.provider = category!;
  setField(event, 'log.level', level);
  setField(event, 'source.ip', client);
  setField(event, 'user.name', user);
  meaning(event, category!, session, short);
  event.message = messageText(rest);
  return event;
}

function meaning(event: Draft, category: string, session: readonly string[] | undefined, message: string): void {
  if (category !== 'auth' && session === undefined) return;
  event.category = ['authentication'];
  event.type = [session?.[1] ?? 'info'];
  event.action = session?.[0] ?? null;
  event.outcome = /fail|denied|invalid|reject/i.test(message) ? 'failure' : session === undefined ? null : 'success';
}
