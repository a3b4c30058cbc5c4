// Which datasets the catalogue knows; one of them is chosen here.
import { Link } from '@tanstack/react-router';
import type { FieldDatasetsQuery } from '../gql/graphql.ts';
import { Moment } from '../kit/moment.tsx';
import { exactCount } from '../kit/numbers.ts';
import { Panel } from '../kit/panel.tsx';
import { Table } from '../kit/table.tsx';

export function Datasets({ datasets }: { readonly datasets: FieldDatasetsQuery['fieldDatasets'] }) {
  return (
    <Panel title="Datasets" note="from a sample of the events that are stored" isFlush>
      <Table
        label="Datasets"
        columns={['Dataset', { ofNumbers: 'Fields' }, { ofNumbers: 'New' }, { ofNumbers: 'Vanished' }, { ofNumbers: 'Looked at' }, 'Last event']}
      >
        {datasets.map(({ dataset, fields, newFields, vanishedFields, events, leftOut, lastSeen }) => (
          <tr key={dataset}>
            <th scope="row">
              <Link to="/fields" search={{ dataset }}>
                {dataset}
              </Link>
            </th>
            <td className="n" title={leftOut > 0 ? `${exactCount(leftOut)} values of further fields were left out` : undefined}>
              {exactCount(fields)}
              {leftOut > 0 && '+'}
            </td>
            <td className="n">
              {newFields > 0 && (
                <Link to="/fields" search={{ dataset, state: 'new' }}>
                  {exactCount(newFields)}
                </Link>
              )}
            </td>
            <td className="n">
              {vanishedFields > 0 && (
                <Link to="/fields" search={{ dataset, state: 'vanished' }}>
                  {exactCount(vanishedFields)}
                </Link>
              )}
            </td>
            <td className="n">{exactCount(events)}</td>
            <td>
              <Moment at={lastSeen} isLong />
            </td>
          </tr>
        ))}
      </Table>
    </Panel>
  );
}
