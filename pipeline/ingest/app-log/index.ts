// Lines of programs that no format of their own is for: what their libraries for logging write in front is read, the rest is the message.
import type { Decoder, Draft, Fields, RawDocument, ReadTime } from '../kit.ts';
import { canonicalIp, draft, hostAndPort, keyValues, messageText, newFields, setField, stamp, text, textNative } from '../kit.ts';
import { collectionOf } from './collector.ts';
import type { Match } from './grammar.ts';
import { fieldsOf as grammarFields, Grammars, setGrammar } from './grammar.ts';
import { LINES } from './grammars/lines.ts';
import { MESSAGES } from './grammars/messages.ts';
import { isKlog, klogFields } from './klog.ts';
import { letterLevel, levelOf, severityOf } from './levels.ts';
import { mongoMessage } from './mongo.ts';
import type { Prefix } from './prefix.ts';
import { prefixOf } from './prefix.ts';
import { readWritten } from './written-times.ts';

const NONE = new Uint8Array();
const lines = new Grammars(LINES);
const messages = new Grammars(MESSAGES);

/** A year is needed where a line could be syslog. */
const isSyslogTime = (time: ReadTime | undefined, line: string): boolean => time?.hasYear === false && !line.startsWith('[');

/** `time level=info msg=..`, as runit writes what a program said in logfmt. */
const PAIRED_LEVEL = /^(?:[\w.]{1,32}=\S{1,64} ){0,4}level=/;

