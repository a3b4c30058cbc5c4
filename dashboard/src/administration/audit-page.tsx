// Who did what, newest first, and how far it is proved.
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { useFresh } from '../data/fresh.ts';
import { AuditStateDocument, type AuditStateQuery } from '../gql/graphql.ts';
import { Button, IconButton } from '../kit/button.tsx';
import { Copy } from '../kit/copy.tsx';
import { Document } from '../kit/document.tsx';
import { Ago, Moment, ZoneTag } from '../kit/moment.tsx';
import { exactCount } from '../kit/numbers.ts';
import { Page, Panel } from '../kit/panel.tsx';
import { RangePicker } from '../kit/range-picker.tsx';
import { resolveRange, toIso } from '../kit/range.ts';
import { Empty, Failed, RequestId, Waiting } from '../kit/states.tsx';
import { Table } from '../kit/table.tsx';
import { useTitle } from '../kit/title.ts';
import { useViewer } from '../shell/viewer.tsx';
import { auditRange, type AuditSearch } from './address.ts';
import { AuditExport } from './audit-export.tsx';
import { AdministrationTabs } from './tabs.tsx';
import { useAudit, type AuditEntry } from './use-audit.ts';
import './administration.css';

const FILTERS = [
  { name: 'actor', label: 'Who', placeholder: 'ada, service:ticket-bridge' },
  { name: 'action', label: 'Action', placeholder: 'alert. or alert.change' },
  { name: 'object', label: 'To what', placeholder: 'id or name' },
] as const;

export function AuditPage() {
  const search = useSearch({ from: '/inside/administration/audit' });
  const navigate = useNavigate();
  const range = auditRange(search);
  useTitle('Audit');
  const { pages, problem, isBusy, more, reload } = useAudit(JSON.stringify(search), () => {
    const { from, to } = resolveRange(range, Date.now());
    const { actor = null, action = null, object = null } = search;
    return { actor, action, object, from: toIso(from), to: range.to === 'now' ? null : toIso(to) };
  });
  const show = (next: AuditSearch) => void navigate({ to: '/administration/audit', search: next, replace: true });
  const state = useFresh(AuditStateDocument, { key: 'audit-state', variables: () => ({}), what: 'The state of the audit', everyMs: 60_000 }).data?.auditState;
  const organization = useViewer()?.organization;
  return (
    <Page
      title="Administration"
      tools={
        <>
          {organization !== undefined && <AuditExport entries={state?.seq} organization={organization} />}
          <IconButton icon="refresh" label="Read again" onClick={reload} />
        </>
      }
    >
      <AdministrationTabs />
      <div className="page-scroll access">
        <form
          key={JSON.stringify(search)}
          className="access-filters"
          role="search"
          onSubmit={(event) => {
            event.preventDefault();
            const data = new FormData(event.currentTarget);
            const words = FILTERS.flatMap(({ name }) => {
              const value = data.get(name);
              return typeof value === 'string' && value.trim() !== '' ? [[name, value.trim()]] : [];
            });
            show({ ...Object.fromEntries(words), ...(search.from === undefined ? {} : range) });
          }}
        >
          {FILTERS.map(({ name, label, placeholder }) => (
            <input
              key={name}
              className="input"
              name={name}
              aria-label={label}
              placeholder={`${label}: ${placeholder}`}
              defaultValue={search[name] ?? ''}
              spellCheck={false}
            />
          ))}
          <Button type="submit">Filter</Button>
          <RangePicker range={range} onChange={(next) => show({ ...search, ...next })} />
        </form>
        {state !== undefined && state !== null && <Chain state={state} />}
        <Panel
          title="Entries"
          note={pages === undefined ? undefined : `${exactCount(pages.entries.length)}${pages.next === null ? '' : ' of more'}, newest first`}
          isFlush
        >
          {pages === undefined && (problem === undefined ? <Waiting rows={10} label="Loading the audit" /> : <Failed problem={problem} onRetry={reload} />)}
          {pages?.entries.length === 0 && (
            <Empty icon="table" title="Nothing of this kind was done">
              Every write through the API, every sign-in and every read that hands out much at once is an entry. A longer time or fewer words may find more.
            </Empty>
          )}
          {pages !== undefined && pages.entries.length > 0 && <Entries entries={pages.entries} />}
          {pages !== undefined && problem !== undefined && (
            <div className="access-end" role="alert">
              <p>{problem.advice}</p>
              <RequestId problem={problem} />
            </div>
          )}
          {pages !== undefined && pages.next !== null && (
            <div className="access-end">
              <Button kind="quiet" disabled={isBusy} onClick={() => void more()}>
                Show older
              </Button>
            </div>
          )}
        </Panel>
      </div>
    </Page>
  );
}

function Chain({ state: { seq, publishedAt, publishedSeq } }: { readonly state: NonNullable<AuditStateQuery['auditState']> }) {
  return (
    <p className="quiet">
      The chain has {exactCount(seq)} entries.{' '}
      {publishedAt === null || publishedSeq === null ? (
        'None is published outside of the database yet; the ticker does that every hour.'
      ) : (
        <>
          Up to {exactCount(publishedSeq)} they cannot be changed unseen: their head was published <Ago at={publishedAt} suffix=" ago" />.
        </>
      )}{' '}
      <code>./goshawk audit verify</code> proves it.
    </p>
  );
}

function Entries({ entries }: { readonly entries: readonly AuditEntry[] }) {
  const [open, setOpen] = useState<number>();
  return (
    <div className="access-entries">
      <Table
        label="Entries"
        columns={['When', 'Who', 'Action', 'To what', { ofNumbers: 'Number' }, 'Details']}
        end={
          <span className="access-zone faint">
            Times are <ZoneTag />
          </span>
        }
      >
        {entries.map((entry) => [
          <tr key={entry.seq}>
            <th scope="row">
              <Moment at={entry.at} isDated />
            </th>
            <td>{entry.actor}</td>
            <td>
              <code>{entry.action}</code>
            </td>
            <td>{entry.object === '' ? <span className="faint">none</span> : entry.object}</td>
            <td className="n">{exactCount(entry.seq)}</td>
            <td>
              <Button kind="quiet" aria-expanded={open === entry.seq} onClick={() => setOpen(open === entry.seq ? undefined : entry.seq)}>
                {open === entry.seq ? 'Hide' : 'Show'}
                <span className="hidden-text"> details of entry {entry.seq}</span>
              </Button>
            </td>
          </tr>,
          open === entry.seq && (
            <tr key={`${entry.seq} detail`}>
              <td colSpan={6} className="access-detail">
                <Document value={entry.detail} label={`Details of entry ${entry.seq}`} />
                <p className="faint">
                  Hash <Copy text={entry.hash} label="hash" />
                </p>
              </td>
            </tr>
          ),
        ])}
      </Table>
    </div>
  );
}
