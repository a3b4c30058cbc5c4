import { describe, expect, it } from 'vitest';
import { connectorStatusRecord, StatusState, taskStatusRecord, workerRecord } from './status-state.ts';
import type { StatusRecord, TaskStatus } from './status-state.ts';

const MINUTE = 60_000;
const task = (worker: string, generation: number, state: TaskStatus['state'] = 'RUNNING') =>
  taskStatusRecord('a', 0, { state, worker_id: worker, generation, version: '1', trace: null, progress: null });
const worker = (id: string, generation: number, slots: readonly number[]) => workerRecord(id, { worker_id: id, generation, slots });

type Told = StatusRecord | { readonly record: StatusRecord; readonly atMs: number };
function fold(...records: readonly Told[]): StatusState {
  const state = new StatusState();
  for (const [offset, each] of records.entries()) {
    const { record, atMs } = 'record' in each ? each : { record: each, atMs: offset };
    expect(state.take({ ...record, offset, timestampMs: atMs })).toBe(true);
  }
  return state;
}

describe('what is told of a task', () => {
  it.each<[name: string, records: readonly Told[], worker: string | undefined]>([
    ['is the last', [task('one', 1), task('two', 2)], 'two'],
    ['is the last of its generation', [task('one', 2), task('two', 2)], 'two'],
    ['is not what a worker says that has lost its place', [task('two', 2), task('one', 1)], 'two'],
    ['is what is said after the group had to begin again', [task('two', 7), { record: task('one', 1), atMs: 11 * MINUTE }], 'one'],
    ['is nothing when it was taken back', [task('one', 1), taskStatusRecord('a', 0, null)], undefined],
  ])('%s', (_name, records, expected) => {
    expect(fold(...records).task('a', 0, 0)?.worker_id).toBe(expected);
  });

  it('is nothing when it was told of an earlier connector of that name', () => {
    expect(fold(task('one', 1)).task('a', 0, 1)).toBeNull();
  });
});

describe('who has a slot', () => {
  it('is the worker of the newest generation that has it', () => {
    const state = fold(worker('one', 1, [0, 1]), worker('one', 2, [0]), worker('two', 2, [1]));
    expect([state.ownerOf(0), state.ownerOf(1), state.ownerOf(2)]).toEqual(['one', 'two', null]);
  });

  it('is nobody whose record is of a generation before, nor who left', () => {
    const state = fold(worker('one', 1, [0]), worker('two', 2, [1]), worker('two', 3, []), workerRecord('two', null));
    expect([state.ownerOf(0), state.ownerOf(1)]).toEqual([null, null]);
  });

  it('is nobody who says so late', () => {
    expect(fold(worker('two', 2, [0]), worker('one', 1, [0])).ownerOf(0)).toBe('two');
  });
});

describe('records', () => {
  it('that cannot be read are passed over', () => {
    const state = new StatusState();
    for (const [key, value] of [
      ['status-task-a-0', '{'],
      ['status-task-a', '{}'],
      ['other', '{}'],
    ] as const)
      // prettier-ignore
      expect(state.take({ key: Buffer.from(key), value: Buffer.from(value), offset: 0, timestampMs: 0 })).toBe(false);
  });

  it('of what is not there any more are named, also where names hold dashes', () => {
    const state = fold(
      connectorStatusRecord('a-1', { state: 'RUNNING', worker_id: 'one', generation: 1, version: '1', trace: null, risk: null }),
      taskStatusRecord('a-1', 0, { state: 'RUNNING', worker_id: 'one', generation: 1, version: '1', trace: null, progress: null }),
      task('one', 1),
    );
    const gone = state.orphans((name) => name === 'a').map(({ key }) => key.toString());
    expect(gone).toEqual(['status-connector-a-1', 'status-task-a-1-0']);
  });

  it('of workers that died are named after an hour', () => {
    const early = [worker('one', 1, [0]), worker('two', 2, [0])];
    const keys = (state: StatusState) => state.orphans(() => true).map(({ key }) => key.toString());
    expect(keys(fold(...early, { record: task('two', 2), atMs: 59 * MINUTE }))).toEqual([]);
    expect(keys(fold(...early, { record: task('two', 2), atMs: 61 * MINUTE }))).toEqual(['worker-one']);
  });
});