/** What a line of ours begins with, when that is no level: a number or a time, a bracket, or what one of the grammars asks for. */
const BEGINNING = /^ {0,8}(?:[\d[#]|[IWEFD]\d|[A-Z], \[|[A-Z][a-z]{2},? +[\dA-Z]|[A-Z][a-z]{3,8} \d|redis: |Trace\[)/;
const FIRST_WORD = /^ {0,8}([A-Z][A-Za-z]{2,12})[\s|:,]/;
/** As syslog without a priority begins: the host behind a time without a year. */
const BSD = /^[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d [a-z]/;

/** A quick no for most lines, since all texts are asked about: never where the rest of `recognise` would say yes. */
function mayBegin(line: string): boolean {
  if (BEGINNING.test(line)) return !BSD.test(line);
  const word = FIRST_WORD.exec(line)?.[1];
  return word !== undefined && levelOf(word) !== undefined;
}

const decoder: Decoder = {
  name: 'app-log',
  version: 3,
  reads:
    'Logs of other programs as Log4j, Logback, Python, Go, Ruby, klog and others write them: time, level, thread, logger, place in the source; `name=value` in the message. Lines of ActiveMQ, Ambari, ArangoDB, Calico, Cassandra, Ceph, ClickHouse, Db2, GitLab, Hive, IBM MQ, MarkLogic, MongoDB, Nagios, OpenLDAP, PgBouncer, Sidekiq, twemproxy, Vertica, Weave, WebLogic, WebSphere, the Java collector and others further',
  recognisedBy: 'a time or a level at the beginning, with a level, thread or logger behind it',
  datasets: ['app.log'],
  recognise({ json, text: line, appendedAt }) {
    if (json !== undefined || !mayBegin(line)) return 0;
    if (isKlog(line)) return 0.8;
    const match = lines.match(line);
    // More with a time: what is left of a line when its time is taken for a syslog header may look like a line, too.
    if (match !== undefined) return /^[\d[]/.test(line) && match.groups.time !== undefined ? 0.65 : 0.6;
    const prefix = prefixOf(line, appendedAt);
    if (prefix === undefined || isSyslogTime(prefix.time, line)) return 0;
    const hasPlace = (prefix.thread ?? prefix.logger ?? prefix.file) !== undefined;
    if (prefix.level !== undefined) return prefix.time !== undefined ? 0.52 : hasPlace ? 0.45 : 0;
    if (prefix.time !== undefined && PAIRED_LEVEL.test(line.slice(prefix.end, prefix.end + 120))) return 0.52;
    return prefix.file !== undefined ? 0.42 : line.startsWith('[') || prefix.timestamp!.charCodeAt(10) === 32 ? 0.15 : 0;
  },
  decode(document) {
    const klog = klogFields(document.text, document.appendedAt);
    if (klog !== undefined) return [eventOf(document, klog.fields, klog.time, klog.level)];
    const match = lines.match(document.text);
    if (match !== undefined) return [ofLine(document, match)];
    const prefix = prefixOf(document.text, document.appendedAt);
    return prefix === undefined
      ? 'neither a time nor a level at the beginning'
      : [eventOf(document, fieldsOf(document.text, prefix), prefix.time, prefix.levelName)];
  },
};
export default decoder;

/** Log4j's layout for Kafka and ZooKeeper names the logger behind the message. */
const LOGGER_BEHIND = / \(([\w$]{1,64}(?:\.[\w$]{1,64}){1,12})(?::(\d{1,7}))?\)(?: \[([^\]]{1,64})\])?$/;

function fieldsOf(line: string, { time: _time, levelName: _level, end, ...parts }: Prefix): Fields {
  const fields = newFields();
  for (const [name, value] of Object.entries(parts)) if (value !== undefined) fields[name] = value;
  const message = line.slice(end).trimEnd();
  const behind = fields.logger === undefined && message.endsWith(')') ? LOGGER_BEHIND.exec(message.slice(-400)) : null;
  if (behind !== null) {
    fields.logger = behind[1];
    if (behind[2] !== undefined) fields.line ??= behind[2];
  }
  fields.message = behind === null ? message : message.slice(0, -behind[0].length);
  return fields;
}

/** A line of a program that is known by it. */
function ofLine(document: RawDocument, match: Match): Draft {
  const { time, level, message = document.text } = match.groups;
  const written = time === undefined ? undefined : readWritten(time, document.appendedAt);
  const fields = grammarFields(match);
  fields.message = message;
  const isRead = written !== undefined && !Number.isNaN(written.micros);
  const event = eventOf(document, fields, isRead ? written : undefined, level === undefined ? undefined : (levelOf(level) ?? letterLevel(level)));
  setGrammar(event, match);
  return event;
}

/**
 * What the program said, when it is one that is known by it: more fields, and what they mean. What was taken for a logger may have begun it
 * (`Stats: ..`). @returns The message, less what is read of its beginning.
 */
function readMessage(event: Draft, fields: Fields, line: string): string {
  const message = String(fields.message);
  const match = messages.match(message) ?? fromLogger(line, fields.logger);
  if (match !== undefined) {
    for (const [name, value] of Object.entries(grammarFields(match))) if (name !== 'message') fields[name] ??= value;
    setGrammar(event, match);
    return (fields.message = match.groups.message ?? message);
  }
  const collection = collectionOf(message);
  if (collection !== undefined) {
    Object.assign(fields, collection.fields);
    setField(event, 'event.action', collection.action);
    setField(event, 'event.duration', collection.durationNanos);
    return message;
  }
  const mongo = mongoMessage(message);
  if (mongo === undefined) return message;
  for (const [name, value] of Object.entries(mongo.fields)) fields[name] ??= value;
  setField(event, 'event.duration', mongo.durationNanos);
  setField(event, 'source.ip', mongo.client?.ip);
  setField(event, 'source.port', mongo.client?.port);
  return message;
}
function fromLogger(line: string, logger: unknown): Match | undefined {
  const at = typeof logger === 'string' ? line.slice(0, 512).indexOf(`${logger}: `) : -1;
  return at < 0 ? undefined : messages.match(line.slice(at));
}

function eventOf(document: RawDocument, fields: Fields, time: ReadTime | undefined, level: string | undefined): Draft {
  const event = draft('app.log', '', NONE);
  const message = readMessage(event, fields, document.text);
  const pairs = message.includes('=') && fields.gc === undefined ? bare(keyValues(message)) : undefined; // `user=0.17` is no user there
  if (pairs !== undefined && Object.keys(pairs).length > 0) fields.attributes = pairs;
  event.native = textNative(document, fields);
  if (time !== undefined) stamp(event, time, document.zone);
  const named = level ?? levelOf(text(pairs?.level) ?? '');
  setField(event, 'log.level', named);
  setField(event, 'event.severity', named === undefined ? null : severityOf(named));
  setField(event, 'log.logger', fields.logger);
  setField(event, 'log.origin.file.name', fields.file);
  setField(event, 'log.origin.file.line', fields.line);
  setField(event, 'log.origin.function', fields.function);
  setField(event, 'process.pid', fields.pid);
  thread(event, text(fields.thread));
  if (pairs !== undefined) fromPairs(event, pairs);
  event.message = messageText(text(pairs?.msg) ?? message) || null;
  return event;
}

/** Values without what lists of pairs put around and behind them: `a='b', c=d`. */
function bare(pairs: Fields): Fields {
  for (const [name, value] of Object.entries(pairs)) if (typeof value === 'string') pairs[name] = value.replace(/[,;]$/, '').replace(/^'(.*)'$/s, '$1');
  return pairs;
}

/** The thread of a call over RMI names the client. */
const RMI = /^RMI TCP Connection\(\d{1,9}\)-([0-9a-fA-F.:]{2,45})$/;

/** `pool-1`, `main`, `Executor:12`, or a number. */
function thread(event: Draft, written: string | null): void {
  if (written === null) return;
  const [name, id] = /^\d+$/.test(written) ? [null, written] : (/^(.*?):(\d{1,10})$/.exec(written)?.slice(1) ?? [written, null]);
  setField(event, 'process.thread.name', name);
  setField(event, 'process.thread.id', id);
  setField(event, 'source.ip', RMI.exec(written)?.[1]);
}

/** Pairs whose names leave no doubt. */
function fromPairs(event: Draft, pairs: Fields): void {
  setField(event, 'user.name', text(pairs.user) ?? text(pairs.username));
  for (const name of ['client_ip', 'client', 'remote_addr', 'remote_ip', 'src_ip', 'ip']) {
    const { domain, port } = hostAndPort(text(pairs[name]) ?? '');
    const ip = canonicalIp(domain);
    if (ip === null) continue;
    setField(event, 'source.ip', ip);
    setField(event, 'source.port', port);
    break;
  }
  setField(event, 'http.request.id', text(pairs.request_id));
  setField(event, 'trace.id', text(pairs.trace_id));
  setField(event, 'error.message', text(pairs.error) ?? text(pairs.err));
}
