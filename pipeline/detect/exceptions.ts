// Exceptions of organizations, as of append time: asked only about events that a rule has met.
import type { ReferenceTables, Micros } from '../core/index.ts';
import { exceptionRule } from '../../domains/sigma/index.ts';
import type { RuleLogsource } from '../../domains/sigma/index.ts';
import type { RefSuppression } from '../../schemas/avro/types.gen.ts';
import { refTables } from '../../topologies/topics.ts';
import { aliasesOf } from './aliases.ts';
import { Engine } from './match/engine.ts';
import type { EventDocument, EventLogsource } from './match/engine.ts';

export interface MetExceptions {
  /** The first, by id, that is for this rule or correlation; null when there is none. */
  readonly of: (key: string) => string | null;
}

/** Those of one organization. */
export class Exceptions {
  readonly #rows: readonly Pick<RefSuppression, 'id' | 'ruleIds' | 'conditions'>[];
  readonly #engines = new Map<string, Engine>();

  /** @param rows In the order in which they are asked. */
  constructor(rows: readonly Pick<RefSuppression, 'id' | 'ruleIds' | 'conditions'>[]) {
    this.#rows = rows;
  }

  /**
   * What of them the event meets.
   * @param logsource Of a rule that has met the event: fields of the conditions have the other names that they have there.
   */
  met(logsource: RuleLogsource, event: EventLogsource, document: EventDocument): MetExceptions {
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

const NONE: ReadonlyMap<string, Exceptions> = new Map();
function build(rows: Iterable<RefSuppression>): ReadonlyMap<string, Exceptions> {
  const byOrganization = Map.groupBy(rows, ({ organization }) => organization);
  return byOrganization.size === 0 ? NONE : new Map([...byOrganization].map(([organization, own]) => [organization, new Exceptions(own)]));
}

/** In force at an append time; undefined when the organization has none. */
export const exceptionsOf = (tables: ReferenceTables, organization: string, appendedAt: Micros): Exceptions | undefined =>
  tables.derived(refTables.suppressions, appendedAt, build).get(organization);
