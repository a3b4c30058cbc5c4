// Apache httpd error log, 2.2 and 2.4: https://httpd.apache.org/docs/2.4/logs.html#errorlog
import type { Decoder, Draft, RawDocument } from '../kit.ts';
import { canonicalIp, draft, hostAndPort, messageText, newFields, readTime, setField, stamp, textNative } from '../kit.ts';

const HEAD =
  /^\[([A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d(?:\.\d{1,6})? \d{4})\] \[(?:([a-z_0-9-]{0,32}):)?(emerg|alert|crit|error|warn|notice|info|debug|trace\d)\] /;
const PROCESS = /^\[pid (\d{1,10})(?::tid (\d{1,20}))?\] /;
const CLIENT = /^(?:(\([^)]{0,20}\))?([^[]{0,256}: )?)?\[client ([^\]]{1,128})\] /;
const CODE = /^(AH\d{5}): /;
const MISSING = /\b(?:File does not exist|script not found or unable to stat|client denied by server configuration): ([^\s,]{1,1024})/;

const decoder: Decoder = {
  name: 'apache-error',
  version: 1,
  reads: 'Apache httpd: error log of 2.2 and 2.4',
  recognisedBy: '[Www Mmm dd hh:mm:ss yyyy] [module:level]',
  datasets: ['apache.error'],
  clues: { begins: ['['] },
  recognise: ({ json, text }) => (json === undefined && HEAD.test(text.slice(0, 120)) ? 0.95 : 0),
  decode(document) {
    const head = HEAD.exec(document.text.slice(0, 120));
    return head === null ? 'no time and level at the beginning' : [eventOf(document, head)];
  },
};
export default decoder;

function eventOf(document: RawDocument, [head, time, module, level]: RegExpExecArray): Draft {
  let rest = document.text.slice(head.length);
  const process = PROCESS.exec(rest.slice(0, 64));
  if (process !== null) rest = rest.slice(process[0].length);
  const client = CLIENT.exec(rest.slice(0, 512));
  if (client !== null) rest = `${client[1] ?? ''}${client[2] ?? ''}${rest.slice(client[0].length)}`;
  const code = CODE.exec(rest.slice(0, 16))?.[1];
  const fields = newFields();
  Object.assign(fields, { timestamp: time, module, severity: level, pid: process?.[1], tid: process?.[2], client: client?.[3], code, message: rest });
  const event = draft('apache.error', 'apache', textNative(document, fields));
  event.logsource = { category: [], service: ['apache'] };
  event.category = ['web'];
  event.type = /^(?:emerg|alert|crit|error)$/.test(level!) ? ['error'] : ['info'];
  const [day, month, date, clock, year] = time!.split(/ +/);
  stamp(event, readTime(`${day} ${month} ${date!.padStart(2)} ${year} ${clock}`, document.appendedAt), document.zone);
  event.code = code ?? null;
  event.provider = module || null;
  setField(event, 'log.level', level);
  setField(event, 'process.pid', process?.[1]);
  setField(event, 'process.thread.id', process?.[2]);
  const { domain, port } = hostAndPort(client?.[3] ?? '');
  setField(event, canonicalIp(domain) === null ? 'source.domain' : 'source.ip', canonicalIp(domain) ?? domain);
  setField(event, 'source.port', port);
  setField(event, 'file.path', MISSING.exec(rest.slice(0, 2048))?.[1]);
  event.message = messageText(rest);
  return event;
}
