// Sigma rules over single events: findings for people, matches for correlations.
import { RecordError } from '../core/errors.ts';
import type { Output } from '../core/index.ts';
import { defineStage, pass, send } from '../core/index.ts';
import { findingStatus } from '../../domains/sigma/index.ts';
import type { Enriched } from '../../schemas/avro/types.gen.ts';
import { topics } from '../../topologies/topics.ts';
import type { DetectConfig } from './config.ts';
import { matchFor, matchKey } from './correlated-match.ts';
import { entitiesOf, findingOf } from './finding.ts';
import type { Origin } from './finding.ts';
import type { Engine, EventLogsource, RuleMatch } from './match/engine.ts';
import type { OpenRules } from './open-rules.ts';

export { config } from './config.ts';
export type { DetectConfig } from './config.ts';
export { uncorrelatedCounter } from './metrics.ts';
export { openRules } from './open-rules.ts';
export type { OpenRules } from './open-rules.ts';

/**
 * A finding for each rule that an event meets, and a match for each correlation that wants it. Rules that only correlations want make no
 * findings. An event that no rule meets is passed without outputs, mostly without its native document being parsed.
 */
export const detect = (
  config: DetectConfig,
  { set, engine, isOwn }: OpenRules,
  { countUncorrelated = () => undefined }: { readonly countUncorrelated?: (correlation: string) => void } = {},
) => {
  const correlations = new Map(set.correlations.map((correlation) => [correlation.key, correlation]));
  const others: Origin = { license: config.license || null, reference: config.reference || null };
  const own: Origin = { license: null, reference: null };

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
        host: { name: true },
        user: { name: true },
        targetUser: { name: true },
        source: { ip: true },
        destination: { ip: true },
        native: true,
      },
    },

    process({ value: { event } }) {
      const matches = matchesOf(engine, { product: event.product, ...event.logsource }, event.native);
      if (matches.length === 0) return pass();
      const entities = entitiesOf(event);
      const outputs: Output<unknown>[] = [];
      for (const match of matches) {
        const { rule } = match;
        if (rule.isAlerting) {
          const finding = findingOf(match, event, entities, findingStatus(rule.status, config.experimental), isOwn(rule) ? own : others);
          outputs.push(send(topics.findings, `${finding.organization}|${finding.groupKey}`, finding));
        }
        for (const key of rule.correlations) {
          const found = matchFor(correlations.get(key)!, match, event, entities);
          if (found === undefined) countUncorrelated(key);
          else outputs.push(send(topics.matches, matchKey(found), found));
        }
      }
      return pass(...outputs);
    },
  });
};

function matchesOf(engine: Engine, logsource: EventLogsource, native: Uint8Array): readonly RuleMatch[] {
  try {
    return engine.match(logsource, native);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new RecordError('DECODE_FAILED', `The native document is no JSON object (${native.length} bytes)`, {}, { cause: error });
  }
}
