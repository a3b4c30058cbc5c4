// nginx error log: https://nginx.org/en/docs/ngx_core_module.html#error_log
import type { Decoder, Draft, Fields, RawDocument } from '../kit.ts';
import { canonicalIp, CERTAIN, count, draft, hostAndPort, messageText, newFields, readTime, setField, setRequest, stamp, text, textNative } from '../kit.ts';

const HEAD = /^(\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d) \[([a-z]{4,6})\] (\d{1,10})#(\d{1,20}): (?:\*(\d{1,20}) )?/;
/** Names that nginx puts behind the message, in its order. */
const NAMES = ['client', 'server', 'request', 'subrequest', 'upstream', 'bytes from/to client', 'host', 'referrer'];

const ERRORS = new Set(['error', 'crit', 'alert', 'emerg']);

const decoder: Decoder = {
  name: 'nginx-error',
  version: 1,
  reads: 'nginx: error log',
  recognisedBy: 'yyyy/mm/dd hh:mm:ss [level] pid#tid:',
  datasets: ['nginx.error'],
  clues: { holds: ['#'] },
  recognise: ({ json, text: line }) => (json === undefined && HEAD.test(line.slice(0, 120)) ? CERTAIN : 0),
  decode(document) {
    const head = HEAD.exec(document.text.slice(0, 120));
    return head === null ? 'no time, level and process at the beginning' : [eventOf(document, head)];
  },
};
export default decoder;

function eventOf(document: RawDocument, [head, time, level, pid, thread, connection]: RegExpExecArray): Draft {
  const fields = newFields();
  const { message, named } = behindMessage(document.text.slice(head.length));
  Object.assign(
    fields,
    { timestamp: time, severity: level, pid: Number(pid), tid: Number(thread) },
    connection === undefined ? {} : { cid: Number(connection) },
    { message },
    named,
  );
  const event = draft('nginx.error', 'nginx', textNative(document, fields));
  event.logsource = { category: [], service: ['nginx'] };
  event.category = ['web'];
  event.type = ERRORS.has(level!) ? ['error'] : ['info'];
  stamp(event, readTime(time, document.appendedAt), document.zone);
  setField(event, 'log.level', level);
  setField(event, 'process.pid', count(pid));
  setField(event, 'process.name', 'nginx');
  setField(event, 'process.thread.id', count(thread));
  setField(event, 'source.ip', canonicalIp(named.client));
  setField(event, 'http.request.referrer', text(named.referrer));
  setRequest(event, text(named.request));
  const target = event.url?.original ?? null;
  if (target?.startsWith('/') === true || target === null) setField(event, 'url.domain', hostAndPort(text(named.host) ?? text(named.server) ?? '').domain);
  event.message = messageText(document.text.slice(head.length));
  return event;
}

/** `message, client: .., server: .., request: ".."`: each name is looked for behind the one before it. */
function behindMessage(rest: string): { readonly message: string; readonly named: Fields } {
  const named = newFields();
  let end = rest.length;
  let from = 0;
  for (const name of NAMES) {
    const at = rest.indexOf(`, ${name}: `, from);
    if (at < 0) continue;
    end = Math.min(end, at);
    from = at + name.length + 4;
    named[name] = valueAt(rest, from);
  }
  return { message: rest.slice(0, end), named };
}
function valueAt(rest: string, from: number): string {
  const isQuoted = rest.charCodeAt(from) === 34;
  const end = rest.indexOf(isQuoted ? '"' : ',', from + 1);
  return rest.slice(isQuoted ? from + 1 : from, end < 0 ? rest.length : end);
}
