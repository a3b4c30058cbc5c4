// A text as a whole, with a button that copies it.
import { useEffect, useState } from 'react';
import { Button } from './button.tsx';
import { copyText } from './copy.tsx';
import './copy-block.css';

export function CopyBlock({ label, note, text }: { readonly label: string; readonly note?: string; readonly text: string }) {
  const [outcome, setOutcome] = useState<'copied' | 'refused'>();
  useEffect(() => {
    if (outcome === undefined) return undefined;
    const timer = window.setTimeout(() => setOutcome(undefined), 3000);
    return () => window.clearTimeout(timer);
  }, [outcome]);
  return (
    <div className="copy-block">
      <div className="copy-block-head">
        <strong>{label}</strong>
        {note !== undefined && <code className="faint">{note}</code>}
        <Button
          kind="quiet"
          icon={outcome === 'copied' ? 'check' : 'copy'}
          aria-label={`Copy ${label}`}
          onClick={() => void copyText(text).then((isDone) => setOutcome(isDone ? 'copied' : 'refused'))}
        >
          {outcome === 'copied' ? 'Copied' : outcome === 'refused' ? 'Select and copy it by hand' : 'Copy'}
        </Button>
        <span className="hidden-text" role="status">
          {outcome === 'copied' ? `${label} is copied` : ''}
        </span>
      </div>
      <pre tabIndex={0} aria-label={label}>
        {text}
      </pre>
    </div>
  );
}
