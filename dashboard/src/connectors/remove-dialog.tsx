// Removing asks for the name: what is owed is owed no more, and nothing brings it back.
import { useState } from 'react';
import { telling, useChange } from '../administration/use-change.ts';
import { RemoveConnectorDocument, type ConnectorStateFragment } from '../gql/graphql.ts';
import { AskDialog } from '../kit/ask-dialog.tsx';
import { exactCount } from '../kit/numbers.ts';
import { report } from '../kit/undo.tsx';

interface RemoveProps {
  readonly connector: ConnectorStateFragment;
  readonly onDone: () => void;
  readonly onCancel: () => void;
}

export function RemoveDialog({ connector: { name, type, delivery }, onDone, onCancel }: RemoveProps) {
  const [typed, setTyped] = useState('');
  const { isBusy, problem, run } = useChange();
  const remove = () => {
    if (typed !== name) return;
    run(() =>
      telling(RemoveConnectorDocument, { name }, 'The removal', () => {
        report({ text: `${name} is removed` });
        onDone();
      }),
    );
  };
  const left = Math.max(delivery.owed, delivery.lag ?? 0);
  return (
    <AskDialog isOpen title={`Remove ${name}`} action={`Remove ${name}`} isBusy={isBusy || typed !== name} problem={problem} onDo={remove} onCancel={onCancel}>
      {type === 'SINK' ? (
        <p>
          This cannot be undone. What it owes is owed no more{left > 0 ? `: ${exactCount(left)} records of its topics are not settled` : ''}. What was delivered
          stays, and what was rejected stays in the dead-letter topic.
        </p>
      ) : (
        <p>This cannot be undone. What it has fetched stays.</p>
      )}
      <p>A connector that is made under this name later goes on where this one was, unless it says where to start.</p>
      <label className="field">
        <span>
          Type <code>{name}</code> to remove it
        </span>
        <input className="input mono" autoFocus value={typed} spellCheck={false} autoComplete="off" onChange={({ target }) => setTyped(target.value)} />
      </label>
    </AskDialog>
  );
}
