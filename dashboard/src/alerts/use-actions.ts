// What can be done to alerts: at once, for one or many, and back again within ten seconds.
import { tell } from '../data/fresh.ts';
import { UpdateAlertsDocument, type AlertChange, type Verdict } from '../gql/graphql.ts';
import { plural } from '../kit/numbers.ts';
import { verdictWord } from '../kit/severity.tsx';
import { report } from '../kit/undo.tsx';
import type { AlertRow, Queue } from './use-queue.ts';

export interface AlertActions {
  /** Acknowledges, and gives them to whoever asks. */
  readonly acknowledge: (alerts: readonly AlertRow[]) => void;
  readonly close: (alerts: readonly AlertRow[], verdict: Verdict, note: string) => void;
  readonly reopen: (alerts: readonly AlertRow[]) => void;
  /** An empty name takes them from whoever has them. */
  readonly assign: (alerts: readonly AlertRow[], assignee: string) => void;
}

/** What brings an alert back to how it was. A verdict goes with the status: an alert that is not closed has none. */
const backTo = ({ status, verdict, assignee }: AlertRow): AlertChange => ({
  status,
  assignee: assignee ?? '',
  ...(status === 'closed' && verdict !== null ? { verdict } : {}),
});

function byWayBack(alerts: readonly AlertRow[]): Map<string, readonly AlertRow[]> {
  const groups = new Map<string, AlertRow[]>();
  for (const alert of alerts) {
    const way = JSON.stringify(backTo(alert));
    const group = groups.get(way);
    if (group === undefined) groups.set(way, [alert]);
    else group.push(alert);
  }
  return groups;
}

/** @param onDone Called after each change is stored, with the ids. */
export function alertActions(queue: Queue, user: string | undefined, onDone: (ids: readonly string[]) => void): AlertActions {
  const send = async (alerts: readonly AlertRow[], change: AlertChange): Promise<boolean> => {
    const ids = alerts.map((alert) => alert.id);
    const result = await tell(UpdateAlertsDocument, { ids, change }, 'The change');
    if ('data' in result) queue.patch(result.data.updateAlerts);
    else
      report({
        text: `${result.problem.title} ${result.problem.advice}${result.problem.requestId === null ? '' : ` Request ${result.problem.requestId}.`}`,
        isFailure: true,
      });
    onDone(ids);
    return 'data' in result;
  };
  const change = async (alerts: readonly AlertRow[], wanted: AlertChange, what: string) => {
    if (alerts.length === 0) return;
    const { note: _sent, ...shown } = wanted;
    queue.patch(
      alerts.map((alert) => ({
        ...alert,
        ...(shown as Partial<AlertRow>),
        assignee: wanted.assignee === undefined ? alert.assignee : wanted.assignee || null,
      })),
    );
    if (!(await send(alerts, wanted))) {
      queue.patch(alerts);
      return;
    }
    const ids = alerts.map((alert) => alert.id);
    report({
      text: `${alerts.length === 1 ? shorten(alerts[0]?.title ?? '') : plural(alerts.length, 'alert')}: ${what}`,
      undo: () => {
        queue.patch(alerts);
        for (const [way, group] of byWayBack(alerts)) void send(group, JSON.parse(way) as AlertChange);
      },
      commit: () => queue.settle(ids),
    });
  };
  return {
    acknowledge: (alerts) =>
      void change(
        alerts.filter(({ status }) => status !== 'acknowledged'),
        { status: 'acknowledged', ...(user === undefined ? {} : { assignee: user }) },
        'acknowledged, yours now',
      ),
    close: (alerts, verdict, note) =>
      void change(
        alerts,
        { status: 'closed', verdict, ...(note.trim() === '' ? {} : { note: note.trim() }) },
        `closed as ${verdictWord(verdict).toLowerCase()}`,
      ),
    reopen: (alerts) => void change(alerts, { status: 'open' }, 'open again'),
    assign: (alerts, assignee) => void change(alerts, { assignee }, assignee === '' ? 'assigned to nobody' : `assigned to ${assignee}`),
  };
}

const shorten = (title: string): string => (title.length > 60 ? `${title.slice(0, 59)}…` : title);
