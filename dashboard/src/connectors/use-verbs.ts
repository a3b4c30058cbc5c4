// Pausing, resuming, stopping and restarting: done at once, with the way back where there is one.
import { useState } from 'react';
import { tell } from '../data/fresh.ts';
import {
  PauseConnectorDocument,
  RestartConnectorDocument,
  ResumeConnectorDocument,
  StopConnectorDocument,
  type ConnectorState,
  type ConnectorStateFragment,
} from '../gql/graphql.ts';
import { report } from '../kit/undo.tsx';

export type Verb = 'pause' | 'resume' | 'stop' | 'restart';

const ASK = {
  pause: (name: string) => tell(PauseConnectorDocument, { name }, 'The pause'),
  resume: (name: string) => tell(ResumeConnectorDocument, { name }, 'Going on'),
  stop: (name: string) => tell(StopConnectorDocument, { name }, 'The stop'),
  restart: (name: string) => tell(RestartConnectorDocument, { name }, 'The restart'),
} as const;
const DONE: Readonly<Record<Verb, string>> = { pause: 'is paused', resume: 'goes on', stop: 'is stopped', restart: 'begins anew' };

/** What there is to do in a state, in the order of the buttons. */
export function verbsOf(state: ConnectorState): readonly Verb[] {
  if (state === 'PAUSED') return ['resume', 'restart', 'stop'];
  if (state === 'STOPPED') return ['resume'];
  return ['pause', 'restart', 'stop'];
}

/** Null: it cannot be taken back, and nothing is lost by it. */
function backOf(verb: Verb, before: ConnectorState): Verb | null {
  if (verb === 'restart') return null;
  if (before === 'PAUSED') return 'pause';
  return before === 'STOPPED' ? 'stop' : 'resume';
}

/** @param onChanged Called when it was done, or refused, or taken back: what is shown is old then. */
export function useVerbs(onChanged: () => void): {
  readonly isBusy: (name: string) => boolean;
  readonly act: (connector: Pick<ConnectorStateFragment, 'name' | 'state'>, verb: Verb) => void;
} {
  const [busy, setBusy] = useState<string>();
  const ask = async (name: string, verb: Verb): Promise<boolean> => {
    const result = await ASK[verb](name);
    if ('problem' in result) report({ text: `${name}: ${result.problem.advice}`, isFailure: true });
    onChanged();
    return !('problem' in result);
  };
  const act = async ({ name, state }: Pick<ConnectorStateFragment, 'name' | 'state'>, verb: Verb) => {
    setBusy(name);
    const isDone = await ask(name, verb);
    setBusy(undefined);
    const back = backOf(verb, state);
    if (isDone) report({ text: `${name} ${DONE[verb]}`, ...(back !== null && { undo: () => void ask(name, back) }) });
  };
  return { isBusy: (name) => busy === name, act: (connector, verb) => void act(connector, verb) };
}
