// All hunts through stored events: what runs, how far it is, what was found.
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useMay } from '../administration/may.ts';
import { Button } from '../kit/button.tsx';
import { useKeys } from '../kit/keys.ts';
import { NARROW, useMedia } from '../kit/media.ts';
import { plural } from '../kit/numbers.ts';
import { Page } from '../kit/panel.tsx';
import { Empty, Failed, Stale, Waiting } from '../kit/states.tsx';
import { useTitle } from '../kit/title.ts';
import { HuntList } from './list.tsx';
import { useHunts } from './use-hunts.ts';
import './hunts.css';

export function HuntsPage() {
  const navigate = useNavigate();
  const mayHunt = useMay()('hunts:run');
  const isNarrow = useMedia(NARROW);
  const { rows, hasMore, loadMore, problem, at, reload } = useHunts();
  const [cursor, setCursor] = useState(-1);
  useTitle('Hunts');
  const open = (huntId: string) => void navigate({ to: '/hunts/hunt/$huntId', params: { huntId } });
  const make = () => void navigate({ to: '/hunts/new' });
  const last = (rows?.length ?? 0) - 1;
  useKeys([
    { keys: 'j', label: 'Next', group: 'Lists', run: () => setCursor(Math.min(last, cursor + 1)) },
    { keys: 'k', label: 'Previous', group: 'Lists', run: () => setCursor(Math.max(0, cursor - 1)) },
    { keys: 'Enter', label: 'Open', group: 'Lists', run: () => rows?.[cursor] !== undefined && open(rows[cursor].id) },
    ...(mayHunt ? [{ keys: 'n', label: 'Begin a hunt', group: 'Lists', run: make } as const] : []),
  ]);
  return (
    <Page
      title="Hunts"
      className="hunts"
      tools={
        <>
          <Stale problem={problem} at={at} />
          {mayHunt && (
            <Button kind="main" icon="plus" hint="n" onClick={make}>
              New hunt
            </Button>
          )}
        </>
      }
    >
      <div className="hunts-body">
        {rows === undefined && (problem === undefined ? <Waiting rows={8} label="Loading the hunts" /> : <Failed problem={problem} onRetry={reload} />)}
        {rows?.length === 0 && (
          <Empty
            icon="hunt"
            title="Nobody has hunted yet"
            action={
              mayHunt ? (
                <Button kind="main" icon="plus" onClick={make}>
                  Begin the first
                </Button>
              ) : undefined
            }
          >
            A hunt looks for indicators of a report, or for a search, in all events that are stored. It says before it begins what it will read, works beside
            everything else, and what it finds becomes findings.
          </Empty>
        )}
        {rows !== undefined && rows.length > 0 && (
          <HuntList
            rows={rows}
            cursor={cursor}
            isCompact={isNarrow}
            onOpen={({ id }) => open(id)}
            onNearEnd={loadMore}
            end={hasMore ? 'Loading more' : `${plural(rows.length, 'hunt')}, the newest first`}
          />
        )}
      </div>
    </Page>
  );
}
