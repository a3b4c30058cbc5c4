import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { lazy, Suspense, useCallback, useEffect, useRef, useState } from 'react';
import { Segments } from '../kit/button.tsx';
import { Choice } from '../kit/choice.tsx';
import { ExportMenu } from '../kit/export-menu.tsx';
import { useKeys } from '../kit/keys.ts';
import { NARROW, useMedia, WIDE } from '../kit/media.ts';
import { count } from '../kit/numbers.ts';
import { Page } from '../kit/panel.tsx';
import { RangePicker } from '../kit/range-picker.tsx';
import { isSeverity, SeverityMark } from '../kit/severity.tsx';
import { SearchInput } from '../kit/search-input.tsx';
import { NotLive, Stale } from '../kit/states.tsx';
import { useTitle } from '../kit/title.ts';
import { useMayWrite } from '../rules/roles.ts';
import { useViewer } from '../shell/viewer.tsx';
import { exportFilterOf, filterOf, rangeOf, VIEWS, type AlertsSearch, type Sort, type View } from './address.ts';
import { AlertDetail } from './detail.tsx';
import { AssignDialog, CloseDialog } from './dialogs.tsx';
import { LabelDialog } from './label-dialog.tsx';
import { QueueBody } from './queue-frame.tsx';
import { QueueList } from './queue.tsx';
import { SavedViews } from './saved-views.tsx';
import { SelectionBar } from './selection-bar.tsx';
import { alertActions } from './use-actions.ts';
import { useQueue, type AlertRow } from './use-queue.ts';
import './page.css';

const ExceptionDialog = lazy(() => import('../rules/exception-dialog.tsx').then((found) => ({ default: found.ExceptionDialog })));

const VIEW_WORDS: Record<View, string> = { active: 'Active', open: 'Open', acknowledged: 'Acknowledged', closed: 'Closed', all: 'All' };

