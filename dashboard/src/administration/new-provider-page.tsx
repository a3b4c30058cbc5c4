// Adding an identity provider: its name first, which says what to enter there.
import { Link, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useFresh } from '../data/fresh.ts';
import { IdentityProviderAddressesDocument, SaveIdentityProviderDocument } from '../gql/graphql.ts';
import { CopyBlock } from '../kit/copy-block.tsx';
import { Page, Panel } from '../kit/panel.tsx';
import { Empty } from '../kit/states.tsx';
import { useTitle } from '../kit/title.ts';
import { report } from '../kit/undo.tsx';
import { useViewer } from '../shell/viewer.tsx';
import { useMay } from './may.ts';
import { NEW_PROVIDER, providerInputOf } from './provider-draft.ts';
import { ProviderForm } from './provider-form.tsx';
import { telling, useChange } from './use-change.ts';
import './administration.css';

const NAME = /^[a-z0-9][a-z0-9-]{0,62}$/;

export function NewProviderPage() {
  const navigate = useNavigate();
  const viewer = useViewer();
  const mayManage = useMay()('users:manage');
  const [name, setName] = useState('');
  const { isBusy, problem, run } = useChange();
  useTitle('Add an identity provider');
  const list = () => void navigate({ to: '/administration/identity-providers' });
  return (
    <Page
      title={
        <>
          <Link to="/administration/identity-providers" className="crumb">
            Identity providers
          </Link>{' '}
          <span className="faint">/</span> Add
        </>
      }
    >
      <div className="page-scroll access access-narrow">
        {viewer !== undefined && !mayManage && (
          <Panel title="Add an identity provider">
            <Empty icon="person" title="Your role may not add one">
              An administrator of your organization can.
            </Empty>
          </Panel>
        )}
        {mayManage && (
          <ProviderForm
            initial={NEW_PROVIDER}
            hasSecret={false}
            isReadOnly={false}
            action="Add"
            isBusy={isBusy}
            problem={problem}
            onCancel={list}
            onSave={(draft) =>
              run(() =>
                telling(SaveIdentityProviderDocument, { name, input: providerInputOf(draft, false), replaces: null }, 'The identity provider', () => {
                  report({ text: `${name} is added: try it` });
                  void navigate({ to: '/administration/identity-providers/provider/$name', params: { name } });
                }),
              )
            }
          >
            <label className="field">
              <span>Name: lower-case letters, digits and dashes; it stays</span>
              <input
                className="input mono"
                required
                autoFocus
                pattern={String.raw`[a-z0-9][a-z0-9\-]{0,62}`}
                placeholder="corp"
                spellCheck={false}
                autoComplete="off"
                value={name}
                onChange={({ target }) => setName(target.value)}
              />
            </label>
            <Callback name={name} />
          </ProviderForm>
        )}
      </div>
    </Page>
  );
}

/** The redirect URI, so that the client can be registered there before the provider is added here. */
function Callback({ name }: { readonly name: string }) {
  const key = NAME.test(name) ? name : null;
  const { data, isLoading } = useFresh(IdentityProviderAddressesDocument, { key, variables: () => ({ name }), what: 'The redirect URI' });
  if (key === null || isLoading || data === undefined) return <p className="faint access-hint">The name says which redirect URI to enter at the provider.</p>;
  return <CopyBlock label="Redirect URI, for the provider" text={data.identityProviderAddresses.callbackUrl} />;
}
