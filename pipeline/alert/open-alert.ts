// An alert that findings may still join or change.
import { hashId } from '../core/id.ts';
import type { Micros } from '../core/index.ts';
import type { Alert } from '../../schemas/avro/types.gen.ts';
import type { Closing } from './decisions.ts';
import type { AlertingFinding, Content } from './merge.ts';
import { added, emptied } from './merge.ts';
import { reasonOf, reasonOfOpening, withChange } from './reason.ts';

/** As the changelog has it. */
export interface OpenAlert {
  /** As last changed. */
  readonly alert: Alert;
  /** What findings add up to that no late event changes any more; null when there are none, absent when these are all. */
  readonly settled?: Content | null;
  /** The others, by time. */
  readonly revisable: readonly AlertingFinding[];
  /** When the last of them settles; 0 when none is left. */
  readonly settlesAt: Micros;
}
const MOST_REVISABLE = 20; // beyond it the oldest are taken for settled

/** @param closing Of the last alert of its group, where people closed one that it would have joined. */
export function opened(finding: AlertingFinding, closing?: Closing): OpenAlert {
  const { organization, groupKey } = finding;
  const id = hashId(organization, groupKey, finding.id);
  const alert = {
    id,
    organization,
    groupKey,
    revision: 1,
    ...added(null, finding),
    reason: reasonOfOpening(finding, closing),
    changes: withChange([], 1, finding),
  };
  return finding.revisable === null
    ? { alert, revisable: [], settlesAt: 0 }
    : { alert, settled: null, revisable: [finding], settlesAt: finding.revisable.settlesAt };
}

/** Whether a finding is a later revision of one of the alert's, or stands in its place. */
export const isAbout = ({ alert, revisable }: OpenAlert, { id, supersedes }: AlertingFinding): boolean =>
  [...revisable, ...alert.findings].some((known) => known.id === id || known.id === supersedes);

/**
 * The alert with the finding in it, as its next revision; undefined when the finding says nothing new.
 * @param isUnsent The revision at hand has not gone out: numbers on the topic have no holes, so it is this one that grows.
 */
export function joined(open: OpenAlert, finding: AlertingFinding, isUnsent: boolean): OpenAlert | undefined {
  const parts = finding.revisable === null ? withSettled(open, finding) : withRevisable(open, finding);
  if (parts === undefined) return undefined;
  const { settled, revisable } = folded(parts.settled, parts.revisable);
  const content = revisable.reduce<Content | null>(added, settled) ?? emptied(contentOf(open.alert));
  const revision = open.alert.revision + (isUnsent ? 0 : 1);
  const { id, organization, groupKey } = open.alert;
  return {
    alert: {
      id,
      organization,
      groupKey,
      revision,
      ...content,
      reason: reasonOf(open.alert, content, finding),
      changes: withChange(open.alert.changes, revision, finding),
    },
    ...(revisable.length === 0 && settled !== null ? {} : { settled }),
    revisable,
    settlesAt: Math.max(open.settlesAt, finding.revisable?.settlesAt ?? 0),
  };
}

interface Parts {
  readonly settled: Content | null;
  readonly revisable: readonly AlertingFinding[];
}
const settledOf = ({ alert, settled }: OpenAlert): Content | null => (settled === undefined ? contentOf(alert) : settled);

function withSettled(open: OpenAlert, finding: AlertingFinding): Parts | undefined {
  if (open.alert.findings.some(({ id }) => id === finding.id)) return undefined;
  return { settled: added(settledOf(open), finding), revisable: open.revisable };
}

function withRevisable(open: OpenAlert, finding: AlertingFinding): Parts | undefined {
  const known = open.revisable.find(({ id }) => id === finding.id);
  const { revision, isWithdrawn } = finding.revisable!;
  if (known === undefined ? isWithdrawn || open.alert.findings.some(({ id }) => id === finding.id) : known.revisable!.revision >= revision) return undefined;
  const others = open.revisable.filter(({ id }) => id !== finding.id && id !== finding.supersedes);
  const revisable = isWithdrawn ? others : [...others, finding].sort((a, b) => a.time - b.time || (a.id < b.id ? -1 : 1));
  return { settled: settledOf(open), revisable };
}

function folded(settled: Content | null, revisable: readonly AlertingFinding[]): Parts {
  const excess = Math.max(0, revisable.length - MOST_REVISABLE);
  return { settled: revisable.slice(0, excess).reduce<Content | null>(added, settled), revisable: revisable.slice(excess) };
}

function contentOf({
  id: _id,
  organization: _organization,
  groupKey: _groupKey,
  revision: _revision,
  reason: _reason,
  changes: _changes,
  ...content
}: Alert): Content {
  return content;
}
