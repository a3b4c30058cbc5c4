// Why a finding was made: worked out when somebody asks, from the rule as it was and the events as they are kept. Nothing of it is stored.
import { linkFiles, parseFile } from '../../domains/sigma/index.ts';
import type { ExplainedCorrelation, Explanation, ParsedFile, RuleSetOptions } from '../../domains/sigma/index.ts';
import type { EventRef, MatchedField } from '../../schemas/avro/types.gen.ts';
import type { EventRow } from '../../store/queries/events.ts';
import type { FindingRow } from '../../store/queries/findings.ts';
import { documentsOfSet, ruleTextOfHash } from '../../store/queries/rule-revisions.ts';
import type { Sql } from '../../store/queries/sql.ts';
import type { InOrganization } from '../database.ts';
import { ApiProblem } from '../gate/problem.ts';
import type { Detection } from './detection.ts';
import { canonicalOf, storedDocument } from './documents.ts';

/**
 * `no_rule`: a detector or a hunt made it. `rule_gone`: this version of the rule, or of one that it refers to, is not known (any more), or this version
 * of Goshawk does not read it. `event_gone`: the event is neither stored yet nor kept.
 */
export type Missing = 'no_rule' | 'rule_gone' | 'event_gone';
export interface ExplainedStep {
  readonly ruleId: string;
  readonly title: string;
  /** It is missed when nothing meets it. */
  readonly isAwaited: boolean;
  /** Oldest first. */
  readonly matches: readonly { readonly event: EventRef; readonly value: string | null }[];
}
export interface CorrelationStory extends Pick<ExplainedCorrelation, 'type' | 'bounds' | 'condition' | 'percentile' | 'measured'> {
  readonly timespanSeconds: number;
  readonly groups: readonly MatchedField[];
  /** Fields whose values count. */
  readonly counted: readonly string[];
  /** False: `measured` is of the events that were looked at, and more contributed. */
  readonly isExact: boolean;
  readonly lookedAt: number;
  readonly steps: readonly ExplainedStep[];
}
export type FindingExplanation = { readonly missing: Missing } | { readonly rule: Explanation } | { readonly correlation: CorrelationStory };

/** Of all events that a correlation is explained by. */
const MOST_CHARS = 8_000_000;
/** Correlations of correlations. */
const MOST_LEVELS = 5;

interface ExplanationDeps {
  readonly run: InOrganization;
  readonly detection: Detection | undefined;
  readonly ruleOptions?: RuleSetOptions | undefined;
}
/** The stored ones, else the copies that alerts keep, else null; in the order asked. */
type EventsOf = (refs: readonly EventRef[]) => Promise<readonly (EventRow | null)[]>;

export class FindingExplanations {
  readonly #deps: ExplanationDeps;

  constructor(deps: ExplanationDeps) {
    this.#deps = deps;
  }

