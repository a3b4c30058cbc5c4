// What people wrote. A note is there at once and can be taken back for ten seconds; its author can edit it, and what it said before is kept.
import { useEffect, useRef, useState } from 'react';
import { tell } from '../data/fresh.ts';
import { EditAlertNoteDocument, RemoveAlertNoteDocument, UndoAlertChangeDocument, UpdateAlertsDocument } from '../gql/graphql.ts';
import { Button, IconButton } from '../kit/button.tsx';
import { Ago, Moment } from '../kit/moment.tsx';
import { report } from '../kit/undo.tsx';
import type { AlertFull } from './detail.tsx';
import { reportProblem } from './use-actions.ts';

type Note = AlertFull['notes'][number];
interface NotesProps {
  readonly alert: AlertFull;
  readonly user: string | undefined;
  readonly onChanged: () => void;
}

export function Notes({ alert, user, onChanged }: NotesProps) {
  const [text, setText] = useState('');
  const [pending, setPending] = useState<string>();
  const [editing, setEditing] = useState<string>();
  const latest = useRef(onChanged);
  latest.current = onChanged;
  useEffect(() => {
    setText('');
    setPending(undefined);
    setEditing(undefined);
  }, [alert.id]);
  useEffect(() => setPending(undefined), [alert.notes]);

  const add = async () => {
    const note = text.trim();
    if (note === '') return;
    setText('');
    setPending(note);
    const result = await tell(UpdateAlertsDocument, { ids: [alert.id], change: { note } }, 'The note');
    if ('problem' in result) {
      reportProblem(result.problem);
      setPending(undefined);
      setText(note);
      return;
    }
    latest.current();
    const changeId = result.data.updateAlerts[0]?.changeId;
    if (changeId === undefined || changeId === null) return;
    report({
      text: 'Note added',
      undo: () => {
        setText(note);
        void tell(UndoAlertChangeDocument, { changeId }, 'The undoing').then((undone) => {
          if ('problem' in undone) reportProblem(undone.problem);
          latest.current();
        });
      },
    });
  };
  const edit = async (note: Note, said: string) => {
    const result = await tell(EditAlertNoteDocument, { noteId: note.id, text: said, revision: note.revision }, 'The note');
    if ('problem' in result) reportProblem(result.problem);
    setEditing(undefined);
    latest.current();
  };
  const remove = (note: Note) =>
    void tell(RemoveAlertNoteDocument, { noteId: note.id }, 'The note').then((result) => {
      if ('problem' in result) reportProblem(result.problem);
      else
        report({
          text: 'Note removed',
          undo: () => void tell(UpdateAlertsDocument, { ids: [alert.id], change: { note: note.text } }, 'The note').then(() => latest.current()),
        });
      latest.current();
    });

  return (
    <section className="side-part" aria-label="Notes">
      <h3>Notes</h3>
      <ul className="notes">
        {alert.notes.map((note) => (
          <li key={note.id}>
            <p className="notes-by">
              <strong>{note.by}</strong>{' '}
              <span className="faint">
                <Ago at={note.at} suffix=" ago" />
              </span>
              <Edited note={note} />
              {note.by === user && editing !== note.id && (
                <span className="notes-tools">
                  <Button kind="quiet" onClick={() => setEditing(note.id)}>
                    Edit
                  </Button>
                  <IconButton icon="close" label="Remove this note" onClick={() => remove(note)} />
                </span>
              )}
            </p>
            {editing === note.id ? (
              <NoteText
                initial={note.text}
                label="Text of the note"
                action="Save"
                onDone={(said) => void edit(note, said)}
                onCancel={() => setEditing(undefined)}
              />
            ) : (
              <p className="notes-text">{note.text}</p>
            )}
          </li>
        ))}
        {pending !== undefined && (
          <li className="notes-pending">
            <p className="notes-by">
              <strong>{user ?? ''}</strong> <span className="faint">being saved</span>
            </p>
            <p className="notes-text">{pending}</p>
          </li>
        )}
      </ul>
      <form
        className="notes-new"
        onSubmit={(event) => {
          event.preventDefault();
          void add();
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
            if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) void add();
            if (event.key === 'Escape') event.currentTarget.blur();
          }}
        />
        {text.trim() !== '' && <Button type="submit">Add note</Button>}
      </form>
    </section>
  );
}

/** That it was edited, and on demand what it said. */
function Edited({ note }: { readonly note: Note }) {
  if (note.editedAt === null) return null;
  return (
    <details className="notes-before">
      <summary className="faint">edited</summary>
      {note.before.toReversed().map(({ at, text }) => (
        <p key={at} className="notes-text">
          <span className="faint">
            <Moment at={at} />
          </span>{' '}
          {text}
        </p>
      ))}
    </details>
  );
}

interface NoteTextProps {
  readonly initial: string;
  readonly label: string;
  readonly action: string;
  readonly onDone: (text: string) => void;
  readonly onCancel: () => void;
}
function NoteText({ initial, label, action, onDone, onCancel }: NoteTextProps) {
  const [text, setText] = useState(initial);
  const said = text.trim();
  const finish = () => (said === '' || said === initial ? onCancel() : onDone(said));
  return (
    <form
      className="notes-new"
      onSubmit={(event) => {
        event.preventDefault();
        finish();
      }}
    >
      <textarea
        className="input"
        rows={3}
        aria-label={label}
        maxLength={10_000}
        value={text}
        autoFocus
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) finish();
          if (event.key === 'Escape') onCancel();
        }}
      />
      <span className="notes-tools">
        <Button kind="quiet" onClick={onCancel}>
          Cancel
        </Button>
        <Button type="submit">{action}</Button>
      </span>
    </form>
  );
}
