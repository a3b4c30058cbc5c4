// Log Event Extended Format: IBM "LEEF version 2" guide. One message a document, without a syslog header.
import { ConfigError } from '../../../pipeline/core/errors.ts';
import type { Document, DocumentKind } from '../document.ts';
import { isOcsf, kindOf } from '../document.ts';
import type { LineFormat } from '../format.ts';
import { DEVICE, eventClassOf, severityOf } from '../pairs/head.ts';
import { compile, cut, rootsOf } from '../pairs/mapping.ts';
import { Message } from '../pairs/message.ts';
import { readerOf } from '../path.ts';
import { LEEF_MAPPINGS, MAX_EVENT_ID } from './mapping.ts';

export interface LeefOptions {
  /** 2 unless set. */
  readonly version?: 1 | 2;
  /** Between pairs: one printable character of ASCII that is no letter, digit, blank, `=` or `|`, or a tab, which it is unless set. Version 1 knows only the tab. */
  readonly delimiter?: string;
  /** Of the whole message; keys that do not fit are left out, the last of the table first. None unless set. */
  readonly maxBytes?: number;
}

/** @throws ConfigError SINK_MISCONFIGURED for a delimiter that is none. */
export function leef({ version = 2, delimiter = '\t', maxBytes }: LeefOptions = {}): LineFormat {
  if (!(delimiter === '\t' || (version === 2 && /^[!-/:-<>-@[-`{}~]$/.test(delimiter))))
    throw new ConfigError('SINK_MISCONFIGURED', `LEEF ${version}.0 cannot have ${JSON.stringify(delimiter)} between its pairs`);
  const steps = compile(LEEF_MAPPINGS);
  const write = cleaner(delimiter);
  const writeId = cleaner('\t'); // the delimiter ends no field of the header
  const device = [DEVICE.vendor, DEVICE.product, DEVICE.version].join('|');
  const named = version === 1 ? '' : `${delimiter === '\t' ? hex(delimiter) : delimiter}|`;
  return {
    name: 'leef',
    mediaType: 'text/plain; charset=utf-8',
    encode(document: Document): Buffer {
      const kind = kindOf(document);
      const present = rootsOf(document);
      const message = new Message(`LEEF:${version}.0|${device}|${writeId(cut(eventClassOf(kind, document), MAX_EVENT_ID))}|${named}`, delimiter, maxBytes);
      const severity = severityOf(kind, document);
      if (severity !== undefined) message.add(`sev=${Math.max(Math.round(severity / 10), 1)}`); // 1 to 10
      const signs = signing(kind, document);
      if (signs !== undefined) message.add(`${signs}=true`);
      for (const { key, roots, read } of steps[kind]) {
        if ((roots & present) === 0) continue;
        const found = read(document, present);
        if (found === undefined) continue;
        const value = write(found);
        if (value !== '') message.add(`${key}=${value}`);
      }
      return message.bytes();
    },
  };
}

const hex = (delimiter: string): string => `x${delimiter.charCodeAt(0).toString(16).padStart(2, '0')}`;

const CATEGORY = readerOf('event.category');
const TYPE = readerOf('event.type');
const has = (value: unknown, word: string): boolean => (Array.isArray(value) ? value.includes(word) : value === word);
/** Somebody signs in or out. */
function signing(kind: DocumentKind, document: Document): 'isLoginEvent' | 'isLogoutEvent' | undefined {
  if (isOcsf(kind)) {
    if (document.class_uid !== 3002) return undefined; // Authentication: 1 is Logon, 2 is Logoff
    return document.activity_id === 1 ? 'isLoginEvent' : document.activity_id === 2 ? 'isLogoutEvent' : undefined;
  }
  if (kind !== 'ecs-event' || !has(CATEGORY(document), 'authentication')) return undefined;
  const type = TYPE(document);
  return has(type, 'start') ? 'isLoginEvent' : has(type, 'end') ? 'isLogoutEvent' : undefined;
}

/**
 * Nothing can be escaped, so what may not occur becomes what looks like it: `|` and `^` the broken bar and the raised circumflex, which keep a command line
 * readable; control characters, line breaks and the delimiter a blank.
 */
function cleaner(delimiter: string): (text: string) => string {
  const besidePlain = new RegExp(`[^ -\\]_-{}~]|\\${hex(delimiter)}`); // most values are printable ASCII, and need no more than this look
  const forbidden = new RegExp(`[\\p{Cc}\\u2028\\u2029|^\\${hex(delimiter)}]`, 'gu');
  return (text) => (besidePlain.test(text) ? text.replaceAll(forbidden, (found) => (found === '|' ? '\u00a6' : found === '^' ? '\u02c6' : ' ')) : text).trim();
}
