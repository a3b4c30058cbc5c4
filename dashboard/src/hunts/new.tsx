// A new hunt: what to look for, where, what becomes of it, and what that costs before it begins.
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useState, type FormEvent } from 'react';
import { useMay } from '../administration/may.ts';
import { telling, useChange } from '../administration/use-change.ts';
import { StartHuntDocument } from '../gql/graphql.ts';
import { Button, Segments } from '../kit/button.tsx';
import { plural } from '../kit/numbers.ts';
import { Page, Panel } from '../kit/panel.tsx';
import type { Range } from '../kit/range.ts';
import { RangePicker } from '../kit/range-picker.tsx';
import { SEVERITIES, severityWord } from '../kit/severity.tsx';
import { Empty, RequestId } from '../kit/states.tsx';
import { useTitle } from '../kit/title.ts';
import { report } from '../kit/undo.tsx';
import { useViewer } from '../shell/viewer.tsx';
import { rangeOf } from './address.ts';
import { draftOf, lineCount, newHuntOf, type HuntDraft } from './draft.ts';
import { EstimatePanel } from './estimate.tsx';
import { useEstimate } from './use-estimate.ts';
import './hunts.css';

const title = (
  <>
    <Link to="/hunts" className="crumb">
      Hunts
    </Link>{' '}
    <span className="faint">/</span> New hunt
  </>
);

export function NewHuntPage() {
  const viewer = useViewer();
  const mayHunt = useMay()('hunts:run');
  useTitle('New hunt');
  return (
    <Page title={title}>
      <div className="page-scroll hunts-narrow">
        {viewer !== undefined && !mayHunt && (
          <Panel title="New hunt">
            <Empty icon="hunt" title="Your role may not hunt">
              Analysts and administrators of your organization can; what they found is among the hunts.
            </Empty>
          </Panel>
        )}
        {mayHunt && <HuntForm />}
      </div>
    </Page>
  );
}

const KINDS = [
  { value: 'indicators', label: 'Indicators' },
  { value: 'query', label: 'A search' },
] as const;

function HuntForm() {
  const search = useSearch({ from: '/inside/hunts/new' });
  const navigate = useNavigate();
  const [draft, setDraft] = useState(() => draftOf(search));
  const range = rangeOf(search);
  const estimated = useEstimate(draft, range);
  const { isBusy, problem, run } = useChange();
  const set = (change: Partial<HuntDraft>) => setDraft((before) => ({ ...before, ...change }));
  const setRange = (next: Range) => void navigate({ to: '/hunts/new', search: { ...search, ...next }, replace: true });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const input = newHuntOf(draft, range, Date.now());
    if (input === null) return;
    run(() =>
      telling(StartHuntDocument, { input }, 'The hunt', ({ startHunt }) => {
        report({ text: `${startHunt.name} has begun` });
        void navigate({ to: '/hunts/hunt/$huntId', params: { huntId: startHunt.id } });
      }),
    );
  };
  return (
    <form className="hunt-form" onSubmit={submit} aria-label="Hunt">
      <Panel title="What to look for">
        <div className="hunt-fields">
          <Segments label="Kind" value={draft.kind} choices={KINDS} onChange={(kind) => set({ kind })} />
          {draft.kind === 'indicators' ? (
            <label className="field">
              <span>
                Addresses, networks, domains, hashes and URLs, one a line; <code>evil[.]example</code> and <code>hxxp://</code> are understood, lines that begin
                with # say nothing
              </span>
              <textarea
                className="input mono hunt-list"
                rows={8}
                spellCheck={false}
                autoFocus
                placeholder={'192.0.2.7\nevil[.]example'}
                value={draft.indicators}
                onChange={({ target }) => set({ indicators: target.value })}
              />
              <span className="faint">{plural(lineCount(draft.indicators), 'line')}, at most 10,000</span>
            </label>
          ) : (
            <label className="field">
              <span>A search, as above the events</span>
              <input
                className="input mono"
                maxLength={2000}
                spellCheck={false}
                autoComplete="off"
                autoFocus
                placeholder="process.name:rundll32.exe comsvcs"
                value={draft.query}
                onChange={({ target }) => set({ query: target.value })}
              />
            </label>
          )}
          <div className="hunt-where">
            <div className="field">
              <span>In events of</span>
              <RangePicker range={range} onChange={setRange} />
            </div>
            <label className="field">
              <span>Datasets, with commas between; empty: all</span>
              <input
                className="input mono"
                placeholder="windows.sysmon, zeek.dns"
                spellCheck={false}
                autoComplete="off"
                value={draft.datasets}
                onChange={({ target }) => set({ datasets: target.value })}
              />
            </label>
          </div>
        </div>
      </Panel>
      <Panel title="What becomes of it">
        <div className="hunt-fields">
          <label className="field">
            <span>Name, which findings of a search have</span>
            <input
              className="input"
              required
              maxLength={200}
              placeholder="Report 7"
              value={draft.name}
              onChange={({ target }) => set({ name: target.value })}
            />
          </label>
          <label className="field">
            <span>Severity of what it finds</span>
            <select
              className="input"
              value={draft.severity}
              onChange={({ target }) => set({ severity: SEVERITIES.find((severity) => severity === target.value) ?? 'medium' })}
            >
              {SEVERITIES.map((severity) => (
                <option key={severity} value={severity}>
                  {severityWord(severity)}
                </option>
              ))}
            </select>
          </label>
          <label className="check-row">
            <input type="checkbox" checked={draft.makesAlerts} onChange={({ target }) => set({ makesAlerts: target.checked })} />
            <span>
              Make alerts of it, too <span className="faint">one for each indicator, or one for the search; otherwise it stands among the findings</span>
            </span>
          </label>
        </div>
      </Panel>
      <EstimatePanel estimated={estimated} onNarrow={(from) => setRange({ from, to: range.to })} />
      {problem !== undefined && (
        <div className="hunt-notice" role="alert">
          <p>{problem.advice}</p>
          <RequestId problem={problem} />
        </div>
      )}
      <div className="hunt-buttons">
        <Button kind="main" type="submit" disabled={isBusy || estimated.estimate?.isAllowed !== true}>
          Begin
        </Button>
        <Button kind="quiet" onClick={() => void navigate({ to: '/hunts' })}>
          Cancel
        </Button>
      </div>
    </form>
  );
}
