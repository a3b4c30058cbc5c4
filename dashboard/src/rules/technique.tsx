// Rules of one technique, by sub-technique.
import { Link } from '@tanstack/react-router';
import type { CoverageQuery } from '../gql/graphql.ts';
import { IconButton } from '../kit/button.tsx';
import { Icon } from '../kit/icon.tsx';
import { count, plural } from '../kit/numbers.ts';
import { Panel } from '../kit/panel.tsx';
import { SeverityMark } from '../kit/severity.tsx';
import { Table } from '../kit/table.tsx';
import type { Technique } from './matrix.ts';
import { stateWord } from './words.tsx';

interface TechniqueProps {
  readonly technique: Technique;
  readonly coverage: CoverageQuery['coverage'];
  readonly spanWords: string;
  readonly onClose: () => void;
}

export function TechniquePanel({ technique: { id, name, rules, hits }, coverage, spanWords, onClose }: TechniqueProps) {
  const of = (ruleId: string): string =>
    coverage
      .filter(({ technique, rules: its }) => technique.startsWith(id) && its.some((rule) => rule.id === ruleId))
      .map(({ technique }) => technique)
      .join(', ');
  return (
    <Panel
      title={`${id} ${name}`}
      note={`${plural(rules.length, 'rule')}, ${plural(hits, 'finding')} in ${spanWords}`}
      isFlush
      actions={
        <>
          <Link to="/rules" search={{ technique: id }} className="button button-quiet">
            Show as a list
          </Link>
          <a className="button button-quiet" href={`https://attack.mitre.org/techniques/${id}/`} target="_blank" rel="noreferrer">
            ATT&amp;CK <Icon name="link" size={13} />
          </a>
          <IconButton icon="close" label="Close the technique" onClick={onClose} />
        </>
      }
    >
      <Table label={`Rules of ${id}`} columns={['Rule', 'Level', 'State', 'Technique', { ofNumbers: `Findings, ${spanWords}` }]}>
        {rules
          .toSorted((a, b) => b.hits - a.hits || a.title.localeCompare(b.title))
          .map((rule) => (
            <tr key={rule.id}>
              <th scope="row">
                <Link to="/rules/rule/$ruleId" params={{ ruleId: rule.id }} className="rules-title">
                  {rule.title}
                </Link>
              </th>
              <td>
                <SeverityMark severity={rule.level} />
              </td>
              <td>{stateWord(rule.state)}</td>
              <td>{of(rule.id)}</td>
              <td className="n">{count(rule.hits)}</td>
            </tr>
          ))}
      </Table>
    </Panel>
  );
}
