// One identity provider: what to enter there, what it is here, and what can be done about it.
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { useFresh } from '../data/fresh.ts';
import { IdentityProviderDocument, SaveIdentityProviderDocument } from '../gql/graphql.ts';
import { CopyBlock } from '../kit/copy-block.tsx';
import { Ago } from '../kit/moment.tsx';
import { Page, Panel } from '../kit/panel.tsx';
import { Empty, Failed, Stale, Waiting } from '../kit/states.tsx';
import { useTitle } from '../kit/title.ts';
import { report } from '../kit/undo.tsx';
import { useMay } from './may.ts';
import { OnOff } from './on-off.tsx';
import { ProviderDeeds } from './provider-deeds.tsx';
import { isReversible, providerDraftOf, providerInputOf, turnedInput, type Provider, type ProviderDraft } from './provider-draft.ts';
import { ProviderForm } from './provider-form.tsx';
import { reportUndoable, telling, useChange } from './use-change.ts';
import './administration.css';

export function ProviderPage() {
  const { name } = useParams({ from: '/inside/administration/identity-providers/provider/$name' });
  const fresh = useFresh(IdentityProviderDocument, { key: name, variables: () => ({ name }), what: 'The identity provider' });
  const provider = fresh.isLoading ? undefined : fresh.data?.identityProvider;
  useTitle(name);
  return (
    <Page
      title={
        <>
          <Link to="/administration/identity-providers" className="crumb">
            Identity providers
          </Link>{' '}
          <span className="faint">/</span> {name}
        </>
      }
      tools={<Stale problem={fresh.problem} at={fresh.at} />}
    >
      <div className="page-scroll access access-narrow">
        {provider === undefined &&
          (fresh.problem === undefined ? (
            <Waiting rows={8} label="Loading the identity provider" />
          ) : (
            <Failed problem={fresh.problem} onRetry={fresh.reload} />
          ))}
        {provider === null && (
          <Panel title={name}>
            <Empty icon="person" title="No such identity provider">
              It was removed, or never added.
            </Empty>
          </Panel>
        )}
        {provider !== undefined && provider !== null && <Known provider={provider} onChanged={fresh.reload} />}
      </div>
    </Page>
  );
}

function Known({ provider, onChanged }: { readonly provider: Provider; readonly onChanged: () => void }) {
  const navigate = useNavigate();
  const mayManage = useMay()('users:manage');
  const { isBusy, problem, run } = useChange();
  const { name, disabledAt, hasSecret, changedAt, changedBy, addresses } = provider;
  const list = () => void navigate({ to: '/administration/identity-providers' });
  const isDisabled = disabledAt !== null;
  const save = (draft: ProviderDraft) =>
    run(() =>
      telling(
        SaveIdentityProviderDocument,
        { name, input: providerInputOf(draft, isDisabled), replaces: changedAt },
        'The change',
        ({ saveIdentityProvider: { changedAt: replaces } }) => {
          const text = `${name} is changed`;
          if (isReversible(provider, draft))
            reportUndoable(text, SaveIdentityProviderDocument, { name, input: turnedInput(provider, isDisabled), replaces }, onChanged);
          else report({ text });
          onChanged();
        },
      ),
    );
  return (
    <>
      <Panel title="At the provider" note={<OnOff disabledAt={disabledAt} />}>
        <div className="access-blocks">
          <CopyBlock label="Redirect URI" text={addresses.callbackUrl} />
          <CopyBlock label="Back-channel logout, where it has that" text={addresses.backchannelLogoutUrl} />
        </div>
        <p className="quiet access-under">
          Changed <Ago at={changedAt} suffix=" ago" /> by {changedBy}.
        </p>
      </Panel>
      {mayManage && <ProviderDeeds provider={provider} onChanged={onChanged} onRemoved={list} />}
      <ProviderForm
        key={changedAt}
        initial={providerDraftOf(provider)}
        hasSecret={hasSecret}
        ownAudience={addresses.ownAudience}
        isReadOnly={!mayManage}
        action="Change"
        isBusy={isBusy}
        problem={problem}
        onSave={save}
        onCancel={list}
        onReadAgain={onChanged}
      />
    </>
  );
}
