// Adding a trust domain.
import { Link, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { SaveTrustDomainDocument } from '../gql/graphql.ts';
import { Page, Panel } from '../kit/panel.tsx';
import { Empty } from '../kit/states.tsx';
import { useTitle } from '../kit/title.ts';
import { report } from '../kit/undo.tsx';
import { useViewer } from '../shell/viewer.tsx';
import { useMay } from './may.ts';
import { NEW_TRUST_DOMAIN } from './trust-domain-draft.ts';
import { TrustDomainForm } from './trust-domain-form.tsx';
import { telling, useChange } from './use-change.ts';
import './administration.css';

export function NewTrustDomainPage() {
  const navigate = useNavigate();
  const viewer = useViewer();
  const mayManage = useMay()('users:manage');
  const [name, setName] = useState('');
  const { isBusy, problem, run } = useChange();
  useTitle('Add a trust domain');
  return (
    <Page
      title={
        <>
          <Link to="/administration/trust-domains" className="crumb">
            Trust domains
          </Link>{' '}
          <span className="faint">/</span> Add
        </>
      }
    >
      <div className="page-scroll access access-narrow">
        {viewer !== undefined && !mayManage && (
          <Panel title="Add a trust domain">
            <Empty icon="chain" title="Your role may not add one">
              An administrator of your organization can.
            </Empty>
          </Panel>
        )}
        {mayManage && (
          <TrustDomainForm
            name={name}
            initial={NEW_TRUST_DOMAIN}
            isReadOnly={false}
            action="Add"
            isBusy={isBusy}
            problem={problem}
            onCancel={() => void navigate({ to: '/administration/trust-domains' })}
            onSave={(input) =>
              run(() =>
                telling(SaveTrustDomainDocument, { name, input, replaces: null }, 'The trust domain', () => {
                  report({ text: `${name} is trusted` });
                  void navigate({ to: '/administration/trust-domains/domain/$name', params: { name } });
                }),
              )
            }
          >
            <label className="field">
              <span>Name, without spiffe://; it stays</span>
              <input
                className="input mono"
                required
                autoFocus
                pattern="[a-z0-9._\-]{1,255}"
                placeholder="prod.example"
                spellCheck={false}
                autoComplete="off"
                value={name}
                onChange={({ target }) => setName(target.value)}
              />
            </label>
          </TrustDomainForm>
        )}
      </div>
    </Page>
  );
}
