// Where a search finds its values in findings and alerts on their way: the names that it has in SQL (store/queries/search), as far as they are known then.
import type { Alert, Finding, Severity } from '../../schemas/avro/types.gen.ts';
import type { RecordFields } from './record-match.ts';
import { LEVELS } from './values.ts';

export type SearchedFinding = Pick<
  Finding,
  'id' | 'time' | 'kind' | 'ruleId' | 'title' | 'severity' | 'status' | 'tags' | 'entities' | 'fields' | 'eventCount' | 'reason'
>;
export type SearchedAlert = Pick<Alert, 'id' | 'time' | 'title' | 'severity' | 'score' | 'ruleIds' | 'tags' | 'entities' | 'findingCount' | 'eventCount'>;

/** Place of a severity among the others, 0 to 4. */
export const levelIndex = (severity: Severity): number => LEVELS.indexOf(severity);

export const findingFields: RecordFields<SearchedFinding> = {
  noun: 'Findings',
  title: ({ title }) => title,
  words: ({ tags, ruleId, fields }) => [...tags, ruleId, ...fields.map(({ value }) => value)],
  entities: ({ entities }) => entities,
  severity: ({ severity }) => levelIndex(severity),
  texts: new Map<string, (finding: SearchedFinding) => string | null>([
    ['title', ({ title }) => title],
    ['kind', ({ kind }) => kind],
    ['status', ({ status }) => status],
    ['rule', ({ ruleId }) => ruleId],
    ['rule.id', ({ ruleId }) => ruleId],
    ['reason', ({ reason }) => reason],
    ['id', ({ id }) => id],
  ]),
  sets: new Map([
    ['tags', ({ tags }) => tags],
    ['tag', ({ tags }) => tags],
  ]),
  numbers: new Map([['events', ({ eventCount }) => eventCount]]),
  times: new Map([
    ['time', ({ time }) => time],
    ['@timestamp', ({ time }) => time],
  ]),
};

/** What people do with an alert (status, verdict, assignee, labels, when they changed it) is not known to the stream. */
export const alertFields: RecordFields<SearchedAlert> = {
  noun: 'Alerts, when they are published,',
  title: ({ title }) => title,
  words: ({ tags, ruleIds }) => [...tags, ...ruleIds],
  entities: ({ entities }) => entities,
  severity: ({ severity }) => levelIndex(severity),
  texts: new Map<string, (alert: SearchedAlert) => string | null>([
    ['title', ({ title }) => title],
    ['id', ({ id }) => id],
  ]),
  sets: new Map<string, (alert: SearchedAlert) => readonly string[]>([
    ['tags', ({ tags }) => tags],
    ['tag', ({ tags }) => tags],
    ['rule.id', ({ ruleIds }) => ruleIds],
    ['rule', ({ ruleIds }) => ruleIds],
  ]),
  numbers: new Map<string, (alert: SearchedAlert) => number>([
    ['score', ({ score }) => score],
    ['events', ({ eventCount }) => eventCount],
    ['findings', ({ findingCount }) => findingCount],
  ]),
  times: new Map<string, (alert: SearchedAlert) => number>([
    ['time', ({ time }) => time],
    ['@timestamp', ({ time }) => time],
  ]),
};
