// A search as a condition on `api.alert a`.
import type { Parameters } from './parameters.ts';
import { recordCondition } from './record-sql.ts';
import type { RecordFields } from './record-sql.ts';
import type { Search } from '../../../domains/search/syntax.ts';

const ALERTS: RecordFields = {
  noun: 'Alerts',
  title: 'a.title',
  words: 'a.tags || a.rule_ids',
  entities: 'a.entities',
  values: `'[]'::jsonb`,
  severity: 'a.severity',
  texts: new Map([
    ['title', 'a.title'],
    ['status', 'a.status'],
    ['verdict', 'a.verdict'],
    ['assignee', 'a.assignee'],
    ['id', `encode(a.id, 'hex')`],
  ]),
  sets: new Map([
    ['tags', 'unnest(a.tags)'],
    ['tag', 'unnest(a.tags)'],
    ['label', 'unnest(a.labels)'],
    ['rule.id', 'unnest(a.rule_ids)'],
    ['rule', 'unnest(a.rule_ids)'],
  ]),
  numbers: new Map([
    ['score', 'a.score'],
    ['events', 'a.event_count'],
    ['findings', 'a.finding_count'],
  ]),
  times: new Map([
    ['time', 'a.event_time'],
    ['@timestamp', 'a.event_time'],
    ['changed', 'a.changed_at'],
  ]),
};

/** @throws SearchError for a field that alerts do not have. */
export const alertCondition = (search: Search, parameters: Parameters): string => recordCondition(search, ALERTS, parameters);
