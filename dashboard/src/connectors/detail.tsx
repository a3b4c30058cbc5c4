// One connector.
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { useMay } from '../administration/may.ts';
import { useFresh } from '../data/fresh.ts';
import { ConnectorDocument } from '../gql/graphql.ts';
import { Button } from '../kit/button.tsx';
import { Page, Panel } from '../kit/panel.tsx';
import { Empty, Failed, Stale, Waiting } from '../kit/states.tsx';
import { useTitle } from '../kit/title.ts';
import { conditionOf } from './condition.ts';
import { Configuration, Delivery, Rejected, Tasks } from './facts.tsx';
import { RemoveDialog } from './remove-dialog.tsx';
import { useVerbs } from './use-verbs.ts';
import { VerbButtons } from './verbs.tsx';
import { ConditionMark } from './words.tsx';
import './connectors.css';

const EVERY_MS = 5_000;

export function ConnectorPage() {
  const { name } = useParams({ from: '/inside/connectors/connector/$name' });
  const { ask } = useSearch({ from: '/inside/connectors/connector/$name' });
  const navigate = useNavigate();
  const mayManage = useMay()('connectors:manage');
  const fresh = useFresh(ConnectorDocument, { key: name, variables: () => ({ name }), what: 'The connector', everyMs: EVERY_MS });
  const { isBusy, act } = useVerbs(fresh.reload);
  const connector = fresh.isLoading ? undefined : fresh.data?.connector;
  useTitle(name);
  const asking = (next?: 'remove') =>
    void navigate({ to: '/connectors/connector/$name', params: { name }, search: next === undefined ? {} : { ask: next }, replace: true, resetScroll: false });
  const about = connector === null || connector === undefined ? null : conditionOf(connector).about;
  return (
    <Page
      title={
        <>
          <Link to="/connectors" className="crumb">
            Connectors
          </Link>{' '}
          <span className="faint">/</span> {name}
        </>
      }
      className="connector-page"
      tools={
        <>
          <Stale problem={fresh.problem} at={fresh.at} />
          {connector !== null && connector !== undefined && (
            <>
              <ConditionMark connector={connector} />
              {mayManage && (
                <>
                  <VerbButtons connector={connector} isBusy={isBusy(name)} onVerb={(verb) => act(connector, verb)} />
                  <Button onClick={() => void navigate({ to: '/connectors/connector/$name/edit', params: { name } })}>Edit</Button>
                  <Button onClick={() => asking('remove')}>Remove</Button>
                </>
              )}
            </>
          )}
        </>
      }
    >
      <div className="page-scroll connectors">
        {fresh.isLoading &&
          (fresh.problem === undefined ? <Waiting rows={12} label="Loading the connector" /> : <Failed problem={fresh.problem} onRetry={fresh.reload} />)}
        {connector === null && (
          <Panel title="Connector">
            <Empty icon="search" title="There is no such connector">
              It was removed, or belongs to another organization.
            </Empty>
          </Panel>
        )}
        {connector !== null && connector !== undefined && (
          <>
            {about !== null && (
              <p className="connector-notice" role="note">
                {about}
              </p>
            )}
            <div className="connector-pair">
              <Delivery connector={connector} />
              <Configuration connector={connector} />
            </div>
            <Tasks connector={connector} />
            <Rejected connector={connector} />
          </>
        )}
      </div>
      {connector !== null && connector !== undefined && mayManage && ask === 'remove' && (
        <RemoveDialog connector={connector} onCancel={() => asking()} onDone={() => void navigate({ to: '/connectors' })} />
      )}
    </Page>
  );
}
