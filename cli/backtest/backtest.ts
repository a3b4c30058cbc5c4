// Events through a rule set in the order in which they come, counted. What is kept is the state of correlations, never events.
import type { Micros } from '../../pipeline/core/index.ts';
import { openLateness } from '../../pipeline/core/lateness.ts';
import type { RuleSet } from '../../domains/sigma/index.ts';
import type { Event, Finding } from '../../schemas/avro/types.gen.ts';
import { openEngine } from '../../pipeline/detect/open-rules.ts';
import { RuleChain } from '../rules/chain.ts';

export interface RuleCount {
  readonly rule: string;
  readonly title: string;
  readonly kind: 'rule' | 'correlation';
  /** Events that met it; 0 of a correlation. */
  readonly matches: number;
  /** Revisions of one finding count once, those that were withdrawn not at all. */
  readonly findings: number;
}
export interface Counts {
  readonly records: number;
  readonly events: number;
  /** Records and events that the stages would have set aside, by code. */
  readonly refused: Readonly<Record<string, number>>;
  /** Inputs that were taken for a stream of their own, as they begin before the one before them had ended. */
  readonly streams: number;
  /** Of events, by their own time; null when there were none. */
  readonly span: { readonly from: Micros; readonly to: Micros } | null;
  readonly findings: number;
  /** Every rule and correlation of the set, in its order. */
  readonly rules: readonly RuleCount[];
}

const SECOND: Micros = 1_000_000;
/** As validate's default: events stamped further ahead are no clock for others. */
const MOST_AHEAD: Micros = 5 * 60 * SECOND;
const END: Micros = Number.MAX_SAFE_INTEGER;
/** Ids of correlation findings, whose revisions may come long after. */
const KEPT_IDS = 100_000;

export class Backtest {
  readonly #set: RuleSet;
  readonly #engine;
  readonly #tell: (finding: Finding) => void;
  readonly #lateness = openLateness();
  #chain: RuleChain;
  #newest: Micros = -Infinity;
  #mostLate: Micros = 0;
  #told: Micros = -Infinity;
  #isBegun = false;
  #from: Micros = Infinity;
  #to: Micros = -Infinity;
  #records = 0;
  #events = 0;
  #streams = 1;
  #findings = 0;
  readonly #refused = new Map<string, number>();
  readonly #matches = new Map<string, number>();
  readonly #found = new Map<string, number>();
  readonly #known = new Set<string>();

  /** @param tell Hears of each finding, and of each revision of one. */
  constructor(set: RuleSet, tell: (finding: Finding) => void = () => {}) {
    this.#set = set;
    this.#engine = openEngine(set);
    this.#tell = tell;
    this.#chain = this.#open();
  }

  /** Another input begins. It goes on with the stream before unless its first event is older than what was settled there. */
  begin(): void {
    this.#isBegun = true;
  }

  countRecord(): void {
    this.#records += 1;
  }
  refuse(code: string): void {
    add(this.#refused, code);
  }

  /** @param appendedAt When it was taken: an event must not be stamped far ahead of that. */
  event(event: Event, appendedAt: Micros): void {
    const { time, dataset } = event;
    if (time > appendedAt + MOST_AHEAD) return this.refuse('FUTURE_TIMESTAMP');
    if (this.#isBegun && time < this.#told) this.#restart();
    this.#isBegun = false;
    this.#events += 1;
    this.#from = Math.min(this.#from, time);
    this.#to = Math.max(this.#to, time);
    const { outcome, met, findings } = this.#chain.send(event, appendedAt);
    if (outcome === 'rejected') this.refuse('DECODE_FAILED');
    for (const rule of met) add(this.#matches, rule);
    this.#take(findings);
    this.#mostLate = Math.max(this.#mostLate, this.#lateness.of(dataset));
    if (time > this.#newest) this.#move(time, appendedAt);
  }

  /** No event is to come. */
  end(): Counts {
    this.#take(this.#chain.advance(END, END));
    const ruleCount =
      (kind: RuleCount['kind']) =>
      (rule: { readonly key: string; readonly title: string }): RuleCount => ({
        rule: rule.key,
        title: rule.title,
        kind,
        matches: this.#matches.get(rule.key) ?? 0,
        findings: this.#found.get(rule.key) ?? 0,
      });
    return {
      records: this.#records,
      events: this.#events,
      refused: Object.fromEntries(this.#refused),
      streams: this.#streams,
      span: this.#events === 0 ? null : { from: this.#from, to: this.#to },
      findings: this.#findings,
      rules: [...this.#set.rules.map(ruleCount('rule')), ...this.#set.correlations.map(ruleCount('correlation'))],
    };
  }

  #open(): RuleChain {
    return new RuleChain(this.#set, { engine: this.#engine, isLane: true });
  }

  #restart(): void {
    this.#take(this.#chain.advance(END, END));
    this.#chain = this.#open();
    this.#newest = -Infinity;
    this.#told = -Infinity;
    this.#mostLate = 0;
    this.#streams += 1;
  }

  /** The watermark stays behind the newest event by what the slowest dataset so far may be late; it moves in whole seconds. */
  #move(time: Micros, appendedAt: Micros): void {
    this.#newest = time;
    const settled = Math.floor((time - this.#mostLate) / SECOND) * SECOND;
    if (settled <= this.#told) return;
    this.#told = settled;
    this.#take(this.#chain.advance(settled, appendedAt));
  }

  #take(findings: readonly Finding[]): void {
    for (const finding of findings) {
      this.#tell(finding);
      const isKnown = this.#known.has(finding.id);
      if (finding.revisable?.isWithdrawn === true) {
        if (isKnown) this.#count(finding, -1);
        this.#known.delete(finding.id);
      } else if (!isKnown) {
        this.#count(finding, 1);
        if (finding.kind === 'correlation') this.#remember(finding.id);
      }
    }
  }

  #count({ ruleId }: Finding, by: number): void {
    this.#findings += by;
    add(this.#found, ruleId, by);
  }

  #remember(id: string): void {
    this.#known.add(id);
    if (this.#known.size > KEPT_IDS) this.#known.delete(this.#known.values().next().value!);
  }
}

const add = (counts: Map<string, number>, name: string, by = 1): void => void counts.set(name, (counts.get(name) ?? 0) + by);
