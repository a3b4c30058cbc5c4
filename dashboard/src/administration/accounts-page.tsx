// Accounts for programs, and their keys.
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { useFresh } from '../data/fresh.ts';
import { ServiceAccountsDocument } from '../gql/graphql.ts';
import { Button, Segments } from '../kit/button.tsx';
import { useKeys } from '../kit/keys.ts';
import { Page, Panel } from '../kit/panel.tsx';
import { Empty, Failed, Stale, Waiting } from '../kit/states.tsx';
import { useTitle } from '../kit/title.ts';
import { AccountDialog } from './account-dialogs.tsx';
import { AccountPanel } from './account-panel.tsx';
import { useMay } from './may.ts';
import { AdministrationTabs } from './tabs.tsx';
import './administration.css';

const PAGE = 50;
const MOST = 200;
const WHICH = [
  { value: 'now', label: 'Present' },
  { value: 'all', label: 'With removed' },
] as const;

export function AccountsPage() {
  const { removed } = useSearch({ from: '/inside/administration/service-accounts' });
  const navigate = useNavigate();
  const may = useMay();
  const [first, setFirst] = useState(PAGE);
  const [isAdding, setAdding] = useState(false);
  useTitle('Service accounts');
  const fresh = useFresh(ServiceAccountsDocument, {
    key: `${removed ?? ''} ${first}`,
    variables: () => ({ first, withRemoved: removed === '1' }),
    what: 'The service accounts',
  });
  const add = () => setAdding(true);
  useKeys(may('service-accounts:manage') ? [{ keys: 'n', label: 'Make a service account', group: 'Lists', run: add }] : []);
  const found = fresh.data?.serviceAccounts;
  return (
    <Page
      title="Administration"
      tools={
        <>
          <Stale problem={fresh.problem} at={fresh.at} />
          {may('service-accounts:manage') && (
            <Button kind="main" icon="plus" hint="n" onClick={add}>
              Make an account
            </Button>
          )}
        </>
      }
    >
      <AdministrationTabs />
      <div className="page-scroll access">
        <div className="access-filters">
          <Segments
            label="Which"
            value={removed === '1' ? 'all' : 'now'}
            choices={WHICH}
            onChange={(which) => void navigate({ to: '/administration/service-accounts', search: which === 'all' ? { removed: '1' } : {}, replace: true })}
          />
        </div>
        {found === undefined &&
          (fresh.problem === undefined ? <Waiting rows={6} label="Loading the service accounts" /> : <Failed problem={fresh.problem} onRetry={fresh.reload} />)}
        {found?.edges.length === 0 && (
          <Panel title="Service accounts">
            <Empty
              icon="chain"
              title="No program has an account yet"
              action={
                may('service-accounts:manage') ? (
                  <Button kind="main" icon="plus" onClick={add}>
                    Make the first
                  </Button>
                ) : undefined
              }
            >
              Each would show here with its roles, its keys, and when and from where they were last used. Scripts and other systems call the API with such a
              key.
            </Empty>
          </Panel>
        )}
        {found?.edges.map(({ node }) => (
          <AccountPanel key={node.id} account={node} onChanged={fresh.reload} />
        ))}
        {found?.pageInfo.hasNextPage === true && first < MOST && (
          <Button kind="quiet" onClick={() => setFirst(Math.min(MOST, first * 2))}>
            Show more
          </Button>
        )}
      </div>
      {isAdding && (
        <AccountDialog
          onCancel={() => setAdding(false)}
          onDone={() => {
            setAdding(false);
            fresh.reload();
          }}
        />
      )}
    </Page>
  );
}
