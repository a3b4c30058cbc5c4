import fc from 'fast-check';
import { expect, it } from 'vitest';
import { changed, isSameWork, MAX_LABELS, MOVES, STATUSES, VERDICTS } from './index.ts';
import type { AlertWork, Misfit, WorkChange } from './index.ts';

const work = (fields: Partial<AlertWork> = {}): AlertWork => ({ status: 'open', verdict: null, verdictReason: null, assignee: null, labels: [], ...fields });
const closed = work({ status: 'closed', verdict: 'benign', verdictReason: 'a scan', assignee: 'ada' });

it.each<[name: string, before: AlertWork, change: WorkChange, after: Partial<AlertWork> | Misfit]>([
  ['takes up an open alert', work(), { status: 'acknowledged', assignee: 'ada' }, { status: 'acknowledged', assignee: 'ada' }],
  ['gives it back', work({ status: 'acknowledged', assignee: 'ada' }), { status: 'open', assignee: '' }, { status: 'open', assignee: null }],
  [
    'closes with a verdict and why',
    work(),
    { status: 'closed', verdict: 'benign', verdictReason: 'a scan' },
    { status: 'closed', verdict: 'benign', verdictReason: 'a scan' },
  ],
  ['closes without a verdict', work(), { status: 'closed' }, { status: 'closed', verdict: null }],
  ['takes a status that it has for no move', closed, { status: 'closed', assignee: 'bob' }, { assignee: 'bob', verdict: 'benign' }],
  ['does not take up a closed alert', closed, { status: 'acknowledged' }, 'NO_SUCH_MOVE'],
  [
    'takes verdict and reason from an alert that is opened again',
    closed,
    { status: 'open' },
    { status: 'open', verdict: null, verdictReason: null, assignee: 'ada' },
  ],
  [
    'but not one that is given with it',
    closed,
    { status: 'open', verdict: 'true_positive' },
    { status: 'open', verdict: 'true_positive', verdictReason: null },
  ],
  ['takes the reason of the verdict before', closed, { verdict: 'true_positive' }, { verdict: 'true_positive', verdictReason: null }],
  ['keeps the reason of the same verdict', closed, { verdict: 'benign' }, { verdictReason: 'a scan' }],
  ['takes a reason away', closed, { verdictReason: '' }, { verdict: 'benign', verdictReason: null }],
  ['wants a verdict for a reason', work(), { verdictReason: 'because' }, 'REASON_WITHOUT_VERDICT'],
  ['adds and removes labels, sorted and once', work({ labels: ['b', 'c'] }), { addLabels: ['a', 'c'], removeLabels: ['b'] }, { labels: ['a', 'c'] }],
  ['adds what it removes', work({ labels: ['a'] }), { addLabels: ['a'], removeLabels: ['a'] }, { labels: ['a'] }],
  ['has no more labels than it may', work(), { addLabels: Array.from({ length: MAX_LABELS + 1 }, (_, n) => `l${n}`) }, 'TOO_MANY_LABELS'],
])('%s', (_name, before, change, after) => {
  expect(changed(before, change)).toEqual(typeof after === 'string' ? after : { ...before, ...after });
});

const anyWork = fc.record<AlertWork>({
  status: fc.constantFrom(...STATUSES),
  verdict: fc.option(fc.constantFrom(...VERDICTS)),
  verdictReason: fc.constant(null),
  assignee: fc.option(fc.constantFrom('ada', 'bob')),
  labels: fc.uniqueArray(fc.constantFrom('a', 'b', 'c')).map((labels) => labels.sort()),
});
const anyChange = fc.record(
  {
    status: fc.constantFrom(...STATUSES),
    verdict: fc.constantFrom(...VERDICTS),
    verdictReason: fc.constantFrom('', 'why'),
    assignee: fc.constantFrom('', 'ada', 'bob'),
    addLabels: fc.array(fc.constantFrom('a', 'b', 'd')),
    removeLabels: fc.array(fc.constantFrom('a', 'c')),
  },
  { requiredKeys: [] },
);

it('done twice is done once, and no move leaves the table', () => {
  fc.assert(
    fc.property(anyWork, anyChange, (before, change) => {
      const after = changed(before, change);
      if (typeof after === 'string') return;
      expect(after.status === before.status || MOVES[before.status].includes(after.status)).toBe(true);
      const again = changed(after, change);
      expect(typeof again !== 'string' && isSameWork(again, after)).toBe(true);
    }),
  );
});
