// What an identity provider is, and who gets in by it.
import { useState, type FormEvent, type ReactNode } from 'react';
import type { Problem } from '../data/problem.ts';
import { Button } from '../kit/button.tsx';
import { Panel } from '../kit/panel.tsx';
import type { ProviderDraft } from './provider-draft.ts';
import { whyNobodyGetsIn } from './provider-draft.ts';
import { Refusal } from './refusal.tsx';
import { isIncomplete, RoleChips, RoleEntries } from './role-entries.tsx';
import { useRoleNames } from './use-role-names.ts';

/** By no group: see docs/operating/sign-in.md. */
const NEVER = ['platform_admin', 'sensor'];

interface ProviderFormProps {
  readonly initial: ProviderDraft;
  /** Whether a secret is kept already. */
  readonly hasSecret: boolean;
  /** Above the fields of a new one: its name. */
  readonly children?: ReactNode;
  readonly ownAudience?: string;
  readonly isReadOnly: boolean;
  readonly action: string;
  readonly isBusy: boolean;
  readonly problem: Problem | undefined;
  readonly onSave: (draft: ProviderDraft) => void;
  readonly onCancel: () => void;
  readonly onReadAgain?: () => void;
}

export function ProviderForm(props: ProviderFormProps) {
  const { initial, hasSecret, children, ownAudience, isReadOnly, action, isBusy, problem, onSave, onCancel, onReadAgain } = props;
  const [draft, setDraft] = useState(initial);
  const offered = useRoleNames(NEVER);
  const set = (change: Partial<ProviderDraft>) => setDraft((before) => ({ ...before, ...change }));
  const field = (name: 'label' | 'issuer' | 'clientId' | 'scopes' | 'nameClaim' | 'groupsClaim', label: string, placeholder = '') => (
    <label className="field">
      <span>{label}</span>
      <input
        className={name === 'label' ? 'input' : 'input mono'}
        required
        maxLength={name === 'label' ? 100 : 500}
        placeholder={placeholder}
        spellCheck={false}
        autoComplete="off"
        value={draft[name]}
        onChange={({ target }) => set({ [name]: target.value })}
      />
    </label>
  );
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (!isBusy) onSave(draft);
  };
  const nobody = whyNobodyGetsIn(draft);
  return (
    <form className="access-form" onSubmit={submit} aria-label="Identity provider">
      <fieldset className="access-fields" disabled={isReadOnly}>
        <Panel title="The provider">
          <div className="access-grid">
            {children}
            {field('label', 'The sign-in page calls it', 'Sign in with Corp')}
            {field('issuer', 'Issuer, exactly as the provider writes it', 'https://login.example.com/realms/corp')}
            {field('clientId', 'Client id', 'goshawk')}
            <div className="field">
              <label className="field">
                <span>{hasSecret ? 'Client secret; kept encrypted, empty: stays as it is' : 'Client secret; kept encrypted, never shown again'}</span>
                <input
                  className="input mono"
                  type="password"
                  maxLength={4000}
                  autoComplete="new-password"
                  disabled={draft.isWithoutSecret}
                  value={draft.isWithoutSecret ? '' : draft.clientSecret}
                  onChange={({ target }) => set({ clientSecret: target.value })}
                />
              </label>
              <label className="check-row">
                <input type="checkbox" checked={draft.isWithoutSecret} onChange={({ target }) => set({ isWithoutSecret: target.checked })} />
                <span>The client has none</span>
              </label>
            </div>
            {field('scopes', 'Scopes, with spaces between; openid is one')}
          </div>
        </Panel>
        <Panel title="Who gets in" note="roles are given anew at each sign-in">
          <div className="access-grid">
            {field('nameClaim', 'Claim that names the user here', 'preferred_username')}
            {field('groupsClaim', 'Claim with the groups, or a path', 'realm_access.roles')}
            <label className="field">
              <span>Mail domains, one a line; empty: whoever the provider knows. Only verified addresses count</span>
              <textarea
                className="input mono"
                rows={2}
                placeholder="example.com"
                spellCheck={false}
                value={draft.emailDomains}
                onChange={({ target }) => set({ emailDomains: target.value })}
              />
            </label>
            <label className="check-row">
              <input type="checkbox" checked={draft.provisions} onChange={({ target }) => set({ provisions: target.checked })} />
              <span>Make the user at the first sign-in; otherwise only who was linked gets in</span>
            </label>
          </div>
          <h3 className="access-under">Roles by group</h3>
          <RoleEntries
            word="Group"
            placeholder="soc-analysts"
            entries={draft.groupRoles}
            offered={offered}
            isReadOnly={isReadOnly}
            onChange={(groupRoles) => set({ groupRoles })}
          />
          <h3 className="access-under">Roles of everybody who signs in by it</h3>
          <RoleChips label="Roles of everybody" value={draft.defaultRoles} offered={offered} onChange={(defaultRoles) => set({ defaultRoles })} />
          {nobody !== null && <p className="quiet access-under">{nobody}</p>}
        </Panel>
        <Panel title="Signing out">
          <label className="check-row">
            <input type="checkbox" checked={draft.endsSession} onChange={({ target }) => set({ endsSession: target.checked })} />
            <span>Who signs out here is led to the provider, to sign out there too; enter the post-logout redirect URI there first</span>
          </label>
        </Panel>
        <Panel title="Access tokens on the API">
          <label className="field">
            <span>Audience of access tokens of this issuer that the API takes; empty: none</span>
            <input
              className="input mono"
              maxLength={500}
              placeholder={ownAudience ?? 'urn:goshawk:<installation>:<organization>'}
              spellCheck={false}
              autoComplete="off"
              value={draft.audience}
              onChange={({ target }) => set({ audience: target.value })}
            />
          </label>
          {ownAudience !== undefined && draft.audience !== ownAudience && !isReadOnly && (
            <Button kind="quiet" onClick={() => set({ audience: ownAudience })}>
              Take those for this organization
            </Button>
          )}
        </Panel>
      </fieldset>
      {problem !== undefined && <Refusal problem={problem} onReadAgain={onReadAgain} />}
      {!isReadOnly && (
        <div className="access-deeds">
          <Button kind="main" type="submit" disabled={isBusy || draft.groupRoles.some(isIncomplete)}>
            {action}
          </Button>
          <Button kind="quiet" onClick={onCancel}>
            Cancel
          </Button>
        </div>
      )}
    </form>
  );
}
