import { describe, expect, it } from 'vitest';
import type { EventFilter, EventRow } from '../../store/queries/events.ts';
import { CASES, EVENTS, GUIDE_CASES, GUIDE_EVENTS } from '../../domains/search/cases.ts';
import { parseSearch } from '../../domains/search/syntax.ts';
import { compileFilter } from './match.ts';
import type { Outline } from './match.ts';

const nothing: EventRow = {
  time: 0,
  id: '',
  dataset: '',
  sensor: '',
  product: '',
  kind: '',
  category: [],
  type: [],
  outcome: null,
  action: null,
  code: null,
  provider: null,
  severity: null,
  message: null,
  hostName: null,
  userName: null,
  targetUserName: null,
  sourceIp: null,
  sourcePort: null,
  destinationIp: null,
  destinationPort: null,
  processName: null,
  processExecutable: null,
  processCommandLine: null,
  filePath: null,
  dnsQuestion: null,
  urlDomain: null,
  ruleName: null,
  rawTopic: '',
  rawPartition: 0,
  rawOffset: 0,
  appendedAt: 0,
  parser: '',
  parserVersion: 1,
  detail: {},
  native: '{}',
  storedAt: null,
};
const camel = (name: string) => name.replaceAll(/_([a-z])/g, (_all, letter: string) => letter.toUpperCase());
const rowsOf = (events: typeof EVENTS) =>
  Object.entries(events).map(([name, { time = 0, columns = {}, detail = {}, native }]): [string, EventRow] => [
    name,
    {
      ...nothing,
      time,
      ...Object.fromEntries(Object.entries(columns).map(([column, value]) => [camel(column), value])),
      detail,
      native: JSON.stringify(native),
    },
  ]);
const found = (text: string, events: typeof EVENTS) => {
  const { search } = compileFilter({ search: parseSearch(text) });
  return rowsOf(events)
    .filter(([, row]) => search === null || search(row))
    .map(([name]) => name);
};

describe('a search on the tail finds what it finds in SQL', () => {
  it.each(CASES)('%s: %s', (_name, text, names) => {
    expect(found(text, EVENTS)).toEqual(names);
  });
  it.each(GUIDE_CASES)('as its guide says: %s', (text, names) => {
    expect(found(text, GUIDE_EVENTS)).toEqual(names);
  });
});

const outline: Outline = {
  time: 100,
  dataset: 'zeek.conn',
  sensor: 'zeek',
  severity: 40,
  hostName: 'web01',
  userName: 'Root',
  sourceIp: '10.1.2.3',
  destinationIp: '2001:db8::1',
};

describe('the typed part of a filter', () => {
  it.each<[name: string, filter: EventFilter, event: Partial<Outline>, isTaken: boolean]>([
    ['takes all without conditions', {}, {}, true],
    ['begins at from', { from: 100 }, {}, true],
    ['ends before to', { to: 100 }, {}, false],
    ['asks the dataset', { dataset: ['zeek.dns'] }, {}, false],
    ['takes one of several sensors', { sensor: ['a', 'zeek'] }, {}, true],
    ['asks the host case aside', { host: ['WEB01'] }, {}, true],
    ['refuses an event without host', { host: ['web01'] }, { hostName: null }, false],
    ['asks the user case aside', { user: ['root'] }, {}, true],
    ['takes the severity that it asks for', { minSeverity: 40 }, {}, true],
    ['refuses an event without severity', { minSeverity: 0 }, { severity: null }, false],
    ['finds the source in a network', { address: '10.0.0.0/8' }, {}, true],
    ['finds the destination', { address: '2001:db8::1' }, {}, true],
    ['finds another address not', { address: '10.1.2.4' }, {}, false],
    ['does not mix families', { address: '::/0' }, { destinationIp: null }, false],
  ])('%s', (_name, filter, event, isTaken) => {
    expect(compileFilter(filter).outline({ ...outline, ...event })).toBe(isTaken);
  });
});
