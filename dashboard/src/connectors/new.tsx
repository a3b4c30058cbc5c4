// A new connector: of what, and then the form.
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useMay } from '../administration/may.ts';
import { useFresh } from '../data/fresh.ts';
import { ConnectorPluginsDocument, type ConnectorPluginsQuery } from '../gql/graphql.ts';
import { Page, Panel } from '../kit/panel.tsx';
import { Empty, Failed, Waiting } from '../kit/states.tsx';
import { useTitle } from '../kit/title.ts';
import { report } from '../kit/undo.tsx';
import { useViewer } from '../shell/viewer.tsx';
import { sinkTopics } from './draft.ts';
import { ConnectorForm } from './form.tsx';
import { pluginAbout, pluginTitle } from './plugins.ts';
import './connectors.css';

type Plugin = ConnectorPluginsQuery['connectorPlugins'][number];

export function NewConnectorPage() {
  const { plugin } = useSearch({ from: '/inside/connectors/new' });
  const navigate = useNavigate();
  const viewer = useViewer();
  const mayManage = useMay()('connectors:manage');
  useTitle('Make a connector');
  const fresh = useFresh(ConnectorPluginsDocument, { key: 'plugins', variables: () => ({}), what: 'The kinds of connectors' });
  const plugins = fresh.data?.connectorPlugins;
  const chosen = plugins?.find(({ name }) => name === plugin);
  return (
    <Page
      title={
        <>
          <Link to="/connectors" className="crumb">
            Connectors
          </Link>{' '}
          <span className="faint">/</span>{' '}
          {chosen === undefined ? (
            'Make'
          ) : (
            <>
              <Link to="/connectors/new" className="crumb">
                Make
              </Link>{' '}
              <span className="faint">/</span> {pluginTitle(chosen.name)}
            </>
          )}
        </>
      }
    >
      <div className="page-scroll connectors connectors-narrow">
        {viewer !== undefined && !mayManage && (
          <Panel title="Make a connector">
            <Empty icon="export" title="Your role may not make connectors">
              An administrator or an engineer of your organization can.
            </Empty>
          </Panel>
        )}
        {mayManage && plugins === undefined && (
          <Panel title="Of what">
            {fresh.problem === undefined ? (
              <Waiting rows={8} label="Loading the kinds of connectors" />
            ) : (
              <Failed problem={fresh.problem} onRetry={fresh.reload} />
            )}
          </Panel>
        )}
        {mayManage && plugins !== undefined && chosen === undefined && (
          <>
            {plugin !== undefined && <p className="connector-notice">The worker has no connectors of class “{plugin}”.</p>}
            <Choice title="Hand on to" plugins={plugins.filter(({ type }) => type === 'SINK')} />
            <Choice title="Fetch from" plugins={plugins.filter(({ type }) => type === 'SOURCE')} />
          </>
        )}
        {mayManage && viewer !== undefined && chosen !== undefined && (
          <ConnectorForm
            key={chosen.name}
            plugin={chosen.name}
            type={chosen.type}
            name={null}
            initial={chosen.type === 'SINK' ? { topics: sinkTopics(viewer.organization)[0] ?? '' } : {}}
            onDone={(name) => {
              report({ text: `${name} is made` });
              void navigate({ to: '/connectors/connector/$name', params: { name } });
            }}
            onCancel={() => void navigate({ to: '/connectors' })}
          />
        )}
      </div>
    </Page>
  );
}

function Choice({ title, plugins }: { readonly title: string; readonly plugins: readonly Plugin[] }) {
  if (plugins.length === 0) return null;
  const inOrder = plugins.toSorted((a, b) => pluginTitle(a.name).localeCompare(pluginTitle(b.name)));
  return (
    <Panel title={title}>
      <ul className="connector-kinds">
        {inOrder.map(({ name, version }) => (
          <li key={name}>
            <Link to="/connectors/new" search={{ plugin: name }} className="connector-kind" title={`${name} ${version}`}>
              <strong>{pluginTitle(name)}</strong>
              <span className="quiet">{pluginAbout(name) ?? `Version ${version}`}</span>
            </Link>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
