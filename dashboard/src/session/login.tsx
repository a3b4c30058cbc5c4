// Signing in, step by step: password, then what else the account asks for.
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { useTitle } from '../kit/title.ts';
import { Mark } from '../shell/mark.tsx';
import type { Challenge } from './api.ts';
import { RecoveryCodes } from './authenticator.tsx';
import { EnrolStep } from './enrol-step.tsx';
import { FactorStep } from './factor-step.tsx';
import { PasswordStep } from './password-step.tsx';
import './login.css';

type Step =
  | { readonly name: 'password' }
  | { readonly name: 'factor' | 'enrol'; readonly challenge: Challenge; readonly organization: string }
  | { readonly name: 'codes'; readonly codes: readonly string[] };

const HEADINGS: Readonly<Record<Step['name'], string>> = {
  password: 'Sign in to Goshawk',
  factor: 'Your second factor',
  enrol: 'Set up a second factor',
  codes: 'Your recovery codes',
};

export function LoginPage() {
  const navigate = useNavigate();
  const { next } = useSearch({ from: '/login' });
  const [step, setStep] = useState<Step>({ name: 'password' });
  useTitle('Sign in');
  const enter = () => void navigate({ href: next ?? '/', replace: true });
  const again = () => setStep({ name: 'password' });
  return (
    <main className="login">
      <div className={step.name === 'password' || step.name === 'factor' ? 'login-card' : 'login-card login-wide'}>
        <div className="login-mark">
          <Mark size={34} />
        </div>
        <h1>{HEADINGS[step.name]}</h1>
        {step.name === 'password' && (
          <PasswordStep
            onSignedIn={enter}
            onChallenge={(challenge, organization) => setStep({ name: challenge.mustEnrol ? 'enrol' : 'factor', challenge, organization })}
          />
        )}
        {step.name === 'factor' && <FactorStep challenge={step.challenge} organization={step.organization} onSignedIn={enter} onBack={again} />}
        {step.name === 'enrol' && (
          <EnrolStep challenge={step.challenge} onSignedIn={(codes) => (codes.length > 0 ? setStep({ name: 'codes', codes }) : enter())} onBack={again} />
        )}
        {step.name === 'codes' && <RecoveryCodes codes={step.codes} onKept={enter} />}
      </div>
    </main>
  );
}
