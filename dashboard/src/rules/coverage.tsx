// Which techniques of ATT&CK rules look for, and what they found.
import { useNavigate, useSearch } from '@tanstack/react-router';
import { ask, useFresh } from '../data/fresh.ts';
import { CoverageDocument, CoverageLayerDocument } from '../gql/graphql.ts';
import { Button, Segments } from '../kit/button.tsx';
import { useKeys } from '../kit/keys.ts';
import { count, plural } from '../kit/numbers.ts';
import { Page, Panel } from '../kit/panel.tsx';
import { Empty, Failed, Stale, Waiting } from '../kit/states.tsx';
import { Table } from '../kit/table.tsx';
import { useTitle } from '../kit/title.ts';
import { report } from '../kit/undo.tsx';
import type { CoverageSearch } from './address.ts';
import { inState, matrixOf, shadeOf, techniquesOf, type Technique } from './matrix.ts';
import { RuleTabs } from './tabs.tsx';
import { TechniquePanel } from './technique.tsx';
import './rules.css';

const HOURS = { '1d': 24, '7d': 168, '30d': 720 } as const;
type Span = keyof typeof HOURS;
const SPAN_WORDS: Record<Span, string> = { '1d': '24 hours', '7d': '7 days', '30d': '30 days' };
const EVERY_MS = 60_000;

export function CoveragePage() {
  const search = useSearch({ from: '/inside/rules/coverage' });
  const navigate = useNavigate();
  const span: Span = search.span ?? '1d';
  const shade = search.shade ?? 'rules';
  const fresh = useFresh(CoverageDocument, { key: span, variables: () => ({ hours: HOURS[span] }), what: 'The coverage', everyMs: EVERY_MS });
  const coverage = fresh.isLoading ? undefined : fresh.data?.coverage;
  useTitle('ATT&CK coverage');
  const show = (change: { readonly [K in keyof CoverageSearch]: CoverageSearch[K] | undefined }) =>
    void navigate({
      to: '/rules/coverage',
      search: Object.fromEntries(Object.entries({ ...search, ...change }).filter(([, value]) => value !== undefined)) as CoverageSearch,
      replace: true,
      resetScroll: false,
    });
  useKeys([{ keys: 'Escape', label: 'Close the technique', group: 'Lists', run: () => show({ open: undefined }) }]);
  const techniques = techniquesOf(coverage ?? []);
  const open = techniques.find(({ id }) => id === search.open?.slice(0, 5));
  return (
    <Page
      title="ATT&CK coverage"
      className="rules"
      tools={
        <>
          <Stale problem={fresh.problem} at={fresh.at} />
          <Button disabled={coverage === undefined || coverage.length === 0} onClick={() => void download(HOURS[span])}>
            Navigator layer
          </Button>
        </>
      }
    >
      <RuleTabs />
      <div className="page-scroll coverage">
        <div className="rules-filters">
          <Segments<Span>
            label="Findings of"
            value={span}
            choices={(['1d', '7d', '30d'] as const).map((value) => ({ value, label: SPAN_WORDS[value] }))}
            onChange={(next) => show({ span: next === '1d' ? undefined : next })}
          />
          <Segments<'rules' | 'findings'>
            label="Shade by"
            value={shade}
            choices={[
              { value: 'rules', label: 'Rules' },
              { value: 'findings', label: 'Findings' },
            ]}
            onChange={(next) => show({ shade: next === 'rules' ? undefined : next })}
          />
          <Legend shade={shade} />
        </div>
        {coverage === undefined &&
          (fresh.problem === undefined ? <Waiting rows={10} label="Loading the coverage" /> : <Failed problem={fresh.problem} onRetry={fresh.reload} />)}
        {coverage?.length === 0 && (
          <Panel title="Coverage">
            <Empty icon="rules" title="No rule names a technique">
              Rules say what they look for by tags such as <code>attack.t1003.001</code> and <code>attack.credential-access</code>.
            </Empty>
          </Panel>
        )}
        {coverage !== undefined && coverage.length > 0 && (
          <>
            {open !== undefined && (
              <TechniquePanel technique={open} coverage={coverage} spanWords={SPAN_WORDS[span]} onClose={() => show({ open: undefined })} />
            )}
            <Matrix techniques={techniques} shade={shade} openId={open?.id} onOpen={(id) => show({ open: id === open?.id ? undefined : id })} />
            <TechniqueTable techniques={techniques} spanWords={SPAN_WORDS[span]} />
          </>
        )}
      </div>
    </Page>
  );
}

