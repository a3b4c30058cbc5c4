// MySQL and MariaDB: error log, general query log and slow query log: https://dev.mysql.com/doc/refman/8.4/en/server-logs.html
import type { Decoder, Draft, RawDocument } from '../kit.ts';
import { draft, messageText, newFields, readTime, setField, stamp, text, textNative } from '../kit.ts';
import { account, setLogon } from './logon.ts';
import { isSlow, slowFields } from './slow.ts';

const TIME = '(\\d{4}-\\d\\d-\\d\\d[T ] ?\\d{1,2}:\\d\\d:\\d\\d(?:\\.\\d{1,6})?(?:Z|[+-]\\d\\d:\\d\\d)?|\\d{6} +\\d{1,2}:\\d\\d:\\d\\d)';
const ERROR = new RegExp(`^${TIME} (?:(\\d{1,20}) )?\\[(System|ERROR|Warning|Note|Error|Info)\\] (?:\\[(MY-\\d{6})\\] )?(?:\\[([A-Za-z0-9_-]{1,32})\\] )?`);
const SAFE = new RegExp(`^${TIME} (mysqld_safe) `);
const COMMANDS =
  'Connect|Query|Quit|Init DB|Prepare|Execute|Close stmt|Statistics|Field List|Change user|Reset stmt|Ping|Shutdown|Refresh|Create DB|Drop DB|Kill|Binlog Dump';
const GENERAL = new RegExp(`^${TIME}[ \\t]+(\\d{1,20}) (${COMMANDS})(?:[ \\t]+|$)`);
const HEAD_CHARS = 160;

const decoder: Decoder = {
  name: 'mysql',
  version: 1,
  reads: 'MySQL and MariaDB: error log, general query log, slow query log',
  recognisedBy: 'time, thread and [Note] or another level; time, thread and a command; # Query_time:',
  datasets: ['mysql.error', 'mysql.general', 'mysql.slow'],
  clues: { begins: ['#', '1', '2', '0'] },
  recognise({ json, text }) {
    if (json !== undefined) return 0;
    const head = text.slice(0, HEAD_CHARS);
    return isSlow(text) || ERROR.test(head) || SAFE.test(head) || GENERAL.test(head) ? 0.95 : 0;
  },
  decode(document) {
    if (isSlow(document.text)) return [slow(document)];
    const head = document.text.slice(0, HEAD_CHARS);
    const error = ERROR.exec(head) ?? SAFE.exec(head);
    if (error !== null) return [fault(document, error)];
    const general = GENERAL.exec(head);
    return general === null ? 'no time, thread and level or command at the beginning' : [command(document, general)];
  },
};
export default decoder;

function begun(document: RawDocument, dataset: string, fields: Readonly<Record<string, unknown>>): Draft {
  const event = draft(dataset, 'mysql', textNative(document, fields));
  event.logsource = { category: ['database'], service: ['mysql'] };
  event.category = ['database'];
  event.type = ['info'];
  return event;
}

/** `161209 13:08:33` is of this century. */
const timeOf = (written: string): string => {
  const short = /^(\d\d)(\d\d)(\d\d) +(\d{1,2}:.*)$/.exec(written);
  const [year, month, day, clock] = short === null ? [] : short.slice(1);
  return short === null ? written.replace(/([T ]) ?(\d:)/, '$10$2').replace(/ {2}/, ' ') : `20${year}-${month}-${day} ${clock!.padStart(8, '0')}`;
};

function fault(document: RawDocument, [head, time, thread, level, code, subsystem]: RegExpExecArray): Draft {
  const message = document.text.slice(head.length);
  const isSafe = thread === 'mysqld_safe';
  const fields = newFields();
  Object.assign(fields, { time, thread: isSafe ? undefined : thread, program: isSafe ? thread : undefined, level, code, subsystem, message });
  const event = begun(document, 'mysql.error', fields);
  stamp(event, readTime(timeOf(time!), document.appendedAt), document.zone);
  event.code = code ?? null;
  event.provider = subsystem ?? null;
  event.message = messageText(message);
  setField(event, 'log.level', level);
  if (!isSafe) setField(event, 'process.thread.id', thread);
  if (level?.toLowerCase() === 'error') event.type = ['error'];
  setLogon(event, message);
  return event;
}

function command(document: RawDocument, [head, time, thread, name]: RegExpExecArray): Draft {
  const statement = document.text.slice(head.length).trim();
  const fields = newFields();
  Object.assign(fields, { time, thread, command: name, argument: statement });
  const event = begun(document, 'mysql.general', fields);
  stamp(event, readTime(timeOf(time!), document.appendedAt), document.zone);
  event.type = ['access'];
  event.action = name!;
  event.message = messageText(`${name} ${statement}`);
  setField(event, 'process.thread.id', thread);
  if (name === 'Connect') setLogon(event, statement, true);
  return event;
}

function slow(document: RawDocument): Draft {
  const fields = slowFields(document.text);
  const event = begun(document, 'mysql.slow', fields);
  stamp(event, readTime(timeOf(text(fields.time) ?? text(fields.timestamp) ?? ''), document.appendedAt), document.zone);
  event.type = ['access'];
  event.message = messageText(text(fields.statement) ?? document.text);
  const seconds = Number(fields.Query_time);
  if (seconds >= 0) setField(event, 'event.duration', Math.round(seconds * 1e9));
  account(event, text(fields.user) ?? '');
  setField(event, 'source.ip', fields.ip);
  setField(event, 'source.domain', fields.host === fields.ip ? null : fields.host);
  return event;
}
