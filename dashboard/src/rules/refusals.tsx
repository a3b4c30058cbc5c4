// Documents of files that do not run: said once above the list, named on demand.
import type { RuleRefusalsQuery } from '../gql/graphql.ts';
import { Icon } from '../kit/icon.tsx';
import { plural } from '../kit/numbers.ts';
import { Table } from '../kit/table.tsx';

export function Refusals({ refusals }: { readonly refusals: RuleRefusalsQuery['ruleRefusals'] }) {
  return (
    <details className="rules-refusals">
      <summary>
        <Icon name="warning" size={14} /> {plural(refusals.length, 'document')} in files {refusals.length === 1 ? 'does' : 'do'} not run
      </summary>
      <Table label="Refused documents" columns={['File', { ofNumbers: 'Line' }, 'Title', 'Reason']}>
        {refusals.map(({ file, document, line, title, reason }) => (
          <tr key={`${file} ${document} ${reason}`}>
            <th scope="row">
              <code>{file}</code> {document > 1 && <span className="faint">document {document}</span>}
            </th>
            <td className="n">{line}</td>
            <td>{title ?? <span className="faint">none</span>}</td>
            <td className="rules-wrap">{reason}</td>
          </tr>
        ))}
      </Table>
    </details>
  );
}
