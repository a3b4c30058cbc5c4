// Exceptions of organizations, as of append time: asked only about events that a rule has met.
import type { ReferenceTables, Micros } from '../core/index.ts';
import { exceptionRule } from '../../domains/sigma/index.ts';
import type { LinkedRule, RuleLogsource } from '../../domains/sigma/index.ts';
import type { RefSuppression } from '../../schemas/avro/types.gen.ts';
import { refTables } from '../../topologies/topics.ts';
import { aliasesOf } from './aliases.ts';
import { Engine } from './match/engine.ts';
import type { EventDocument, EventLogsource } from './match/engine.ts';

/** Those of one organization. */
export class Exceptions {
  readonly #rows: readonly Pick<RefSuppression, 'id' | 'ruleIds' | 'conditions'>[];
  readonly #engines = new Map<string, Engine>();

  /** @param rows In the order in which they are asked. */
  constructor(rows: readonly Pick<RefSuppression, 'id' | 'ruleIds' | 'conditions'>[]) {
    this.#rows = rows;
  }

  /**
   * The first exception of the rule that the event meets, by id; null when there is none.
   * @param rule That has met the event.
   */
  met(rule: Pick<LinkedRule, 'key' | 'logsource'>, logsource: EventLogsource, document: EventDocument): string | null {
    const asked = new Set(this.#rows.filter(({ ruleIds }) => ruleIds.length === 0 || ruleIds.includes(rule.key)).map(({ id }) => id));
    if (asked.size === 0) return null;
    return (
      this.#engineFor(rule.logsource)
        .match(logsource, document)
        .find((match) => asked.has(match.rule.key))?.rule.key ?? null
    );
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
