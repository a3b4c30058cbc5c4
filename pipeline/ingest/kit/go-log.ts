// Lines that services written in Go log as text (logrus, slog, go-kit).
import { logfmt } from './tokens.ts';
import type { Fields } from './tokens.ts';

const TERMINAL_LEVELS: ReadonlyMap<string, string> = new Map([
  ['TRAC', 'trace'],
  ['DEBU', 'debug'],
  ['INFO', 'info'],
  ['WARN', 'warning'],
  ['ERRO', 'error'],
  ['FATA', 'fatal'],
  ['PANI', 'panic'],
]);
const NAMED_VALUE = / [A-Za-z_][\w.-]{0,63}=/;

/** Recognising and decoding ask of the same line one after the other. */
let last: { readonly text: string; readonly fields: Readonly<Fields> | undefined } = { text: '', fields: undefined };

/**
 * Fields of `time=".." level=info msg=".." name=value`, or of what logrus writes on a terminal, `INFO[0000] message   name=value` (`level`,
 * `msg` and the seconds since the start as `elapsed`, or `time`). undefined = neither. All values are text; a name that stands alone is true.
 */
export function goLog(text: string): Readonly<Fields> | undefined {
  if (text !== last.text) last = { text, fields: read(text) };
  return last.fields;
}
function read(text: string): Fields | undefined {
  const level = text.charCodeAt(4) === 91 ? TERMINAL_LEVELS.get(text.slice(0, 4)) : undefined;
  if (level !== undefined) {
    const close = text.indexOf(']');
    if (close < 0 || close > 40) return undefined;
    const rest = text.slice(close + 1);
    const at = rest.search(NAMED_VALUE);
    const fields = logfmt(at < 0 ? '' : rest.slice(at));
    const clock = text.slice(5, close);
    return Object.assign(fields, { level, [/^\d+$/.test(clock) ? 'elapsed' : 'time']: clock, msg: (at < 0 ? rest : rest.slice(0, at)).trim() });
  }
  const named = /^(?:time|@timestamp|ts|t|level|lvl|severity|msg|caller|timestamp|source)=/.test(text);
  return named && /(?:^| )(?:level|lvl|severity)=/.test(text) ? logfmt(text) : undefined;
}
