// Common Event Format: ArcSight CEF implementation standard, revision 27. One message a document, without a syslog header.
import type { Document } from '../document.ts';
import { kindOf } from '../document.ts';
import type { LineFormat } from '../format.ts';
import { DEVICE, eventClassOf, nameOf, severityOf } from '../pairs/head.ts';
import { compile, cut, rootsOf } from '../pairs/mapping.ts';
import { Message } from '../pairs/message.ts';
import type { CefVersion } from './mapping.ts';
import { cefMappings, HEADER_LENGTHS } from './mapping.ts';

export interface CefOptions {
  /** 0 unless set: what every receiver reads. 1 has IPv6 addresses in the same keys as IPv4. */
  readonly version?: CefVersion;
  /** Of the whole message; keys that do not fit are left out, the last of the table first. None unless set. */
  readonly maxBytes?: number;
}

export function cef({ version = 0, maxBytes }: CefOptions = {}): LineFormat {
  const steps = compile(cefMappings(version));
  const device = [DEVICE.vendor, DEVICE.product, DEVICE.version].join('|');
  return {
    name: 'cef',
    mediaType: 'text/plain; charset=utf-8',
    encode(document: Document): Buffer {
      const kind = kindOf(document);
      const present = rootsOf(document);
      const head = `CEF:${version}|${device}|${header(eventClassOf(kind, document), HEADER_LENGTHS.classId)}|${header(nameOf(kind, document), HEADER_LENGTHS.name)}|${severity(severityOf(kind, document))}|`;
      const message = new Message(head, ' ', maxBytes);
      for (const { key, label, roots, read } of steps[kind]) {
        if ((roots & present) === 0) continue;
        const found = read(document, present);
        if (found === undefined) continue;
        const value = extension(found);
        if (value === '') continue;
        message.add(label === undefined ? `${key}=${value}` : `${key}=${value} ${key}Label=${label}`);
      }
      return message.bytes();
    },
  };
}

/** 0 to 10: low to 3, medium to 6, high to 8, very high. */
const severity = (of100: number | undefined): string => (of100 === undefined ? 'Unknown' : String(Math.round(of100 / 10)));

// Control characters are not escaped by anything: they become blanks, but for line breaks in the extension.
const IN_HEADER = /[\\|\p{Cc}]/u;
/** Printable ASCII but for `=` and the backslash: most values are nothing else. */
const BESIDE_PLAIN = /[^ -<>-[\]-~]/;
const BESIDE_PRINTABLE = /[^ -~]/;
const header = (text: string, maxLength: number): string => {
  const short = cut(text, maxLength);
  return IN_HEADER.test(short) ? short.replaceAll(/[\\|\p{Cc}]/gu, (found) => (found === '\\' || found === '|' ? `\\${found}` : ' ')) : short;
};
/** Blanks around a value are lost on the way, so none are written. */
function extension(text: string): string {
  if (!BESIDE_PLAIN.test(text)) return text.trim();
  const isPrintable = !BESIDE_PRINTABLE.test(text);
  const escaped = (isPrintable ? text : text.replaceAll(/(?![\t\n\r])\p{Cc}/gu, ' ')).trim().replaceAll('\\', '\\\\').replaceAll('=', '\\=');
  return isPrintable ? escaped : escaped.replaceAll('\n', '\\n').replaceAll('\r', '\\r');
}
