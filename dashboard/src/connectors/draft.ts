// What somebody writes into the form: options by name, as texts. What is not given is left to its default.
import type { ConnectorFormQuery, ConnectorStateFragment, PublishSubscriptionsQuery } from '../gql/graphql.ts';

export type ConnectorOption = ConnectorFormQuery['connectorForm']['options'][number];
export type Draft = Readonly<Record<string, string>>;
export interface OptionGroup {
  readonly name: string;
  /** Shown at once. */
  readonly shown: readonly ConnectorOption[];
  /** Of low importance: behind a heading that opens. */
  readonly folded: readonly ConnectorOption[];
}

/** Asked for by themselves, above all others. */
const APART: readonly string[] = ['name', 'connector.class'];
/** Groups that every connector has: what is read comes first, what hardly anybody changes last. */
const FIRST = 'Common';
const LAST: readonly string[] = ['Delivery', 'Error Handling', 'Transforms', 'Predicates'];

const rank = (group: string): number => {
  if (group === FIRST) return 0;
  const last = LAST.findIndex((name) => group === name || group.startsWith(`${name}: `));
  return last === -1 ? 1 : 2 + last;
};

/** Groups in the order in which they are filled in, their options in the order that the API gives. Options that nobody knows (`Other`) are among them. */
export function groupsOf(options: readonly ConnectorOption[]): readonly OptionGroup[] {
  const groups = new Map<string, ConnectorOption[]>();
  for (const option of options) {
    if (APART.includes(option.name) || !option.isVisible) continue;
    const group = option.group === '' ? 'Connector' : option.group;
    groups.set(group, [...(groups.get(group) ?? []), option]);
  }
  return [...groups]
    .toSorted(([a], [b]) => rank(a) - rank(b))
    .map(([name, all]) => {
      const inOrder = all.toSorted((a, b) => a.order - b.order);
      const isFolded = ({ importance, isRequired }: ConnectorOption) => importance === 'LOW' && !isRequired && name !== 'Other';
      return { name, shown: inOrder.filter((option) => !isFolded(option)), folded: inOrder.filter(isFolded) };
    });
}

/** Of a connector that is there, without what is said elsewhere. */
export const draftOf = (config: ConnectorStateFragment['config']): Draft =>
  Object.fromEntries(config.filter(({ name }) => !APART.includes(name)).map(({ name, value }) => [name, value]));

/** An empty text gives the option back to its default. */
export function withValue(draft: Draft, name: string, text: string): Draft {
  const { [name]: _before, ...rest } = draft;
  return text === '' ? rest : { ...rest, [name]: text };
}

/** As the API takes it. */
export const settingsOf = (draft: Draft, plugin: string, name: string): { readonly name: string; readonly value: string }[] =>
  Object.entries({ ...draft, 'connector.class': plugin, ...(name === '' ? {} : { name }) }).map(([option, value]) => ({ name: option, value }));

/** Without the option's name and value, which stand beside it: `Invalid value x for configuration tasks.max: Not a number` is `Not a number`. */
export function plainProblem(problem: string, name: string): string {
  if (problem.startsWith('Missing required configuration')) return 'It is required.';
  const mark = ` for configuration ${name}: `;
  const at = problem.indexOf(mark);
  return problem.startsWith('Invalid value ') && at !== -1 ? problem.slice(at + mark.length) : problem;
}

export const listOf = (text: string): readonly string[] =>
  text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');

/** The sink topics of an organization. */
export const sinkTopics = (organization: string): readonly string[] => [`sink.${organization}.ecs.v1`, `sink.${organization}.ocsf.v1`];

/** What is wrong with a subscription beside the topics that are read; null = nothing. Its documents are on the topic of its format alone. */
export function subscriptionProblem(
  draft: Draft,
  organization: string,
  subscriptions: Pick<PublishSubscriptionsQuery['publishSubscriptions'][number], 'name' | 'format' | 'enabled'>[],
): string | null {
  const wanted = subscriptions.find(({ name }) => name === draft['subscription']);
  if (wanted === undefined) return null;
  if (!wanted.enabled) return `${wanted.name} is switched off, so nothing is published for it.`;
  const topic = `sink.${organization}.${wanted.format}.v1`;
  const topics = listOf(draft['topics'] ?? '');
  if (topics.length === 0 || topics.includes(topic)) return null;
  return `${wanted.name} asks for ${wanted.format.toUpperCase()}, which is on ${topic}: that topic is not among those that are read.`;
}

/** Where an organization's secrets may be, unless the worker was told otherwise (`connect.secretVariables`, `connect.secretFolders`). */
export function secretExamples(organization: string): { readonly variable: string; readonly file: string } {
  const capitals = organization.toUpperCase().replaceAll('-', '__');
  return { variable: `\${env:GOSHAWK_SECRET_${capitals}_NAME}`, file: `\${file:/run/secrets/goshawk/${organization}/FILE:KEY}` };
}
