// An alert told in a few plain sentences, from nothing but what it holds.
import { duration, plural } from '../kit/numbers.ts';
import { toMs } from '../kit/time.ts';

interface Told {
  readonly time: string;
  readonly lastTime: string;
  readonly findingCount: number;
  readonly eventCount: number;
  readonly entities: readonly { readonly type: string; readonly value: string }[];
  readonly rules: readonly { readonly id: string; readonly title: string }[];
  readonly findings: readonly { readonly time: string; readonly rule: { readonly id: string; readonly title: string } }[];
}

const named = (items: readonly string[]): string => (items.length < 2 ? (items[0] ?? '') : `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`);

/** Who and what it is about: `On WORKSTATION5, by wardog`. Empty when it names nobody. */
function about(entities: Told['entities']): string {
  const of = (...types: string[]) => entities.filter(({ type }) => types.includes(type)).map(({ value }) => value);
  const hosts = of('host');
  const users = of('user', 'identity');
  const addresses = of('address', 'ip');
  const parts = [
    hosts.length === 0 ? '' : `on ${hosts.length > 3 ? plural(hosts.length, 'host') : named(hosts)}`,
    users.length === 0 ? '' : `by ${users.length > 3 ? plural(users.length, 'user') : named(users)}`,
    addresses.length === 0 ? '' : `involving ${addresses.length > 3 ? `${addresses.length} addresses` : named(addresses)}`,
  ].filter((part) => part !== '');
  const text = parts.join(', ');
  return text === '' ? '' : `${text[0]?.toUpperCase() ?? ''}${text.slice(1)}`;
}

/** Two or three sentences. */
export function story(alert: Told): string {
  const lasting = toMs(alert.lastTime) - toMs(alert.time);
  const within = alert.eventCount === 1 ? '' : lasting < 1 ? ' at one moment' : ` within ${duration(lasting)}`;
  const rules = alert.rules.length === 1 ? `the rule “${alert.rules[0]?.title ?? ''}”` : `${alert.rules.length} rules`;
  const who = about(alert.entities);
  const what = `${plural(alert.eventCount, 'event')} met ${rules}${within}`;
  const first = who === '' ? `${what}.` : `${who}, ${what}.`;
  const order = [...new Map([...alert.findings].sort((a, b) => a.time.localeCompare(b.time)).map(({ rule }) => [rule.id, rule.title])).values()];
  if (order.length < 2) return alert.findingCount > 1 ? `${first} It was found ${alert.findingCount} times.` : first;
  return `${first} It began with “${order[0]}” and went on with ${named(order.slice(1, 5).map((title) => `“${title}”`))}${order.length > 5 ? ` and ${plural(order.length - 5, 'more rule')}` : ''}.`;
}

/** `attack.t1003.001` to `T1003.001` and its page; `attack.credential-access` to `Credential access`; others as they are. */
export function readTag(tag: string): { readonly text: string; readonly link: string | null } {
  const technique = /^attack\.(t\d{4})(?:\.(\d{3}))?$/i.exec(tag);
  if (technique !== null) {
    const [, main = '', sub] = technique;
    const id = main.toUpperCase();
    return { text: sub === undefined ? id : `${id}.${sub}`, link: `https://attack.mitre.org/techniques/${id}${sub === undefined ? '' : `/${sub}`}/` };
  }
  const tactic = /^attack\.([a-z][a-z_-]+)$/.exec(tag)?.[1];
  if (tactic === undefined) return { text: tag, link: null };
  const words = tactic.replaceAll(/[_-]/g, ' ');
  return { text: `${words[0]?.toUpperCase() ?? ''}${words.slice(1)}`, link: null };
}
