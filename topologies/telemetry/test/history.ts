// Raw records of a few minutes and the stages that make alerts of them, for the tests of event time.
import { openLateness } from '../../../pipeline/core/lateness.ts';
import { defineTopology, stage } from '../../../pipeline/core/topology.ts';
import { alert, config as alertConfig } from '../../../pipeline/alert/index.ts';
import { config as correlateConfig, correlate } from '../../../pipeline/correlate/index.ts';
import { config as detectConfig, detect } from '../../../pipeline/detect/index.ts';
import { openEngine } from '../../../pipeline/detect/open-rules.ts';
import { config as enrichConfig, enrich } from '../../../pipeline/enrich/index.ts';
import { config as featuresConfig, features, partials } from '../../../pipeline/features/index.ts';
import { config as ingestConfig, ingest } from '../../../pipeline/ingest/index.ts';
import { config as validateConfig, validate } from '../../../pipeline/validate/index.ts';
import { parseRuleSet } from '../../../domains/sigma/index.ts';
import type { Finding } from '../../../schemas/avro/types.gen.ts';
import { topics } from '../../topics.ts';
import { flow } from '../flow.ts';

const SECOND = 1_000_000;
export const MINUTE = 60 * SECOND;
const RULES = parseRuleSet([
  {
    file: 'time.yml',
    text: ['windows', 'aws']
      .map((product) => `title: ${product}\nname: ${product}\nlogsource: {product: ${product}}\ndetection: {s: {message: ${product}}, condition: s}\n---\n`)
      .concat(
        ['asked', 'answered'].map(
          (message) => `title: ${message}\nname: ${message}\nlogsource: {product: windows}\ndetection: {s: {message: ${message}}, condition: s}\n---\n`,
        ),
        'title: Unanswered\nname: unanswered\nstatus: stable\nlevel: low\ncorrelation: {type: goshawk, rules: [asked, answered], group-by: [user.name], timespan: 60s}\ngoshawk: {absence: {of: answered}}\n---\n',
        'title: Thrice\nname: thrice\nstatus: stable\nlevel: high\ncorrelation: {type: event_count, rules: [windows], group-by: [user.name], timespan: 60s, condition: {gte: 3}}\n---\n',
        'title: Both\nname: both\nstatus: stable\nlevel: low\ncorrelation: {type: temporal_ordered, rules: [windows, aws], group-by: [user.name], timespan: 120s}\n',
      )
      .join(''),
  },
]);

const FEATURES = featuresConfig.parse({ windowSeconds: [60, 300] });

export async function topologyOf(isLane: boolean) {
  const lateness = openLateness();
  return defineTopology(
    'time',
    [
      stage(await ingest(ingestConfig.parse({}), { installation: 'one' }), flow.ingest),
      stage(validate(validateConfig.parse({ maxPastDays: 10_000 })), flow.validate),
      stage(await enrich(enrichConfig.parse({})), flow.enrich),
      stage(detect(detectConfig.parse({}), { set: RULES, engine: openEngine(RULES, { isGated: false }), isOwn: () => true }), flow.detect),
      stage(correlate(correlateConfig.parse({}), RULES, { lateness, isLane }), flow.correlate),
      stage(alert(alertConfig.parse({ revisionsPerMinute: 1000 }), { isLane }), flow.alert),
      stage(partials(FEATURES, { isLane }), flow.partials),
      stage(features(FEATURES, { isLane }), flow.features),
    ],
    { latenessOf: lateness.of, maxFuture: 5 * MINUTE },
  );
}
export const platform = { deadLetters: topics.deadLetters, ledger: topics.ledger };

export interface Told {
  readonly at: number; // microseconds
  readonly product: 'windows' | 'aws';
  readonly user: string;
  readonly partition: number;
  /** The product unless given. */
  readonly message?: string;
}
export const rawOf = ({ at, product, user, partition, message = product }: Told) => ({
  key: null,
  partition,
  value: Buffer.from(
    JSON.stringify({
      '@timestamp': new Date(Math.floor(at / 1000)).toISOString(),
      event: { dataset: product === 'aws' ? 'aws.cloudtrail' : 'windows.sysmon', kind: 'event' },
      host: { name: `host-${user}` },
      user: { name: user },
      message,
    }),
  ),
});

/** Numbers that look random and are the same in every run. */
function numbers(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

export const STEP = 4 * SECOND;
export const EVENTS = 160;
/**
 * Ten minutes of three users, with what comes late, and a little that comes far too late.
 * @param hasSlow Some are of a dataset that may be twenty minutes late: lanes wait for it, so that little comes behind their watermark.
 */
export function history(startMs: number, seed: number, hasSlow = true): readonly Told[] {
  const next = numbers(seed);
  return Array.from({ length: EVENTS }, (_unused, n): Told => {
    const product = next(4) === 0 && hasSlow ? 'aws' : 'windows';
    const user = ['ada', 'bob', 'eve'][next(3)]!;
    const late = next(10) === 0 ? next(300) * SECOND : user === 'eve' && next(8) === 0 ? 2000 * SECOND : next(20) * SECOND;
    return { at: startMs * 1000 + n * STEP - late, product, user, partition: product === 'aws' ? 0 : next(2) };
  });
}

/** Correlations as they stand in the end, by what they rest on. */
export function standing(findings: readonly Finding[]): readonly string[] {
  const last = new Map<string, Finding>();
  const replaced = new Set<string>();
  for (const finding of findings.filter(({ kind }) => kind === 'correlation')) {
    const before = last.get(finding.id);
    if (before !== undefined && before.revisable!.revision >= finding.revisable!.revision) continue;
    last.set(finding.id, finding);
    replaced.delete(finding.id);
    if (finding.supersedes !== null) replaced.add(finding.supersedes);
  }
  return [...last.values()]
    .filter(({ id, revisable }) => !replaced.has(id) && !revisable!.isWithdrawn)
    .map(({ id, groupKey, time, lastTime, eventCount }) => `${groupKey} ${id} ${time} ${lastTime} ${eventCount}`)
    .sort();
}
