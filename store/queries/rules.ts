// Rules as an organization sees them: those of files, and its own. Writing goes through functions that make a set, audit and publish; see migration 0019.
import type { Micros } from '../../pipeline/core/index.ts';
import { Parameters } from './search/sql.ts';
import { manyOf, oneOf } from './sql.ts';
import type { Sql } from './sql.ts';

export const RULE_STATES = ['draft', 'test', 'production', 'retired'] as const;
export type StoredRuleState = (typeof RULE_STATES)[number];
export type StoredRuleKind = 'rule' | 'correlation' | 'filter';

/** What is kept of a document beside its text. */
export interface StoredHead {
  readonly description: string | null;
  readonly author: string | null;
  readonly license: string | null;
  readonly references: readonly string[];
  readonly falsepositives: readonly string[];
  /** Null of a correlation. */
  readonly logsource: { readonly product: string | null; readonly category: string | null; readonly service: string | null } | null;
  /** Id and name. */
  readonly names: readonly string[];
  /** Ids and names that it refers to. */
  readonly refersTo: readonly string[];
}
export interface RuleRow {
  readonly id: string;
  readonly set: number;
  readonly version: number;
  readonly state: StoredRuleState;
  readonly kind: StoredRuleKind;
  readonly title: string;
  /** Index into SEVERITIES. */
  readonly level: number;
  readonly tags: readonly string[];
  readonly head: StoredHead;
  readonly hash: string;
  readonly text: string;
  /** Null: written through the API. */
  readonly file: string | null;
  readonly writtenAt: Micros;
  readonly writtenBy: string;
}
const RULE = `r.id, r.set_number AS set, r.version, r.state, r.kind, r.title, r.level, r.tags, r.head, r.hash, r.text, r.file, r.written_at AS "writtenAt", r.written_by AS "writtenBy"`;

export interface RuleFilter {
  readonly search?: string;
  readonly state?: readonly StoredRuleState[];
  readonly minLevel?: number;
  readonly kind?: readonly StoredRuleKind[];
  readonly isOfFile?: boolean;
  /** Upper case, `T1003` with all below it, or `T1003.001`. */
  readonly technique?: string;
  /** With findings since then. */
  readonly hitSince?: Micros;
}

/** By title and id, beginning after `after`. Retired ones only when their state is asked for. */
export function pageOfRules(
  sql: Sql,
  filter: RuleFilter,
  after: { readonly title: string; readonly id: string } | null,
  limit: number,
): Promise<readonly RuleRow[]> {
  const parameters = new Parameters();
  const { search, state, minLevel, kind, isOfFile, technique, hitSince } = filter;
  const conditions = [`r.state = ANY (${parameters.add(state ?? RULE_STATES.filter((each) => each !== 'retired'))}::text[])`];
  if (search !== undefined) {
    const part = parameters.add(search);
    conditions.push(`(strpos(lower(r.title), lower(${part})) > 0 OR strpos(lower(r.id), lower(${part})) > 0)`);
  }
  if (minLevel !== undefined) conditions.push(`r.level >= ${parameters.add(minLevel)}`);
  if (kind !== undefined) conditions.push(`r.kind = ANY (${parameters.add(kind)}::text[])`);
  if (isOfFile !== undefined) conditions.push(`(r.file IS NOT NULL) = ${parameters.add(isOfFile)}`);
  if (technique !== undefined) {
    const tag = parameters.add(`attack.${technique.toLowerCase()}`);
    conditions.push(`EXISTS (SELECT FROM unnest(r.tags) t WHERE lower(t) = ${tag} OR starts_with(lower(t), ${tag} || '.'))`);
  }
  if (hitSince !== undefined)
    conditions.push(`EXISTS (SELECT FROM api.finding f WHERE f.rule_id = r.id AND f.event_time >= api.from_micros(${parameters.add(hitSince)}))`);
  if (after !== null) conditions.push(`(r.title, r.id) > (${parameters.add(after.title)}, ${parameters.add(after.id)})`);
  return manyOf(
    sql,
    `SELECT ${RULE} FROM api.rule r WHERE ${conditions.join(' AND ')} ORDER BY r.title, r.id LIMIT ${parameters.add(limit)}`,
    parameters.values,
  );
}

export const ruleById = (sql: Sql, id: string): Promise<RuleRow | undefined> => oneOf(sql, `SELECT ${RULE} FROM api.rule r WHERE r.id = $1`, [id]);

