// Zeek logs as tab-separated text. The header may come as records of its own (one line each, as file shippers send it), which are
// remembered for the lines that follow, or at the head of a record of many lines.
import type { Decoder, Draft, RawDocument } from '../kit.ts';
import { unparsed, zeekEvent } from '../kit.ts';
import type { Header } from './header.ts';
import { isHeader, isHeaderLine, NO_HEADER, unescaped, withLine } from './header.ts';

const MAX_HEADER_CHARS = 32_768;

const decoder: Decoder = {
  name: 'zeek-tsv',
  version: 1,

  recognise({ json, text, memory }) {
    if (json !== undefined) return 0;
    if (isHeaderLine(text)) return 1;
    const header = memory.get();
    if (!isHeader(header) || header.fields.length === 0) return 0;
    const end = text.indexOf('\n');
    return (end < 0 ? text : text.slice(0, end)).split(header.separator).length === header.fields.length ? 0.95 : text.includes(header.separator) ? 0.2 : 0;
  },

  decode(document) {
    const { memory, text } = document;
    const known = memory.get();
    const before = isHeader(known) ? known : NO_HEADER;
    let header = before;
    const events: Draft[] = [];
    for (const written of text.split('\n')) {
      const line = written.endsWith('\r') ? written.slice(0, -1) : written;
      if (line.trim() === '') continue;
      if (isHeaderLine(line)) header = line.length > MAX_HEADER_CHARS ? NO_HEADER : withLine(header, line);
      else events.push(eventOf(line, header, document));
    }
    if (header !== before) memory.put(header);
    return events;
  },
};
export default decoder;

function eventOf(line: string, header: Header, document: RawDocument): Draft {
  if (header.fields.length === 0) return unparsed(line, 'no #fields line came before');
  const columns = line.split(header.separator);
  if (columns.length !== header.fields.length) return unparsed(line, `${columns.length} columns where #fields names ${header.fields.length}`);
  const fields: Record<string, unknown> = {};
  let json = `{"_path":${JSON.stringify(header.path)}`;
  for (let index = 0; index < columns.length; index++) {
    const column = columns[index]!;
    if (column === header.unset) continue;
    const name = header.fields[index]!;
    const token = tokenOf(column, header.types[index] ?? 'string', header);
    json += `,${JSON.stringify(name)}:${token}`;
    if (name !== '__proto__') fields[name] = JSON.parse(token);
  }
  return zeekEvent(header.path, fields, Buffer.from(`${json},"raw":${JSON.stringify(line)}}`), document);
}

const NUMBERS = new Set(['time', 'interval', 'double', 'count', 'int', 'port']);
const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

/** The column as JSON. Numbers keep their digits: `0.000870` is one. */
function tokenOf(column: string, type: string, header: Header): string {
  const open = type.indexOf('[');
  if (open > 0) {
    if (column === header.empty) return '[]';
    const inner = type.slice(open + 1, -1);
    return `[${column.split(header.setSeparator).map((part) => (part === header.unset ? 'null' : tokenOf(part, inner, header))).join(',')}]`;
  }
  if (type === 'bool') return column === 'T' ? 'true' : column === 'F' ? 'false' : JSON.stringify(column);
  if (NUMBERS.has(type) && NUMBER.test(column)) return column;
  return JSON.stringify(column === header.empty ? '' : unescaped(column));
}
