// Views of the queue with a name: one's own, and those that others share.
import { DropdownMenu } from 'radix-ui';
import { useState } from 'react';
import { tell, useFresh } from '../data/fresh.ts';
import { AddSavedViewDocument, DeleteSavedViewDocument, SavedViewsDocument, type SavedViewFragment } from '../gql/graphql.ts';
import { Button } from '../kit/button.tsx';
import { DialogFrame } from '../kit/dialog-frame.tsx';
import { Icon } from '../kit/icon.tsx';
import { report } from '../kit/undo.tsx';
import '../kit/menu.css';
import { searchOf, viewOf, type AlertsSearch } from './address.ts';
import { reportProblem } from './use-actions.ts';

interface SavedViewsProps {
  readonly search: AlertsSearch;
  readonly onOpen: (search: AlertsSearch) => void;
}

export function SavedViews({ search, onOpen }: SavedViewsProps) {
  const fresh = useFresh(SavedViewsDocument, { key: 'views', variables: () => ({}), what: 'Saved views' });
  const [isSaving, setSaving] = useState(false);
  const views = fresh.data?.savedSearches ?? [];
  const add = async (name: string, isShared: boolean) => {
    const result = await tell(AddSavedViewDocument, { input: { name, isShared, ...viewOf(search) } }, 'The view');
    if ('problem' in result) return reportProblem(result.problem);
    setSaving(false);
    fresh.reload();
    report({ text: `View ${name} saved`, undo: () => remove(result.data.addSavedSearch) });
  };
  const remove = (view: SavedViewFragment) =>
    void tell(DeleteSavedViewDocument, { id: view.id }, 'The view').then((result) => {
      if ('problem' in result) reportProblem(result.problem);
      fresh.reload();
    });
  return (
    <>
      <DropdownMenu.Root onOpenChange={(isOpen) => isOpen && fresh.reload()}>
        <DropdownMenu.Trigger className="button button-quiet">
          Views
          <Icon name="down" size={14} />
        </DropdownMenu.Trigger>
        <DropdownMenu.Portal>
          <DropdownMenu.Content className="menu" align="start" sideOffset={4} collisionPadding={8} aria-label="Saved views">
            <DropdownMenu.Label className="menu-label faint">{views.length === 0 ? 'No saved views yet' : 'Saved views'}</DropdownMenu.Label>
            {views.map((view) => (
              <DropdownMenu.Item key={view.id} className="menu-item" onSelect={() => onOpen(searchOf(view))}>
                <span className="cut">{view.name}</span>
                {view.isShared && <span className="faint menu-end">{view.isMine ? 'shared' : view.owner}</span>}
              </DropdownMenu.Item>
            ))}
            <DropdownMenu.Separator className="menu-line" />
            <DropdownMenu.Item className="menu-item" onSelect={() => setSaving(true)}>
              Save what is shown, or delete a view
            </DropdownMenu.Item>
          </DropdownMenu.Content>
        </DropdownMenu.Portal>
      </DropdownMenu.Root>
      <ViewsDialog isOpen={isSaving} views={views} onSave={(name, isShared) => void add(name, isShared)} onDelete={remove} onClose={() => setSaving(false)} />
    </>
  );
}

interface ViewsDialogProps {
  readonly isOpen: boolean;
  readonly views: readonly SavedViewFragment[];
  readonly onSave: (name: string, isShared: boolean) => void;
  readonly onDelete: (view: SavedViewFragment) => void;
  readonly onClose: () => void;
}
function ViewsDialog({ isOpen, views, onSave, onDelete, onClose }: ViewsDialogProps) {
  const [name, setName] = useState('');
  const [isShared, setShared] = useState(false);
  const own = views.filter(({ isMine }) => isMine);
  return (
    <DialogFrame title="Save this view" isOpen={isOpen} onClose={onClose} isSmall>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (name.trim() === '') return;
          onSave(name.trim(), isShared);
          setName('');
        }}
      >
        <div className="assign-other">
          <label className="field">
            <span>Name</span>
            <input className="input" value={name} maxLength={120} autoFocus onChange={(event) => setName(event.target.value)} />
          </label>
          <Button type="submit" kind="main" disabled={name.trim() === ''}>
            Save
          </Button>
        </div>
        <label className="views-shared">
          <input type="checkbox" checked={isShared} onChange={(event) => setShared(event.target.checked)} /> Share it with everybody of the organization
        </label>
      </form>
      {own.length > 0 && (
        <ul className="views-own" aria-label="Views that you may delete">
          {own.map((view) => (
            <li key={view.id}>
              <span className="cut">{view.name}</span>
              <Button kind="quiet" onClick={() => onDelete(view)}>
                Delete
              </Button>
            </li>
          ))}
        </ul>
      )}
    </DialogFrame>
  );
}
