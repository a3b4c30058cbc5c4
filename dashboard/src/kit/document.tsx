// A document as its sensor wrote it: JSON, indented, with the keys a step quieter than the values.
import type { ReactNode } from 'react';
import { IconButton } from './button.tsx';
import { copyText } from './copy.tsx';
import { MarkedParts, type Marker } from './marked-text.tsx';
import './document.css';

const DEEPEST = 12;

const inJson = (part: string): string => JSON.stringify(part).slice(1, -1);

function write(value: unknown, indent: number, mark: Marker | undefined): ReactNode {
  const marked = typeof value === 'string' ? mark?.(value) : undefined;
  if (marked !== undefined)
    return (
      <span className="document-value">
        &quot;
        <MarkedParts marked={marked} as={inJson} />
        &quot;
      </span>
    );
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
          {write(child, indent + 1, mark)}
          {index < entries.length - 1 && ','}
        </span>
      ))}
      {`\n${'  '.repeat(indent)}${isList ? ']' : '}'}`}
    </>
  );
}

/** @param mark What of a text in it matters. */
export function Document({ value, label, mark }: { readonly value: unknown; readonly label: string; readonly mark?: Marker }) {
  return (
    <figure className="document" aria-label={label}>
      <IconButton icon="copy" label={`Copy ${label.toLowerCase()}`} onClick={() => void copyText(JSON.stringify(value, null, 2))} />
      <pre tabIndex={0}>{write(value, 0, mark)}</pre>
    </figure>
  );
}
