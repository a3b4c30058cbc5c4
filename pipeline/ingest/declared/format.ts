// A format that is declared in YAML instead of coded.
import { LineCounter, parseDocument } from 'yaml';
import type { Document } from 'yaml';
import type { Decoder, FieldsOf, RawDocument } from '../kit.ts';
import { CERTAIN, columns, csvCells, draft, firstLine, isObject, keyValues, LIKELY, logfmt, mapping, POSSIBLE, textNative, via } from '../kit.ts';
import type { Rule as TableRule } from '../kit.ts';
import type { Declaration, Rule } from './schema.ts';
import { declaration } from './schema.ts';
import { patternOf, testOf } from './pattern.ts';

/** A fault of a declaration, where it is. */
export interface Problem {
  readonly line: number;
  readonly message: string;
}

/** @returns The format, or everything that is wrong with the text. */
export function declaredFormat(text: string): Decoder | readonly Problem[] {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true });
  const lineAt = (offset: number | undefined): number => (offset === undefined ? 1 : lines.linePos(offset).line);
  if (document.errors.length > 0) return document.errors.map(({ message, pos }) => ({ line: lineAt(pos[0]), message }));
  let body: unknown;
  try {
    body = document.toJS({ maxAliasCount: 10 });
  } catch (error) {
    return [{ line: 1, message: error instanceof Error ? error.message : String(error) }];
  }
  const parsed = declaration.safeParse(body);
  if (parsed.success) return decoderOf(parsed.data);
  return parsed.error.issues.map((issue) => {
    const path = issue.code === 'unrecognized_keys' ? [...issue.path, issue.keys[0]!] : issue.path;
    return { line: lineAt(offsetOf(document, path)), message: `${path.join(' > ') || 'the format'} ${messageOf(issue)}` };
  });
}

function messageOf({ code, message }: { readonly code: string; readonly message: string }): string {
  return code === 'unrecognized_keys' ? 'is no option' : message.startsWith('Invalid input: ') ? message.slice('Invalid input: '.length) : message;
}

/** Where the nearest part of the path that exists begins. */
function offsetOf(document: Document, path: readonly PropertyKey[]): number | undefined {
  for (let length = path.length; length > 0; length--) {
    const node: unknown = document.getIn(path.slice(0, length), true);
    const range = isObject(node) ? node.range : undefined;
    if (Array.isArray(range)) return range[0] as number;
  }
  return document.contents?.range?.[0];
}

const CONFIDENCE = { certain: CERTAIN, likely: LIKELY, possible: POSSIBLE } as const;

function decoderOf({ name, version, reads, dataset, product, observer, when, read, multiline, set }: Declaration): Decoder {
  const apply = mapping(Object.fromEntries(Object.entries(set).map(([field, rule]) => [field, tableRule(rule)])));
  const fieldsOf = readerOf(read);
  const isJson = read.as === 'json';
  const { begins, holds, members } = when;
  return {
    name,
    version,
    reads: reads ?? name,
    recognisedBy: [begins, holds, members].flatMap((clue) => clue ?? []).join(', '),
    datasets: [dataset],
    isObserver: observer,
    ...(multiline === undefined ? {} : { needsOrder: 'lines go on what the line before them began', partsOf: linesOf(multiline) }),
    recognise({ json, text }) {
      if ((json !== undefined) !== isJson) return 0;
      const isIt =
        (begins === undefined || begins.some((beginning) => text.startsWith(beginning))) &&
        (holds === undefined || holds.every((part) => text.includes(part))) &&
        (members === undefined || members.every((member) => json?.[member] !== undefined));
      return isIt ? CONFIDENCE[when.confidence] : 0;
    },
    decode(document) {
      const fields = fieldsOf(document);
      if (typeof fields === 'string') return fields;
      const event = draft(dataset, product, isJson ? document.bytes : textNative(document, fields));
      apply(event, fields, document);
      event.message ??= isJson ? null : firstLine(document.text);
      return [event];
    },
  };
}

/** One event is open in a stream at a time: a first line ends the one before. */
const OPEN = 'lines';
const ALL: readonly [string, string] = [OPEN, `${OPEN}\uffff`];

function linesOf({ begins, continues }: NonNullable<Declaration['multiline']>): NonNullable<Decoder['partsOf']> {
  const holds = testOf(begins ?? continues!);
  if (typeof holds === 'string') throw new TypeError(holds); // the schema has asked
  const isFirst = (line: string): boolean => holds(line) === (begins !== undefined);
  return ({ text }) =>
    text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => (isFirst(line) ? { text: line, event: OPEN, completes: ALL } : { text: line, event: OPEN }));
}

function tableRule(rule: Rule): TableRule {
  if ('value' in rule) return { of: [], as: () => rule.value };
  if (!('map' in rule) || rule.map === undefined) return rule.from;
  const map = new Map(Object.entries(rule.map));
  return via(rule.from, (value) => map.get(String(value)) ?? rule.otherwise ?? null);
}

function readerOf(read: Declaration['read']): (document: RawDocument) => FieldsOf | string {
  switch (read.as) {
    case 'json':
      return ({ json }) => json ?? 'not a JSON object';
    case 'logfmt':
      return ({ text }) => logfmt(text);
    case 'key-values':
      return ({ text }) => {
        const start = read.after === undefined ? 0 : text.indexOf(read.after);
        return start < 0 ? `no ${JSON.stringify(read.after)} in it` : keyValues(text, { separator: read.separator, from: start + (read.after?.length ?? 0) });
      };
    case 'csv':
      return ({ text }) => columns(read.columns, csvCells(text.trimEnd(), read.separator));
    case 'pattern': {
      const find = patternOf(read.pattern);
      return ({ text }) => (typeof find === 'string' ? find : (find(text) ?? 'the pattern does not match'));
    }
  }
}
