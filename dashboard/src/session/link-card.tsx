// Where a link leads that lets somebody in, once: what it is for, or why it is not open. The token stands behind `#`, which browsers do not send.
import { Link, useNavigate } from '@tanstack/react-router';
import { useEffect, useState, type ReactNode } from 'react';
import { useTitle } from '../kit/title.ts';
import { Mark } from '../shell/mark.tsx';
import { call } from './api.ts';
import { RefusalNote, useStep } from './step.tsx';
import './login.css';

export interface Opened {
  readonly organization: string;
  readonly organizationName: string;
  readonly name: string;
  readonly expiresAt: string;
}

export interface OpenedLink<T> extends ReturnType<typeof useStep> {
  readonly token: string;
  /** Undefined until the API has said what it is for; and when it is not open, which `refusal` says. */
  readonly opened: T | undefined;
  /** Chooses the password, and goes to where one signs in with it. */
  readonly choose: (organization: string, password: string) => Promise<void>;
}

/** @param path Of the API: what it is for is at `look` below it, and a password is chosen at `accept`. */
export function useLink<T extends Opened>(path: string): OpenedLink<T> {
  const navigate = useNavigate();
  const [token] = useState(() => window.location.hash.slice(1));
  const [opened, setOpened] = useState<T>();
  const step = useStep();
  const { run } = step;
  useEffect(() => {
    void run(async () => setOpened(await call<T>('POST', `${path}/look`, { token })));
    // Once a link.
  }, [path, token]);
  const choose = (organization: string, password: string) =>
    run(async () => {
      await call('POST', `${path}/accept`, { token, password });
      await navigate({ to: '/login', search: organization === 'default' ? {} : { organization }, replace: true });
    });
  return { ...step, token, opened, choose };
}

interface LinkCardProps<T> {
  readonly title: string;
  readonly link: Pick<OpenedLink<T>, 'opened' | 'refusal'>;
  readonly heading: (opened: T) => string;
  /** What may be the reason that it is not open: `Accepted already?` */
  readonly doneBefore: string;
  readonly children: (opened: T) => ReactNode;
}

export function LinkCard<T>({ title, link: { opened, refusal }, heading, doneBefore, children }: LinkCardProps<T>) {
  useTitle(title);
  return (
    <main className="login">
      <div className="login-card">
        <div className="login-mark">
          <Mark size={34} />
        </div>
        <h1>{opened === undefined ? title : heading(opened)}</h1>
        {opened === undefined ? (
          <>
            <RefusalNote refusal={refusal} />
            {refusal !== null && (
              <p className="login-note">
                {doneBefore} <Link to="/login">Sign in</Link>
              </p>
            )}
          </>
        ) : (
          children(opened)
        )}
      </div>
    </main>
  );
}
