// Searches of findings and alerts in memory; pipeline/publish holds them to SQL.
import { describe, expect, it } from 'vitest';
import { SearchError } from './error.ts';
import { compileRecordSearch } from './record-match.ts';
import { alertFields, findingFields } from './records.ts';
import type { SearchedAlert, SearchedFinding } from './records.ts';
import { parseSearch } from './syntax.ts';

const finding: SearchedFinding = {
  id: 'f1',
  time: Date.UTC(2026, 10, 25, 12) * 1000,
  kind: 'rule',
  ruleId: 'Hive-Copied',
  title: 'Registry hive copied',
  severity: 'high',
  status: 'production',
  tags: ['attack.t1003.002', 'attack.credential-access'],
  entities: [
    { type: 'host', value: 'web01' },
    { type: 'address', value: '10.0.0.1' },
  ],
  fields: [{ name: 'Image', value: 'C:\\Windows\\esentutl.exe' }],
  eventCount: 3,
  reason: null,
};
const alert: SearchedAlert = { ...finding, score: 70, ruleIds: ['hive-copied'], findingCount: 2 };

describe('a search of findings', () => {
  it.each<[search: string, isMet: boolean]>([
    ['', true],
    ['HIVE', true],
    ['esentutl', true],
    ['"credential-access"', true],
    ['hive-c*d', true],
    ['10.0.0.1', true],
    ['nothing', false],
    ['title:registry*', true],
    ['title:registry', false],
    ['title=~"copied$"', true],
    ['kind:(rule or correlation) -status:draft', true],
    ['rule:hive-copied', true],
    ['tag:attack.t1003.*', true],
    ['reason:*', false],
    ['not reason:*', true],
    ['severity:high', true],
    ['severity>high', false],
    ['severity:[medium to high]', true],
    ['events>=3', true],
    ['events:3', true],
    ['time>=2026-11-25', true],
    ['@timestamp<2026-11-25', false],
    ['host:WEB*', true],
    ['user:*', false],
    ['source.ip:10.0.0.1', true],
  ])('%s: %s', (search, isMet) => {
    expect(compileRecordSearch(parseSearch(search), findingFields)(finding)).toBe(isMet);
  });
});

describe('a search of alerts', () => {
  it.each<[search: string, isMet: boolean]>([
    ['score>=70', true],
    ['findings:2 events:3', true],
    ['rule:hive* rule.id:hive-copied', true],
    ['score:8*', false],
  ])('%s: %s', (search, isMet) => {
    expect(compileRecordSearch(parseSearch(search), alertFields)(alert)).toBe(isMet);
  });

  it.each<[name: string, search: string, at: number, message: RegExp]>([
    ['what is not known yet', 'a status:open', 9, /^Alerts, when they are published, have no field `status`/],
    ['a field that events have', 'process.name:x', 13, /have no field `process\.name`/],
    ['an order of texts', 'title>5', 6, /no number/],
    ['a word for a severity', 'severity:bad', 9, /^Severities are/],
    ['a word for a time', 'time:now', 5, /is a time/],
    ['a severity for a number', 'score>=high', 7, /is a number/],
  ])('is refused for %s', (_name, search, at, message) => {
    const ask = () => compileRecordSearch(parseSearch(search), alertFields);
    expect(ask).toThrow(SearchError);
    expect(ask).toThrow(message);
    expect(ask).toThrow(expect.objectContaining({ at }));
  });
});
