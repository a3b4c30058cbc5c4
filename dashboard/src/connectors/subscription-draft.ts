// What somebody writes into the form of a subscription, and how the API takes it.
import type { PublishFormat, PublishKind, PublishSubscriptionRowFragment, Severity } from '../gql/graphql.ts';
import { listOf } from './draft.ts';

export const KINDS: readonly { readonly kind: PublishKind; readonly word: string; readonly about: string }[] = [
  { kind: 'event', word: 'Events', about: 'as they are enriched' },
  { kind: 'finding', word: 'Findings', about: 'a rule met an event' },
  { kind: 'alert', word: 'Alerts', about: 'each revision is a document' },
];

export interface SubscriptionDraft {
  readonly name: string;
  readonly description: string;
  readonly format: PublishFormat;
  readonly kinds: readonly PublishKind[];
  readonly minSeverity: Severity;
  /** With commas between. Empty: all. */
  readonly datasets: string;
  readonly query: string;
  readonly enabled: boolean;
}
export const NEW_SUBSCRIPTION: SubscriptionDraft = {
  name: '',
  description: '',
  format: 'ecs',
  kinds: ['finding', 'alert'],
  minSeverity: 'low',
  datasets: '',
  query: '',
  enabled: true,
};

export const subscriptionDraftOf = ({
  name,
  description,
  format,
  kinds,
  minSeverity,
  datasets,
  query,
  enabled,
}: PublishSubscriptionRowFragment): SubscriptionDraft => ({ name, description, format, kinds, minSeverity, datasets: datasets.join(', '), query, enabled });

/** What it takes, apart from what it is called. */
export const recordsOf = ({ kinds, minSeverity, datasets, query }: SubscriptionDraft) => ({
  kinds: KINDS.map(({ kind }) => kind).filter((kind) => kinds.includes(kind)),
  minSeverity,
  datasets: [...listOf(datasets)],
  query: query.trim(),
});

/** All but the name, which stays. */
export const changeOf = (draft: SubscriptionDraft) => ({
  ...recordsOf(draft),
  description: draft.description.trim(),
  format: draft.format,
  enabled: draft.enabled,
});

/** `events and alerts, medium and above, of windows.sysmon, host.name:web*` */
export function subscriptionWords({
  kinds,
  minSeverity,
  datasets,
  query,
}: Pick<PublishSubscriptionRowFragment, 'kinds' | 'minSeverity' | 'datasets' | 'query'>): string {
  const words = KINDS.filter(({ kind }) => kinds.includes(kind)).map(({ word }) => word.toLowerCase());
  const parts = [words.length > 1 ? `${words.slice(0, -1).join(', ')} and ${words.at(-1)}` : (words[0] ?? 'nothing')];
  if (minSeverity === 'critical') parts.push('critical');
  else if (minSeverity !== 'informational') parts.push(`${minSeverity} and above`);
  if (datasets.length > 0) parts.push(`of ${datasets.length > 2 ? `${datasets.length} datasets` : datasets.join(' and ')}`);
  if (query !== '') parts.push(query);
  return parts.join(', ');
}
