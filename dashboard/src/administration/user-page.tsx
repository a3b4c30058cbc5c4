// One user: what is known, and what an administrator can do about it.
import { Link, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { useFresh } from '../data/fresh.ts';
import { ChangeUserDocument, UserDocument, type UserQuery } from '../gql/graphql.ts';
import { Button } from '../kit/button.tsx';
import { Ago, Moment } from '../kit/moment.tsx';
import { exactCount } from '../kit/numbers.ts';
import { Page, Panel } from '../kit/panel.tsx';
import { Empty, Failed, Stale, Waiting } from '../kit/states.tsx';
import { useTitle } from '../kit/title.ts';
import { useViewer } from '../shell/viewer.tsx';
import { IdentitiesPanel } from './identities-panel.tsx';
import { useMay } from './may.ts';
import { OnOff } from './on-off.tsx';
import { PasswordLinkDialog } from './password-link-dialog.tsx';
import { ChangeUserDialog, UserAsks, type UserAsk } from './user-dialogs.tsx';
import { reportUndoable, telling, useChange } from './use-change.ts';
import './administration.css';

export type User = NonNullable<UserQuery['user']>;

export function UserPage() {
  const { userId } = useParams({ from: '/inside/administration/users/$userId' });
  const fresh = useFresh(UserDocument, { key: userId, variables: () => ({ id: userId }), what: 'The user' });
  const user = fresh.isLoading ? undefined : fresh.data?.user;
  const may = useMay();
  useTitle(user?.name ?? 'User');
  return (
    <Page
      title={
        <>
          <Link to="/administration" className="crumb">
            Users
          </Link>{' '}
          <span className="faint">/</span> {user?.name}
        </>
      }
      tools={<Stale problem={fresh.problem} at={fresh.at} />}
    >
      <div className="page-scroll access access-narrow">
        {user === undefined &&
          (fresh.problem === undefined ? <Waiting rows={6} label="Loading the user" /> : <Failed problem={fresh.problem} onRetry={fresh.reload} />)}
        {user === null && (
          <Panel title="User">
            <Empty icon="person" title="No such user">
              There is none of this id in your organization.
            </Empty>
          </Panel>
        )}
        {user !== undefined && user !== null && (
          <>
            <Facts user={user} />
            <IdentitiesPanel user={user} mayManage={may('users:manage')} onChanged={fresh.reload} />
            {may('users:manage') && <Deeds user={user} onChanged={fresh.reload} />}
            {may('audit:read') && (
              <p>
                <Link to="/administration/audit" search={{ actor: user.name }} className="crumb">
                  What {user.name} did
                </Link>{' '}
                ·{' '}
                <Link to="/administration/audit" search={{ object: user.name }} className="crumb">
                  what was done to {user.name}
                </Link>
              </p>
            )}
          </>
        )}
      </div>
    </Page>
  );
}

function Facts({ user: { email, roles, identities, disabledAt, hasPassword, passwordAt, seenAt, sessions, createdAt } }: { readonly user: User }) {
  return (
    <Panel title="Account" note={<OnOff disabledAt={disabledAt} />}>
      <dl className="access-facts">
        <dt>Roles</dt>
        <dd>{roles.join(', ') || 'none: may do nothing'}</dd>
        <dt>Mail</dt>
        <dd>{email ?? 'none'}</dd>
        <dt>Signs in by</dt>
        <dd>
          {hasPassword ? (
            <>
              password, changed <Ago at={passwordAt} suffix=" ago" />
            </>
          ) : (
            [...new Set(identities.map(({ label }) => label))].join(', ') || 'nothing: no password and no identity provider'
          )}
        </dd>
        <dt>Last seen</dt>
        <dd>{seenAt === null ? 'never' : <Ago at={seenAt} suffix=" ago" />}</dd>
        <dt>Open sessions</dt>
        <dd>{exactCount(sessions)}</dd>
        <dt>Here since</dt>
        <dd>
          <Moment at={createdAt} isLong />
        </dd>
      </dl>
    </Panel>
  );
}

function Deeds({ user, onChanged }: { readonly user: User; readonly onChanged: () => void }) {
  const [asking, setAsking] = useState<UserAsk | 'change' | 'password'>();
  const { isBusy, problem, run } = useChange();
  const viewer = useViewer();
  // Where the API refuses one: for oneself, who is disabled, and who has a password elsewhere.
  const mayHaveLink = viewer?.user !== user.name && user.disabledAt === null && (user.hasPassword || user.identities.length === 0);
  const close = () => setAsking(undefined);
  const done = () => {
    close();
    onChanged();
  };
  const enable = () =>
    run(() =>
      telling(ChangeUserDocument, { id: user.id, change: { disabled: false } }, 'The change', () => {
        reportUndoable(`${user.name} may sign in again`, ChangeUserDocument, { id: user.id, change: { disabled: true } }, onChanged);
        onChanged();
      }),
    );
  return (
    <Panel title="Change">
      <div className="access-deeds">
        <Button onClick={() => setAsking('change')}>Change name, mail or roles</Button>
        {user.sessions > 0 && <Button onClick={() => setAsking('sessions')}>End all sessions</Button>}
        {mayHaveLink && <Button onClick={() => setAsking('password')}>Link for a new password</Button>}
        <Button onClick={() => setAsking('unlock')}>Let in after wrong guesses</Button>
        <Button onClick={() => setAsking('factors')}>Take away lost factors</Button>
        {user.disabledAt === null ? (
          <Button onClick={() => setAsking('disable')}>Disable</Button>
        ) : (
          <Button disabled={isBusy} onClick={enable}>
            Enable
          </Button>
        )}
      </div>
      {problem !== undefined && (
        <p className="field-error" role="alert">
          {problem.advice}
        </p>
      )}
      {asking === 'change' && <ChangeUserDialog user={user} onDone={done} onUndone={onChanged} onCancel={close} />}
      {asking === 'password' && <PasswordLinkDialog user={user} onClose={close} />}
      {asking !== undefined && asking !== 'change' && asking !== 'password' && <UserAsks ask={asking} user={user} onDone={done} onCancel={close} />}
    </Panel>
  );
}
