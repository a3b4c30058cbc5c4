// JSON documents of the events, findings and alerts that configuration and subscriptions ask for: one per format, on the sink topic of format and organization.
import { z } from 'zod';
import { compileEventSearch } from '../../domains/search/event-match.ts';
import { enrichedFields, SearchedEvent } from '../../domains/search/enriched.ts';
import { compileRecordSearch } from '../../domains/search/record-match.ts';
import { alertFields, findingFields, levelIndex } from '../../domains/search/records.ts';
import type { SearchedAlert, SearchedFinding } from '../../domains/search/records.ts';
import { LEVEL_STARTS } from '../../domains/search/values.ts';
import type { Outcome } from '../core/index.ts';
import { defineStage, pass } from '../core/index.ts';
import type { Alert, Enriched, EventRef, Finding, Severity } from '../../schemas/avro/types.gen.ts';
import { publicId } from '../../schemas/avro/ecs.ts';
import { documents } from './documents.ts';
import * as ecs from './ecs/index.ts';
import * as ocsf from './ocsf/index.ts';
import { FORMATS, subscriptionsOf } from './subscriptions.ts';
import type { Format, Taker, Takers, TellSkipped } from './subscriptions.ts';

export { publishMetrics } from './metrics.ts';

const severities = ['informational', 'low', 'medium', 'high', 'critical'] as const satisfies readonly Severity[];

const MEMBERS = { ecs, ocsf } as const satisfies Record<Format, unknown>;
const formats = z.array(z.enum(FORMATS));

export const config = z.strictObject({
  formats: formats
    .default(['ecs'])
    .meta({ description: 'Forms in which documents are published, each to a topic of its own: `ecs`, `ocsf`. Empty = only what subscriptions ask for.' }),
  formatsOfOrganization: z.record(z.string(), formats).default({}).meta({ description: 'In place of `formats`, by organization: `{ acme: [ecs, ocsf] }`.' }),
  eventKinds: z.array(z.string()).default(['alert']).meta({ description: 'Kinds of events (ECS event.kind) that are published; `*` for all, empty for none.' }),
  eventDatasets: z.array(z.string()).default(['*']).meta({ description: 'Datasets of events that are published; `*` for all.' }),
  minEventSeverity: z
    .int()
    .min(0)
    .max(100)
    .default(0)
    .meta({ description: 'Events below this severity (0 to 100) are not published; an event without one counts as 0.' }),
  minFindingSeverity: z.enum(severities).default('low').meta({ description: 'Findings below this severity are not published.' }),
  minAlertSeverity: z.enum(severities).default('low').meta({ description: 'Alerts below this severity are not published.' }),
});
export type PublishConfig = z.infer<typeof config>;

const isListed = (list: readonly string[], value: string) => list.includes('*') || list.includes(value);
const NOBODY: readonly never[] = [];

/** Formats that the configuration gives an organization. */
const formatsOf = ({ formats: usual, formatsOfOrganization }: PublishConfig, organization: string): readonly Format[] =>
  Object.hasOwn(formatsOfOrganization, organization) ? formatsOfOrganization[organization]! : usual;

/** Those who want a record that is this severe. @param record Asked for only where somebody has a query. */
function wanting<R>(takers: readonly Taker<R>[], severity: number, record: () => R): readonly Taker<R>[] {
  let asked: R | undefined;
  return takers.filter(({ least, matches }) => severity >= least && (matches === null || matches((asked ??= record()))));
}
/** Of those, who may want what comes from these events. */
const withDatasetOf = <R>({ all, byDataset }: Takers<R>, events: readonly EventRef[]): readonly Taker<R>[] =>
  byDataset.size === 0 ? all : all.filter(({ datasets }) => datasets === null || events.some(({ dataset }) => datasets.has(dataset)));

const untold: TellSkipped = () => {};

