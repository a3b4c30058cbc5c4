// One identity provider: what to enter there, what it is here, and what can be done about it.
import { useNavigate, useParams } from '@tanstack/react-router';
import { useFresh } from '../data/fresh.ts';
import { IdentityProviderDocument, SaveIdentityProviderDocument } from '../gql/graphql.ts';
import { CopyBlock } from '../kit/copy-block.tsx';
import { Ago } from '../kit/moment.tsx';
import { Panel } from '../kit/panel.tsx';
import { report } from '../kit/undo.tsx';
import { useMay } from './may.ts';
import { OnePage } from './one-page.tsx';
import { OnOff } from './on-off.tsx';
import { ProviderDeeds } from './provider-deeds.tsx';
import { isReversible, providerDraftOf, providerInputOf, turnedInput, type Provider, type ProviderDraft } from './provider-draft.ts';
import { ProviderForm } from './provider-form.tsx';
import { reportUndoable, telling, useChange } from './use-change.ts';

export function ProviderPage() {
  const { name } = useParams({ from: '/inside/administration/identity-providers/provider/$name' });
  const fresh = useFresh(IdentityProviderDocument, { key: name, variables: () => ({ name }), what: 'The identity provider' });
  const provider = fresh.isLoading ? undefined : fresh.data?.identityProvider;
  return (
    <OnePage
      list={{ to: '/administration/identity-providers', title: 'Identity providers' }}
      name={name}
      noun="identity provider"
      icon="person"
      fresh={fresh}
      found={provider}
    >
      {(found) => <Known provider={found} onChanged={fresh.reload} />}
    </OnePage>
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
          <CopyBlock label="Post-logout redirect URI, for signing out there too" text={addresses.postLogoutUrl} />
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
