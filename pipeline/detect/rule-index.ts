// Rules compiled for each organization. What all share is one engine; an organization's own rules, and those of all that its filters or
// correlations change, are another, which sees that organization's events only.
import type { LinkedCorrelation, LinkedRule, NumberedRules, OrganizationRules } from '../../domains/sigma/index.ts';
import type { FindingStatus } from '../../schemas/avro/types.gen.ts';
import type { Engine, EventDocument, EventLogsource, RuleMatch } from './match/engine.ts';
import { openEngine } from './open-rules.ts';

export class OrganizationIndex {
  /** What findings of a rule or correlation are, by key. */
  readonly stateOf: (key: string) => FindingStatus;
  readonly correlations: ReadonlyMap<string, LinkedCorrelation>;
  readonly #shared: Engine;
  /** Null where it has none of its own. */
  readonly #own: Engine | null;
  /** Keys of shared rules that it does not run, or not as they are. */
  readonly #hidden: ReadonlySet<string>;

  /** @param shared Compiled from `common`. */
  constructor({ set, stateOf }: OrganizationRules, common: OrganizationRules, shared: Engine) {
    this.stateOf = stateOf;
    this.correlations = new Map(set.correlations.map((correlation) => [correlation.key, correlation]));
    this.#shared = shared;
    const sharedRules = new Map(common.set.rules.map((rule) => [rule.key, rule]));
    const own = set.rules.filter((rule) => !isSame(rule, sharedRules.get(rule.key)));
    const running = new Set(set.rules.map(({ key }) => key));
    this.#own = own.length === 0 ? null : openEngine({ ...set, rules: own });
    this.#hidden = new Set([...sharedRules.keys()].filter((key) => !running.has(key)).concat(own.map(({ key }) => key)));
  }

  /**
   * All rules of the organization that the event meets.
   * @throws SyntaxError when the bytes are no JSON object
   */
  match(logsource: EventLogsource, document: EventDocument): readonly RuleMatch[] {
    const shared = this.#shared.match(logsource, document);
    const seen = shared.length === 0 || this.#hidden.size === 0 ? shared : shared.filter(({ rule }) => !this.#hidden.has(rule.key));
    if (this.#own === null) return seen;
    const own = this.#own.match(logsource, document);
    return own.length === 0 ? seen : [...seen, ...own];
  }

  /** Rules of the organization whose condition was asked of the last event that was matched here. */
  lastAsked(logsource: EventLogsource): readonly LinkedRule[] {
    return [...this.#shared.lastAsked(logsource).filter(({ key }) => !this.#hidden.has(key)), ...(this.#own?.lastAsked(logsource) ?? [])];
  }
}

/** Filters make another expression, correlations other readers. */
const isSame = (rule: LinkedRule, other: LinkedRule | undefined): boolean =>
  other !== undefined &&
  rule.expression === other.expression &&
  rule.isAlerting === other.isAlerting &&
  rule.correlations.length === other.correlations.length &&
  rule.correlations.every((key, at) => key === other.correlations[at]);

/** Compiles what it is asked about once, and keeps it for as long as its rules are kept. */
export class RuleIndex {
  readonly #engines = new WeakMap<OrganizationRules, Engine>();
  readonly #indexes = new WeakMap<OrganizationRules, { readonly common: OrganizationRules; readonly index: OrganizationIndex }>();

  /** @param engine Made from the rules elsewhere. */
  remember(rules: OrganizationRules, engine: Engine): void {
    this.#engines.set(rules, engine);
  }

  of({ common, of }: NumberedRules, organization: string): OrganizationIndex {
    const rules = of(organization);
    const known = this.#indexes.get(rules);
    if (known?.common === common) return known.index;
    const index = new OrganizationIndex(rules, common, this.#engineOf(common));
    this.#indexes.set(rules, { common, index });
    return index;
  }

  #engineOf(rules: OrganizationRules): Engine {
    let engine = this.#engines.get(rules);
    if (engine === undefined) this.#engines.set(rules, (engine = openEngine(rules.set)));
    return engine;
  }
}
