// What people do with an alert: the state machine of its status, and what belongs to a verdict.

export const STATUSES = ['open', 'acknowledged', 'closed'] as const;
export type AlertStatus = (typeof STATUSES)[number];
export const VERDICTS = ['true_positive', 'false_positive', 'benign'] as const;
export type Verdict = (typeof VERDICTS)[number];

/** How an alert stands with people. */
export interface AlertWork {
  readonly status: AlertStatus;
  readonly verdict: Verdict | null;
  /** Why that verdict. */
  readonly verdictReason: string | null;
  readonly assignee: string | null;
  /** What people call it, sorted; the tags of an alert are those of its rules. */
  readonly labels: readonly string[];
}

/** What is left out stays. */
export interface WorkChange {
  readonly status?: AlertStatus;
  readonly verdict?: Verdict;
  /** The empty string takes it away. */
  readonly verdictReason?: string;
  /** The empty string unassigns. */
  readonly assignee?: string;
  readonly addLabels?: readonly string[];
  readonly removeLabels?: readonly string[];
}

/** From where to where. A closed alert is opened before somebody takes it up, so that its verdict goes and its age is seen. */
export const MOVES: Readonly<Record<AlertStatus, readonly AlertStatus[]>> = {
  open: ['acknowledged', 'closed'],
  acknowledged: ['open', 'closed'],
  closed: ['open'],
};
export const MAX_LABELS = 20;

/** Why a change does not fit an alert as it is. */
export type Misfit = 'NO_SUCH_MOVE' | 'TOO_MANY_LABELS' | 'REASON_WITHOUT_VERDICT';

/**
 * The work as the change leaves it. A status that it has already is no move. A verdict may be given at any time; it belongs to the closing,
 * so an alert that is opened again has none, unless one is given. A reason belongs to its verdict and goes with it.
 */
export function changed(before: AlertWork, change: WorkChange): AlertWork | Misfit {
  const status = change.status ?? before.status;
  if (status !== before.status && !MOVES[before.status].includes(status)) return 'NO_SUCH_MOVE';
  const isOpenedAgain = before.status === 'closed' && status !== 'closed';
  const verdict = change.verdict ?? (isOpenedAgain ? null : before.verdict);
  const keptReason = verdict === before.verdict && !isOpenedAgain ? before.verdictReason : null;
  const verdictReason = change.verdictReason === undefined ? keptReason : change.verdictReason || null;
  if (verdict === null && verdictReason !== null) return 'REASON_WITHOUT_VERDICT';
  const removed = new Set(change.removeLabels);
  const labels = [...new Set([...before.labels.filter((label) => !removed.has(label)), ...(change.addLabels ?? [])])].sort();
  if (labels.length > MAX_LABELS) return 'TOO_MANY_LABELS';
  return { status, verdict, verdictReason, assignee: change.assignee === undefined ? before.assignee : change.assignee || null, labels };
}

export const isSameWork = (a: AlertWork, b: AlertWork): boolean =>
  a.status === b.status &&
  a.verdict === b.verdict &&
  a.verdictReason === b.verdictReason &&
  a.assignee === b.assignee &&
  a.labels.length === b.labels.length &&
  a.labels.every((label, index) => label === b.labels[index]);
