// Redis and Valkey: the server's log: https://redis.io/docs/latest/operate/oss_and_stack/management/
import type { Decoder, Draft, RawDocument } from '../kit.ts';
import { draft, messageText, newFields, readTime, setField, stamp, table, textNative } from '../kit.ts';

const HEAD = /^(?:(\d{1,10}):([MSCX])|\[(\d{1,10})\]) (\d{1,2}) ([A-Z][a-z]{2}) (?:(\d{4}) )?(\d\d:\d\d:\d\d\.\d{3}) ([.*#-]) /;
const LEVELS = table({ '.': 'debug', '-': 'verbose', '*': 'notice', '#': 'warning' });
const ROLES = table({ M: 'master', S: 'replica', C: 'child', X: 'sentinel' });

const decoder: Decoder = {
  name: 'redis',
  version: 1,
  reads: 'Redis and Valkey: log of server and sentinel',
  recognisedBy: 'pid:role day month time and a mark for the level',
  datasets: ['redis.log'],
  recognise: ({ json, text }) => (json === undefined && HEAD.test(text.slice(0, 80)) ? 0.95 : 0),
  decode(document) {
    const head = HEAD.exec(document.text.slice(0, 80));
    return head === null ? 'no process, time and level at the beginning' : [eventOf(document, head)];
  },
};
export default decoder;

function eventOf(document: RawDocument, [head, pid, role, oldPid, day, month, year, clock, mark]: RegExpExecArray): Draft {
  const fields = newFields();
  const message = document.text.slice(head.length).trimEnd();
  Object.assign(fields, { pid: pid ?? oldPid, role, time: `${day} ${month} ${year === undefined ? '' : `${year} `}${clock}`, level: mark, message });
  const event = draft('redis.log', 'redis', textNative(document, fields));
  event.logsource = { category: ['database'], service: ['redis'] };
  event.category = ['database'];
  event.type = ['info'];
  stamp(event, readTime(`${month} ${day!.padStart(2)} ${year === undefined ? '' : `${year} `}${clock}`, document.appendedAt), document.zone);
  setField(event, 'log.level', LEVELS.get(mark!));
  setField(event, 'process.pid', pid ?? oldPid);
  const named = ROLES.get(role ?? '');
  if (named !== undefined) event.labels = { role: named };
  event.message = messageText(message);
  return event;
}
