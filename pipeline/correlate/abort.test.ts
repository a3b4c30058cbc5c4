// A transaction that is aborted leaves nothing behind: what a task keeps beside its stores is that of the commit before.
import { expect, it } from 'vitest';
import { parseRuleSet } from '../../domains/sigma/index.ts';
import { ReferenceData } from '../runtime/reference.ts';
import { Task } from '../runtime/task.ts';
import type { Sink } from '../runtime/task.ts';
import type { Match } from '../../schemas/avro/types.gen.ts';
import { config, correlate } from './index.ts';

const SECOND = 1_000_000;
const T = 1_700_000_000_000_000;
const RULES = parseRuleSet([
  {
    file: 'test.yml',
    text: [
      'title: A\nname: a\nlogsource: {product: windows}\ndetection: {s: {x: y}, condition: s}\n',
      'title: Corr\nname: corr\nstatus: stable\ncorrelation: {type: event_count, rules: [a], group-by: [User], timespan: 60s, condition: {gte: 2}}\n',
    ].join('---\n'),
  },
]);
const matchAt = (at: number): Match => ({
  organization: 'default',
  ruleId: 'a',
  ruleVersion: '1',
  correlationId: 'corr',
  groupFields: ['User'],
  groupValues: ['bob'],
  values: [],
  event: { id: `e${at}`, time: T + at * SECOND, dataset: 'windows.sysmon', topic: 'raw.default.windows', partition: 0, offset: at },
  entities: [],
  isRetracted: false,
  ruleSet: 0,
  suppressedBy: null,
});
const sink: Sink = {
  mark: () => 0,
  rollback: () => {},
  output: () => {},
  passed: () => {},
  dropped: () => {},
  rejected: (_record, error) => {
    throw error;
  },
  emitted: () => {},
};

/** 30 s of lateness and 60 s of timespan: a group is looked at 180 s behind its first match, to see whether it may be forgotten. */
const STEPS = [0, 100, 195, 200, 230];
function stepTo(task: Task, at: number): void {
  task.handle(
    { key: null, value: matchAt(at), headers: new Map(), position: { topic: 'matches.v1', partition: 0, offset: at }, appendedAt: T + at * SECOND },
    sink,
  );
  task.watermarks.update({ 'windows.sysmon': T + (at + 1) * SECOND });
  task.fireTimers(sink);
}

it.each([1, 2, 3, 4])('has the same state when what follows commit %i is done twice', (committed) => {
  const open = () => new Task({ stage: correlate(config.parse({}), RULES) as never, reference: new ReferenceData(), upstream: ['detect'] });
  const commit = (task: Task) => {
    task.seal();
    task.settle();
  };
  const once = open();
  for (const at of STEPS) stepTo(once, at);
  const twice = open();
  for (const at of STEPS.slice(0, committed)) stepTo(twice, at);
  twice.keepWatermark();
  commit(twice);
  for (const at of STEPS.slice(committed)) stepTo(twice, at);
  twice.abort();
  for (const at of STEPS.slice(committed)) stepTo(twice, at);
  const stateOf = ({ groups, matches, totals }: ReturnType<Task['entries']>) => JSON.stringify({ groups, matches, totals });
  expect(once.entries()['matches']).not.toEqual([]);
  expect(stateOf(twice.entries())).toBe(stateOf(once.entries()));
});
