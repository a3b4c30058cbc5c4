// Changing the configuration of a connector: the whole of it, as it is to be.
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { useMay } from '../administration/may.ts';
import { useFresh } from '../data/fresh.ts';
import { ConnectorDocument } from '../gql/graphql.ts';
import { Page, Panel } from '../kit/panel.tsx';
import { Empty, Failed, Waiting } from '../kit/states.tsx';
import { useTitle } from '../kit/title.ts';
import { report } from '../kit/undo.tsx';
import { useViewer } from '../shell/viewer.tsx';
import { draftOf } from './draft.ts';
import { ConnectorForm } from './form.tsx';
import './connectors.css';

export function EditConnectorPage() {
  const { name } = useParams({ from: '/inside/connectors/connector/$name/edit' });
  const navigate = useNavigate();
  const viewer = useViewer();
  const mayManage = useMay()('connectors:manage');
  useTitle(`Edit ${name}`);
  const fresh = useFresh(ConnectorDocument, { key: name, variables: () => ({ name }), what: 'The connector' });
  const connector = fresh.isLoading ? undefined : fresh.data?.connector;
  const back = () => void navigate({ to: '/connectors/connector/$name', params: { name } });
  return (
    <Page
      title={
        <>
          <Link to="/connectors" className="crumb">
            Connectors
          </Link>{' '}
          <span className="faint">/</span>{' '}
          <Link to="/connectors/connector/$name" params={{ name }} className="crumb">
            {name}
          </Link>{' '}
          <span className="faint">/</span> Edit
        </>
      }
    >
      <div className="page-scroll connectors connectors-narrow">
        {fresh.isLoading &&
          (fresh.problem === undefined ? <Waiting rows={12} label="Loading the connector" /> : <Failed problem={fresh.problem} onRetry={fresh.reload} />)}
        {(connector === null || (viewer !== undefined && !mayManage)) && (
          <Panel title="Edit">
            <Empty icon="export" title={connector === null ? 'There is no such connector' : 'Your role may not change connectors'}>
              {connector === null ? 'It was removed, or belongs to another organization.' : 'An administrator or an engineer of your organization can.'}
            </Empty>
          </Panel>
        )}
        {connector !== null && connector !== undefined && mayManage && (
          <ConnectorForm
            plugin={connector.plugin}
            type={connector.type}
            name={name}
            initial={draftOf(connector.config)}
            onDone={() => {
              report({ text: `${name} is changed, and its tasks begin anew` });
              back();
            }}
            onCancel={back}
          />
        )}
      </div>
    </Page>
  );
}
