// One trust domain: what its tokens must say, its keys, and what its workloads may do.
import { useNavigate, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { useFresh } from '../data/fresh.ts';
import { RemoveTrustDomainDocument, SaveTrustDomainDocument, TrustDomainDocument, type TrustDomainInput } from '../gql/graphql.ts';
import { AskDialog } from '../kit/ask-dialog.tsx';
import { Button } from '../kit/button.tsx';
import { CopyBlock } from '../kit/copy-block.tsx';
import { Ago } from '../kit/moment.tsx';
import { Panel } from '../kit/panel.tsx';
import { report } from '../kit/undo.tsx';
import { useMay } from './may.ts';
import { OnePage } from './one-page.tsx';
import { trustDomainDraftOf, trustDomainInputOf, type TrustDomain } from './trust-domain-draft.ts';
import { TrustDomainForm } from './trust-domain-form.tsx';
import { BundleAge } from './trust-domains-page.tsx';
import { reportUndoable, telling, useChange } from './use-change.ts';

export function TrustDomainPage() {
  const { name } = useParams({ from: '/inside/administration/trust-domains/domain/$name' });
  const fresh = useFresh(TrustDomainDocument, { key: name, variables: () => ({ name }), what: 'The trust domain' });
  const domain = fresh.isLoading ? undefined : fresh.data?.trustDomain;
  return (
    <OnePage list={{ to: '/administration/trust-domains', title: 'Trust domains' }} name={name} noun="trust domain" icon="chain" fresh={fresh} found={domain}>
      {(found) => <Known domain={found} onChanged={fresh.reload} />}
    </OnePage>
  );
}

function Known({ domain, onChanged }: { readonly domain: TrustDomain; readonly onChanged: () => void }) {
  const navigate = useNavigate();
  const mayManage = useMay()('users:manage');
  const [isRemoving, setRemoving] = useState(false);
  const { isBusy, problem, run } = useChange();
  const { name, endpoint, keys, fetchedAt, audience, changedAt, changedBy } = domain;
  const list = () => void navigate({ to: '/administration/trust-domains' });
  const save = (input: TrustDomainInput) =>
    run(() =>
      telling(SaveTrustDomainDocument, { name, input, replaces: changedAt }, 'The change', ({ saveTrustDomain: { changedAt: replaces } }) => {
        const before = trustDomainInputOf(trustDomainDraftOf(domain));
        if (typeof before !== 'string') reportUndoable(`${name} is changed`, SaveTrustDomainDocument, { name, input: before, replaces }, onChanged);
        onChanged();
      }),
    );
  return (
    <>
      <Panel
        title="For workloads"
        actions={
          mayManage && (
            <Button kind="quiet" onClick={() => setRemoving(true)}>
              Remove
            </Button>
          )
        }
      >
        <CopyBlock label="Audience of its JWT-SVIDs" text={audience} />
        <dl className="access-facts access-under">
          <dt>Bundle</dt>
          <dd>
            <BundleAge endpoint={endpoint} fetchedAt={fetchedAt} />
          </dd>
          <dt>Keys</dt>
          <dd>{keys.length === 0 ? 'none: nothing of the domain is valid' : <code>{keys.map((key) => key ?? 'without a name').join(', ')}</code>}</dd>
          <dt>Changed</dt>
          <dd>
            <Ago at={changedAt} suffix=" ago" /> by {changedBy}
          </dd>
        </dl>
      </Panel>
      <TrustDomainForm
        key={changedAt}
        name={name}
        initial={trustDomainDraftOf(domain)}
        isReadOnly={!mayManage}
        action="Change"
        isBusy={isBusy}
        problem={problem}
        onSave={save}
        onCancel={list}
        onReadAgain={onChanged}
      />
      {isRemoving && <RemoveDialog name={name} onDone={list} onCancel={() => setRemoving(false)} />}
    </>
  );
}

function RemoveDialog({ name, onDone, onCancel }: { readonly name: string; readonly onDone: () => void; readonly onCancel: () => void }) {
  const { isBusy, problem, run } = useChange();
  const remove = () =>
    run(() =>
      telling(RemoveTrustDomainDocument, { name }, 'The removal', () => {
        report({ text: `${name} is trusted no more` });
        onDone();
      }),
    );
  return (
    <AskDialog isOpen title={`Remove ${name}`} action="Remove the domain" isBusy={isBusy} problem={problem} onDo={remove} onCancel={onCancel}>
      <p>This cannot be undone. Its workloads are refused within half a minute.</p>
    </AskDialog>
  );
}
