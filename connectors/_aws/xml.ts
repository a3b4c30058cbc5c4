// XML answers of AWS as trees. Nothing is expanded but the five entities that XML itself has.
import { SaxesParser } from 'saxes';

export interface Element {
  readonly name: string;
  readonly children: readonly Element[];
  readonly text: string;
}

const MAX_DEPTH = 32;

/** Null for what is no XML. */
export function parseXml(text: string): Element | null {
  const stack: { readonly name: string; readonly children: Element[]; text: string }[] = [{ name: '', children: [], text: '' }];
  const parser = new SaxesParser();
  let isBroken = false;
  parser.on('error', () => (isBroken = true));
  parser.on('opentag', ({ name }) => {
    if (stack.length > MAX_DEPTH) isBroken = true;
    else stack.push({ name, children: [], text: '' });
  });
  parser.on('text', (part) => (stack.at(-1)!.text += part));
  parser.on('cdata', (part) => (stack.at(-1)!.text += part));
  parser.on('closetag', () => {
    const element = stack.length > 1 ? stack.pop() : undefined;
    if (element !== undefined) stack.at(-1)!.children.push(element);
  });
  try {
    parser.write(text).close();
  } catch {
    return null;
  }
  return isBroken ? null : (stack[0]!.children[0] ?? null);
}

export const childrenOf = (element: Element, name: string): readonly Element[] => element.children.filter((child) => child.name === name);
/** Undefined when there is no such element. */
export const textOf = (element: Element, name: string): string | undefined => element.children.find((child) => child.name === name)?.text;
