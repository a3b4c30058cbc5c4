// What people wrote. A note is sent after ten seconds, so that it can still be taken back.
import { useEffect, useRef, useState } from 'react';
import { tell } from '../data/fresh.ts';
import { UpdateAlertsDocument } from '../gql/graphql.ts';
import { Button } from '../kit/button.tsx';
import { Ago } from '../kit/moment.tsx';
import { report } from '../kit/undo.tsx';
import type { AlertFull } from './detail.tsx';

export function Notes({ alert, user, onChanged }: { readonly alert: AlertFull; readonly user: string | undefined; readonly onChanged: () => void }) {
  const [text, setText] = useState('');
  const [pending, setPending] = useState<readonly string[]>([]);
  const latest = useRef(onChanged);
  latest.current = onChanged;
  useEffect(() => {
    setText('');
    setPending([]);
  }, [alert.id]);

  const add = () => {
    const note = text.trim();
    if (note === '') return;
    setText('');
    setPending((now) => [...now, note]);
    const forget = () => setPending((now) => now.filter((each) => each !== note));
    report({
      text: 'Note added',
      undo: () => {
        forget();
        setText(note);
      },
      commit: () =>
        void tell(UpdateAlertsDocument, { ids: [alert.id], change: { note } }, 'The note').then((result) => {
          if ('problem' in result) {
            report({ text: `${result.problem.title} ${result.problem.advice}`, isFailure: true });
            setText(note);
          }
          forget();
          latest.current();
        }),
    });
  };

  return (
    <section className="side-part" aria-label="Notes">
      <h3>Notes</h3>
      <ul className="notes">
        {alert.notes.map((note) => (
          <li key={`${note.at} ${note.by}`}>
            <p className="notes-by">
              <strong>{note.by}</strong>{' '}
              <span className="faint">
                <Ago at={note.at} suffix=" ago" />
              </span>
            </p>
            <p className="notes-text">{note.text}</p>
          </li>
        ))}
        {pending.map((note) => (
          <li key={note} className="notes-pending">
            <p className="notes-by">
              <strong>{user ?? ''}</strong> <span className="faint">being saved</span>
            </p>
            <p className="notes-text">{note}</p>
          </li>
        ))}
      </ul>
      <form
        className="notes-new"
        onSubmit={(event) => {
          event.preventDefault();
          add();
        }}
      >
        <textarea
          className="input"
          rows={2}
          aria-label="New note"
          placeholder="What did you find out"
          maxLength={10_000}
          value={text}
          onChange={(event) => setText(event.target.value)}
          onKeyDown={(event) => {
            if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) add();
            if (event.key === 'Escape') event.currentTarget.blur();
          }}
        />
        {text.trim() !== '' && <Button type="submit">Add note</Button>}
      </form>
    </section>
  );
}
