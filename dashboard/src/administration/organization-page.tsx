// What holds for the whole organization.
import { useState, type FormEvent } from 'react';
import { useFresh } from '../data/fresh.ts';
import { ChangeOrganizationSettingsDocument, OrganizationSettingsDocument } from '../gql/graphql.ts';
import { Button } from '../kit/button.tsx';
import { Moment } from '../kit/moment.tsx';
import { plural } from '../kit/numbers.ts';
import { Page, Panel } from '../kit/panel.tsx';
import { Failed, Stale, Waiting } from '../kit/states.tsx';
import { useTitle } from '../kit/title.ts';
import { useMay } from './may.ts';
import { Refusal } from './refusal.tsx';
import { RoleChips } from './role-entries.tsx';
import { changeBack, settingsChange, settingsDraftOf, type Settings, type SettingsDraft } from './settings-draft.ts';
import { AdministrationTabs } from './tabs.tsx';
import { reportUndoable, telling, useChange } from './use-change.ts';
import { useRoleNames } from './use-role-names.ts';
import './administration.css';

export function OrganizationPage() {
  useTitle('Organization');
  const fresh = useFresh(OrganizationSettingsDocument, { key: 'settings', variables: () => ({}), what: 'The settings' });
  const settings = fresh.data?.organization;
  return (
    <Page title="Administration" tools={<Stale problem={fresh.problem} at={fresh.at} />}>
      <AdministrationTabs />
      <div className="page-scroll access access-narrow">
        {settings === undefined &&
          (fresh.problem === undefined ? <Waiting rows={8} label="Loading the settings" /> : <Failed problem={fresh.problem} onRetry={fresh.reload} />)}
        {settings !== undefined && <SettingsForm key={settings.id} settings={settings} onChanged={fresh.reload} />}
        {settings !== undefined && <Facts settings={settings} />}
      </div>
    </Page>
  );
}

function SettingsForm({ settings, onChanged }: { readonly settings: Settings; readonly onChanged: () => void }) {
  const mayManage = useMay()('organization:manage');
  const roles = useRoleNames(['sensor']);
  /** What was typed and not saved: it stays when the settings are loaded anew meanwhile. */
  const [edited, setEdited] = useState<Partial<SettingsDraft>>({});
  const draft = { ...settingsDraftOf(settings), ...edited };
  const { isBusy, problem, run } = useChange();
  const set = (change: Partial<SettingsDraft>) => setEdited((before) => ({ ...before, ...change }));
  const change = settingsChange(settings, draft);
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (change === null || isBusy) return;
    run(() =>
      telling(ChangeOrganizationSettingsDocument, { change, replaces: settings.changedAt }, 'The change', ({ changeOrganizationSettings }) => {
        setEdited((before) => unsaved(before, draft));
        const back = { change: changeBack(settings, change), replaces: changeOrganizationSettings.changedAt };
        reportUndoable('The settings are changed', ChangeOrganizationSettingsDocument, back, onChanged);
        onChanged();
      }),
    );
  };
  return (
    <form className="access-form" onSubmit={submit} aria-label="Settings of the organization">
      <fieldset className="access-fields" disabled={!mayManage}>
        <Panel title="Organization" note={settings.id}>
          <label className="field">
            <span>Name, for people</span>
            <input className="input" required maxLength={200} value={draft.name} onChange={({ target }) => set({ name: target.value })} />
          </label>
        </Panel>
        <Panel title="Signing in">
          <div className="access-stack">
            <div className="field">
              <span>Who holds one of these needs a second factor, from the next sign-in on. Who comes by an identity provider is not asked</span>
              <RoleChips label="Roles that need a second factor" value={draft.mfaRoles} offered={roles} onChange={(mfaRoles) => set({ mfaRoles })} />
            </div>
            <label className="field">
              <span>Hours until a session ends that is not used; empty: as the installation has it</span>
              <input
                className="input access-short"
                type="number"
                min={1}
                max={8760}
                step={1}
                value={draft.sessionHours}
                onChange={({ target }) => set({ sessionHours: target.value })}
              />
            </label>
          </div>
        </Panel>
        <Panel title="Addresses inside">
          <label className="field">
            <span>Hosts and networks inside that identity providers, bundle endpoints and connectors may reach, one a line; all else must be public</span>
            <textarea
              className="input mono"
              rows={4}
              placeholder={'login.corp.internal\nhttp://10.20.0.0/16:8080'}
              spellCheck={false}
              value={draft.outboundHosts}
              onChange={({ target }) => set({ outboundHosts: target.value })}
            />
          </label>
          <p className="quiet access-under">
            {settings.openableNetworks.length === 0
              ? 'This installation lets organizations open other ports of public addresses here, and nothing inside: whoever runs it opens that, by outbound.allow.'
              : `This installation lets organizations open other ports of public addresses, and what is in ${settings.openableNetworks.join(', ')}.`}
          </p>
        </Panel>
      </fieldset>
      {problem !== undefined && <Refusal problem={problem} onReadAgain={onChanged} />}
      {mayManage && (
        <div className="access-deeds">
          <Button kind="main" type="submit" disabled={isBusy || change === null}>
            Change the settings
          </Button>
          {change !== null && (
            <Button kind="quiet" onClick={() => setEdited({})}>
              Leave them as they were
            </Button>
          )}
        </div>
      )}
    </form>
  );
}

/** What was typed since `saved` was sent. */
function unsaved(edited: Partial<SettingsDraft>, saved: SettingsDraft): Partial<SettingsDraft> {
  return Object.fromEntries(Object.entries(edited).filter(([name, value]) => value !== saved[name as keyof SettingsDraft]));
}

function Facts({ settings: { createdAt, retention } }: { readonly settings: Settings }) {
  return (
    <Panel title="Set for the installation as a whole">
      <dl className="access-facts">
        {retention !== null && (
          <>
            <dt>Events are kept</dt>
            <dd>{plural(retention.eventDays, 'day')}</dd>
            <dt>Findings and alerts</dt>
            <dd>{plural(retention.findingDays, 'day')}</dd>
            <dt>Features</dt>
            <dd>{plural(retention.featureDays, 'day')}</dd>
          </>
        )}
        <dt>Here since</dt>
        <dd>
          <Moment at={createdAt} isLong />
        </dd>
      </dl>
    </Panel>
  );
}
