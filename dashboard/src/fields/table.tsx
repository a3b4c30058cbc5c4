// The fields of events: type, share, examples and times.
import type { FieldsQuery } from '../gql/graphql.ts';
import { Moment } from '../kit/moment.tsx';
import { exactCount } from '../kit/numbers.ts';
import { Table } from '../kit/table.tsx';

export type Field = FieldsQuery['fields']['edges'][number]['node'];
const percent = (share: number): string => (share > 0 && share < 0.01 ? 'below 1 %' : `${Math.round(share * 100)} %`);

export function FieldsTable({ fields, withDataset }: { readonly fields: readonly Field[]; readonly withDataset: boolean }) {
  return (
    <Table label="Fields" columns={[...(withDataset ? ['Dataset'] : []), 'Field', 'Type', { ofNumbers: 'Of events' }, 'Examples', 'First seen', 'Last seen']}>
      {fields.map(({ dataset, kind, name, types, share, examples, keys, firstSeen, lastSeen, state }) => (
        <tr key={`${dataset} ${kind} ${name}`}>
          {withDataset && <td>{dataset}</td>}
          <th scope="row" className="fields-name">
            <code title={keys > 0 ? `${exactCount(keys)} or more different keys at *` : undefined}>{name}</code>{' '}
            {kind === 'ecs' && <span className="faint">ECS</span>} {state !== 'known' && <span className="fields-state">{state}</span>}
          </th>
          <td className="quiet">{types.join(', ')}</td>
          <td className="n">{percent(share)}</td>
          <td className="fields-examples">
            {examples.map((example) => (
              <code key={example} className="fields-example">
                {example}
              </code>
            ))}
          </td>
          <td>
            <Moment at={firstSeen} isLong />
          </td>
          <td>
            <Moment at={lastSeen} isLong />
          </td>
        </tr>
      ))}
    </Table>
  );
}
