// Why records were set aside: one row for each stage, reason, version and topic.
import type { DeadLettersQuery } from '../gql/graphql.ts';
import { exactCount } from '../kit/numbers.ts';
import { Moment } from '../kit/moment.tsx';
import { Table } from '../kit/table.tsx';

export type Reason = DeadLettersQuery['deadLetterReasons'][number];
const MOST = 12;

export function Reasons({ reasons }: { readonly reasons: readonly Reason[] }) {
  return (
    <Table
      label="Reasons"
      columns={['Reason', 'Stage', 'From', 'Version', { ofNumbers: 'Records' }, { ofNumbers: 'Sent again' }, 'Newest']}
      end={reasons.length > MOST && <p className="faint letters-end">{exactCount(reasons.length - MOST)} more reasons. Choose a code above.</p>}
    >
      {reasons.slice(0, MOST).map(({ stage, code, version, topic, count, redriven, newest }) => (
        <tr key={`${stage} ${code} ${version} ${topic}`}>
          <th scope="row">
            <code>{code}</code>
          </th>
          <td>{stage}</td>
          <td>
            <code>{topic}</code>
          </td>
          <td className="quiet">{version}</td>
          <td className="n">{exactCount(count)}</td>
          <td className="n">{exactCount(redriven)}</td>
          <td>
            <Moment at={newest} isLong />
          </td>
        </tr>
      ))}
    </Table>
  );
}
