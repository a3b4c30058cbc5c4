import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { useCallback, useMemo, useRef, useState } from 'react';
import { ask } from '../data/fresh.ts';
import { SearchCompletionDocument } from '../gql/graphql.ts';
import { Button } from '../kit/button.tsx';
import { ExportMenu } from '../kit/export-menu.tsx';
import { Icon } from '../kit/icon.tsx';
import { useKeys } from '../kit/keys.ts';
import { NARROW, useMedia, WIDE } from '../kit/media.ts';
import { count, plural } from '../kit/numbers.ts';
import { Page } from '../kit/panel.tsx';
import { toIso } from '../kit/range.ts';
import { RangePicker } from '../kit/range-picker.tsx';
import { noteSearch, recentSearches } from '../kit/recent-searches.ts';
import { SearchBox } from '../kit/search-box.tsx';
import { Stale } from '../kit/states.tsx';
import { useTitle } from '../kit/title.ts';
import type { Offer } from '../kit/use-offers.ts';
import { ValueContext, type ValueActions } from '../kit/value.tsx';
import { columnsOf, exportFilterOf, rangeOf, withColumn, type EventsSearch } from './address.ts';
import { Body, TailBody } from './body.tsx';
import { EventDetail } from './detail.tsx';
import { Explain } from './explain.tsx';
import { Facets } from './facets.tsx';
import { Histogram } from './histogram.tsx';
import { HuntFor } from './hunt-for.tsx';
import { EventList } from './list.tsx';
import { SavedSearches } from './saved-searches.tsx';
import { TailBar } from './tail-bar.tsx';
import { NEWER_LIMIT, useResults } from './use-results.ts';
import { useTail } from './use-tail.ts';
import { withTerm } from './with-term.ts';
import './page.css';

const FACETS = '(min-width: 1280px)';

/** None where the API does not answer: the text can be written without. */
async function complete(search: string, caret: number): Promise<readonly Offer[]> {
  const result = await ask(SearchCompletionDocument, { search, caret }, 'Completions');
  return 'data' in result ? result.data.searchCompletion : [];
}

/** What a saved search does not say stays as the reader has it. */
const opened = (saved: EventsSearch, { from, to }: EventsSearch): EventsSearch =>
  saved.from !== undefined || from === undefined || to === undefined ? saved : { ...saved, from, to };

