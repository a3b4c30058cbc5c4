// Syslog headers: RFC 5424, and the older form that RFC 3164 describes. Framing is the business of who sends.
import { ConfigError } from '../../../pipeline/core/errors.ts';
import type { Document, DocumentKind } from '../document.ts';
import { isOcsf, isOfFinding, kindOf, parseDocument } from '../document.ts';
import { parseMembers } from '../members.ts';
import { hostOf, severityOf, timeOf } from '../pairs/head.ts';
import { compile, cut, rootsOf } from '../pairs/mapping.ts';
import { millisOf } from '../pairs/values.ts';
import { readerOf } from '../path.ts';
import { LENGTHS, PARAMETERS } from './mapping.ts';

export interface SyslogOptions {
  /** 0 to 23; 16 (local0) unless set. */
  readonly facility?: number;
  /** Of the header, in place of the host that each document names. Where nothing names one, `-`, and in RFC 3164 `goshawk`. */
  readonly hostname?: string;
  /** `goshawk` unless set; the tag of RFC 3164. */
  readonly appName?: string;
  /** RFC 5424: an element `goshawk@<number>`. true unless set. */
  readonly structuredData?: boolean;
  /** Of the private enterprise numbers; 32473, which RFC 5612 keeps for examples, unless set. */
  readonly enterpriseNumber?: number;
  /** RFC 5424: says by three bytes in front of the message that it is UTF-8, as the standard asks for; many receivers take them for a part of it. false unless set. */
  readonly byteOrderMark?: boolean;
}

/** The header of a document, the blank behind it included. ASCII, but for structured data. @throws RecordError FORMAT_REFUSED */
export type SyslogHeader = (document: Document) => string;

/** What a header may say of an event; of findings and alerts, which are few and small, it reads more. */
const READ_OF_EVENTS = '@timestamp event host observer organization rule class_name class_uid device finding_info metadata severity severity_id time'
  .split(' ')
  .map((name) => Buffer.from(name));
const NATIVE = Buffer.from('native');

/**
 * As much of a document as headers read. Of an event that is little: most of its bytes are the sensor's own document, which is passed over, so what is no JSON
 * within it is not noticed.
 *
 * @param isAsPublished The sensor's document is the last member, as publish has it: then nothing of it is looked at.
 * @throws RecordError FORMAT_REFUSED
 */
export function parseForHeader(value: Buffer, isAsPublished = false): Document {
  const head = parseMembers(value, READ_OF_EVENTS, isAsPublished ? NATIVE : undefined);
  return head === undefined || isOfFinding(head) ? parseDocument(value) : head;
}

/** @throws ConfigError SINK_MISCONFIGURED for an option that no header can carry. */
export function rfc5424Header(options: SyslogOptions = {}): SyslogHeader {
  const { facility = 16, hostname, appName = 'goshawk', structuredData = true, enterpriseNumber = 32_473, byteOrderMark = false } = options;
  check(options);
  const host = hostname === undefined ? undefined : printable(hostname, LENGTHS.hostname);
  const app = printable(appName, LENGTHS.appName) ?? '-';
  const element = structuredData ? elementOf(`goshawk@${enterpriseNumber}`) : () => '-';
  const behind = byteOrderMark ? ' \ufeff' : ' ';
  return (document) => {
    const kind = kindOf(document);
    const from = host ?? printable(hostOf[kind](document), LENGTHS.hostname) ?? '-';
    const messageId = printable(MESSAGE_ID[kind](document), LENGTHS.msgId) ?? '-';
    return `<${priority(facility, severityOf(kind, document))}>1 ${timestamp(kind, document)} ${from} ${app} - ${messageId} ${element(kind, document)}${behind}`;
  };
}

