// Files of rules: XML without a single root, with variables, and written more loosely than XML allows.
import { SaxesParser } from 'saxes';
import type { Element, Unsaid, WazuhRule } from './rule.ts';

const MAX_CHARS = 8 * 1_048_576;
const MAX_DEPTH = 16;

interface Open {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly line: number;
  readonly children: Element[];
  readonly mitre: string[];
  text: string;
}

/** @returns Rules in the order written; a file that is no XML has none, and says why. */
export function readWazuh(file: string, text: string): { readonly rules: readonly WazuhRule[]; readonly unsaid: readonly Unsaid[] } {
  const rules: WazuhRule[] = [];
  const unsaid: Unsaid[] = [];
  if (text.length > MAX_CHARS) return { rules, unsaid: [{ file, line: 1, id: null, reason: `the file is larger than ${MAX_CHARS} characters` }] };
  const variables = new Map<string, string>();
  const open: Open[] = [];
  const parser = new SaxesParser({ fragment: true });
  let failed: string | undefined;
  parser.on('error', ({ message }) => void (failed ??= message.replace(/^\d+:\d+: /, '').replace(/\.$/, '')));
  parser.on('opentag', ({ name, attributes }) => {
    if (open.length >= MAX_DEPTH) failed ??= `elements are nested more than ${MAX_DEPTH} deep`;
    open.push({ name, attributes: attributes as Readonly<Record<string, string>>, line: parser.line, children: [], mitre: [], text: '' });
  });
  for (const event of ['text', 'cdata'] as const)
    parser.on(event, (part) => {
      const last = open.at(-1);
      if (last !== undefined) last.text += part;
    });
  parser.on('closetag', () => {
    const element = open.pop()!;
    const parent = open.at(-1);
    const value = substituted(element.text, variables).trim();
    if (element.name === 'var') variables.set(element.attributes['name'] ?? '', value);
    else if (element.name === 'rule') {
      const around = open.find(({ name }) => name === 'group')?.attributes['name'] ?? '';
      const rule = ruleOf(file, element, around);
      if ('reason' in rule) unsaid.push(rule);
      else rules.push(rule);
    } else if (element.name === 'mitre') parent?.mitre.push(...element.children.filter(({ name }) => name === 'id').map((one) => one.text.toUpperCase()));
    else parent?.children.push({ name: element.name, attributes: element.attributes, text: value });
  });
  for (const line of loosened(text).split(/(?<=\n)/)) {
    parser.write(line);
    if (failed !== undefined) return { rules: [], unsaid: [{ file, line: parser.line, id: null, reason: `it is no XML: ${failed}` }] };
  }
  parser.close();
  return failed === undefined ? { rules, unsaid } : { rules: [], unsaid: [{ file, line: parser.line, id: null, reason: `it is no XML: ${failed}` }] };
}

/** Comments may hold `--`, ampersands stand alone, and `\<` is a character of a pattern. Lines keep their numbers. */
const loosened = (text: string): string =>
  text
    .replaceAll(/<!--[\s\S]*?-->/g, (comment) => comment.replaceAll(/[^\n]/g, ''))
    .replaceAll(/&(?!(?:amp|lt|gt|quot|apos|#\d+|#x[0-9a-f]+);)/gi, '&amp;')
    .replaceAll('\\<', '\\&lt;');

const substituted = (text: string, variables: ReadonlyMap<string, string>): string =>
  text.replaceAll(/\$([A-Za-z_]\w*)/g, (whole, name: string) => variables.get(name) ?? whole);

function ruleOf(file: string, { attributes, line, children, mitre }: Open, around: string): WazuhRule | Unsaid {
  const id = attributes['id'] ?? '';
  const level = Number(attributes['level'] ?? '');
  const place = { file, line, id: id === '' ? null : id };
  if (!/^\d{1,9}$/.test(id)) return { ...place, reason: 'its id is no number' };
  if (!/^\d{1,2}$/.test(attributes['level'] ?? '') || level > 16) return { ...place, reason: 'its level is no number from 0 to 16' };
  const own = children.filter(({ name }) => name === 'group').map(({ text }) => text);
  return {
    ...place,
    id,
    level,
    attributes,
    groups: [...new Set([around, ...own].flatMap((list) => list.split(',')).map((name) => name.trim()))].filter((name) => name !== ''),
    mitre: [...mitre],
    description: children.find(({ name }) => name === 'description')?.text ?? `Wazuh rule ${id}`,
    elements: children.filter(({ name }) => name !== 'group' && name !== 'description'),
  };
}
