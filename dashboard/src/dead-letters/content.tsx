// The record itself, as text or bytes. Asked for only when somebody looks, since each look is audited.
import { useState } from 'react';
import { useFresh } from '../data/fresh.ts';
import { DeadLetterContentDocument } from '../gql/graphql.ts';
import { Segments } from '../kit/button.tsx';
import { Failed, Waiting } from '../kit/states.tsx';
import { hexDump } from './hex.ts';

const FORMS = [
  { value: 'text', label: 'Text' },
  { value: 'hex', label: 'Bytes' },
] as const;

export function Content({ id }: { readonly id: string }) {
  const [form, setForm] = useState<'text' | 'hex'>('text');
  const fresh = useFresh(DeadLetterContentDocument, { key: id, variables: () => ({ id }), what: 'The record' });
  if (fresh.problem !== undefined) return <Failed problem={fresh.problem} onRetry={fresh.reload} />;
  if (fresh.isLoading || fresh.data === undefined) return <Waiting rows={3} label="Loading the record" />;
  const content = fresh.data.deadLetter?.content;
  if (content === null || content === undefined) return <p className="faint">Your role may not see what the record holds, or its retention is over.</p>;
  return (
    <>
      <div className="letter-tools">
        <Segments label="Form" value={form} choices={FORMS} onChange={setForm} />
        {content.key !== null && (
          <span className="quiet">
            Key <code>{content.key}</code>
          </span>
        )}
      </div>
      <pre tabIndex={0} aria-label="Content">
        {form === 'text' ? content.text : hexDump(content.base64)}
      </pre>
      {content.isCut && <p className="faint">The first 64 kB. The command below shows all of it.</p>}
      {content.headers.length > 0 && (
        <dl className="letter-headers">
          {content.headers.map(({ name, text }, index) => (
            <div key={`${index} ${name}`}>
              <dt>
                <code>{name}</code>
              </dt>
              <dd>
                <code>{text}</code>
              </dd>
            </div>
          ))}
        </dl>
      )}
      {content.stacktrace !== '' && <pre tabIndex={0}>{content.stacktrace}</pre>}
    </>
  );
}
