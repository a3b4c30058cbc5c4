// Where the keys of a trust domain come from, and what its workloads may do.
import { useState, type FormEvent, type ReactNode } from 'react';
import type { Problem } from '../data/problem.ts';
import type { TrustDomainInput } from '../gql/graphql.ts';
import { Button, Segments } from '../kit/button.tsx';
import { Panel } from '../kit/panel.tsx';
import { Refusal } from './refusal.tsx';
import { isIncomplete, RoleEntries } from './role-entries.tsx';
import { trustDomainInputOf, type TrustDomainDraft } from './trust-domain-draft.ts';
import { useRoleNames } from './use-role-names.ts';

const SOURCES = [
  { value: 'bundle', label: 'Bundle by hand' },
  { value: 'endpoint', label: 'Bundle endpoint' },
] as const;
/** To no workload: see docs/operating/sign-in.md. */
const NEVER = ['platform_admin'];

interface TrustDomainFormProps {
  /** As far as it is known; for examples. */
  readonly name: string;
  readonly initial: TrustDomainDraft;
  /** Above the fields of a new one: its name. */
  readonly children?: ReactNode;
  readonly isReadOnly: boolean;
  readonly action: string;
  readonly isBusy: boolean;
  readonly problem: Problem | undefined;
  readonly onSave: (input: TrustDomainInput) => void;
  readonly onCancel: () => void;
  readonly onReadAgain?: () => void;
}

export function TrustDomainForm(props: TrustDomainFormProps) {
  const { name, initial, children, isReadOnly, action, isBusy, problem, onSave, onCancel, onReadAgain } = props;
  const [draft, setDraft] = useState(initial);
  const [mistake, setMistake] = useState<string>();
  const offered = useRoleNames(NEVER);
  const set = (change: Partial<TrustDomainDraft>) => {
    setMistake(undefined);
    setDraft((before) => ({ ...before, ...change }));
  };
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const input = trustDomainInputOf(draft);
    if (typeof input === 'string') setMistake(input);
    else if (!isBusy) onSave(input);
  };
  return (
    <form className="access-form" onSubmit={submit} aria-label="Trust domain">
      <fieldset className="access-fields" disabled={isReadOnly}>
        <Panel title="Its keys">
          <div className="access-stack">
            {children}
            <Segments label="Where its keys come from" value={draft.from} choices={SOURCES} onChange={(from) => set({ from })} />
            {draft.from === 'endpoint' ? (
              <label className="field">
                <span>Address of the bundle (https_web); asked again and again</span>
                <input
                  className="input mono"
                  type="url"
                  required
                  maxLength={500}
                  placeholder="https://spire.example.com/bundle"
                  spellCheck={false}
                  autoComplete="off"
                  value={draft.endpoint}
                  onChange={({ target }) => set({ endpoint: target.value })}
                />
              </label>
            ) : (
              <label className="field">
                <span>Bundle, as spire-server bundle show -format spiffe prints it</span>
                <textarea
                  className="input mono"
                  rows={8}
                  required
                  aria-invalid={mistake !== undefined}
                  placeholder='{ "keys": [ ... ] }'
                  spellCheck={false}
                  value={draft.bundle}
                  onChange={({ target }) => set({ bundle: target.value })}
                />
              </label>
            )}
            {mistake !== undefined && (
              <p className="field-error" role="alert">
                {mistake}
              </p>
            )}
          </div>
        </Panel>
        <Panel title="Workloads" note="an ID goes before those with /*, the longest first">
          <RoleEntries
            word="Workload"
            placeholder={`spiffe://${name === '' ? 'prod.example' : name}/ns/soc/*`}
            entries={draft.workloads}
            offered={offered}
            isReadOnly={isReadOnly}
            onChange={(workloads) => set({ workloads })}
          />
          {draft.workloads.length === 0 && !isReadOnly && <p className="quiet access-under">No workload may ask yet: give roles to a SPIFFE ID.</p>}
        </Panel>
      </fieldset>
      {problem !== undefined && <Refusal problem={problem} onReadAgain={onReadAgain} />}
      {!isReadOnly && (
        <div className="access-deeds">
          <Button kind="main" type="submit" disabled={isBusy || draft.workloads.some(isIncomplete)}>
            {action}
          </Button>
          <Button kind="quiet" onClick={onCancel}>
            Cancel
          </Button>
          <span className="faint">In force within half a minute.</span>
        </div>
      )}
    </form>
  );
}
