// Sigma rules over single events: findings for people, matches for correlations.
import { HUNT_DATASET } from '../../domains/hunt/index.ts';
import { RecordError } from '../core/errors.ts';
import type { Micros, Output, Store } from '../core/index.ts';
import { defineStage, pass, send } from '../core/index.ts';
import { keyValue } from '../core/stores.ts';
import { ActiveRules, canonicalValue, isOwnRule, numberedOf } from '../../domains/sigma/index.ts';
import type { LinkedRule } from '../../domains/sigma/index.ts';
import type { Enriched, Finding } from '../../schemas/avro/types.gen.ts';
import { refTables, topics } from '../../topologies/topics.ts';
import { askedTooOften, foundTooMuch, isSampled, overBudget, spendFinding, spendQuestion } from './budget.ts';
import type { Spent } from './budget.ts';
import type { DetectConfig } from './config.ts';
import { matchFor, matchKey } from './correlated-match.ts';
import { exceptionsOf } from './exceptions.ts';
import { entitiesOf, findingOf } from './finding.ts';
import type { MatchedEvent, Origin } from './finding.ts';
import { huntFindingOf } from './hunt.ts';
import type { EventLogsource, RuleMatch } from './match/engine.ts';
import { ruleOptionsOf } from './open-rules.ts';
import type { OpenRules } from './open-rules.ts';
import { RuleIndex } from './rule-index.ts';
import type { OrganizationIndex } from './rule-index.ts';

export { config } from './config.ts';
export type { DetectConfig } from './config.ts';
export { suppressedCounter, uncorrelatedCounter } from './metrics.ts';
export { openRules, readRules, ruleOptionsOf } from './open-rules.ts';
export type { OpenRules } from './open-rules.ts';

/**
 * A finding for each rule that an event meets, and a match for each correlation that wants it. Rules that only correlations want make no
 * findings. An event that no rule meets is passed without outputs, mostly without its native document being parsed. Rules and exceptions are
 * those in force at the event's append time; where an event meets an exception,
 * finding and match say so.
 *
 * @param files What runs until a numbered set is in force.
 */
export const detect = (
  config: DetectConfig,
  files: OpenRules,
  {
    countUncorrelated = () => undefined,
    countSuppressed = () => undefined,
  }: { readonly countUncorrelated?: (correlation: string) => void; readonly countSuppressed?: (rule: string) => void } = {},
) => {
  const others: Origin = { license: config.license || null, reference: config.reference || null };
  const own: Origin = { license: null, reference: null };
  const active = new ActiveRules(refTables.rules, numberedOf(files.set, config.experimental), ruleOptionsOf(config));
  const indexes = new RuleIndex();
  indexes.remember(active.files.common, files.engine);

  /** Counts for each rule that its condition was asked of the event that was matched last. @returns What is to be told of those that were asked too often. */
  const questionsOf = (
    index: OrganizationIndex,
    logsource: EventLogsource,
    event: MatchedEvent,
    appendedAt: Micros,
    ruleSet: number,
    budgets: Store<Spent>,
  ): Output<unknown>[] => {
    const { candidatesPerSecond } = config;
    return index
      .lastAsked(logsource)
      .filter(
        (rule) =>
          index.stateOf(rule.key) !== 'draft' && spendQuestion(budgets, budgetKey(event.organization, rule), appendedAt, candidatesPerSecond) === 'first',
      )
      .map((rule) =>
        sendFinding(
          overBudget(rule, event, appendedAt, { budget: ['candidatesPerSecond', candidatesPerSecond], reason: askedTooOften(candidatesPerSecond), ruleSet }),
        ),
      );
  };

  return defineStage<Enriched>()({
    name: 'detect',
    reads: {
      event: {
        id: true,
        time: true,
        organization: true,
        dataset: true,
        provenance: { topic: true, partition: true, offset: true },
        product: true,
        logsource: true,
        // All that has a name in ECS: exceptions may ask for it.
        sensor: true,
        kind: true,
        category: true,
        type: true,
        outcome: true,
        action: true,
        code: true,
        provider: true,
        severity: true,
        message: true,
        host: true,
        user: true,
        targetUser: true,
        source: true,
        destination: true,
        network: true,
        process: true,
        file: true,
        registry: true,
        dns: true,
        http: true,
        url: true,
        tls: true,
        rule: true,
        cloud: true,
        ecs: true,
        native: true,
      },
    },

    stores: { budgets: keyValue<Spent>() },

    process({ value: { event }, appendedAt }, { reference, stores: { budgets } }) {
      const hunted = event.dataset === HUNT_DATASET ? huntFindingOf(event) : undefined;
      if (hunted !== undefined) return pass(...hunted.map(sendFinding)); // no rule asks about it
      const rules = active.now(reference);
      const index = indexes.of(rules, event.organization);
      const logsource = { product: event.product, ...event.logsource };
      const matches = matchesOf(index, logsource, event.native);
      const ruleSet = rules.number;
      const outputs: Output<unknown>[] = isSampled(event.id) ? questionsOf(index, logsource, event, appendedAt, ruleSet, budgets) : [];
      if (matches.length === 0) return pass(...outputs);
      const exceptions = exceptionsOf(reference, event.organization, appendedAt);
      const entities = entitiesOf(event);
      for (const match of matches) {
        const { rule } = match;
        const met = exceptions?.met(rule.logsource, logsource, event.native, (name) => canonicalValue(event, name));
        const suppressedBy = met?.of(rule.key) ?? null;
        if (suppressedBy !== null) countSuppressed(rule.key);
        if (rule.isAlerting) {
          const state = index.stateOf(rule.key);
          // Shadows and what is suppressed wake nobody: they spend nothing.
          const key = budgetKey(event.organization, rule);
          const spent = state === 'draft' || suppressedBy !== null ? 'within' : spendFinding(budgets, key, appendedAt, config.findingsPerHour);
          const isOver = spent !== 'within';
          const reason = isOver
            ? budgets.get(key)?.isOverAsked === true
              ? askedTooOften(config.candidatesPerSecond)
              : foundTooMuch(config.findingsPerHour)
            : null;
          if (spent === 'first')
            outputs.push(sendFinding(overBudget(rule, event, appendedAt, { budget: ['findingsPerHour', config.findingsPerHour], reason: reason!, ruleSet })));
          const terms = {
            status: isOver ? 'draft' : state,
            origin: files.isOwn(rule) || isOwnRule(rule) ? own : others,
            ruleSet,
            suppressedBy,
            reason,
          } as const;
          outputs.push(sendFinding(findingOf(match, event, entities, terms)));
        }
        for (const key of rule.correlations) {
          const found = matchFor(index.correlations.get(key)!, match, event, entities, { ruleSet, suppressedBy: suppressedBy ?? met?.of(key) ?? null });
          if (found === undefined) countUncorrelated(key);
          else outputs.push(send(topics.matches, matchKey(found), found));
        }
      }
      return pass(...outputs);
    },
  });
};

const budgetKey = (organization: string, rule: LinkedRule): string => `${organization}|${rule.key}`;
const sendFinding = (finding: Finding) => send(topics.findings, `${finding.organization}|${finding.groupKey}`, finding);

function matchesOf(index: OrganizationIndex, logsource: EventLogsource, native: Uint8Array): readonly RuleMatch[] {
  try {
    return index.match(logsource, native);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new RecordError('DECODE_FAILED', `The native document is no JSON object (${native.length} bytes)`, {}, { cause: error });
  }
}
