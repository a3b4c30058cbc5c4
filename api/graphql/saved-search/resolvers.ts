import type { SavedSearchKind, SavedSearchRow } from '../../../store/queries/saved-searches.ts';
import { notFound } from '../../gate/problem.ts';
import { checkedInput } from '../../rules/checked-input.ts';
import { newSavedSearch, savedSearchChange } from '../../saved-searches/register.ts';
import type { ApiContext } from '../context.ts';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
/** @throws ApiProblem NOT_FOUND for what can be the id of none */
function readId(id: string): string {
  if (!UUID.test(id)) throw notFound('saved search of this id that you may change');
  return id;
}

/** Null counts as absent in the filter, too. */
const withoutNulls = ({ filter, ...rest }: Readonly<Record<string, unknown>>) => ({
  ...rest,
  ...(typeof filter === 'object' && filter !== null && { filter: Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== null)) }),
});

export default {
  Query: {
    savedSearches: (_root: unknown, { kind }: { readonly kind?: SavedSearchKind | null }, { principal, services: { savedSearches } }: ApiContext) =>
      savedSearches.list(principal, kind ?? null),
    savedSearch: (_root: unknown, { id }: { readonly id: string }, { principal, services: { savedSearches } }: ApiContext) =>
      UUID.test(id) ? savedSearches.one(principal, id) : null,
  },
  Mutation: {
    addSavedSearch: (
      _root: unknown,
      { input }: { readonly input: Readonly<Record<string, unknown>> },
      { principal, services: { savedSearches } }: ApiContext,
    ) => savedSearches.add(principal, checkedInput(newSavedSearch, withoutNulls(input), 'input')),
    updateSavedSearch: (
      _root: unknown,
      { id, change }: { readonly id: string; readonly change: Readonly<Record<string, unknown>> },
      { principal, services: { savedSearches } }: ApiContext,
    ) => savedSearches.change(principal, readId(id), checkedInput(savedSearchChange, withoutNulls(change), 'change')),
    async deleteSavedSearch(_root: unknown, { id }: { readonly id: string }, { principal, services: { savedSearches } }: ApiContext) {
      await savedSearches.delete(principal, readId(id));
      return id;
    },
  },
  SavedSearch: {
    isMine: ({ owner, isShared }: SavedSearchRow, _args: unknown, { principal }: ApiContext) =>
      owner === principal.user || (isShared && principal.permissions.has('searches:share')),
  },
};
