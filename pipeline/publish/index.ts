// JSON documents of the events, findings and alerts that the configuration asks for: one per format, on the sink topic of format and organization.
import { z } from 'zod';
import type { Outcome, Output } from '../core/index.ts';
import { defineStage, pass, send } from '../core/index.ts';
import type { Alert, Enriched, Finding, Severity } from '../../schemas/avro/types.gen.ts';
import { sinkTopic } from '../../topologies/topics.ts';
import * as ecs from './ecs/index.ts';
import * as ocsf from './ocsf/index.ts';

const severities = ['informational', 'low', 'medium', 'high', 'critical'] as const satisfies readonly Severity[];

const MEMBERS = { ecs, ocsf } as const;
const formats = z.array(z.enum(['ecs', 'ocsf']));

export const config = z.strictObject({
  formats: formats
    .default(['ecs'])
    .meta({ description: 'Forms in which documents are published, each to a topic of its own: `ecs`, `ocsf`. Empty = nothing is published.' }),
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

const isAtLeast = (severity: Severity, least: Severity) => severities.indexOf(severity) >= severities.indexOf(least);
const isListed = (list: readonly string[], value: string) => list.includes('*') || list.includes(value);
const json = (document: object) => Buffer.from(JSON.stringify(document));
const publicId = (time: number, id: string) => `${time}-${id}`;

/** One document for each format that the organization has. */
const documents =
  ({ formats: usual, formatsOfOrganization }: PublishConfig) =>
  (organization: string, key: string, documentOf: (member: (typeof MEMBERS)[keyof typeof MEMBERS]) => object): readonly Output<unknown>[] => {
    const wanted = Object.hasOwn(formatsOfOrganization, organization) ? formatsOfOrganization[organization]! : usual;
    return [...new Set(wanted)].map((format) => send(sinkTopic(organization, format), key, json(documentOf(MEMBERS[format]))));
  };

export const publishEvents = (options: PublishConfig) => {
  const { eventKinds, eventDatasets, minEventSeverity } = options;
  const published = documents(options);
  return defineStage<Enriched>()({
    name: 'publish-events',
    reads: { event: true, context: true },
    process({ value: { event, context } }): Outcome<Enriched> {
      if (!isListed(eventKinds, event.kind) || !isListed(eventDatasets, event.dataset) || (event.severity ?? 0) < minEventSeverity) return pass();
      return pass(...published(event.organization, publicId(event.time, event.id), ({ eventDocument }) => eventDocument(event, context)));
    },
  });
};

export const publishFindings = (options: PublishConfig) => {
  const published = documents(options);
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
      events: true,
      eventCount: true,
      supersedes: true,
      revisable: { revision: true, isWithdrawn: true },
      suppressedBy: true,
    },
    process({ value: finding }): Outcome<Finding> {
      if (finding.status === 'draft' || finding.suppressedBy !== null || !isAtLeast(finding.severity, options.minFindingSeverity)) return pass();
      return pass(...published(finding.organization, finding.id, ({ findingDocument }) => findingDocument(finding)));
    },
  });
};

export const publishAlerts = (options: PublishConfig) => {
  const published = documents(options);
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
    process({ value: alert }): Outcome<Alert> {
      if (!isAtLeast(alert.severity, options.minAlertSeverity)) return pass();
      return pass(...published(alert.organization, alert.id, ({ alertDocument }) => alertDocument(alert)));
    },
  });
};
