// Zeek logs as tab-separated text. The header may come as records of its own (one line each, as file shippers send it), which are
// remembered for the lines that follow, or at the head of a record of many lines.
import type { Decoder, Draft, RawDocument } from '../kit.ts';
import { unparsed, zeekEvent } from '../kit.ts';
import type { Header } from './header.ts';
import { isHeader, isHeaderLine, NO_HEADER, unescaped, withLine } from './header.ts';

const MAX_HEADER_CHARS = 32_768;

const decoder: Decoder = {
  name: 'zeek-tsv',
  version: 2,
  reads: 'Zeek logs as tab-separated text, every log',
  recognisedBy: '#separator, #fields or another header line; lines with as many columns as the header named',
  datasets: ['zeek.*'],
  needsOrder: 'lines are read by the header lines before them',
  isObserver: true,

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

/** A column's JSON text, and its value for the mapping. */
interface Cell {
  readonly token: string;
  readonly value: unknown;
}
type Read = (column: string) => Cell;
interface Plan {
  readonly prefix: string;
  readonly columns: readonly { readonly name: string; readonly member: string; readonly read: Read }[];
}
/** Headers are immutable and shared by all lines below them. */
const plans = new WeakMap<Header, Plan>();

function planOf(header: Header): Plan {
  let plan = plans.get(header);
  if (plan === undefined) {
    const columns = header.fields.map((name, index) => ({
      name,
      member: `,${JSON.stringify(name)}:`,
      read: readerOf(header.types[index] ?? 'string', header),
    }));
    plans.set(header, (plan = { prefix: `{"_path":${JSON.stringify(header.path)}`, columns }));
  }
  return plan;
}

function eventOf(line: string, header: Header, document: RawDocument): Draft {
  if (header.fields.length === 0) return unparsed(line, 'no #fields line came before');
  const cells = line.split(header.separator);
  if (cells.length !== header.fields.length) return unparsed(line, `${cells.length} columns where #fields names ${header.fields.length}`);
  const { prefix, columns } = planOf(header);
  const fields: Record<string, unknown> = {};
  let json = prefix;
  for (const [index, { name, member, read }] of columns.entries()) {
    const cell = cells[index]!;
    if (cell === header.unset) continue;
    const { token, value } = read(cell);
    json += member + token;
    if (name !== '__proto__') fields[name] = value;
  }
  return zeekEvent(header.path, fields, Buffer.from(`${json},"raw":${JSON.stringify(line)}}`), document);
}

const NUMBERS = new Set(['time', 'interval', 'double', 'count', 'int', 'port']);
const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

/** How a column of a Zeek type is read. Numbers keep their digits: `0.000870` is JSON as it stands. */
function readerOf(type: string, header: Header): Read {
  const text: Read = (column) => {
    const value = column === header.empty ? '' : unescaped(column);
    return { token: JSON.stringify(value), value };
  };
  const open = type.indexOf('[');
  if (open > 0) {
    const inner = readerOf(type.slice(open + 1, -1), header);
    return (column) => {
      if (column === header.empty) return { token: '[]', value: [] };
      const cells = column.split(header.setSeparator).map((part): Cell => (part === header.unset ? { token: 'null', value: null } : inner(part)));
      return { token: `[${cells.map(({ token }) => token).join(',')}]`, value: cells.map(({ value }) => value) };
    };
  }
  if (type === 'bool') return (column) => (column === 'T' ? { token: 'true', value: true } : column === 'F' ? { token: 'false', value: false } : text(column));
  if (NUMBERS.has(type)) return (column) => (NUMBER.test(column) ? { token: column, value: Number(column) } : text(column));
  return text;
}
