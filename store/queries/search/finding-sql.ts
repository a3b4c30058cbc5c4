// A search as a condition on `api.finding f`.
import type { Parameters } from './parameters.ts';
import { recordCondition } from './record-sql.ts';
import type { RecordFields } from './record-sql.ts';
import type { Search } from '../../../domains/search/syntax.ts';

const FINDINGS: RecordFields = {
  noun: 'Findings',
  title: 'f.title',
  words: 'f.tags || f.rule_id',
  entities: 'f.entities',
  values: 'f.fields',
  severity: 'f.severity',
  texts: new Map([
    ['title', 'f.title'],
    ['kind', 'f.kind'],
    ['status', 'f.status'],
    ['rule', 'f.rule_id'],
    ['rule.id', 'f.rule_id'],
    ['reason', 'f.reason'],
    ['id', `encode(f.id, 'hex')`],
  ]),
  sets: new Map([
    ['tags', 'unnest(f.tags)'],
    ['tag', 'unnest(f.tags)'],
  ]),
  numbers: new Map([['events', 'f.event_count']]),
  times: new Map([
    ['time', 'f.event_time'],
    ['@timestamp', 'f.event_time'],
  ]),
};

/** @throws SearchError for a field that findings do not have. */
export const findingCondition = (search: Search, parameters: Parameters): string => recordCondition(search, FINDINGS, parameters);
