// All connectors, one a row.
import { Link } from '@tanstack/react-router';
import type { ConnectorStateFragment } from '../gql/graphql.ts';
import { exactCount } from '../kit/numbers.ts';
import { Table } from '../kit/table.tsx';
import { failureOf } from './condition.ts';
import { pluginTitle } from './plugins.ts';
import type { Verb } from './use-verbs.ts';
import { VerbIcons } from './verbs.tsx';
import { ConditionMark, Lag, LastError, OldestOwed } from './words.tsx';

interface ListProps {
  readonly connectors: readonly ConnectorStateFragment[];
  /** Whether to offer what changes them. */
  readonly mayManage: boolean;
  readonly isBusy: (name: string) => boolean;
  readonly onVerb: (connector: ConnectorStateFragment, verb: Verb) => void;
}

export function ConnectorsTable({ connectors, mayManage, isBusy, onVerb }: ListProps) {
  return (
    <Table
      label="Connectors"
      columns={[
        'Connector',
        'State',
        ...(mayManage ? ['Actions'] : []),
        'Of',
        { ofNumbers: 'Lag' },
        { ofNumbers: 'Delivered' },
        { ofNumbers: 'Rejected' },
        { ofNumbers: 'Owed' },
        'Oldest owed',
        { ofNumbers: 'Maybe twice' },
        'Last error',
      ]}
    >
      {connectors.map((connector) => {
        const { name, plugin, delivery } = connector;
        const failure = failureOf(connector);
        return (
          <tr key={name}>
            <th scope="row">
              <Link to="/connectors/connector/$name" params={{ name }}>
                {name}
              </Link>
            </th>
            <td>
              <ConditionMark connector={connector} />
            </td>
            {mayManage && (
              <td>
                <VerbIcons connector={connector} isBusy={isBusy(name)} onVerb={(verb) => onVerb(connector, verb)} />
              </td>
            )}
            <td>{pluginTitle(plugin)}</td>
            <td className="n">
              <Lag lag={delivery.lag} />
            </td>
            <td className="n" title={delivery.present > 0 ? `and ${exactCount(delivery.present)} that were there already` : undefined}>
              {exactCount(delivery.delivered)}
            </td>
            <td className="n">
              {delivery.rejected > 0 ? (
                <Link to="/connectors/connector/$name" params={{ name }} hash="rejected">
                  {exactCount(delivery.rejected)}
                </Link>
              ) : (
                '0'
              )}
            </td>
            <td className="n">{exactCount(delivery.owed)}</td>
            <td>
              <OldestOwed oldestOwedAt={delivery.oldestOwedAt} />
            </td>
            <td className="n" title="Sent again after an answer that left open whether they had been taken">
              {exactCount(delivery.possibleDuplicates)}
            </td>
            <td className="connector-error" title={failure ?? delivery.lastError ?? undefined}>
              {failure ?? <LastError delivery={delivery} />}
            </td>
          </tr>
        );
      })}
    </Table>
  );
}
