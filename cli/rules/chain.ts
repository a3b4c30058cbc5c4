// Events through detect and correlate, one after another, in memory: the stages' own code.
import type { Micros } from '../../pipeline/core/index.ts';
import { config as correlateConfig, correlate } from '../../pipeline/correlate/index.ts';
import { config as detectConfig, detect } from '../../pipeline/detect/index.ts';
import type { Engine } from '../../pipeline/detect/match/engine.ts';
import { openEngine } from '../../pipeline/detect/open-rules.ts';
import { StageDriver } from '../../pipeline/runtime/driver.ts';
import type { RuleSet } from '../../domains/sigma/index.ts';
import { plainContext } from '../../schemas/avro/plain.ts';
import type { Event, Finding, Match } from '../../schemas/avro/types.gen.ts';
import { topics } from '../../topologies/topics.ts';

export interface ChainOptions {
  /** Compiled from the set; made here unless given. */
  readonly engine?: Engine;
  /** As in a lane: matches wait for the watermark however long that takes, so that order of arrival does not matter. */
  readonly isLane?: boolean;
}
export interface Told {
  readonly outcome: 'passed' | 'rejected';
  /** Keys of the rules that the event met, also of those that make no findings by themselves. */
  readonly met: readonly string[];
  /** Of what the event made true, correlations included. */
  readonly findings: readonly Finding[];
}
type Outputs = readonly { readonly to: string; readonly value: unknown }[];

const NO_CONTEXT = plainContext();
/** No rule is a shadow for finding too much, or being asked too often. */
const CONFIG = detectConfig.parse({ findingsPerHour: Number.MAX_SAFE_INTEGER, candidatesPerSecond: Number.MAX_SAFE_INTEGER });

/** State is that of the correlations, within their bounds; events are not kept. */
export class RuleChain {
  readonly #detecting;
  readonly #correlating;

  constructor(set: RuleSet, { engine = openEngine(set), isLane = false }: ChainOptions = {}) {
    this.#detecting = new StageDriver(detect(CONFIG, { set, engine, isOwn: () => true }));
    this.#correlating = new StageDriver(correlate(correlateConfig.parse({}), set, { isLane }));
  }

  send(event: Event, appendedAt: Micros): Told {
    const { outcome, outputs } = this.#detecting.send({ event, context: NO_CONTEXT }, { appendedAt });
    const met = new Set(outputs.map(({ value }) => (value as Finding | Match).ruleId));
    return { outcome: outcome === 'rejected' ? 'rejected' : 'passed', met: [...met], findings: this.#correlated(outputs, appendedAt) };
  }

  /**
   * No event before `watermark` is to come.
   * @param dataset Of this dataset; of all unless given.
   * @returns Findings of correlations that waited for it
   */
  advance(watermark: Micros, appendedAt: Micros, dataset?: string): readonly Finding[] {
    return this.#correlated(this.#correlating.advance(watermark, dataset), appendedAt);
  }

  #correlated(outputs: Outputs, appendedAt: Micros): readonly Finding[] {
    return outputs.flatMap(({ to, value }) => {
      if (to === topics.findings.name) return [value as Finding];
      return to === topics.matches.name ? this.#correlated(this.#correlating.send(value as Match, { appendedAt }).outputs, appendedAt) : [];
    });
  }
}