export function AlertsPage() {
  const search = useSearch({ from: '/inside/alerts' });
  const { alertId } = useParams({ strict: false });
  const navigate = useNavigate();
  const isNarrow = useMedia(NARROW);
  const isWide = useMedia(WIDE);
  const isAtTop = useRef(true);
  const isHovered = useRef(false);
  const [changes, setChanges] = useState(0);
  const queue = useQueue(search, () => isAtTop.current && !isHovered.current);
  const user = useViewer()?.user;
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const [cursorId, setCursorId] = useState<string>();
  const [closing, setClosing] = useState<readonly AlertRow[]>([]);
  const [assigning, setAssigning] = useState<readonly AlertRow[]>([]);
  const [labelling, setLabelling] = useState<readonly AlertRow[]>([]);
  const [excepting, setExcepting] = useState<AlertRow>();
  const mayWrite = useMayWrite();
  const actions = alertActions(queue, user, (ids) => alertId !== undefined && ids.includes(alertId) && setChanges((n) => n + 1));
  useTitle(`${VIEW_WORDS[search.view ?? 'active']} alerts`);

  const set = (change: Partial<AlertsSearch>) =>
    void navigate({
      to: alertId === undefined ? '/alerts' : '/alerts/$alertId',
      params: { alertId: alertId ?? '' },
      search: { ...search, ...change } as AlertsSearch,
      replace: true,
    });
  const open = useCallback(
    (id: string) => void navigate({ to: '/alerts/$alertId', params: { alertId: id }, search: (now) => now, replace: alertId !== undefined }),
    [navigate, alertId],
  );
  const back = useCallback(() => void navigate({ to: '/alerts', search: (now) => now }), [navigate]);
  const toggle = useCallback(
    (id: string) =>
      setSelected((now) => {
        const next = new Set(now);
        if (!next.delete(id)) next.add(id);
        return next;
      }),
    [],
  );

  const { rows } = queue;
  const cursor = rows.findIndex(({ id }) => id === (cursorId ?? alertId));
  const [opened, setOpened] = useState<AlertRow>();
  const isSplit = alertId !== undefined && isWide;
  /** What a key acts on: the selection, else the row under the cursor, else what is open. */
  const targets = (): readonly AlertRow[] => {
    if (selected.size > 0) return rows.filter(({ id }) => selected.has(id));
    const row = rows[cursor] ?? (opened?.id === alertId ? opened : undefined);
    return row === undefined ? [] : [row];
  };
  const move = (by: number) => {
    const row = rows[Math.min(rows.length - 1, Math.max(0, cursor + by))];
    if (row === undefined) return;
    setCursorId(row.id);
    if (alertId !== undefined) open(row.id);
  };
  const act = (run: (alerts: readonly AlertRow[]) => void) => {
    run(targets());
    setSelected(new Set());
  };
  useKeys([
    { keys: 'j', label: 'Next', group: 'Lists', run: () => move(1) },
    { keys: 'k', label: 'Previous', group: 'Lists', run: () => move(-1) },
    { keys: 'Enter', label: 'Open', group: 'Lists', run: () => rows[cursor] !== undefined && open(rows[cursor].id) },
    {
      keys: 'Escape',
      label: 'Back to the list; drop the selection',
      group: 'Lists',
      run: () => (selected.size > 0 ? setSelected(new Set()) : alertId !== undefined && back()),
    },
    { keys: 'x', label: 'Select', group: 'Lists', run: () => rows[cursor] !== undefined && toggle(rows[cursor].id) },
    { keys: 'a', label: 'Acknowledge and take', group: 'Alerts', run: () => act(actions.acknowledge) },
    { keys: 'A', label: 'Assign to somebody', group: 'Alerts', run: () => setAssigning(targets()) },
    { keys: 'l', label: 'Label', group: 'Alerts', run: () => setLabelling(targets()) },
    { keys: 'c', label: 'Close with a verdict', group: 'Alerts', run: () => setClosing(targets()) },
    ...(mayWrite ? [{ keys: 'e', label: 'Make an exception', group: 'Alerts', run: () => setExcepting(targets()[0]) } as const] : []),
    { keys: 'r', label: 'Open again', group: 'Alerts', run: () => act(actions.reopen) },
    { keys: 'n', label: 'Let new alerts in', group: 'Alerts', run: () => queue.letIn() },
  ]);
  useEffect(() => setCursorId(undefined), [search]);

  const list = (
    <QueueBody queue={queue} search={search} onClear={() => void navigate({ to: '/alerts', search: {} })} onAll={() => set({ view: 'all' })}>
      <QueueList
        queue={queue}
        openId={alertId}
        cursor={cursor}
        selected={selected}
        onSelect={toggle}
        onOpen={(alert) => {
          setCursorId(alert.id);
          open(alert.id);
        }}
        isCompact={isNarrow || isSplit}
        isAtTop={isAtTop}
        isHovered={isHovered}
      />
      {selected.size > 0 && (
        <SelectionBar
          count={selected.size}
          isAllLoaded={selected.size === rows.length}
          hasMore={queue.hasMore}
          onAll={() => setSelected(new Set(rows.map(({ id }) => id)))}
          onAcknowledge={() => act(actions.acknowledge)}
          onAssign={() => setAssigning(targets())}
          onLabel={() => setLabelling(targets())}
          onClose={() => setClosing(targets())}
          countWhole={(change) => actions.countAll(filterOf(search), change)}
          onWhole={(change, matching, what) =>
            void actions.changeAll(filterOf(search), change, matching, what).then((isDone) => isDone && setSelected(new Set()))
          }
        />
      )}
    </QueueBody>
  );

  return (
    <Page
      title="Alerts"
      className={`alerts ${isSplit ? 'alerts-split' : ''} ${alertId !== undefined ? 'alerts-opened' : ''}`}
      tools={
        <>
          <SearchInput key={search.q} value={search.q ?? ''} label="Search alerts" placeholder="Title, host, user, address" onSearch={(q) => set({ q })} />
          <ExportMenu question={() => ({ kind: 'alerts', filter: exportFilterOf(search) })} />
          <RangePicker range={rangeOf(search)} onChange={(range) => set({ ...range })} />
        </>
      }
    >
      <div className="alerts-filters">
        <Segments<View>
          label="Status"
          value={search.view ?? 'active'}
          choices={VIEWS.map((view) => ({ value: view, label: VIEW_WORDS[view] }))}
          onChange={(view) => set({ view })}
        />
        <Choice
          label="Severity"
          value={search.min ?? 'informational'}
          options={[
            { value: 'informational', label: 'Any severity' },
            ...(['low', 'medium', 'high', 'critical'] as const).map((min) => ({
              value: min,
              label: (
                <span className="alerts-min">
                  <SeverityMark severity={min} />
                  {min === 'critical' ? ' only' : ' and up'}
                </span>
              ),
            })),
          ]}
          onChange={(min) => isSeverity(min) && set({ min })}
        />
        <Choice<Sort>
          label="Order"
          value={search.sort ?? 'changed'}
          options={[
            { value: 'changed', label: 'Last changed' },
            { value: 'severity', label: 'Most severe' },
          ]}
          onChange={(sort) => set({ sort })}
        />
        <SavedViews search={search} onOpen={(view) => void navigate({ to: '/alerts', search: view })} />
        <span className="alerts-count number">
          {!queue.isLoading && `${count(rows.length)}${queue.hasMore ? '+' : ''}`}
          {search.sort === 'severity' && queue.hasMore && ' loaded, sorted'}
        </span>
        <Stale problem={queue.problem} at={queue.isLoading ? undefined : queue.at} />
        {!queue.isLive && queue.problem === undefined && <NotLive everySeconds={20} />}
      </div>
      <div className="alerts-body">
        {(alertId === undefined || isWide) && <div className="alerts-list">{list}</div>}
        {alertId !== undefined && (
          <div className="alerts-detail">
            <AlertDetail
              id={alertId}
              changes={changes}
              user={user}
              isSplit={isSplit}
              onBack={back}
              onLoaded={setOpened}
              actions={{
                acknowledge: (alert) => actions.acknowledge([alert]),
                close: (alert) => setClosing([alert]),
                assign: (alert) => setAssigning([alert]),
                reopen: (alert) => actions.reopen([alert]),
                label: (alert) => setLabelling([alert]),
              }}
              onException={mayWrite ? setExcepting : undefined}
            />
          </div>
        )}
      </div>
      {excepting !== undefined && (
        <Suspense fallback={null}>
          <ExceptionDialog key={excepting.id} alert={excepting} user={user} onClose={() => setExcepting(undefined)} />
        </Suspense>
      )}
      <CloseDialog
        alerts={closing}
        onCancel={() => setClosing([])}
        onClose={(verdict, reason) => {
          actions.close(closing, verdict, reason);
          setClosing([]);
          setSelected(new Set());
        }}
      />
      <LabelDialog
        alerts={labelling}
        known={rows.flatMap(({ labels }) => labels)}
        onCancel={() => setLabelling([])}
        onLabel={(add, remove) => {
          actions.label(labelling, add, remove);
          setLabelling([]);
          setSelected(new Set());
        }}
      />
      <AssignDialog
        alerts={assigning}
        user={user}
        people={rows.flatMap(({ assignee }) => (assignee === null ? [] : [assignee]))}
        onCancel={() => setAssigning([])}
        onAssign={(name) => {
          actions.assign(assigning, name);
          setAssigning([]);
          setSelected(new Set());
        }}
      />
    </Page>
  );
}