export const publishEvents = (options: PublishConfig, tellSkipped: TellSkipped = untold) => {
  const { eventKinds, eventDatasets, minEventSeverity } = options;
  const subscriptions = subscriptionsOf<SearchedEvent>(
    { kind: 'event', leastOf: (severity) => LEVEL_STARTS[levelIndex(severity)]!, compile: (search) => compileEventSearch(search, enrichedFields) },
    tellSkipped,
  );
  return defineStage<Enriched>()({
    name: 'publish-events',
    reads: { event: true, context: true },
    process({ value: enriched, appendedAt }, { reference }): Outcome<Enriched> {
      const { event, context } = enriched;
      const { organization, dataset } = event;
      const severity = event.severity ?? 0;
      const isUsual = isListed(eventKinds, event.kind) && isListed(eventDatasets, dataset) && severity >= minEventSeverity;
      const those = subscriptions(reference, organization, appendedAt);
      const takers = those === undefined ? NOBODY : wanting(those.byDataset.get(dataset) ?? those.ofOthers, severity, () => new SearchedEvent(enriched));
      if (!isUsual && takers.length === 0) return pass();
      const id = publicId(event);
      const usual = isUsual ? formatsOf(options, organization) : NOBODY;
      return pass(...documents({ organization, kind: 'event', key: id, id, dataset }, usual, takers, (format) => MEMBERS[format].eventText(event, context)));
    },
  });
};

export const publishFindings = (options: PublishConfig, tellSkipped: TellSkipped = untold) => {
  const subscriptions = subscriptionsOf<SearchedFinding>(
    { kind: 'finding', leastOf: levelIndex, compile: (search) => compileRecordSearch(search, findingFields) },
    tellSkipped,
  );
  const usualLeast = levelIndex(options.minFindingSeverity);
  return defineStage<Finding>()({
    name: 'publish-findings',
    reads: {
      id: true,
      organization: true,
      time: true,
      lastTime: true,
      kind: true,
      ruleId: true,
      ruleVersion: true,
      title: true,
      description: true,
      author: true,
      license: true,
      reference: true,
      severity: true,
      status: true,
      tags: true,
      entities: true,
      fields: true,
      events: true,
      eventCount: true,
      supersedes: true,
      reason: true,
      revisable: { revision: true, isWithdrawn: true },
      suppressedBy: true,
    },
    process({ value: finding, appendedAt }, { reference }): Outcome<Finding> {
      if (finding.status === 'draft' || finding.suppressedBy !== null) return pass();
      const { organization, revisable } = finding;
      const severity = levelIndex(finding.severity);
      const those = subscriptions(reference, organization, appendedAt);
      const takers = those === undefined ? NOBODY : wanting(withDatasetOf(those, finding.events), severity, () => finding);
      const usual = severity >= usualLeast ? formatsOf(options, organization) : NOBODY;
      const id = `${finding.id}-${revisable?.revision ?? 1}`;
      const subject = { organization, kind: 'finding', key: finding.id, id, dataset: 'goshawk.finding' } as const;
      return pass(...documents(subject, usual, takers, (format) => JSON.stringify(MEMBERS[format].findingDocument(finding))));
    },
  });
};

export const publishAlerts = (options: PublishConfig, tellSkipped: TellSkipped = untold) => {
  const subscriptions = subscriptionsOf<SearchedAlert>(
    { kind: 'alert', leastOf: levelIndex, compile: (search) => compileRecordSearch(search, alertFields) },
    tellSkipped,
  );
  const usualLeast = levelIndex(options.minAlertSeverity);
  return defineStage<Alert>()({
    name: 'publish-alerts',
    reads: {
      id: true,
      organization: true,
      revision: true,
      time: true,
      lastTime: true,
      title: true,
      severity: true,
      score: true,
      ruleIds: true,
      tags: true,
      entities: true,
      findings: true,
      findingCount: true,
      events: true,
      eventCount: true,
      reason: true,
    },
    process({ value: alert, appendedAt }, { reference }): Outcome<Alert> {
      const { organization } = alert;
      const severity = levelIndex(alert.severity);
      const those = subscriptions(reference, organization, appendedAt);
      const takers = those === undefined ? NOBODY : wanting(withDatasetOf(those, alert.events), severity, () => alert);
      const usual = severity >= usualLeast ? formatsOf(options, organization) : NOBODY;
      const subject = { organization, kind: 'alert', key: alert.id, id: `${alert.id}-${alert.revision}`, dataset: 'goshawk.alert' } as const;
      return pass(...documents(subject, usual, takers, (format) => JSON.stringify(MEMBERS[format].alertDocument(alert))));
    },
  });
};
