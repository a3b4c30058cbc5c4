// What the steps of signing in share: one is at work, or was refused.
import { useState, type ReactNode } from 'react';
import { Copy } from '../kit/copy.tsx';
import { AuthError, sentence } from './api.ts';
import { PasskeyError } from './passkey.ts';

export interface Refusal {
  readonly text: string;
  readonly status: number;
  readonly requestId: string | null;
}

/** Runs one request at a time; what it threw becomes a refusal, unless it is our mistake. */
export function useStep() {
  const [isBusy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const run = async (work: () => Promise<void>) => {
    setBusy(true);
    setRefusal(null);
    try {
      await work();
    } catch (error) {
      if (error instanceof AuthError) setRefusal({ text: sentence(error), status: error.status, requestId: error.requestId });
      else if (error instanceof PasskeyError) setRefusal({ text: error.message, status: 0, requestId: null });
      else throw error;
    } finally {
      setBusy(false);
    }
  };
  return { isBusy, refusal, setRefusal, run };
}

export function RefusalNote({ refusal }: { readonly refusal: Refusal | null }) {
  if (refusal === null) return null;
  return (
    <div className="login-error" role="alert">
      <p>{refusal.text}</p>
      {refusal.requestId !== null && (
        <p className="faint">
          Request <Copy text={refusal.requestId} label="request id" />
        </p>
      )}
    </div>
  );
}

/** @param onSubmit Given what stands in a field by its name; '' where there is none. */
export function StepForm({
  children,
  label,
  onSubmit,
}: {
  readonly children: ReactNode;
  readonly label: string;
  readonly onSubmit: (field: (name: string) => string) => void;
}) {
  return (
    <form
      className="login-form"
      aria-label={label}
      onSubmit={(event) => {
        event.preventDefault();
        const data = new FormData(event.currentTarget);
        onSubmit((name) => {
          const value = data.get(name);
          return typeof value === 'string' ? value : '';
        });
      }}
    >
      {children}
    </form>
  );
}
