// Which fields events have: what rules and searches may ask for, and what a sensor tells since when.
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useFresh } from '../data/fresh.ts';
import { FieldDatasetsDocument, FieldsDocument } from '../gql/graphql.ts';
import { Choice } from '../kit/choice.tsx';
import { Page, Panel } from '../kit/panel.tsx';
import { Empty, Failed, Stale, Waiting } from '../kit/states.tsx';
import { useTitle } from '../kit/title.ts';
import type { FieldsSearch } from './address.ts';
import { Datasets } from './datasets.tsx';
import { FieldsTable } from './table.tsx';
import './page.css';

const MOST = 200;
const EVERY_MS = 30_000;
const ALL = 'all';
const STATES = [
  { value: ALL, label: 'All fields' },
  { value: 'new', label: 'New' },
  { value: 'vanished', label: 'Vanished' },
] as const;

export function FieldsPage() {
  const search = useSearch({ from: '/inside/fields' });
  const navigate = useNavigate();
  const { dataset, state, name } = search;
  const isAsked = dataset !== undefined || state !== undefined || name !== undefined;
  useTitle('Fields');
  const datasets = useFresh(FieldDatasetsDocument, { key: 'datasets', variables: () => ({}), what: 'The datasets', everyMs: EVERY_MS });
  const fields = useFresh(FieldsDocument, {
    key: isAsked ? JSON.stringify(search) : null,
    variables: () => ({ first: MOST, filter: { dataset: dataset ?? null, state: state ?? null, search: name ?? null } }),
    what: 'The fields',
    everyMs: EVERY_MS,
  });
  /** An undefined part is left out of the address. */
  const show = (change: { readonly [K in keyof FieldsSearch]: FieldsSearch[K] | undefined }) =>
    void navigate({
      to: '/fields',
      search: Object.fromEntries(Object.entries({ ...search, ...change }).filter(([, value]) => value !== undefined && value !== '')) as FieldsSearch,
      replace: true,
      resetScroll: false,
    });
  const known = datasets.data?.fieldDatasets;
  const found = fields.data?.fields;
  return (
    <Page
      title="Fields"
      tools={
        <>
          <Stale problem={datasets.problem ?? fields.problem} at={datasets.at} />
          <Choice
            label="Dataset"
            value={dataset ?? ''}
            options={[{ value: '', label: 'All datasets' }, ...(known ?? []).map((one) => ({ value: one.dataset, label: one.dataset }))]}
            onChange={(next) => show({ dataset: next === '' ? undefined : next })}
          />
          <Choice label="State" value={state ?? ALL} options={STATES} onChange={(next) => show({ state: next === ALL ? undefined : next })} />
          <input
            className="input fields-search"
            type="search"
            aria-label="Part of a field's name"
            placeholder="Part of a name"
            value={name ?? ''}
            spellCheck={false}
            onChange={(event) => show({ name: event.target.value })}
          />
        </>
      }
    >
      <div className="page-scroll fields">
        {known === undefined &&
          (datasets.problem === undefined ? (
            <Waiting rows={8} label="Loading the datasets" />
          ) : (
            <Failed problem={datasets.problem} onRetry={datasets.reload} />
          ))}
        {known?.length === 0 && (
          <Panel title="Datasets">
            <Empty icon="events" title="No event was looked at yet">
              The fields of the first events show here once they are stored. See also <code>./goshawk fields</code>.
            </Empty>
          </Panel>
        )}
        {!isAsked && known !== undefined && known.length > 0 && <Datasets datasets={known} />}
        {isAsked && (
          <Panel
            title={dataset ?? 'All datasets'}
            note={found === undefined ? '' : `${found.edges.length}${found.pageInfo.hasNextPage ? '+' : ''} fields`}
            isFlush
          >
            {found === undefined &&
              (fields.problem === undefined ? <Waiting rows={8} label="Loading the fields" /> : <Failed problem={fields.problem} onRetry={fields.reload} />)}
            {found?.edges.length === 0 && (
              <Empty icon="search" title="No such field">
                No event that was looked at has one. Events are sampled: a field of one event in thousands may be missing.
              </Empty>
            )}
            {found !== undefined && found.edges.length > 0 && <FieldsTable fields={found.edges.map(({ node }) => node)} withDataset={dataset === undefined} />}
            {found?.pageInfo.hasNextPage === true && <p className="faint fields-end">The first {MOST} are shown. Part of a name narrows them.</p>}
          </Panel>
        )}
      </div>
    </Page>
  );
}
