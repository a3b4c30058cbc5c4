// Why findings of the stand-in were made, told from the values that they have.
import type { StandInFinding } from './stand-in-alerts.ts';

const plain = { use: null, has: null, foundAs: null, seen: [], values: [], valueCount: 0 };

export function whyFound(finding: StandInFinding): object {
  const nothing = { missing: null, rule: null, correlation: null };
  if (finding.kind === 'rule') return { ...nothing, rule: { matches: true, parts: partsOf(finding) } };
  if (finding.kind === 'correlation') return { ...nothing, correlation: correlationOf(finding) };
  return { ...nothing, missing: 'no_rule' };
}

function partsOf({ matchedFields }: StandInFinding): readonly object[] {
  const entries = matchedFields.map(({ name, value }) => {
    const from = Math.floor(value.length / 2);
    const met = [{ path: null, before: value.slice(0, from), part: value.slice(from), after: '' }];
    const values = [
      { value: value.slice(from), holds: true, met },
      { value: 'something else', holds: false, met: [] },
    ];
    return { ...plain, depth: 2, kind: 'entry', text: `${name}|endswith`, holds: true, use: 'wanted', has: 'value', seen: [value], values, valueCount: 40 };
  });
  const unmet = { value: 'svc_backup', holds: false, met: [] };
  return [
    { ...plain, depth: 0, kind: 'logsource', text: 'product: windows', holds: true, has: 'value', seen: ['windows'] },
    { ...plain, depth: 0, kind: 'condition', text: 'selection and not filter_backup', holds: true },
    { ...plain, depth: 0, kind: 'selection', text: 'selection', holds: true, use: 'wanted' },
    { ...plain, depth: 1, kind: 'and', text: 'and', holds: true, use: 'wanted' },
    ...entries,
    { ...plain, depth: 0, kind: 'selection', text: 'filter_backup', holds: false, use: 'excluded' },
    { ...plain, depth: 1, kind: 'entry', text: 'User|startswith', holds: false, use: 'excluded', has: 'missing', values: [unmet], valueCount: 1 },
  ];
}

function correlationOf({ matchedFields, events, eventCount, rule }: StandInFinding): object {
  return {
    type: 'event_count',
    timespanSeconds: 300,
    groups: matchedFields,
    counted: [],
    percentile: null,
    bounds: [{ operator: 'gte', number: 5 }],
    condition: null,
    measured: eventCount,
    isExact: true,
    lookedAt: events.length,
    steps: [{ ruleId: `${rule.id}-step`, title: 'A Failed Logon', isAwaited: false, matches: events.map((event) => ({ event, value: null })) }],
  };
}
