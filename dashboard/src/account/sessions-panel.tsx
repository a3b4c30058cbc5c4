// Where one is signed in, and ending that.
import { useState } from 'react';
import { AskDialog } from '../kit/ask-dialog.tsx';
import { Button } from '../kit/button.tsx';
import { Ago, Moment } from '../kit/moment.tsx';
import { plural } from '../kit/numbers.ts';
import { Panel } from '../kit/panel.tsx';
import { Failed, Waiting } from '../kit/states.tsx';
import { Table } from '../kit/table.tsx';
import { report } from '../kit/undo.tsx';
import { callSignedIn } from '../session/tokens.ts';
import { deviceOf } from './device.ts';
import { useOwn, type OwnSession } from './own.ts';
import { useProof } from './proof.tsx';

const METHODS: Readonly<Record<string, string>> = {
  password: 'password',
  totp: 'application',
  passkey: 'passkey',
  recovery: 'recovery code',
  provider: 'identity provider',
};

export function SessionsPanel() {
  const { data, problem, reload } = useOwn('/auth/sessions', 'Your sessions');
  const [ending, setEnding] = useState<OwnSession | 'others'>();
  const sessions = data?.sessions ?? [];
  const others = sessions.filter(({ isThisOne }) => !isThisOne).length;
  return (
    <Panel
      title="Where you are signed in"
      note={data === undefined ? undefined : plural(sessions.length, 'session')}
      isFlush
      actions={
        others > 0 && (
          <Button kind="quiet" onClick={() => setEnding('others')}>
            End all others
          </Button>
        )
      }
    >
      {data === undefined && (problem === undefined ? <Waiting rows={3} label="Loading your sessions" /> : <Failed problem={problem} onRetry={reload} />)}
      {sessions.length > 0 && (
        <Table label="Sessions" columns={['Device', 'Address', 'Last used', 'Signed in', 'By', 'End']}>
          {sessions.map((session) => (
            <tr key={session.id}>
              <th scope="row" className="account-agent" title={session.agent ?? ''}>
                {deviceOf(session.agent)}
              </th>
              <td>{session.address === null ? <span className="faint">not known</span> : <code>{session.address}</code>}</td>
              <td>
                <Ago at={session.usedAt} suffix=" ago" />
              </td>
              <td>
                <Moment at={session.createdAt} isLong />
              </td>
              <td>{session.methods.map((method) => METHODS[method] ?? method).join(', ')}</td>
              <td>
                {session.isThisOne ? (
                  <span className="faint">this one</span>
                ) : (
                  <Button kind="quiet" aria-label={`End the session of ${deviceOf(session.agent)}`} onClick={() => setEnding(session)}>
                    End
                  </Button>
                )}
              </td>
            </tr>
          ))}
        </Table>
      )}
      {ending !== undefined && (
        <End
          ending={ending}
          others={others}
          onCancel={() => setEnding(undefined)}
          onDone={() => {
            setEnding(undefined);
            reload();
          }}
        />
      )}
    </Panel>
  );
}

interface EndProps {
  readonly ending: OwnSession | 'others';
  /** How many those are. */
  readonly others: number;
  readonly onDone: () => void;
  readonly onCancel: () => void;
}

function End({ ending, others, onDone, onCancel }: EndProps) {
  const { isBusy, problem, run } = useProof();
  const what = ending === 'others' ? plural(others, 'session') : `the session of ${deviceOf(ending.agent)}`;
  const end = () =>
    run('The session could not be ended.', async () => {
      await callSignedIn('DELETE', ending === 'others' ? '/auth/sessions' : `/auth/sessions/${encodeURIComponent(ending.id)}`);
      report({ text: `Ended: ${what}` });
      onDone();
    });
  return (
    <AskDialog isOpen title={`End ${what}`} action="End" isBusy={isBusy} problem={problem} onDo={() => void end()} onCancel={onCancel}>
      <p>Whoever uses it has to sign in again, at once. When you do not know it, change your password as well.</p>
    </AskDialog>
  );
}
