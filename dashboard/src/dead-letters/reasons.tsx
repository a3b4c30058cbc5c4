// Why records were set aside: one row for each stage, reason, version and topic.
import type { DeadLettersQuery } from '../gql/graphql.ts';
import { exactCount } from '../kit/numbers.ts';
import { Moment } from '../kit/moment.tsx';

export type Reason = DeadLettersQuery['deadLetterReasons'][number];
const MOST = 12;

export function Reasons({ reasons }: { readonly reasons: readonly Reason[] }) {
  return (
    <div className="table-scroll" tabIndex={0} role="region" aria-label="Reasons">
      <table className="table">
        <thead>
          <tr>
            <th scope="col">Reason</th>
            <th scope="col">Stage</th>
            <th scope="col">From</th>
            <th scope="col">Version</th>
            <th scope="col" className="n">
              Records
            </th>
            <th scope="col" className="n">
              Sent again
            </th>
            <th scope="col">Newest</th>
          </tr>
        </thead>
        <tbody>
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
                <Moment at={newest} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {reasons.length > MOST && <p className="faint letters-end">{exactCount(reasons.length - MOST)} more reasons. Choose a code above.</p>}
    </div>
  );
}