  /** @throws ApiProblem QUERY_TIMEOUT; CONFLICT where this process cannot ask rules */
  async explain(organization: string, finding: FindingRow, eventsOf: EventsOf): Promise<FindingExplanation> {
    const { run, detection } = this.#deps;
    if (finding.kind !== 'rule' && finding.kind !== 'correlation') return { missing: 'no_rule' };
    if (detection === undefined) throw new ApiProblem('CONFLICT', 'This process cannot ask rules.');
    const isRule = finding.kind === 'rule';
    const ran = await run(organization, (sql) => (isRule ? this.#ruleOf(sql, finding) : this.#correlationOf(sql, finding)), { reads: true });
    if (ran === undefined) return { missing: 'rule_gone' };
    if (!isRule) return this.#counted(detection, finding, ran, eventsOf);
    const [event] = await eventsOf(finding.events.slice(0, 1));
    if (event === null || event === undefined) return { missing: 'event_gone' };
    return { rule: await detection.explain(ran.text, storedDocument(event), ran.others) };
  }

  #parse(text: string): ParsedFile {
    return parseFile({ file: '', text }, this.#deps.ruleOptions);
  }

  /** The document whose hash the finding carries. With filters applied the hash is of all of them together. */
  async #ruleOf(sql: Sql, finding: FindingRow): Promise<Ran | undefined> {
    const { ruleId, ruleVersion } = finding;
    const plain = await ruleTextOfHash(sql, ruleId, ruleVersion);
    if (plain !== undefined) return this.#parse(plain).rules.length > 0 ? { text: plain, others: [] } : undefined;
    const [rule] = await documentsOfSet(sql, setOf(finding), { names: [ruleId] });
    if (rule === undefined) return undefined;
    const others = (await documentsOfSet(sql, setOf(finding), 'filters')).map(({ text }) => text);
    const { rules } = linkFiles([rule.text, ...others].map((text) => this.#parse(text)));
    return rules.find(({ key }) => key === ruleId)?.version === ruleVersion ? { text: rule.text, others } : undefined;
  }

  /** The correlation, what it refers to, what that refers to, and all filters. */
  async #correlationOf(sql: Sql, finding: FindingRow): Promise<Ran | undefined> {
    const text = await ruleTextOfHash(sql, finding.ruleId, finding.ruleVersion);
    const [correlation] = text === undefined ? [] : this.#parse(text).correlations;
    if (text === undefined || correlation === undefined) return undefined;
    const set = setOf(finding);
    const found = new Map<string, string>();
    let names = correlation.rules;
    for (let level = 0; names.length > 0 && level < MOST_LEVELS; level += 1) {
      const documents = (await documentsOfSet(sql, set, { names })).filter(({ id }) => !found.has(id));
      for (const { id, text: one } of documents) found.set(id, one);
      names = documents.filter(({ kind }) => kind === 'correlation').flatMap(({ refersTo }) => refersTo);
    }
    const filters = await documentsOfSet(sql, set, 'filters');
    return { text, others: [...found.values(), ...filters.map((filter) => filter.text)] };
  }

  async #counted(detection: Detection, finding: FindingRow, { text, others }: Ran, eventsOf: EventsOf): Promise<FindingExplanation> {
    const refs = [...new Map(finding.events.map((ref) => [`${ref.time}-${ref.id}`, ref])).values()];
    const kept = withinSize((await eventsOf(refs)).flatMap((event, at) => (event === null ? [] : [{ event, ref: refs[at]! }])));
    const names = countedNames(this.#parse(text));
    const documents = kept.map(({ event }) => ({ ...storedDocument(event), canonical: firstTexts(canonicalOf(event, names)) }));
    const told = await detection.explainCorrelation(text, others, documents);
    if (told === null) return { missing: 'rule_gone' };
    const { type, bounds, condition, percentile, measured, timespanMicros, groupBy, valueFields, rules, events } = told;
    const isCount = type === 'event_count';
    return {
      correlation: {
        type,
        bounds,
        condition,
        percentile,
        measured: isCount ? finding.eventCount : measured, // the stage has counted all of them
        isExact: isCount || (kept.length === refs.length && finding.eventCount <= finding.events.length),
        lookedAt: kept.length,
        timespanSeconds: timespanMicros / 1_000_000,
        groups: finding.fields.slice(0, groupBy.length),
        counted: valueFields,
        steps: rules.map(({ key, title, isAwaited }) => ({
          ruleId: key,
          title,
          isAwaited,
          matches: kept.flatMap(({ ref }, at) => events[at]!.filter(({ rule }) => rule === key).map(({ value }) => ({ event: ref, value }))),
        })),
      },
    };
  }
}

/** A document as it was, with what was applied to it or what it refers to. */
interface Ran {
  readonly text: string;
  readonly others: readonly string[];
}
/** Of findings from before there were sets, rules as they are now. */
const setOf = ({ ruleSet }: FindingRow): number | null => (ruleSet === 0 ? null : ruleSet);

/** Fields whose values a correlation counts, by all names that its rules have for them. */
const countedNames = ({ correlations }: ParsedFile): ReadonlySet<string> =>
  new Set(correlations.flatMap(({ valueFields, aliases }) => valueFields.flatMap((name) => [...(aliases.get(name)?.values() ?? [name])])));

/** The first value where an event has several, as correlations read them. */
const firstTexts = (values: Readonly<Record<string, unknown>>): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, String([value].flat()[0])]));

function withinSize<T extends { readonly event: EventRow }>(all: readonly T[]): readonly T[] {
  let chars = 0;
  return all.filter(({ event }) => (chars += event.native.length) <= MOST_CHARS);
}
