// One JSON document per event, finding or alert that the configuration asks for, on the sink topic of its organization.
import { z } from 'zod';
import type { Outcome } from '../core/index.ts';
import { defineStage, pass, send } from '../core/index.ts';
import type { Alert, Enriched, Finding, Severity } from '../../schemas/avro/types.gen.ts';
import { sinkTopic } from '../../topologies/topics.ts';
import { alertDocument, eventDocument, findingDocument } from './ecs/index.ts';

const severities = ['informational', 'low', 'medium', 'high', 'critical'] as const satisfies readonly Severity[];

export const config = z.strictObject({
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

const isAtLeast = (severity: Severity, least: Severity) => severities.indexOf(severity) >= severities.indexOf(least);
const isListed = (list: readonly string[], value: string) => list.includes('*') || list.includes(value);
const json = (document: object) => Buffer.from(JSON.stringify(document));
const publicId = (time: number, id: string) => `${time}-${id}`;

export const publishEvents = ({ eventKinds, eventDatasets, minEventSeverity }: PublishConfig) =>
  defineStage<Enriched>()({
    name: 'publish-events',
    reads: { event: true, context: true },
    process({ value: { event, context } }): Outcome<Enriched> {
      if (!isListed(eventKinds, event.kind) || !isListed(eventDatasets, event.dataset) || (event.severity ?? 0) < minEventSeverity) return pass();
      return pass(send(sinkTopic(event.organization, 'ecs'), publicId(event.time, event.id), json(eventDocument(event, context))));
    },
  });

export const publishFindings = ({ minFindingSeverity }: PublishConfig) =>
  defineStage<Finding>()({
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
      events: true,
      eventCount: true,
      supersedes: true,
      revisable: { revision: true, isWithdrawn: true },
    },
    process({ value: finding }): Outcome<Finding> {
      if (finding.status === 'draft' || !isAtLeast(finding.severity, minFindingSeverity)) return pass();
      return pass(send(sinkTopic(finding.organization, 'ecs'), finding.id, json(findingDocument(finding))));
    },
  });

export const publishAlerts = ({ minAlertSeverity }: PublishConfig) =>
  defineStage<Alert>()({
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
    process({ value: alert }): Outcome<Alert> {
      if (!isAtLeast(alert.severity, minAlertSeverity)) return pass();
      return pass(send(sinkTopic(alert.organization, 'ecs'), alert.id, json(alertDocument(alert))));
    },
  });