export function EventsPage() {
  const search = useSearch({ from: '/inside/events' });
  const { eventId } = useParams({ strict: false });
  const navigate = useNavigate();
  const isNarrow = useMedia(NARROW);
  const isWide = useMedia(WIDE);
  const hasFacets = useMedia(FACETS);
  const isAtTop = useRef(true);
  const isHovered = useRef(false);
  const scroller = useRef<HTMLDivElement>(null);
  const [isPaused, setPaused] = useState(false);
  const isLive = search.live === '1';
  const columns = columnsOf(search);
  const results = useResults(search, !isLive);
  const tail = useTail(isLive ? (search.q ?? '') : null, columns.length > 0, () => isPaused || !isAtTop.current || isHovered.current);
  const [cursorId, setCursorId] = useState<string>();
  useTitle(isLive ? 'Live events' : search.q === undefined ? 'Events' : search.q);

  const set = useCallback(
    (change: Partial<Record<keyof EventsSearch, string>>) =>
      void navigate({
        to: eventId === undefined ? '/events' : '/events/$eventId',
        params: { eventId: eventId ?? '' },
        search: (now) => ({ ...now, ...change }) as EventsSearch,
      }),
    [navigate, eventId],
  );
  const open = (id: string) => void navigate({ to: '/events/$eventId', params: { eventId: id }, search: (now) => now, replace: eventId !== undefined });
  const back = () => void navigate({ to: '/events', search: (now) => now });
  const toggleLive = () => {
    setPaused(false);
    set({ live: isLive ? '' : '1' });
  };
  const toTop = () => {
    scroller.current?.scrollTo({ top: 0 });
    isAtTop.current = true;
  };

  const actions = useMemo<ValueActions>(
    () => ({
      filter: (field, value, isNegated) => set({ q: withTerm(search.q ?? '', field, value, isNegated) }),
      columns: { has: (field) => columnsOf(search).includes(field), toggle: (field) => set({ columns: withColumn(search, field) }) },
    }),
    [set, search.q, search.columns],
  );
  const rows = isLive ? tail.rows : results.rows;
  const cursor = rows.findIndex(({ id }) => id === (cursorId ?? eventId));
  const move = (by: number) => {
    const row = rows[Math.min(rows.length - 1, Math.max(0, cursor + by))];
    if (row === undefined) return;
    setCursorId(row.id);
    if (eventId !== undefined) open(row.id);
  };
  useKeys([
    { keys: 'j', label: 'Next', group: 'Lists', run: () => move(1) },
    { keys: 'k', label: 'Previous', group: 'Lists', run: () => move(-1) },
    { keys: 'Enter', label: 'Open', group: 'Lists', run: () => rows[cursor] !== undefined && open(rows[cursor].id) },
    { keys: 'Escape', label: 'Back to the list', group: 'Lists', run: () => eventId !== undefined && back() },
    { keys: 'l', label: isLive ? 'Leave the live tail' : 'Live tail', group: 'Events', run: toggleLive },
    ...(isLive ? [{ keys: 'p', label: isPaused ? 'Go on' : 'Pause', group: 'Events' as const, run: () => setPaused(!isPaused) }] : []),
    ...(isLive ? [] : [{ keys: 'r', label: 'Load the newest', group: 'Events' as const, run: () => results.reload() }]),
  ]);

  const problem = isLive ? tail.live.problem : results.problem;
  const fault = problem?.code === 'INVALID_SEARCH' ? { message: problem.advice, ...(problem.position ?? { at: 0, length: 0 }) } : null;
  const onSearch = (q: string) => {
    noteSearch(q);
    if (q === (search.q ?? '')) results.reload();
    else set({ q });
  };

  const isSplit = eventId !== undefined && isWide;
  const list = (
    <EventList
      rows={rows}
      openId={eventId}
      cursor={cursor}
      onOpen={(event) => {
        setCursorId(event.id);
        open(event.id);
      }}
      shape={isNarrow ? 'card' : isSplit ? 'short' : 'full'}
      fields={columns}
      onField={(field) => set({ columns: withColumn(search, field) })}
      onTop={(isTop) => {
        isAtTop.current = isTop;
      }}
      scroller={scroller}
      isHovered={isHovered}
      end={
        <p className="rows-end">
          {isLive
            ? `The newest ${count(rows.length)} are kept here`
            : results.hasMore
              ? 'Loading more'
              : `${plural(rows.length, 'event')}, no more in this range`}
        </p>
      }
      {...(isLive ? {} : { onNearEnd: results.loadMore })}
    />
  );

  return (
    <ValueContext value={actions}>
      <Page
        title="Events"
        className={`events ${eventId !== undefined ? 'events-opened' : ''}`}
        tools={
          <>
            <Button kind={isLive ? 'main' : 'plain'} hint="l" aria-pressed={isLive} icon={isLive ? 'pause' : 'play'} onClick={toggleLive}>
              {isLive ? 'Stop' : 'Live'}
            </Button>
            {!isLive && <SavedSearches search={search} onOpen={(saved) => void navigate({ to: '/events', search: (now) => opened(saved, now) })} />}
            {!isLive && <HuntFor search={search} />}
            {!isLive && <ExportMenu question={() => ({ kind: 'events', filter: exportFilterOf(search) })} />}
            {!isLive && <RangePicker range={rangeOf(search)} onChange={(range) => set({ ...range })} />}
          </>
        }
      >
        <div className="events-search">
          <SearchBox
            label="Search events"
            placeholder='Words, "phrases", field:value, -not, a or b'
            value={search.q ?? ''}
            fault={fault}
            onSearch={onSearch}
            complete={complete}
            recent={recentSearches()}
            {...(isLive ? {} : { tools: (text: string) => <Explain text={text} search={search} /> })}
          />
        </div>
        <div className="events-body">
          {hasFacets && !isLive && <Facets search={search} />}
          {(eventId === undefined || isWide) && (
            <div className="events-list">
              {isLive ? (
                <TailBar tail={tail} isPaused={isPaused} onPause={() => setPaused(!isPaused)} />
              ) : (
                <Histogram search={search} onRange={(span) => set({ from: toIso(span.from), to: toIso(span.to) })} />
              )}
              <div className="events-rows">
                {isLive && tail.held > 0 && (
                  <button
                    type="button"
                    className="rows-new"
                    onClick={() => {
                      toTop();
                      tail.letIn();
                    }}
                  >
                    <Icon name="up" size={14} />
                    {count(tail.held)} new
                  </button>
                )}
                {!isLive && !results.isLoading && results.newer > 0 && rows.length > 0 && (
                  <button
                    type="button"
                    className="rows-new"
                    onClick={() => {
                      toTop();
                      results.reload();
                    }}
                  >
                    <Icon name="up" size={14} />
                    {results.newer >= NEWER_LIMIT ? `${NEWER_LIMIT}+` : results.newer} new
                  </button>
                )}
                {isLive ? (
                  <TailBody tail={tail} fault={fault !== null}>
                    {list}
                  </TailBody>
                ) : (
                  <Body
                    results={results}
                    search={search}
                    fault={fault !== null}
                    onWiden={() => set({ from: 'now-24h', to: 'now' })}
                    onClear={() => set({ q: '' })}
                    onLive={toggleLive}
                  >
                    {list}
                  </Body>
                )}
              </div>
              {!isLive && results.problem !== undefined && !results.isLoading && (
                <div className="events-stale">
                  <Stale problem={results.problem} at={results.at} />
                </div>
              )}
            </div>
          )}
          {eventId !== undefined && (
            <div className="events-detail">
              <EventDetail id={eventId} isSplit={isSplit} onBack={back} />
            </div>
          )}
        </div>
      </Page>
    </ValueContext>
  );
}
