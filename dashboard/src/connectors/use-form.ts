// What the API says of a configuration while it is written: asked when the writer pauses.
import { useEffect, useState } from 'react';
import { ask } from '../data/fresh.ts';
import type { Problem } from '../data/problem.ts';
import { ConnectorFormDocument, type ConnectorFormQuery } from '../gql/graphql.ts';
import { usePaused } from '../rules/use-problems.ts';
import { settingsOf, type Draft } from './draft.ts';

const PAUSE_MS = 500;

export interface Form {
  /** Of the last text that was looked at; undefined before the first. */
  readonly form: ConnectorFormQuery['connectorForm'] | undefined;
  /** True while what is shown is of an earlier text, or of none. */
  readonly isLooking: boolean;
  /** Why nobody could say. */
  readonly failure: Problem | undefined;
  readonly again: () => void;
}

/** An answer may take long: once all else is well, the far side is asked. */
export function useForm(plugin: string, name: string, draft: Draft): Form {
  const text = JSON.stringify(settingsOf(draft, plugin, name));
  const paused = usePaused(text, PAUSE_MS);
  const [round, setRound] = useState(0);
  const [judged, setJudged] = useState<{ readonly text: string | null; readonly form: Form['form']; readonly failure: Problem | undefined }>({
    text: null,
    form: undefined,
    failure: undefined,
  });
  useEffect(() => {
    let isOver = false;
    const config = JSON.parse(paused) as ReturnType<typeof settingsOf>;
    void ask(ConnectorFormDocument, { plugin, config }, 'The options').then((result) => {
      if (isOver) return;
      setJudged((before) =>
        'data' in result ? { text: paused, form: result.data.connectorForm, failure: undefined } : { text: paused, form: before.form, failure: result.problem },
      );
    });
    return () => {
      isOver = true;
    };
  }, [plugin, paused, round]);
  return { form: judged.form, isLooking: judged.text !== text, failure: judged.failure, again: () => setRound((n) => n + 1) };
}
