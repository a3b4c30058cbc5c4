// Where documents are handed on to, and where records are fetched from: every connector with how it does.
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useMay } from '../administration/may.ts';
import { useFresh } from '../data/fresh.ts';
import { ConnectorsDocument } from '../gql/graphql.ts';
import { Button } from '../kit/button.tsx';
import { useKeys } from '../kit/keys.ts';
import { plural } from '../kit/numbers.ts';
import { Page, Panel } from '../kit/panel.tsx';
import { SearchInput } from '../kit/search-input.tsx';
import { Empty, Failed, Stale, Waiting } from '../kit/states.tsx';
import { useTitle } from '../kit/title.ts';
import { conditionOf } from './condition.ts';
import { ConnectorsTable } from './list.tsx';
import { ConnectorTabs } from './tabs.tsx';
import { useVerbs } from './use-verbs.ts';
import './connectors.css';

const EVERY_MS = 5_000;

export function ConnectorsPage() {
  const { name } = useSearch({ from: '/inside/connectors' });
  const navigate = useNavigate();
  const mayManage = useMay()('connectors:manage');
  useTitle('Connectors');
  const fresh = useFresh(ConnectorsDocument, { key: 'connectors', variables: () => ({}), what: 'The connectors', everyMs: EVERY_MS });
  const { isBusy, act } = useVerbs(fresh.reload);
  const make = () => void navigate({ to: '/connectors/new' });
  useKeys(mayManage ? [{ keys: 'n', label: 'Make a connector', group: 'Lists', run: make }] : []);
  const all = fresh.data?.connectors;
  const shown = all?.filter((connector) => name === undefined || connector.name.includes(name));
  const bad = all?.filter((connector) => conditionOf(connector).health === 'bad').length ?? 0;
  return (
    <Page
      title="Connectors"
      tools={
        <>
          <Stale problem={fresh.problem} at={fresh.at} />
          {mayManage && (
            <Button kind="main" icon="plus" hint="n" onClick={make}>
              Make
            </Button>
          )}
        </>
      }
    >
      <ConnectorTabs />
      <div className="page-scroll connectors">
        <div className="connectors-filters">
          <SearchInput
            key={name ?? ''}
            value={name ?? ''}
            label="Part of a connector's name"
            placeholder="Part of a name"
            onSearch={(next) => void navigate({ to: '/connectors', search: next === '' ? {} : { name: next }, replace: true })}
          />
        </div>
        {all === undefined &&
          (fresh.problem === undefined ? (
            <Waiting rows={8} label="Loading the connectors" />
          ) : (
            <Failed
              problem={fresh.problem}
              onRetry={fresh.reload}
              stillWorks={fresh.problem.code === 'CONNECT_UNAVAILABLE' ? 'What is owed stays owed, and everything else here goes on.' : undefined}
            />
          ))}
        {shown !== undefined && shown.length === 0 && (
          <Panel title="Connectors">
            {name === undefined ? (
              <Empty
                icon="export"
                title="Nothing is handed on yet"
                action={
                  mayManage ? (
                    <Button kind="main" icon="plus" onClick={make}>
                      Make the first
                    </Button>
                  ) : undefined
                }
              >
                <p>
                  A connector hands events, findings and alerts on to a SIEM, a lake or a service, each delivered, or set aside with the reason, or still owed.
                </p>
                {!mayManage && <p>An administrator or an engineer of your organization can make one.</p>}
              </Empty>
            ) : (
              <Empty icon="search" title="No connector of that name">
                No name holds “{name}”.
              </Empty>
            )}
          </Panel>
        )}
        {shown !== undefined && shown.length > 0 && (
          <Panel
            title="Connectors"
            note={`${plural(shown.length, 'connector')}${bad > 0 ? `, ${bad} failed` : ''}; counts are since each task began`}
            isFlush
            className="connectors-list"
          >
            <ConnectorsTable connectors={shown} mayManage={mayManage} isBusy={isBusy} onVerb={act} />
          </Panel>
        )}
      </div>
    </Page>
  );
}
