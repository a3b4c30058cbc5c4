import { readRange, type Range } from '../kit/range.ts';

/** Of the list of users. Absent state means those who may sign in. */
export interface UsersSearch {
  /** Part of the name or the address. */
  readonly name?: string;
  readonly which?: 'all';
}
/** What cannot be read is left out, here as below. */
export function readUsersSearch({ name, which }: Record<string, unknown>): UsersSearch {
  return { ...(typeof name === 'string' && name !== '' ? { name } : {}), ...(which === 'all' ? { which } : {}) };
}

export interface AccountsSearch {
  readonly removed?: '1';
}
export const readAccountsSearch = ({ removed }: Record<string, unknown>): AccountsSearch => (removed === '1' ? { removed } : {});

/** Of the roles: which one is shown with its permissions. */
export interface RolesSearch {
  readonly role?: string;
}
export const readRolesSearch = ({ role }: Record<string, unknown>): RolesSearch => (typeof role === 'string' && role !== '' ? { role } : {});

/** Of the audit. All of it, unless something narrows it. */
export interface AuditSearch {
  readonly actor?: string;
  readonly action?: string;
  readonly object?: string;
  readonly from?: string;
  readonly to?: string;
}
const WORDS = ['actor', 'action', 'object'] as const;
export function readAuditSearch(search: Record<string, unknown>): AuditSearch {
  const words = Object.fromEntries(
    WORDS.flatMap((name) => {
      const value = search[name];
      return typeof value === 'string' && value.trim() !== '' ? [[name, value.trim()]] : [];
    }),
  );
  return typeof search['from'] === 'string' ? { ...words, ...auditRange({ from: search['from'], to: String(search['to']) }) } : words;
}

const MONTH: Range = { from: 'now-30d', to: 'now' };
/** Thirty days where the address says nothing that can be read. */
export const auditRange = ({ from, to }: Pick<AuditSearch, 'from' | 'to'>): Range => readRange(from, to, MONTH);
