// Exceptions of organizations, as of append time: asked only about events that a rule has met.
import type { ReferenceTables, Micros } from '../core/index.ts';
import { canonicalNames, exceptionRule, withCanonical } from '../../domains/sigma/index.ts';
import type { RuleLogsource } from '../../domains/sigma/index.ts';
import type { RefSuppression } from '../../schemas/avro/types.gen.ts';
import { refTables } from '../../topologies/topics.ts';
import { aliasesOf } from './aliases.ts';
import { Engine } from './match/engine.ts';
import type { EventLogsource } from './match/engine.ts';
import { parseJson } from './match/object-reader.ts';
import type { JsonObject } from './match/object-reader.ts';

export interface MetExceptions {
  /** The first, by id, that is for this rule or correlation; null when there is none. */
  readonly of: (key: string) => string | null;
}

/** Those of one organization. */
export class Exceptions {
  readonly #rows: readonly Pick<RefSuppression, 'id' | 'ruleIds' | 'conditions'>[];
  readonly #engines = new Map<string, Engine>();
  /** Names of ECS that their conditions ask for. */
  readonly #canonical: ReadonlySet<string>;

  /** @param rows In the order in which they are asked. */
  constructor(rows: readonly Pick<RefSuppression, 'id' | 'ruleIds' | 'conditions'>[]) {
    this.#rows = rows;
    this.#canonical = new Set(rows.flatMap(({ conditions }) => [...canonicalNames(JSON.parse(conditions))]));
  }

  /**
   * What of them the event meets.
   * @param logsource Of a rule that has met the event: fields of the conditions have the other names that they have there.
   * @param native The sensor's document, a JSON object.
   * @param canonical What the event has under a name of ECS, where the document has no such field; undefined for nothing.
   */
  met(logsource: RuleLogsource, event: EventLogsource, native: Uint8Array, canonical: (name: string) => unknown): MetExceptions {
    const document = this.#canonical.size === 0 ? native : withCanonical(parsed(native), this.#canonical, canonical);
    const met = new Set(
      this.#engineFor(logsource)
        .match(event, document)
        .map(({ rule }) => rule.key),
    );
    return { of: (key) => this.#rows.find(({ id, ruleIds }) => met.has(id) && (ruleIds.length === 0 || ruleIds.includes(key)))?.id ?? null };
  }

  /** One per log source of rules, since fields have other names by it. */
  #engineFor(logsource: RuleLogsource): Engine {
    const name = [logsource.product, logsource.category, logsource.service].join('|');
    let engine = this.#engines.get(name);
    if (engine === undefined) {
      const rules = this.#rows.flatMap(({ id, conditions }) => exceptionRule({ id, conditions: JSON.parse(conditions) as unknown }, logsource) ?? []);
      this.#engines.set(name, (engine = new Engine(rules, { aliasesOf })));
    }
    return engine;
  }
}

const parsed = (native: Uint8Array): JsonObject => parseJson(Buffer.from(native.buffer, native.byteOffset, native.byteLength).toString()) as JsonObject;

const NONE: ReadonlyMap<string, Exceptions> = new Map();
function build(rows: Iterable<RefSuppression>): ReadonlyMap<string, Exceptions> {
  const byOrganization = Map.groupBy(rows, ({ organization }) => organization);
  return byOrganization.size === 0 ? NONE : new Map([...byOrganization].map(([organization, own]) => [organization, new Exceptions(own)]));
}

/** In force at an append time; undefined when the organization has none. */
export const exceptionsOf = (tables: ReferenceTables, organization: string, appendedAt: Micros): Exceptions | undefined =>
  tables.derived(refTables.suppressions, appendedAt, build).get(organization);
