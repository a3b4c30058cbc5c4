// What an authenticator application needs: the code to scan, or the secret to type. And the recovery codes that come with it.
import { useState } from 'react';
import { Button } from '../kit/button.tsx';
import { CopyBlock } from '../kit/copy-block.tsx';
import { Qr } from './qr.tsx';
import './factors.css';

export interface Proposal {
  /** Base 32. */
  readonly secret: string;
  /** `otpauth://totp/...` */
  readonly uri: string;
}

export function Authenticator({ proposal: { secret, uri } }: { readonly proposal: Proposal }) {
  return (
    <div className="authenticator">
      <Qr text={uri} label="QR code of the secret for an authenticator application" />
      <div className="authenticator-words">
        <p>Scan this with an authenticator application, then enter the six digits it shows.</p>
        <p className="quiet">
          On this device: <a href={uri}>open the application</a>.
        </p>
        <CopyBlock label="Secret" text={secret.replaceAll(/(.{4})(?=.)/g, '$1 ')} />
      </div>
    </div>
  );
}

interface CodeFieldProps {
  readonly label: string;
  readonly isWrong: boolean;
  /** Letters too. */
  readonly isForRecovery?: boolean;
  /** For those who do not read the field `code` of the form. */
  readonly onText?: (text: string) => void;
}

/** Six digits, with the keyboard and the completion that phones have for them. */
export function CodeField({ label, isWrong, isForRecovery = false, onText }: CodeFieldProps) {
  return (
    <label className="field">
      <span>{label}</span>
      <input
        key={String(isForRecovery)}
        className="input code-input"
        name="code"
        autoComplete="one-time-code"
        inputMode={isForRecovery ? 'text' : 'numeric'}
        autoCapitalize="none"
        spellCheck={false}
        maxLength={60}
        required
        autoFocus
        aria-invalid={isWrong}
        {...(onText === undefined ? {} : { onChange: ({ target }) => onText(target.value) })}
      />
    </label>
  );
}

/** Shown once; goes on when they are kept. */
export function RecoveryCodes({ codes, onKept }: { readonly codes: readonly string[]; readonly onKept: () => void }) {
  const [isKept, setKept] = useState(false);
  return (
    <div className="recovery">
      <p>Each of these lets you in once, without your device. They are shown this once: print them, or keep them in a password manager.</p>
      <CopyBlock label="Recovery codes" text={codes.join('\n')} />
      <label className="check-row">
        <input type="checkbox" checked={isKept} onChange={({ target }) => setKept(target.checked)} />I have kept them
      </label>
      <div>
        <Button kind="main" disabled={!isKept} onClick={onKept}>
          Go on
        </Button>
      </div>
    </div>
  );
}
