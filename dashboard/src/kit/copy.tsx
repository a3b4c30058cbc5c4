import { useEffect, useState } from 'react';
import { Icon } from './icon.tsx';
import { shorten } from './numbers.ts';
import './copy.css';

/** An id, hash or address: shortened in the middle, whole on hover, copied by a click. */
export function Copy({ text, label, length = 18 }: { readonly text: string; readonly label: string; readonly length?: number }) {
  const [isDone, setDone] = useState(false);
  useEffect(() => {
    if (!isDone) return undefined;
    const timer = window.setTimeout(() => setDone(false), 1500);
    return () => window.clearTimeout(timer);
  }, [isDone]);
  return (
    <button type="button" className="copy" title={`${text}\nCopy`} onClick={() => void copyText(text).then(setDone)}>
      <span className="hidden-text">Copy {label} </span>
      <code>{shorten(text, length)}</code>
      <Icon name={isDone ? 'check' : 'copy'} size={13} />
      <span className="hidden-text" role="status">
        {isDone ? 'Copied' : ''}
      </span>
    </button>
  );
}

/** @returns False where the browser refuses. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}
