// Saved searches and views: one's own, and what an organization shares.
import { z } from 'zod';
import { STATUSES } from '../../domains/alerts/index.ts';
import { SEVERITIES } from '../../store/queries/findings.ts';
import { deleteSavedSearch, putSavedSearch, savedSearchById, savedSearchesOf } from '../../store/queries/saved-searches.ts';
import type { SavedSearchContent, SavedSearchKind, SavedSearchRow } from '../../store/queries/saved-searches.ts';
import { parseSearch } from '../../domains/search/syntax.ts';
import type { Principal } from '../auth/tokens.ts';
import type { InOrganization } from '../database.ts';
import { ApiProblem, notFound } from '../gate/problem.ts';
import { madeFrom, text } from '../rest/kit.ts';
import { parseTime } from '../time.ts';

const RELATIVE = /^now(-[1-9]\d{0,4}[smhdw])?$/;
const bound = text(40)
  .refine((value) => RELATIVE.test(value) || parseTime(value) !== null, 'A time is ISO 8601 with a zone, or relative to now, such as now-7d.')
  .nullable()
  .default(null);

/** What makes one. Its search is read when it is saved, so that what is saved can be asked. */
export const newSavedSearch = z.strictObject({
  kind: z.enum(['events', 'alerts']),
  name: text(120)
    .transform((name) => name.trim())
    .refine((name) => name !== '', 'Needs a name.'),
  query: text(2_000).default(''),
  columns: z.array(text(200).min(1)).max(30).default([]).meta({ description: 'Of events: fields that the list shows.' }),
  from: bound,
  to: bound,
  filter: z
    .strictObject({
      statuses: z.array(z.enum(STATUSES)).max(3).optional(),
      minSeverity: z.enum(SEVERITIES).optional(),
      sort: z.enum(['changed', 'severity']).optional(),
    })
    .default({})
    .meta({ description: 'Of alerts: what the view shows besides the search.' }),
  isShared: z.boolean().default(false),
});
/** What changes one: what is left out stays. */
export const savedSearchChange = z.strictObject({
  name: newSavedSearch.shape.name.optional(),
  query: text(2_000).optional(),
  columns: z.array(text(200).min(1)).max(30).optional(),
  from: bound.unwrap().optional(),
  to: bound.unwrap().optional(),
  filter: newSavedSearch.shape.filter.unwrap().optional(),
  isShared: z.boolean().optional(),
  revision: madeFrom,
});

export class SavedSearches {
  readonly #run: InOrganization;

  constructor(run: InOrganization) {
    this.#run = run;
  }

  /** By name: the caller's own, and what others share. */
  list({ organization, user }: Principal, kind: SavedSearchKind | null): Promise<readonly SavedSearchRow[]> {
    return this.#run(organization, (sql) => savedSearchesOf(sql, user, kind));
  }

  /** Null when there is none that the caller may see. */
  async one({ organization, user }: Principal, id: string): Promise<SavedSearchRow | null> {
    return (await this.#run(organization, (sql) => savedSearchById(sql, user, id))) ?? null;
  }

  /** @throws ApiProblem CONFLICT when the caller has one of this name, or too many; FORBIDDEN to share; SearchError */
  add(principal: Principal, content: z.output<typeof newSavedSearch>): Promise<SavedSearchRow> {
    checkMayShare(principal, content.isShared);
    return this.#put(principal, content, null, null);
  }

  /** @throws ApiProblem NOT_FOUND where there is none that the caller may change; CONFLICT; FORBIDDEN to share; SearchError */
  async change(principal: Principal, id: string, { revision, ...change }: z.output<typeof savedSearchChange>): Promise<SavedSearchRow> {
    const before = await this.one(principal, id);
    if (before === null) throw notFound('saved search of this id that you may change');
    if (change.isShared === true && !before.isShared) checkMayShare(principal, true);
    const { kind, name, query, columns, from, to, filter, isShared } = before;
    const given = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));
    // Between reading and writing somebody may have changed it: what was read is what is changed.
    return this.#put(principal, { kind, name, query, columns, from, to, filter, isShared, ...given }, id, revision ?? before.revision);
  }

  /** @throws ApiProblem NOT_FOUND where there is none that the caller may delete */
  delete(principal: Principal, id: string): Promise<void> {
    return this.#run(principal.organization, (sql) => deleteSavedSearch(sql, principal.user, id, mayShare(principal)).catch(rethrow));
  }

  #put(principal: Principal, content: SavedSearchContent, id: string | null, expectedRevision: number | null): Promise<SavedSearchRow> {
    parseSearch(content.query);
    return this.#run(principal.organization, async (sql) => {
      const putId = await putSavedSearch(sql, principal.user, content, { id, expectedRevision, anyOwner: mayShare(principal) }).catch(rethrow);
      return (await savedSearchById(sql, principal.user, putId))!;
    });
  }
}

const mayShare = ({ permissions }: Principal): boolean => permissions.has('searches:share');
function checkMayShare(principal: Principal, isShared: boolean): void {
  if (isShared && !mayShare(principal))
    throw new ApiProblem('FORBIDDEN', 'Sharing needs the permission searches:share. Save it for yourself, or ask somebody who has it.');
}

function rethrow(error: unknown): never {
  switch ((error as { readonly code?: unknown }).code) {
    case 'P0002':
      throw notFound('saved search of this id that you may change');
    case '23505':
      throw new ApiProblem('CONFLICT', 'You have a saved search of this name already. Choose another, or change that one.');
    case '40001':
      throw new ApiProblem('CONFLICT', 'The saved search was changed meanwhile. Look at it again.');
    case '54000':
      throw new ApiProblem('CONFLICT', 'You have 200 saved searches already. Delete one first.');
    default:
      throw error;
  }
}