/** Number of the newest set, in force or about to be; 0 = none. */
export async function currentRuleSet(sql: Sql): Promise<number> {
  return (await oneOf<{ readonly number: number }>(sql, 'SELECT number FROM api.current_rule_set'))!.number;
}

/** All that run. */
export const runningRules = (sql: Sql): Promise<readonly RuleRow[]> => manyOf(sql, `SELECT ${RULE} FROM api.rule r WHERE r.state <> 'retired' ORDER BY r.id`);

/** The organization's own that run. */
export const ownRules = (sql: Sql): Promise<readonly RuleRow[]> =>
  manyOf(sql, `SELECT ${RULE} FROM api.rule r WHERE r.file IS NULL AND r.state <> 'retired' ORDER BY r.id`);

/** Rules of files that run and are called one of these names; ids in any case. */
export const rulesOfFilesNamed = (sql: Sql, names: readonly string[]): Promise<readonly RuleRow[]> =>
  manyOf(
    sql,
    `SELECT ${RULE} FROM api.rule r WHERE r.file IS NOT NULL AND r.state <> 'retired'
     AND EXISTS (SELECT FROM jsonb_array_elements_text(r.head->'names') n WHERE n = ANY ($1) OR lower(n) = ANY ($2)) ORDER BY r.id`,
    [names, names.map((name) => name.toLowerCase())],
  );

/** Running correlations and filters that refer to one of these names. */
export const rulesThatReferTo = (sql: Sql, names: readonly string[]): Promise<readonly RuleRow[]> =>
  manyOf(
    sql,
    `SELECT ${RULE} FROM api.rule r WHERE r.kind <> 'rule' AND r.state <> 'retired'
     AND EXISTS (SELECT FROM jsonb_array_elements_text(r.head->'refersTo') n WHERE lower(n) = ANY ($1)) ORDER BY r.id`,
    [names.map((name) => name.toLowerCase())],
  );

export interface RuleVersionRow {
  readonly version: number;
  readonly set: number;
  readonly state: StoredRuleState;
  readonly hash: string;
  /** Null where only the state changed. */
  readonly text: string | null;
  readonly writtenAt: Micros;
  readonly writtenBy: string;
}
/** Newest first; numbered from 1 over what files and the organization changed. */
export const versionsOfRule = (sql: Sql, id: string): Promise<readonly RuleVersionRow[]> =>
  manyOf(
    sql,
    `SELECT (row_number() OVER (ORDER BY v.set_number))::integer AS version, v.set_number AS set, v.state, v.hash, v.text, v.written_at AS "writtenAt", v.written_by AS "writtenBy"
     FROM api.rule_version v WHERE v.id = $1 ORDER BY v.set_number DESC LIMIT 1000`,
    [id],
  );

export interface RuleRefusalRow {
  readonly file: string;
  readonly document: number;
  readonly line: number;
  readonly title: string | null;
  readonly reason: string;
}
export const ruleRefusals = (sql: Sql): Promise<readonly RuleRefusalRow[]> =>
  manyOf(sql, 'SELECT file, document, line, title, reason FROM api.rule_refusal ORDER BY file, document, reason');

/** What the functions take of a document. */
export interface NewRuleDocument {
  readonly kind: StoredRuleKind;
  readonly title: string;
  readonly level: number;
  readonly tags: readonly string[];
  readonly head: StoredHead;
  readonly hash: string;
  readonly text: string;
}

/**
 * SQLSTATE 23505: the id is taken; 40001: it has another version; P0002: there is none.
 * @param expected Version that it replaces; 0 = a new rule; null = whatever there is.
 */
export async function putRule(
  sql: Sql,
  actor: string,
  id: string,
  state: StoredRuleState,
  { kind, title, level, tags, head, hash, text }: NewRuleDocument,
  expected: number | null,
): Promise<void> {
  await sql.query('SELECT api.put_rule($1, $2, $3, $4, $5)', [actor, id, state, JSON.stringify({ kind, title, level, tags, head, hash, text }), expected]);
}

/** SQLSTATE 40001: it has another version; P0002: there is none, or it is retired already. */
export async function setRuleState(sql: Sql, actor: string, id: string, state: StoredRuleState, expected: number | null): Promise<void> {
  await sql.query('SELECT api.set_rule_state($1, $2, $3, $4)', [actor, id, state, expected]);
}
