// Where a search gets its name, and those that one may change get another, are shared, written over and deleted.
import { useState } from 'react';
import type { SavedSearchChange, SavedSearchFragment } from '../gql/graphql.ts';
import { Button } from '../kit/button.tsx';
import { DialogFrame } from '../kit/dialog-frame.tsx';
import './saved-searches.css';

interface DialogProps {
  /** That is to be saved. */
  readonly query: string;
  /** That the reader may change. */
  readonly saved: readonly SavedSearchFragment[];
  /** Each says whether it was done; why not was said to the reader. */
  readonly onAdd: (name: string, isShared: boolean, hasRange: boolean) => Promise<boolean>;
  readonly onChange: (old: SavedSearchFragment, change: SavedSearchChange) => Promise<boolean>;
  readonly onSave: (old: SavedSearchFragment) => Promise<boolean>;
  readonly onRemove: (old: SavedSearchFragment) => Promise<boolean>;
  readonly onClose: () => void;
}

export function SavedSearchesDialog({ query, saved, onAdd, onChange, onSave, onRemove, onClose }: DialogProps) {
  const [name, setName] = useState('');
  const [isShared, setShared] = useState(false);
  const [hasRange, setRange] = useState(false);
  return (
    <DialogFrame title="Save this search" onClose={onClose} closeLabel="Close">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (name.trim() !== '') void onAdd(name.trim(), isShared, hasRange).then((isDone) => isDone && setName(''));
        }}
      >
        <p className="saved-query">{query === '' ? <span className="quiet">Every event</span> : <code>{query}</code>}</p>
        <div className="saved-name">
          <label className="field">
            <span>Name</span>
            <input className="input" value={name} maxLength={120} autoFocus onChange={(event) => setName(event.target.value)} />
          </label>
          <Button type="submit" kind="main" disabled={name.trim() === ''}>
            Save
          </Button>
        </div>
        <label className="check-row">
          <input type="checkbox" checked={hasRange} onChange={(event) => setRange(event.target.checked)} /> Keep the time range with it
        </label>
        <label className="check-row">
          <input type="checkbox" checked={isShared} onChange={(event) => setShared(event.target.checked)} /> Share it with everybody of the organization
        </label>
      </form>
      {saved.length > 0 && (
        <>
          <h3 className="saved-title">Saved before</h3>
          <ul className="saved-list" aria-label="Searches that you may change">
            {saved.map((each) => (
              <SavedRow key={`${each.id} ${each.revision}`} saved={each} onChange={onChange} onSave={onSave} onRemove={onRemove} />
            ))}
          </ul>
        </>
      )}
    </DialogFrame>
  );
}

function SavedRow({ saved, onChange, onSave, onRemove }: { readonly saved: SavedSearchFragment } & Pick<DialogProps, 'onChange' | 'onSave' | 'onRemove'>) {
  const [name, setName] = useState(saved.name);
  const rename = () => {
    const wanted = name.trim();
    if (wanted === '') setName(saved.name);
    else if (wanted !== saved.name) void onChange(saved, { name: wanted }).then((isDone) => !isDone && setName(saved.name));
  };
  return (
    <li className="saved-row">
      <input
        className="input"
        value={name}
        maxLength={120}
        aria-label={`Name of ${saved.name}`}
        title={saved.query}
        onChange={(event) => setName(event.target.value)}
        onBlur={rename}
        onKeyDown={(event) => event.key === 'Enter' && event.currentTarget.blur()}
      />
      <label className="check-row">
        <input type="checkbox" checked={saved.isShared} onChange={(event) => void onChange(saved, { isShared: event.target.checked })} /> Shared
      </label>
      <Button kind="quiet" title="Keeps the name, and finds what the page finds now" onClick={() => void onSave(saved)}>
        Write over
      </Button>
      <Button kind="quiet" onClick={() => void onRemove(saved)}>
        Delete
      </Button>
    </li>
  );
}
