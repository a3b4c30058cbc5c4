// What a subscription takes, with a count of the last day before it is kept.
import { useState, type FormEvent } from 'react';
import { telling, useChange } from '../administration/use-change.ts';
import { useFresh } from '../data/fresh.ts';
import type { Problem } from '../data/problem.ts';
import {
  AddPublishSubscriptionDocument,
  FieldDatasetsDocument,
  UpdatePublishSubscriptionDocument,
  type PublishSubscriptionRowFragment,
} from '../gql/graphql.ts';
import { Button, Segments } from '../kit/button.tsx';
import { Panel } from '../kit/panel.tsx';
import { SEVERITIES, severityWord } from '../kit/severity.tsx';
import { RequestId } from '../kit/states.tsx';
import { changeOf, KINDS, recordsOf, type SubscriptionDraft } from './subscription-draft.ts';
import { SubscriptionPreview } from './subscription-preview.tsx';
import { listOf } from './draft.ts';

interface FormProps {
  readonly initial: SubscriptionDraft;
  /** Null: a new one. */
  readonly present: PublishSubscriptionRowFragment | null;
  readonly isReadOnly: boolean;
  readonly onDone: (subscription: PublishSubscriptionRowFragment) => void;
  readonly onCancel: () => void;
}

const FORMATS = [
  { value: 'ecs', label: 'ECS' },
  { value: 'ocsf', label: 'OCSF' },
] as const;

export function SubscriptionForm({ initial, present, isReadOnly, onDone, onCancel }: FormProps) {
  const [draft, setDraft] = useState(initial);
  const { isBusy, problem, run } = useChange();
  const set = (change: Partial<SubscriptionDraft>) => setDraft((before) => ({ ...before, ...change }));
  const datasets = useFresh(FieldDatasetsDocument, { key: isReadOnly ? null : 'datasets', variables: () => ({}), what: 'The datasets' }).data?.fieldDatasets;
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const what = changeOf(draft);
    run(() =>
      present === null
        ? telling(AddPublishSubscriptionDocument, { input: { ...what, name: draft.name.trim() } }, 'The subscription', (data) =>
            onDone(data.addPublishSubscription),
          )
        : telling(UpdatePublishSubscriptionDocument, { id: present.id, change: { ...what, revision: present.revision } }, 'The change', (data) =>
            onDone(data.updatePublishSubscription),
          ),
    );
  };
  const chosen = listOf(draft.datasets);
  const offered = datasets?.map(({ dataset }) => dataset).filter((dataset) => !chosen.includes(dataset)) ?? [];
  return (
    <form className="connector-form" onSubmit={submit} aria-label="Subscription">
      <fieldset className="subscription-fields" disabled={isReadOnly}>
        <Panel title="What it is">
          <div className="subscription-grid">
            {present === null && (
              <label className="field">
                <span>Name: lower-case letters, digits and hyphens; connectors name it, and it stays</span>
                <input
                  className="input"
                  required
                  autoFocus
                  pattern="[a-z0-9]([a-z0-9\-]{0,61}[a-z0-9])?"
                  placeholder="soc"
                  spellCheck={false}
                  autoComplete="off"
                  value={draft.name}
                  onChange={({ target }) => set({ name: target.value })}
                />
              </label>
            )}
            <label className="field">
              <span>What it is for</span>
              <input className="input" maxLength={2000} value={draft.description} onChange={({ target }) => set({ description: target.value })} />
            </label>
            <div className="field">
              <span>Documents in</span>
              <Segments label="Format" value={draft.format} choices={FORMATS} onChange={(format) => set({ format })} />
            </div>
            <label className="check-row">
              <input type="checkbox" checked={draft.enabled} onChange={({ target }) => set({ enabled: target.checked })} />
              <span>Published; switched off, it is kept and takes nothing</span>
            </label>
          </div>
        </Panel>
        <Panel title="What it takes" note="all of these must hold">
          <div className="subscription-grid">
            <fieldset className="subscription-kinds">
              <legend>Kinds</legend>
              {KINDS.map(({ kind, word, about }) => (
                <label key={kind} className="check-row">
                  <input
                    type="checkbox"
                    checked={draft.kinds.includes(kind)}
                    onChange={({ target }) => set({ kinds: target.checked ? [...draft.kinds, kind] : draft.kinds.filter((other) => other !== kind) })}
                  />
                  <span>
                    {word} <span className="faint">{about}</span>
                  </span>
                </label>
              ))}
            </fieldset>
            <label className="field">
              <span>From which severity on</span>
              <select
                className="input"
                value={draft.minSeverity}
                onChange={({ target }) => set({ minSeverity: SEVERITIES.find((severity) => severity === target.value) ?? 'informational' })}
              >
                {SEVERITIES.toReversed().map((severity) => (
                  <option key={severity} value={severity}>
                    {severity === 'informational' ? 'All, also without a severity' : severityWord(severity)}
                  </option>
                ))}
              </select>
            </label>
            <div className="field">
              <label htmlFor="subscription-datasets">
                <span className="subscription-label">Datasets, with commas between; empty: all</span>
              </label>
              <input
                id="subscription-datasets"
                className="input mono"
                placeholder="windows.sysmon, zeek.dns"
                spellCheck={false}
                autoComplete="off"
                value={draft.datasets}
                onChange={({ target }) => set({ datasets: target.value })}
              />
              {offered.length > 0 && !isReadOnly && (
                <select
                  className="input"
                  aria-label="Add a dataset"
                  value=""
                  onChange={({ target }) => target.value !== '' && set({ datasets: [...chosen, target.value].join(', ') })}
                >
                  <option value="">Add one that is stored</option>
                  {offered.map((dataset) => (
                    <option key={dataset} value={dataset}>
                      {dataset}
                    </option>
                  ))}
                </select>
              )}
            </div>
            <label className="field">
              <span>Search, in the search language; empty: all. Each of the kinds must have its fields</span>
              <input
                className="input mono"
                placeholder="host.name:web*"
                maxLength={2000}
                spellCheck={false}
                autoComplete="off"
                value={draft.query}
                onChange={({ target }) => set({ query: target.value })}
              />
            </label>
          </div>
        </Panel>
      </fieldset>
      {!isReadOnly && (
        <>
          <SubscriptionPreview input={recordsOf(draft)} />
          {problem !== undefined && <Refusal problem={problem} />}
          <div className="connector-buttons">
            <Button kind="main" type="submit" disabled={isBusy || draft.kinds.length === 0}>
              {present === null ? 'Subscribe' : 'Change'}
            </Button>
            <Button kind="quiet" onClick={onCancel}>
              Cancel
            </Button>
            <span className="faint">
              {draft.kinds.length === 0 ? 'Choose at least one kind.' : 'In force ten seconds later, for what is appended from then on.'}
            </span>
          </div>
        </>
      )}
    </form>
  );
}

export function Refusal({ problem }: { readonly problem: Problem }) {
  return (
    <div className="connector-notice" role="alert">
      <p>{problem.code === 'CONFLICT' ? `${problem.advice} Open it again to see what it says now.` : problem.advice}</p>
      <RequestId problem={problem} />
    </div>
  );
}
