// How a connector does, in one word: the worst of what it, its tasks and its far side say.
import type { ConnectorStateFragment } from '../gql/graphql.ts';
import { plural } from '../kit/numbers.ts';
import type { Health } from '../kit/severity.tsx';
import { toMs } from '../kit/time.ts';

export interface Condition {
  readonly health: Health;
  readonly word: string;
  /** What it means for who reads it; null where the word says all. */
  readonly about: string | null;
}

/**
 * A connector is RUNNING while its tasks have failed or its far side takes nothing: that is what a person has to see.
 */
export function conditionOf({ type, state, tasks, delivery }: Pick<ConnectorStateFragment, 'type' | 'state' | 'tasks' | 'delivery'>): Condition {
  const failed = tasks.filter((task) => task.state === 'FAILED').length;
  if (state === 'FAILED') return { health: 'bad', word: 'Failed', about: 'Only a person can mend it: its trace says what is wrong.' };
  if (state === 'PAUSED') return { health: 'off', word: 'Paused', about: 'Nothing is read or sent; what is owed stays owed.' };
  if (state === 'STOPPED') return { health: 'off', word: 'Stopped', about: 'It has no tasks; what is owed stays owed.' };
  if (failed > 0) {
    const word = failed === tasks.length ? 'Failed' : `${failed} of ${plural(tasks.length, 'task')} failed`;
    return { health: 'bad', word, about: 'Only a person can mend it: the trace of the task says what is wrong.' };
  }
  if (state === 'RESTARTING' || tasks.some((task) => task.state === 'RESTARTING')) return { health: 'waiting', word: 'Restarting', about: null };
  if (state === 'UNASSIGNED' || tasks.length === 0 || tasks.some((task) => task.state === 'UNASSIGNED'))
    return { health: 'waiting', word: 'Waiting for a worker', about: 'No worker runs all of it yet.' };
  if (type === 'SINK' && delivery.owed > 0 && isErrorOfNow(delivery))
    return { health: 'waiting', word: 'Held up', about: 'The far side takes nothing at the moment; it is tried until it does.' };
  return { health: 'good', word: 'Running', about: null };
}

/** Why it, or the first of its tasks that has, failed: the first line of the trace. Null while nothing has. */
export function failureOf({ state, trace, tasks }: Pick<ConnectorStateFragment, 'state' | 'trace' | 'tasks'>): string | null {
  const failed = [{ state, trace }, ...tasks].find((each) => each.state === 'FAILED' && each.trace !== null);
  return failed?.trace?.split('\n')[0] ?? null;
}

/** Whether nothing has gone right since the last error. False without one. */
export function isErrorOfNow({ lastErrorAt, lastProgressAt }: Pick<ConnectorStateFragment['delivery'], 'lastErrorAt' | 'lastProgressAt'>): boolean {
  if (lastErrorAt === null) return false;
  return lastProgressAt === null || toMs(lastProgressAt) < toMs(lastErrorAt);
}

const DEAD_LETTERS = 'connect.dead-letters.v1';
/** What becomes of a record that the far side refuses. */
export type Refused = { readonly kind: 'topic'; readonly topic: string } | { readonly kind: 'left-out' } | { readonly kind: 'stops' };

export function refusedOf(config: ConnectorStateFragment['config']): Refused {
  const given = new Map(config.map(({ name, value }) => [name, value.trim()]));
  if (given.get('errors.tolerance') === 'none') return { kind: 'stops' };
  const topic = given.get('errors.deadletterqueue.topic.name') ?? DEAD_LETTERS;
  return topic === '' ? { kind: 'left-out' } : { kind: 'topic', topic };
}
