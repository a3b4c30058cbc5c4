// What is said in place of the queue.
import type { ReactNode } from 'react';
import { Button } from '../kit/button.tsx';
import { Empty, Failed, Waiting } from '../kit/states.tsx';
import type { AlertsSearch } from './address.ts';
import type { Queue } from './use-queue.ts';

export function QueueBody({
  queue,
  search,
  onClear,
  onAll,
  children,
}: {
  readonly queue: Queue;
  readonly search: AlertsSearch;
  readonly onClear: () => void;
  readonly onAll: () => void;
  readonly children: ReactNode;
}) {
  if (queue.isLoading && queue.problem !== undefined)
    return <Failed problem={queue.problem} onRetry={queue.reload} stillWorks="The pipeline page still says how each part is." />;
  if (queue.isLoading) return <Waiting rows={12} label="Loading alerts" />;
  if (queue.rows.length > 0 || queue.waiting > 0) return children;
  const isNarrowed = search.q !== undefined || search.min !== undefined || search.from !== undefined;
  if (isNarrowed)
    return (
      <Empty
        icon="alerts"
        title="No alert matches"
        action={
          <Button kind="main" onClick={onClear}>
            Clear the filters
          </Button>
        }
      >
        Nothing in this range fits the filters. A wider range or a lower severity may.
      </Empty>
    );
  return (
    <Empty
      icon="check"
      title="Nothing needs you"
      action={
        search.view === 'all' ? undefined : (
          <Button kind="main" onClick={onAll}>
            Show closed alerts too
          </Button>
        )
      }
    >
      <p>
        An alert appears here seconds after a rule meets an event. Recorded attacks play by themselves after <code>npm start</code>; your own sensors write to{' '}
        <code>raw.&lt;organization&gt;.&lt;source&gt;</code>.
      </p>
    </Empty>
  );
}
