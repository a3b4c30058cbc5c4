// What Postfix says of messages and clients, inside syslog: https://www.postfix.org/postconf.5.html#syslog_name
import type { Decoder, Draft, RawDocument } from '../kit.ts';
import { canonicalIp, draft, LIKELY, messageText, newFields, setField, table, textNative } from '../kit.ts';

const QUEUED = /^(?<queue_id>[0-9A-F]{5,15}|[0-9A-Za-z]{10,20}|NOQUEUE): (?<rest>.*)$/s;
/** `name=value, name=value`: values in angle brackets may hold commas; the last is everything behind it. */
const PAIR = /([a-z][\w-]{0,31})=(<[^>]{0,512}>|[^,\s]{0,512})/y;
const CLIENT =
  /^(?<verb>connect|disconnect|lost connection after \w{1,16}|timeout after \w{1,16}|Anonymous TLS connection established|Trusted TLS connection established|Untrusted TLS connection established) from (?<name>[^\s[]{1,255})\[(?<ip>[0-9a-fA-F.:]{2,45}|unknown)\]/;
const FAILED_LOGIN = /^warning: (?<name>[^\s[]{1,255})\[(?<ip>[0-9a-fA-F.:]{2,45})\]: SASL (?<mechanism>[\w-]{1,32}) authentication failed/;
const REJECT = /^reject: (?<stage>[A-Z]{4,8}) from (?<name>[^\s[]{1,255})\[(?<ip>[0-9a-fA-F.:]{2,45})\](?::\d{1,5})?: (?<code>\d{3}) (?<reason>[^;]{1,512})/;
const HOST = /^(?<name>[^\s[]{1,255})\[(?<ip>[0-9a-fA-F.:]{2,45})\](?::(?<port>\d{1,5}))?$/;
const OUTCOMES = table({ sent: 'success', deferred: 'failure', bounced: 'failure', undeliverable: 'failure', deliverable: 'success' });

const decoder: Decoder = {
  name: 'postfix',
  version: 1,
  reads: 'Postfix: deliveries, clients, refused messages and failed logins',
  recognisedBy: 'the program `postfix/..` of a syslog record',
  datasets: ['postfix.mail'],
  isObserver: false,
  recognise: ({ json, syslog }) => (json === undefined && syslog?.appName?.startsWith('postfix/') === true ? LIKELY : 0),
  decode: (document) => (document.syslog?.appName?.startsWith('postfix/') === true ? [eventOf(document, document.syslog.appName)] : 'not of Postfix'),
};
export default decoder;

function eventOf(document: RawDocument, program: string): Draft {
  const { text } = document;
  const queued = QUEUED.exec(text)?.groups;
  const rest = queued?.rest ?? text;
  const pairs = queued === undefined ? nothing() : pairsOf(rest);
  const event = draft(
    'postfix.mail',
    'postfix',
    textNative(document, Object.assign(newFields(), { process: program, queue_id: queued?.queue_id, ...pairs, message: text })),
  );
  event.logsource = { category: ['mail'], service: ['postfix'] };
  event.category = ['email'];
  event.type = ['info'];
  event.provider = program;
  setField(event, 'process.name', program);
  setField(event, 'process.pid', document.syslog?.procId);
  setField(event, 'host.os.type', 'linux');
  if (queued !== undefined && queued.queue_id !== 'NOQUEUE') setField(event, 'email.local_id', queued.queue_id);
  setField(event, 'email.message_id', address(pairs['message-id']));
  setField(event, 'email.from.address', listOf(pairs.from));
  setField(event, 'email.to.address', listOf(pairs.to));
  delivery(event, pairs);
  client(event, rest, pairs.client);
  event.message = messageText(text) || null;
  return event;
}

/** Names come from senders: `__proto__` is one like any other. */
const nothing = (): Record<string, string> => Object.create(null) as Record<string, string>;

function pairsOf(rest: string): Record<string, string> {
  const found = nothing();
  let at = rest.search(/(?:^| )[a-z][\w-]{0,31}=/);
  if (at < 0) return found;
  if (rest[at] === ' ') at++;
  for (PAIR.lastIndex = at; ;) {
    const pair = PAIR.exec(rest);
    if (pair === null) return found;
    found[pair[1]!] ??= pair[2]!.replace(/^<(.*)>$/, '$1');
    const next = /^,? (?=[a-z][\w-]{0,31}=)/.exec(rest.slice(PAIR.lastIndex, PAIR.lastIndex + 40));
    if (next === null) return found;
    PAIR.lastIndex += next[0].length;
  }
}
const address = (value: string | undefined): string | null => (value === undefined || value === '' ? null : value);
const listOf = (value: string | undefined): readonly string[] | null => (value === undefined || value === '' ? null : [value]);

/** `to=<..>, relay=host[ip]:port, delay=.., dsn=2.0.0, status=sent (..)` */
function delivery(event: Draft, { status, relay, delay, dsn }: Readonly<Record<string, string>>): void {
  if (status === undefined) return;
  event.action = `mail-${status}`;
  event.outcome = OUTCOMES.get(status) ?? 'unknown';
  setField(event, 'event.code', dsn);
  const seconds = Number(delay);
  if (delay !== undefined && Number.isFinite(seconds) && seconds >= 0) setField(event, 'event.duration', Math.round(seconds * 1e9));
  const to = HOST.exec(relay ?? '')?.groups;
  setField(event, 'destination.ip', canonicalIp(to?.ip));
  setField(event, 'destination.port', to?.port);
  if (to !== undefined && canonicalIp(to.name) === null) setField(event, 'destination.domain', to.name);
}

function client(event: Draft, rest: string, given: string | undefined): void {
  const refused = REJECT.exec(rest)?.groups;
  const login = refused === undefined ? FAILED_LOGIN.exec(rest)?.groups : undefined;
  const from = refused ?? login ?? CLIENT.exec(rest)?.groups ?? HOST.exec(given ?? '')?.groups;
  if (from === undefined) return;
  setField(event, 'source.ip', canonicalIp(from.ip));
  if (from.name !== 'unknown') setField(event, 'source.domain', from.name);
  if (refused !== undefined) {
    event.action = 'mail-rejected';
    event.category = ['email', 'network'];
    event.type = ['info', 'denied'];
    event.outcome = 'failure';
    setField(event, 'event.code', refused.code);
    setField(event, 'event.reason', refused.reason?.trim());
  } else if (login !== undefined) {
    event.action = 'login';
    event.category = ['authentication'];
    event.type = ['start'];
    event.outcome = 'failure';
  } else if (from.verb !== undefined) {
    event.category = ['network'];
    event.type = ['connection', from.verb === 'disconnect' || from.verb.startsWith('lost') || from.verb.startsWith('timeout') ? 'end' : 'start'];
    event.action = from.verb.includes('TLS') ? 'tls-established' : from.verb.split(' ', 1)[0]!;
  }
}
