// All rules: which run, what they find, and what people said of it.
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { useFresh } from '../data/fresh.ts';
import { RuleRefusalsDocument, type RuleKind, type RuleOrigin, type RuleState } from '../gql/graphql.ts';
import { Button } from '../kit/button.tsx';
import { Choice } from '../kit/choice.tsx';
import { useKeys } from '../kit/keys.ts';
import { NARROW, useMedia } from '../kit/media.ts';
import { count } from '../kit/numbers.ts';
import { Page } from '../kit/panel.tsx';
import { SearchInput } from '../kit/search-input.tsx';
import { isSeverity, SeverityMark } from '../kit/severity.tsx';
import { Empty, Failed, Stale, Waiting } from '../kit/states.tsx';
import { useTitle } from '../kit/title.ts';
import { STATES, type RulesSearch } from './address.ts';
import { RulesList } from './list.tsx';
import { Refusals } from './refusals.tsx';
import { useMayWrite } from './roles.ts';
import { RuleTabs } from './tabs.tsx';
import { useRules } from './use-rules.ts';
import { stateWord } from './words.tsx';
import './rules.css';

export function RulesPage() {
  const search = useSearch({ from: '/inside/rules' });
  const navigate = useNavigate();
  const mayWrite = useMayWrite();
  const isNarrow = useMedia(NARROW);
  const list = useRules(search);
  const refusals = useFresh(RuleRefusalsDocument, { key: 'refusals', variables: () => ({}), what: 'Refused rules' }).data?.ruleRefusals ?? [];
  const [cursor, setCursor] = useState(-1);
  useTitle('Rules');
  useEffect(() => setCursor(-1), [search]);
  const set = (change: { readonly [K in keyof RulesSearch]: RulesSearch[K] | undefined }) =>
    void navigate({
      to: '/rules',
      search: Object.fromEntries(Object.entries({ ...search, ...change }).filter(([, value]) => value !== undefined)) as RulesSearch,
      replace: true,
      resetScroll: false,
    });
  const open = (id: string) => void navigate({ to: '/rules/rule/$ruleId', params: { ruleId: id } });
  const create = () => void navigate({ to: '/rules/new' });
  const { rows } = list;
  useKeys([
    { keys: 'j', label: 'Next', group: 'Lists', run: () => setCursor(Math.min(rows.length - 1, cursor + 1)) },
    { keys: 'k', label: 'Previous', group: 'Lists', run: () => setCursor(Math.max(0, cursor - 1)) },
    { keys: 'Enter', label: 'Open', group: 'Lists', run: () => rows[cursor] !== undefined && open(rows[cursor].id) },
    ...(mayWrite ? [{ keys: 'n', label: 'Write a rule', group: 'Lists', run: create } as const] : []),
  ]);
  const isNarrowed = Object.keys(search).length > 0;
  return (
    <Page
      title="Rules"
      className="rules"
      tools={
        <>
          <Stale problem={list.problem} at={list.at} />
          <SearchInput
            key={search.q}
            value={search.q ?? ''}
            label="Search rules"
            placeholder="Part of title or id"
            onSearch={(q) => set({ q: q === '' ? undefined : q })}
          />
          {mayWrite && (
            <Button kind="main" icon="plus" hint="n" onClick={create}>
              New rule
            </Button>
          )}
        </>
      }
    >
      <RuleTabs />
      <div className="rules-filters">
        <Filters search={search} set={set} />
        {search.technique !== undefined && (
          <Button kind="quiet" icon="close" onClick={() => set({ technique: undefined })}>
            Technique {search.technique}
          </Button>
        )}
        <span className="rules-count number">{!list.isLoading && `${count(rows.length)}${list.hasMore ? '+' : ''}`}</span>
      </div>
      {refusals.length > 0 && <Refusals refusals={refusals} />}
      <div className="rules-body">
        {list.isLoading &&
          (list.problem === undefined ? <Waiting rows={12} label="Loading the rules" /> : <Failed problem={list.problem} onRetry={list.reload} />)}
        {!list.isLoading && rows.length === 0 && (
          <Empty
            icon={isNarrowed ? 'search' : 'rules'}
            title={isNarrowed ? 'No rule fits the filters' : 'No rule runs yet'}
            action={
              isNarrowed ? (
                <Button kind="main" onClick={() => void navigate({ to: '/rules', search: {} })}>
                  Clear the filters
                </Button>
              ) : mayWrite ? (
                <Button kind="main" icon="plus" onClick={create}>
                  Write the first
                </Button>
              ) : undefined
            }
          >
            {isNarrowed ? (
              'Fewer filters, or another state, may show more.'
            ) : (
              <p>
                Rules are Sigma documents. Those of <code>detections/</code> and of <code>GOSHAWK_RULES_DIRS</code> show here once they are read; your own are
                written here or sent to <code>/v2/threat-detection/rules</code>.
              </p>
            )}
          </Empty>
        )}
        {rows.length > 0 && (
          <RulesList
            rows={rows}
            cursor={cursor}
            isCompact={isNarrow}
            onOpen={(rule) => open(rule.id)}
            onNearEnd={list.loadMore}
            end={list.hasMore ? 'Loading more' : `${count(rows.length)} ${rows.length === 1 ? 'rule' : 'rules'}, by title`}
          />
        )}
      </div>
      <p className="hidden-text">
        <Link to="/rules/coverage">ATT&amp;CK coverage of these rules</Link>
      </p>
    </Page>
  );
}

function Filters({
  search,
  set,
}: {
  readonly search: RulesSearch;
  readonly set: (change: { readonly [K in keyof RulesSearch]: RulesSearch[K] | undefined }) => void;
}) {
  return (
    <>
      <Choice<RuleState | 'running'>
        label="State"
        value={search.state ?? 'running'}
        options={[{ value: 'running', label: 'All that run' }, ...STATES.map((state) => ({ value: state, label: stateWord(state) }))]}
        onChange={(state) => set({ state: state === 'running' ? undefined : state })}
      />
      <Choice
        label="Level"
        value={search.min ?? 'informational'}
        options={[
          { value: 'informational', label: 'Any level' },
          ...(['low', 'medium', 'high', 'critical'] as const).map((min) => ({
            value: min,
            label: (
              <span className="rules-min">
                <SeverityMark severity={min} />
                {min === 'critical' ? ' only' : ' and up'}
              </span>
            ),
          })),
        ]}
        onChange={(min) => isSeverity(min) && set({ min: min === 'informational' ? undefined : min })}
      />
      <Choice<RuleKind | 'any'>
        label="Kind"
        value={search.kind ?? 'any'}
        options={[
          { value: 'any', label: 'Any kind' },
          { value: 'rule', label: 'Single events' },
          { value: 'correlation', label: 'Correlations' },
          { value: 'filter', label: 'Filters' },
        ]}
        onChange={(kind) => set({ kind: kind === 'any' ? undefined : kind })}
      />
      <Choice<RuleOrigin | 'any'>
        label="From"
        value={search.origin ?? 'any'}
        options={[
          { value: 'any', label: 'From anywhere' },
          { value: 'api', label: 'Written here' },
          { value: 'file', label: 'From files' },
        ]}
        onChange={(origin) => set({ origin: origin === 'any' ? undefined : origin })}
      />
      <Choice<'any' | '1'>
        label="Findings"
        value={search.hits ?? 'any'}
        options={[
          { value: 'any', label: 'With or without findings' },
          { value: '1', label: 'Findings in 24 h' },
        ]}
        onChange={(hits) => set({ hits: hits === '1' ? hits : undefined })}
      />
    </>
  );
}