/** As what reads CEF and LEEF expects it: `<134>Nov 26 02:37:59 host `. Times are UTC, for the form has no zone. @throws ConfigError SINK_MISCONFIGURED */
export function rfc3164Header(
  options: SyslogOptions & { /** Whether `<appName>: ` stands in front of the message. */ readonly tag?: boolean } = {},
): SyslogHeader {
  const { facility = 16, hostname, appName = 'goshawk', tag = false } = options;
  check(options);
  const host = hostname === undefined ? undefined : printable(hostname, LENGTHS.hostname);
  const behind = tag ? ` ${printable(appName, 32) ?? 'goshawk'}: ` : ' ';
  return (document) => {
    const kind = kindOf(document);
    const date = new Date(millisOf(timeOf(kind, document)) ?? 0);
    const day = String(date.getUTCDate()).padStart(2, ' ');
    const time = date.toISOString().slice(-13, -5);
    return `<${priority(facility, severityOf(kind, document))}>${MONTHS[date.getUTCMonth()]!} ${day} ${time} ${host ?? printable(hostOf[kind](document), LENGTHS.hostname) ?? 'goshawk'}${behind}`;
  };
}

function check({ facility = 16, enterpriseNumber = 32_473 }: SyslogOptions): void {
  if (!Number.isInteger(facility) || facility < 0 || facility > 23)
    throw new ConfigError('SINK_MISCONFIGURED', `There is no syslog facility ${facility}; they are 0 to 23`);
  if (!Number.isSafeInteger(enterpriseNumber) || enterpriseNumber < 0)
    throw new ConfigError('SINK_MISCONFIGURED', `${enterpriseNumber} is no private enterprise number`);
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const;

/** By the lower bound of our severities. */
export const SYSLOG_SEVERITIES: readonly (readonly [least: number, number: number, name: string])[] = [
  [80, 2, 'critical'],
  [60, 3, 'error'],
  [40, 4, 'warning'],
  [20, 5, 'notice'],
  [0, 6, 'informational'],
];
/** What nobody rated is informational. */
function priority(facility: number, severity: number | undefined): number {
  const [, number] = SYSLOG_SEVERITIES.find(([least]) => (severity ?? 0) >= least) ?? SYSLOG_SEVERITIES.at(-1)!;
  return facility * 8 + number;
}

/** Up to microseconds, section 6.2.3; `-` when the document has none of that form. */
const TIMESTAMP = /^\d{4}-\d\d-\d\dT\d\d:\d\d:[0-5]\d(?:\.\d{1,6})?Z$/;
const ORIGINAL = readerOf('metadata.original_time');
function timestamp(kind: DocumentKind, document: Document): string {
  const original = isOcsf(kind) ? ORIGINAL(document) : undefined;
  const time = original ?? timeOf(kind, document);
  if (typeof time === 'string' && TIMESTAMP.test(time)) return time;
  const millis = millisOf(time);
  const written = millis === undefined ? '' : new Date(millis).toISOString();
  return TIMESTAMP.test(written) ? written : '-';
}

const dataset = readerOf('event.dataset');
const logName = readerOf('metadata.log_name');
const MESSAGE_ID: Readonly<Record<DocumentKind, (document: Document) => unknown>> = {
  'ecs-event': dataset,
  'ecs-finding': dataset,
  'ocsf-event': logName,
  'ocsf-finding': logName,
};

/** Printable ASCII without blanks; each other character becomes `_`. undefined = there is nothing. */
function printable(value: unknown, maxLength: number): string | undefined {
  if (typeof value !== 'string' || value === '') return undefined;
  return (/[^!-~]/.test(value) ? cut(value, maxLength).replaceAll(/[^!-~]/gu, '_') : value).slice(0, maxLength);
}

/** Section 6.3. Control characters are allowed there, but line breaks end a message for many receivers: they become blanks. */
function elementOf(id: string): (kind: DocumentKind, document: Document) => string {
  const steps = compile(PARAMETERS);
  return (kind, document) => {
    const present = rootsOf(document);
    let element = `[${id}`;
    for (const { key, roots, read } of steps[kind]) {
      const value = (roots & present) === 0 ? undefined : read(document, present);
      if (value !== undefined) element += ` ${key}="${parameter(value)}"`;
    }
    return `${element}]`;
  };
}
const IN_PARAMETER = /["\\\]\p{Cc}]/u;
const parameter = (text: string): string =>
  IN_PARAMETER.test(text) ? text.replaceAll(/["\\\]\p{Cc}]/gu, (found) => (found === '"' || found === '\\' || found === ']' ? `\\${found}` : ' ')) : text;
