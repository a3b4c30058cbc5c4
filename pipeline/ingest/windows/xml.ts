// As much XML as Windows events use: elements, attributes, text, entities, CDATA. No document types, no external anything.
import type { JsonObject } from '../kit.ts';

const MAX_DEPTH = 30;
const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

interface Element {
  readonly name: string;
  readonly attributes: [string, string][];
  readonly children: Element[];
  text: string;
  readonly from: number;
  to: number;
}

/** An `<Event>` in the form that evtx tools write as JSON: attributes below `#attributes`, text beside them below `#text`. */
export interface XmlEvent {
  readonly event: JsonObject;
  readonly raw: string;
}

/** Every `<Event>` of the text, at the top or inside `<Events>`. @returns Why it is not XML, else the events. */
export function xmlEvents(text: string): readonly XmlEvent[] | string {
  const events: XmlEvent[] = [];
  const open: Element[] = [];
  let at = 0;
  while (at < text.length) {
    const mark = text.indexOf('<', at);
    const parent = open.at(-1);
    const between = text.slice(at, mark < 0 ? text.length : mark);
    if (parent !== undefined) parent.text += decoded(between);
    else if (between.trim() !== '') return 'text outside of the elements';
    if (mark < 0) break;
    if (text.startsWith('<![CDATA[', mark)) {
      const end = text.indexOf(']]>', mark);
      if (end < 0 || parent === undefined) return 'CDATA that does not end';
      parent.text += text.slice(mark + 9, end);
      at = end + 3;
    } else if (text.startsWith('<!--', mark) || text.startsWith('<?', mark)) {
      const close = text[mark + 1] === '?' ? '?>' : '-->';
      const end = text.indexOf(close, mark);
      if (end < 0) return 'a comment or instruction that does not end';
      at = end + close.length;
    } else if (text.startsWith('<!', mark)) return 'a document type';
    else if (text[mark + 1] === '/') {
      const end = text.indexOf('>', mark);
      const element = open.pop();
      if (end < 0 || element?.name !== text.slice(mark + 2, end).trim()) return 'an element that is closed under another name';
      at = element.to = end + 1;
      if (element.name === 'Event') events.push({ event: jsonOf(element) as JsonObject, raw: text.slice(element.from, element.to) });
      else open.at(-1)?.children.push(element);
    } else {
      const tag = tagAt(text, mark);
      if (tag === undefined || open.length >= MAX_DEPTH) return 'a tag that does not end, or too deep a nesting';
      const element: Element = { name: tag.name, attributes: tag.attributes, children: [], text: '', from: mark, to: tag.end };
      at = tag.end;
      if (!tag.isEmpty) open.push(element);
      else open.at(-1)?.children.push(element);
    }
  }
  return open.length > 0 ? 'an element that is not closed' : events.length === 0 ? 'no Event element' : events;
}

const isNameEnd = (code: number): boolean => code <= 32 || code === 47 || code === 62 || code === 61;

function tagAt(
  text: string,
  from: number,
): { readonly name: string; readonly attributes: [string, string][]; readonly isEmpty: boolean; readonly end: number } | undefined {
  let at = from + 1;
  const nameFrom = at;
  while (at < text.length && !isNameEnd(text.charCodeAt(at))) at++;
  const name = text.slice(nameFrom, at);
  const attributes: [string, string][] = [];
  if (name === '') return undefined;
  for (;;) {
    while (text.charCodeAt(at) <= 32) at++;
    if (text.charCodeAt(at) === 62) return { name, attributes, isEmpty: false, end: at + 1 };
    if (text.startsWith('/>', at)) return { name, attributes, isEmpty: true, end: at + 2 };
    const attributeFrom = at;
    while (at < text.length && !isNameEnd(text.charCodeAt(at))) at++;
    const attribute = text.slice(attributeFrom, at);
    while (text.charCodeAt(at) <= 32) at++;
    if (attribute === '' || text.charCodeAt(at) !== 61) return undefined;
    at++;
    while (text.charCodeAt(at) <= 32) at++;
    const quote = text[at];
    const end = quote === '"' || quote === "'" ? text.indexOf(quote, at + 1) : -1;
    if (end < 0) return undefined;
    attributes.push([attribute, decoded(text.slice(at + 1, end))]);
    at = end + 1;
  }
}

function decoded(text: string): string {
  if (!text.includes('&')) return text;
  return text.replaceAll(/&(#x[0-9a-fA-F]{1,6}|#[0-9]{1,7}|[a-z]{2,4});/g, (whole, name: string) => {
    if (name[0] !== '#') return ENTITIES[name] ?? whole;
    const code = name[1] === 'x' ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1));
    return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });
}

function jsonOf(element: Element): unknown {
  const { attributes, children } = element;
  if (attributes.length === 0 && children.length === 0) return element.text.trim() === '' ? '' : element.text;
  const entries = new Map<string, unknown>();
  if (attributes.length > 0) entries.set('#attributes', Object.fromEntries(attributes));
  for (const child of children) {
    const before = entries.get(child.name);
    const value = jsonOf(child);
    entries.set(child.name, before === undefined ? value : Array.isArray(before) ? [...(before as unknown[]), value] : [before, value]);
  }
  if (element.text.trim() !== '') entries.set('#text', element.text);
  return Object.fromEntries(entries);
}
