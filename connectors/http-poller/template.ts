// Addresses and bodies with placeholders.

const NAMES = ['from', 'to', 'since', 'cursor', 'page', 'offset'] as const;
export type Values = Readonly<Partial<Record<(typeof NAMES)[number], string>>>;
/** Other braces are the body's own. */
const PATTERN = /\{(from|to|since|cursor|page|offset)\}/g;

/** What is wrong with a template; null = nothing. */
export function templateProblem(template: string): string | null {
  const [unknown] = /\{[a-z]+\}/.exec(template.replaceAll(PATTERN, '')) ?? [];
  return unknown === undefined ? null : `${unknown} is not known; there are ${NAMES.map((name) => `{${name}}`).join(', ')}.`;
}

/** A parameter of the query whose value is a placeholder without a value is left out. */
export function filledUrl(template: string, values: Values): string {
  const [address = '', ...query] = template.split('?');
  const filled = (text: string) => text.replaceAll(PATTERN, (_whole, name: keyof Values) => encodeURIComponent(values[name] ?? ''));
  const isEmpty = (pair: string) => {
    const [, name] = /=\{(from|to|since|cursor|page|offset)\}$/.exec(pair) ?? [];
    return name !== undefined && (values[name as keyof Values] ?? '') === '';
  };
  const pairs = query
    .join('?')
    .split('&')
    .filter((pair) => pair !== '' && !isEmpty(pair))
    .map(filled);
  return pairs.length === 0 ? filled(address) : `${filled(address)}?${pairs.join('&')}`;
}

/** Inside of quotes. */
export const filledBody = (template: string, values: Values): string =>
  template.replaceAll(PATTERN, (_whole, name: keyof Values) => JSON.stringify(values[name] ?? '').slice(1, -1));

/** Sets a parameter of the query; the others stay as they are. */
export function withParameter(url: string, name: string, value: string): string {
  const [address = '', ...query] = url.split('?');
  const others = query
    .join('?')
    .split('&')
    .filter((pair) => pair !== '' && decodeURIComponent(pair.split('=', 1)[0]!) !== name);
  return `${address}?${[...others, `${encodeURIComponent(name)}=${encodeURIComponent(value)}`].join('&')}`;
}
