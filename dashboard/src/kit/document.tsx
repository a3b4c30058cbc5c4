// A document as its sensor wrote it: JSON, indented, with the keys a step quieter than the values.
import type { ReactNode } from 'react';
import { IconButton } from './button.tsx';
import { copyText } from './copy.tsx';
import './document.css';

const DEEPEST = 12;

function write(value: unknown, indent: number): ReactNode {
  if (value === null || typeof value !== 'object' || indent > DEEPEST) return <span className="document-value">{JSON.stringify(value)}</span>;
  const isList = Array.isArray(value);
  const entries: [string, unknown][] = Object.entries(value);
  if (entries.length === 0) return isList ? '[]' : '{}';
  const pad = '  '.repeat(indent + 1);
  return (
    <>
      {isList ? '[' : '{'}
      {entries.map(([key, child], index) => (
        <span key={key}>
          {`\n${pad}`}
          {!isList && (
            <>
              <span className="document-key">{JSON.stringify(key)}</span>
              {': '}
            </>
          )}
          {write(child, indent + 1)}
          {index < entries.length - 1 && ','}
        </span>
      ))}
      {`\n${'  '.repeat(indent)}${isList ? ']' : '}'}`}
    </>
  );
}

export function Document({ value, label }: { readonly value: unknown; readonly label: string }) {
  return (
    <figure className="document" aria-label={label}>
      <IconButton icon="copy" label={`Copy ${label.toLowerCase()}`} onClick={() => void copyText(JSON.stringify(value, null, 2))} />
      <pre tabIndex={0}>{write(value, 0)}</pre>
    </figure>
  );
}
