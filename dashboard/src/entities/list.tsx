// Hosts, users and addresses that were active in the last day, by name.
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { useFresh } from '../data/fresh.ts';
import { EntitiesDocument, type FollowedEntityType } from '../gql/graphql.ts';
import { Button, Segments } from '../kit/button.tsx';
import { Ago } from '../kit/moment.tsx';
import { count, exactCount } from '../kit/numbers.ts';
import { Page, Panel } from '../kit/panel.tsx';
import { toIso } from '../kit/range.ts';
import { Empty, Failed, Stale, Waiting } from '../kit/states.tsx';
import { Table } from '../kit/table.tsx';
import { useTitle } from '../kit/title.ts';
import { LISTED, typeWord, type EntitiesSearch } from './address.ts';
import './page.css';

const DAY_MS = 86_400_000;
const CHOICES = LISTED.map((type) => ({ value: type, label: type === 'address' ? 'Addresses' : `${typeWord(type)}s` }));

export function EntitiesPage() {
  const search = useSearch({ from: '/inside/entities' });
  const navigate = useNavigate();
  const type = search.type ?? 'host';
  useTitle('Entities');
  const show = (next: EntitiesSearch) =>
    void navigate({
      to: '/entities',
      search: { ...(next.type === undefined ? {} : { type: next.type }), ...(next.name ? { name: next.name } : {}) },
      replace: true,
    });
  return (
    <Page
      className="entity-page"
      title="Entities"
      tools={
        <>
          <Segments<FollowedEntityType> label="Kind" value={type} choices={CHOICES} onChange={(next) => show({ ...search, type: next })} />
          <input
            className="input entity-search"
            type="search"
            aria-label="Part of a name"
            placeholder="Part of a name"
            value={search.name ?? ''}
            spellCheck={false}
            onChange={(event) => show({ ...search, name: event.target.value })}
          />
        </>
      }
    >
      <div className="page-scroll">
        <Names key={`${type} ${search.name ?? ''}`} type={type} name={search.name ?? ''} />
      </div>
    </Page>
  );
}

function Names({ type, name }: { readonly type: FollowedEntityType; readonly name: string }) {
  /** Cursors of the pages before this one; the address does not hold them, since names come and go. */
  const [path, setPath] = useState<readonly string[]>([]);
  const after = path.at(-1) ?? null;
  const names = useFresh(EntitiesDocument, {
    key: `${type} ${name} ${after ?? ''}`,
    variables: () => ({ type, search: name, from: toIso(Date.now() - DAY_MS), to: toIso(Date.now()), after }),
    what: 'The entities',
  });
  const found = names.isLoading ? undefined : names.data?.entities;
  const rows = found?.edges ?? [];
  const next = found?.pageInfo.hasNextPage === true ? found.pageInfo.endCursor : null;
  return (
    <Panel title="Active in the last 24 hours" note="by name" isFlush actions={<Stale problem={names.problem} at={names.at} />}>
      {found === undefined &&
        (names.problem === undefined ? <Waiting rows={10} label="Loading entities" /> : <Failed problem={names.problem} onRetry={names.reload} />)}
      {found !== undefined && rows.length === 0 && next === null && (
        <Empty icon="search" title={name === '' ? 'None yet' : 'None with this in its name'}>
          An entity shows here when a window of five minutes with events of it has ended. Anything that events name has a page: click its value in an event.
        </Empty>
      )}
      {rows.length > 0 && (
        <Table label="Entities" columns={['Name', { ofNumbers: 'Events' }, { ofNumbers: 'Failures' }, 'Last active']}>
          {rows.map(({ node }) => (
            <tr key={node.value}>
              <th scope="row">
                <Link to="/entities/$type/$value" params={{ type, value: node.value }} search={{}}>
                  <code>{node.value}</code>
                </Link>
              </th>
              <td className="n" title={exactCount(node.events)}>
                {count(node.events)}
              </td>
              <td className="n">{count(node.failures)}</td>
              <td>
                <Ago at={node.lastSeen} suffix=" ago" />
              </td>
            </tr>
          ))}
        </Table>
      )}
      {(next !== null || path.length > 0) && (
        <p className="entity-pages">
          {path.length > 0 && <Button onClick={() => setPath(path.slice(0, -1))}>Back</Button>}
          {next !== null && <Button onClick={() => setPath([...path, next])}>{rows.length === 0 ? 'Look further' : 'More'}</Button>}
        </p>
      )}
    </Panel>
  );
}
