import { useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { Button } from '../kit/button.tsx';
import { Copy } from '../kit/copy.tsx';
import { Mark } from '../shell/mark.tsx';
import { signIn, SignInError } from './tokens.ts';
import '../kit/menu.css';
import './login.css';

function sentence(error: SignInError): string {
  if (error.status === 401) return 'Name or password is wrong.';
  if (error.status === 429) return 'Too many attempts. Wait a minute, then try again.';
  return error.message === '' ? `The API answered with status ${error.status}. Its log has the reason under the request id.` : error.message;
}

const textOf = (value: FormDataEntryValue | null): string => (typeof value === 'string' ? value : '');

export function LoginPage() {
  const navigate = useNavigate();
  const { next } = useSearch({ from: '/login' });
  const [error, setError] = useState<SignInError | null>(null);
  const [isBusy, setBusy] = useState(false);

  const submit = async (form: HTMLFormElement) => {
    const data = new FormData(form);
    setBusy(true);
    setError(null);
    try {
      await signIn(textOf(data.get('username')), textOf(data.get('password')));
      await navigate({ href: next ?? '/', replace: true });
    } catch (caught) {
      if (!(caught instanceof SignInError)) throw caught;
      setError(caught);
      setBusy(false);
    }
  };

  return (
    <main className="login">
      <form
        className="login-form"
        onSubmit={(event) => {
          event.preventDefault();
          void submit(event.currentTarget);
        }}
      >
        <div className="login-mark">
          <Mark size={34} />
        </div>
        <h1>Sign in to Goshawk</h1>
        <label className="field">
          <span>Name</span>
          <input className="input" name="username" autoComplete="username" autoCapitalize="none" spellCheck={false} required autoFocus />
        </label>
        <label className="field">
          <span>Password</span>
          <input className="input" name="password" type="password" autoComplete="current-password" required aria-invalid={error?.status === 401} />
        </label>
        {error !== null && (
          <div className="login-error" role="alert">
            <p>{sentence(error)}</p>
            {error.requestId !== null && (
              <p className="faint">
                Request <Copy text={error.requestId} label="request id" />
              </p>
            )}
          </div>
        )}
        <Button kind="main" type="submit" disabled={isBusy}>
          {isBusy ? 'Signing in' : 'Sign in'}
        </Button>
        <p className="login-note">The first start prints a name and a password once, in the terminal it was started from.</p>
      </form>
    </main>
  );
}
