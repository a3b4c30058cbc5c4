import { expect, it } from 'vitest';
import { changeOf, NEW_SUBSCRIPTION, recordsOf, subscriptionWords } from './subscription-draft.ts';

const ALL = { kinds: ['event' as const, 'finding' as const, 'alert' as const], minSeverity: 'informational' as const, datasets: [], query: '' };

it.each([
  ['events, findings and alerts', {}],
  ['alerts', { kinds: ['alert' as const] }],
  ['events and alerts, medium and above', { kinds: ['alert' as const, 'event' as const], minSeverity: 'medium' as const }],
  ['findings, critical', { kinds: ['finding' as const], minSeverity: 'critical' as const }],
  ['events, of windows.sysmon and zeek.dns, host.name:web*', { kinds: ['event' as const], datasets: ['windows.sysmon', 'zeek.dns'], query: 'host.name:web*' }],
  ['events, of 3 datasets', { kinds: ['event' as const], datasets: ['a', 'b', 'c'] }],
])('says %s', (words, over) => {
  expect(subscriptionWords({ ...ALL, ...over })).toBe(words);
});

it('sends what was written without blanks, kinds in one order whatever was ticked first', () => {
  const draft = { ...NEW_SUBSCRIPTION, kinds: ['alert' as const, 'event' as const], datasets: ' a , b,,', query: ' host.name:web* ', description: ' SOC ' };
  expect(recordsOf(draft)).toEqual({ kinds: ['event', 'alert'], minSeverity: 'low', datasets: ['a', 'b'], query: 'host.name:web*' });
  expect(changeOf(draft)).toMatchObject({ description: 'SOC', format: 'ecs', enabled: true });
});
