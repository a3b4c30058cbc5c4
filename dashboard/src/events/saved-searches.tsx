// Searches of events with a name: one's own, and those that others share.
import { DropdownMenu } from 'radix-ui';
import { useState } from 'react';
import { tell, useFresh } from '../data/fresh.ts';
import {
  AddSavedSearchDocument,
  DeleteSavedSearchDocument,
  SavedSearchesDocument,
  UpdateSavedSearchDocument,
  type NewSavedSearch,
  type SavedSearchChange,
  type SavedSearchFragment,
} from '../gql/graphql.ts';
import { Icon } from '../kit/icon.tsx';
import { report } from '../kit/undo.tsx';
import '../kit/menu.css';
import { savedOf, searchOfSaved, type EventsSearch } from './address.ts';
import { SavedSearchesDialog } from './saved-searches-dialog.tsx';

interface SavedSearchesProps {
  readonly search: EventsSearch;
  readonly onOpen: (search: EventsSearch) => void;
}

export function SavedSearches({ search, onOpen }: SavedSearchesProps) {
  const [isOpen, setOpen] = useState(false);
  const [isKeeping, setKeeping] = useState(false);
  const fresh = useFresh(SavedSearchesDocument, { key: isOpen || isKeeping ? 'saved' : null, variables: () => ({}), what: 'Saved searches' });
  const saved = fresh.data?.savedSearches ?? [];

  const add = async (input: NewSavedSearch): Promise<boolean> => {
    const result = await tell(AddSavedSearchDocument, { input }, 'The search');
    fresh.reload();
    if ('problem' in result) return failed(result.problem.advice);
    report({ text: `Search ${input.name} saved`, undo: () => void remove(result.data.addSavedSearch) });
    return true;
  };
  const change = async ({ id, revision }: SavedSearchFragment, wanted: SavedSearchChange): Promise<boolean> => {
    const result = await tell(UpdateSavedSearchDocument, { id, change: { ...wanted, revision } }, 'The search');
    fresh.reload();
    return 'problem' in result ? failed(result.problem.advice) : true;
  };
  const remove = async (old: SavedSearchFragment): Promise<boolean> => {
    const result = await tell(DeleteSavedSearchDocument, { id: old.id }, 'The search');
    fresh.reload();
    if ('problem' in result) return failed(result.problem.advice);
    report({ text: `Search ${old.name} deleted`, undo: () => void add(asNew(old)) });
    return true;
  };
  return (
    <>
      <DropdownMenu.Root onOpenChange={setOpen}>
        <DropdownMenu.Trigger className="button button-plain">
          <Icon name="bookmark" size={15} />
          Saved
          <Icon name="down" size={14} />
        </DropdownMenu.Trigger>
        <DropdownMenu.Portal>
          <DropdownMenu.Content className="menu" align="end" sideOffset={4} collisionPadding={8} aria-label="Saved searches">
            <DropdownMenu.Label className="menu-label faint">
              {fresh.problem?.advice ?? (saved.length === 0 && !fresh.isLoading ? 'No saved searches yet' : 'Saved searches')}
            </DropdownMenu.Label>
            {saved.map((each) => (
              <DropdownMenu.Item key={each.id} className="menu-item" title={each.query} onSelect={() => onOpen(searchOfSaved(each))}>
                <span className="cut">{each.name}</span>
                {each.isShared && <span className="faint menu-end">{each.isMine ? 'shared' : each.owner}</span>}
              </DropdownMenu.Item>
            ))}
            <DropdownMenu.Separator className="menu-line" />
            <DropdownMenu.Item className="menu-item" onSelect={() => setKeeping(true)}>
              Save this one, or change others
            </DropdownMenu.Item>
          </DropdownMenu.Content>
        </DropdownMenu.Portal>
      </DropdownMenu.Root>
      {isKeeping && (
        <SavedSearchesDialog
          query={search.q ?? ''}
          saved={saved.filter(({ isMine }) => isMine)}
          onAdd={(name, isShared, hasRange) => add({ name, isShared, ...savedOf(search, hasRange) })}
          onChange={change}
          onSave={(old) => change(old, savedChangeOf(search))}
          onRemove={remove}
          onClose={() => setKeeping(false)}
        />
      )}
    </>
  );
}

/** The present search in place of the old one; its range stays as it was saved. */
function savedChangeOf(search: EventsSearch): SavedSearchChange {
  const { query, columns } = savedOf(search, false);
  return { query: query ?? '', columns: columns ?? [] };
}

const asNew = ({ name, query, columns, from, to, isShared }: SavedSearchFragment): NewSavedSearch => ({
  kind: 'events',
  name,
  query,
  columns,
  isShared,
  ...(from === null ? {} : { from }),
  ...(to === null ? {} : { to }),
});

function failed(text: string): false {
  report({ text, isFailure: true });
  return false;
}
