// Nearly all rules are plain YAML, which js-yaml reads in a ninth of the time that `yaml` takes. It says less of what is wrong, so whatever it does
// not take, or might take otherwise, is left to `yaml`: what is read here is what would be read there, but for faults that change nothing, as a text
// over two lines of which the second is not indented.
import { CORE_SCHEMA, load, Type } from 'js-yaml';

/** One document of a text. */
export interface PlainDocument {
  /** Where it stands, its marker included. */
  readonly start: number;
  readonly end: number;
  /** Offset of its first key. */
  readonly contents: number;
  readonly body: unknown;
}

/** Rare in rules, and not read alike by all. */
const ODD = new RegExp(
  [
    String.raw`(?:^|[\s[{,:?-])[&!]`, // anchors and tags
    String.raw`(?:^|[\s[{,-])\?(?:\s|$)|(?:~|null|Null|NULL|[[{,])\s*:|(?:~|null|Null|NULL)\s*[,}]`, // keys that are more than texts
    String.raw`[|>](?:[-+]?\d|\+)`, // texts that say where they begin, or keep blanks at their end
    String.raw`[^\S\n ]|\uFEFF`, // blanks and line breaks of other kinds
    String.raw`^%|^\.\.\.|^---(?!\n)`, // directives, ends of documents, content beside a marker
    String.raw`^["']|^[^\s#-][^:\n]*$`, // texts that go on without being indented
  ].join('|'),
  'm',
);
const MARKER = /^---\n/gm;
const FIRST_KEY = /^[A-Za-z]/;

/** As YAML 1.2 has them, which js-yaml does not: neither binary numbers, nor integers that lose digits. */
const NUMBER = /^(?:[-+]?(?:\.\d+|\d+(?:\.\d*)?)(?:[eE][-+]?\d+)?|0o[0-7]+|0x[\da-fA-F]+)$/;
const INTEGER = /^(?:[-+]?\d+|0o[0-7]+|0x[\da-fA-F]+)$/;
const integer = new Type('tag:yaml.org,2002:int', {
  kind: 'scalar',
  resolve: (text: unknown) => typeof text === 'string' && INTEGER.test(text),
  construct: (text: string): number | bigint =>
    Number.isSafeInteger(Number(text)) ? Number(text) + 0 : text.startsWith('-') ? -BigInt(text.slice(1)) : BigInt(text.replace('+', '')),
});
const float = new Type('tag:yaml.org,2002:float', {
  kind: 'scalar',
  resolve: (text: unknown) => typeof text === 'string' && NUMBER.test(text),
  construct: Number,
});
const SCHEMA = CORE_SCHEMA.extend({ implicit: [integer, float] });

/** @returns undefined when the text is not plain, or wrong: then `yaml` is to read it. */
export function readPlain(text: string): readonly PlainDocument[] | undefined {
  if (ODD.test(text)) return undefined;
  const starts = [...text.matchAll(MARKER)].map(({ index }) => index);
  if (starts[0] !== 0) starts.unshift(0);
  const documents: PlainDocument[] = [];
  for (const [at, start] of starts.entries()) {
    const end = starts[at + 1] ?? text.length;
    const contents = text.startsWith('---\n', start) ? start + 4 : start;
    const part = text.slice(contents, end);
    if (!FIRST_KEY.test(part)) return undefined;
    try {
      documents.push({ start, end, contents, body: load(part, { schema: SCHEMA }) });
    } catch {
      return undefined; // `yaml` says why
    }
  }
  return documents;
}
