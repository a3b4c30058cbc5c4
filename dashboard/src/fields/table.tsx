// The fields of events: type, share, examples and times.
import type { FieldsQuery } from '../gql/graphql.ts';
import { Moment } from '../kit/moment.tsx';
import { exactCount } from '../kit/numbers.ts';

export type Field = FieldsQuery['fields']['edges'][number]['node'];
const percent = (share: number): string => (share > 0 && share < 0.01 ? 'below 1 %' : `${Math.round(share * 100)} %`);

export function FieldsTable({ fields, withDataset }: { readonly fields: readonly Field[]; readonly withDataset: boolean }) {
  return (
    <div className="table-scroll" tabIndex={0} role="region" aria-label="Fields">
      <table className="table">
        <thead>
          <tr>
            {withDataset && <th scope="col">Dataset</th>}
            <th scope="col">Field</th>
            <th scope="col">Type</th>
            <th scope="col" className="n">
              Of events
            </th>
            <th scope="col">Examples</th>
            <th scope="col">First seen</th>
            <th scope="col">Last seen</th>
          </tr>
        </thead>
        <tbody>
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
                <Moment at={firstSeen} />
              </td>
              <td>
                <Moment at={lastSeen} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
