// What can be done to alerts: at once, for one or many, or for all that the list asks for; and back again within ten seconds, by the change that the API keeps.
import { ask, tell } from '../data/fresh.ts';
import type { Problem } from '../data/problem.ts';
import {
  AlertChangePreviewDocument,
  UndoAlertChangeDocument,
  UpdateAlertsByFilterDocument,
  UpdateAlertsDocument,
  ViewerDocument,
  type AlertChange,
  type AlertFilter,
  type Verdict,
} from '../gql/graphql.ts';
import { plural } from '../kit/numbers.ts';
import { verdictWord } from '../kit/severity.tsx';
import { report } from '../kit/undo.tsx';
import type { AlertRow, Queue } from './use-queue.ts';

export interface AlertActions {
  /** Acknowledges, and gives them to whoever asks. */
  readonly acknowledge: (alerts: readonly AlertRow[]) => void;
  readonly close: (alerts: readonly AlertRow[], verdict: Verdict, reason: string) => void;
  readonly reopen: (alerts: readonly AlertRow[]) => void;
  /** An empty name takes them from whoever has them. */
  readonly assign: (alerts: readonly AlertRow[], assignee: string) => void;
  readonly label: (alerts: readonly AlertRow[], add: readonly string[], remove: readonly string[]) => void;
  /** How many fit, also those that are not loaded, when all of them can be changed so; else says why not. */
  readonly countAll: (filter: AlertFilter, change: AlertChange) => Promise<number | undefined>;
  /** Changes all that fit. @param count As `countAll` said: another number now is refused. @returns Whether it is done. */
  readonly changeAll: (filter: AlertFilter, change: AlertChange, count: number, what: string) => Promise<boolean>;
}

/** What stands in the way, for people: who changed it meanwhile says the API itself. */
const told = ({ title, advice, code, requestId }: Problem): string =>
  code === 'CONFLICT' ? advice : `${title} ${advice}${requestId === null ? '' : ` Request ${requestId}.`}`;

export const reportProblem = (problem: Problem): void => report({ text: told(problem), isFailure: true });

function refuse(text: string): undefined {
  report({ text, isFailure: true });
  return undefined;
}

/** As it will be, until the API has said so. */
function shown(alert: AlertRow, { status, verdict, verdictReason, assignee, addLabels, removeLabels }: AlertChange): AlertRow {
  const labels = [...new Set([...alert.labels.filter((label) => !(removeLabels ?? []).includes(label)), ...(addLabels ?? [])])].sort();
  const isOpenedAgain = alert.status === 'closed' && (status ?? 'closed') !== 'closed';
  return {
    ...alert,
    status: status ?? alert.status,
    verdict: verdict ?? (isOpenedAgain ? null : alert.verdict),
    verdictReason: verdictReason ?? (isOpenedAgain ? null : alert.verdictReason),
    assignee: assignee === undefined || assignee === null ? alert.assignee : assignee || null,
    labels,
  };
}

/** @param onDone Called after each change is stored, with the ids. */
export function alertActions(queue: Queue, user: string | undefined, onDone: (ids: readonly string[]) => void): AlertActions {
  const undo = async (changeId: string) => {
    const result = await tell(UndoAlertChangeDocument, { changeId }, 'The undoing');
    if ('problem' in result) {
      reportProblem(result.problem);
      queue.reload();
      return;
    }
    queue.patch(result.data.undoAlertChange);
    onDone(result.data.undoAlertChange.map(({ id }) => id));
  };
  const change = async (alerts: readonly AlertRow[], wanted: AlertChange, what: string) => {
    if (alerts.length === 0) return;
    const ids = alerts.map(({ id }) => id);
    queue.patch(alerts.map((alert) => shown(alert, wanted)));
    const expected = alerts.map(({ id, workRevision }) => ({ id, workRevision }));
    const result = await tell(UpdateAlertsDocument, { ids, change: wanted, expected }, 'The change');
    if ('problem' in result) {
      reportProblem(result.problem);
      queue.patch(alerts);
      queue.reload(); // somebody may have been quicker
      onDone(ids);
      return;
    }
    const after = result.data.updateAlerts;
    queue.patch(after);
    onDone(ids);
    // Those that were as wanted already are of an older change.
    const changeId = after.find(({ id, workRevision }) => expected.find((seen) => seen.id === id)?.workRevision !== workRevision)?.changeId;
    report({
      text: `${alerts.length === 1 ? shorten(alerts[0]?.title ?? '') : plural(alerts.length, 'alert')}: ${what}`,
      ...(changeId === undefined || changeId === null ? {} : { undo: () => void undo(changeId) }),
      commit: () => queue.settle(ids),
    });
  };
  /** Who is quick may be so before the page knows whose the alerts are to be. */
  const acknowledge = async (alerts: readonly AlertRow[]) => {
    const viewer = user === undefined ? await ask(ViewerDocument, {}, 'Your account') : { data: { viewer: { user } } };
    if ('problem' in viewer) return reportProblem(viewer.problem);
    const open = alerts.filter(({ status }) => status === 'open');
    return change(open, { status: 'acknowledged', assignee: viewer.data.viewer.user }, 'acknowledged, yours now');
  };
  return {
    acknowledge: (alerts) => void acknowledge(alerts),
    close: (alerts, verdict, reason) =>
      void change(
        alerts,
        { status: 'closed', verdict, ...(reason.trim() === '' ? {} : { verdictReason: reason.trim() }) },
        `closed as ${verdictWord(verdict).toLowerCase()}`,
      ),
    reopen: (alerts) =>
      void change(
        alerts.filter(({ status }) => status !== 'open'),
        { status: 'open' },
        'open again',
      ),
    assign: (alerts, assignee) => void change(alerts, { assignee }, assignee === '' ? 'assigned to nobody' : `assigned to ${assignee}`),
    label: (alerts, add, remove) =>
      void change(
        alerts,
        { addLabels: [...add], removeLabels: [...remove] },
        [...add.map((name) => `labelled ${name}`), ...remove.map((name) => `no longer ${name}`)].join(', '),
      ),
    async countAll(filter, wanted) {
      const asked = await ask(AlertChangePreviewDocument, { filter, change: wanted }, 'How many alerts would change');
      if ('problem' in asked) return refuse(told(asked.problem));
      const { matching, refused, most } = asked.data.alertChangePreview;
      if (matching > most) return refuse(`More than ${most} alerts match. Take a shorter range, a higher severity or a search.`);
      if (refused > 0) return refuse(`${plural(refused, 'alert')} of ${matching} cannot be changed so: choose a status first.`);
      return matching;
    },
    async changeAll(filter, wanted, count, what) {
      const result = await tell(UpdateAlertsByFilterDocument, { filter, change: wanted, count }, 'The change');
      queue.reload();
      if ('problem' in result) {
        reportProblem(result.problem);
        return false;
      }
      const { changeId, changed } = result.data.updateAlertsByFilter;
      report({ text: `${plural(changed, 'alert')}: ${what}`, ...(changeId === null ? {} : { undo: () => void undo(changeId).then(queue.reload) }) });
      return true;
    },
  };
}

const shorten = (title: string): string => (title.length > 60 ? `${title.slice(0, 59)}…` : title);