function Legend({ shade }: { readonly shade: 'rules' | 'findings' }) {
  const words = shade === 'rules' ? ['none', '1', '2 to 3', '4 to 9', '10 and more'] : ['none', '1 to 9', '10 to 99', '100 to 999', '1,000 and more'];
  return (
    <p className="coverage-legend">
      <span>{shade === 'rules' ? 'Rules in production:' : 'Findings:'}</span>
      {words.map((word, step) => (
        <span key={word}>
          <i className={`coverage-shade-${step}`} /> {word}
        </span>
      ))}
    </p>
  );
}

interface MatrixProps {
  readonly techniques: readonly Technique[];
  readonly shade: 'rules' | 'findings';
  readonly openId: string | undefined;
  readonly onOpen: (id: string) => void;
}

function Matrix({ techniques, shade, openId, onOpen }: MatrixProps) {
  return (
    <div className="coverage-matrix" tabIndex={0} role="region" aria-label="Tactics and techniques">
      {matrixOf(techniques).map(({ id, name, techniques: its }) => (
        <section key={id} aria-label={name}>
          <h2>
            {name} <span className="faint number">{its.length}</span>
          </h2>
          {its.length === 0 && <p className="faint coverage-none">no rule</p>}
          <ul>
            {its.map((technique) => (
              <li key={technique.id}>
                <button
                  type="button"
                  className={`coverage-cell coverage-shade-${shadeOf(technique, shade)}`}
                  aria-pressed={technique.id === openId}
                  onClick={() => onOpen(technique.id)}
                >
                  <strong>{technique.id}</strong>
                  <span className="coverage-name">{technique.name}</span>
                  <span className="number">{plural(technique.rules.length, 'rule')}</span>
                  <span className="number">{technique.hits === 0 ? 'no finding' : plural(technique.hits, 'finding')}</span>
                </button>
              </li>
            ))}
          </ul>
        </section>
      ))}
    </div>
  );
}

function TechniqueTable({ techniques, spanWords }: { readonly techniques: readonly Technique[]; readonly spanWords: string }) {
  return (
    <Panel title="The same as a table" note={plural(techniques.length, 'technique')} isFlush>
      <Table
        label="Techniques"
        columns={[
          'Technique',
          'Name',
          'Sub-techniques',
          { ofNumbers: 'Production' },
          { ofNumbers: 'Test' },
          { ofNumbers: 'Draft' },
          { ofNumbers: `Findings, ${spanWords}` },
        ]}
      >
        {techniques.map(({ id, name, below, rules, hits }) => (
          <tr key={id}>
            <th scope="row">{id}</th>
            <td>{name}</td>
            <td className="quiet">{below.join(', ')}</td>
            <td className="n">{inState(rules, 'production')}</td>
            <td className="n">{inState(rules, 'test')}</td>
            <td className="n">{inState(rules, 'draft')}</td>
            <td className="n">{count(hits)}</td>
          </tr>
        ))}
      </Table>
    </Panel>
  );
}

async function download(hours: number): Promise<void> {
  const result = await ask(CoverageLayerDocument, { hours }, 'The layer');
  if ('problem' in result) return report({ text: `${result.problem.title} ${result.problem.advice}`, isFailure: true });
  const url = URL.createObjectURL(new Blob([result.data.coverageLayer], { type: 'application/json' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = `goshawk-coverage-${new Date().toISOString().slice(0, 10)}.json`;
  link.click();
  URL.revokeObjectURL(url);
}
