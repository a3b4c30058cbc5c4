import { expect, it } from 'vitest';
import { readNewHuntSearch } from './address.ts';
import { draftOf, lineCount, newHuntOf, questionOf } from './draft.ts';

const NOW = Date.parse('2026-03-01T12:00:00Z');
const RANGE = { from: 'now-1h', to: 'now' };
const span = { from: '2026-03-01T11:00:00.000Z', to: '2026-03-01T12:00:00.000Z' };

it('begins with what the address says, and leaves out what cannot be read', () => {
  expect(draftOf(readNewHuntSearch({ q: 'host.name:web*', from: 'x' }))).toMatchObject({ kind: 'query', query: 'host.name:web*', indicators: '' });
  expect(draftOf(readNewHuntSearch({ indicators: '192.0.2.7' }))).toMatchObject({
    kind: 'indicators',
    indicators: '192.0.2.7',
    name: 'Seen before: 192.0.2.7',
  });
  expect(draftOf(readNewHuntSearch({}))).toMatchObject({ kind: 'indicators', indicators: '', name: '' });
});

it('asks for what is chosen only, in a range of instants', () => {
  const draft = { ...draftOf({}), indicators: ' 192.0.2.7\n', query: 'x', datasets: 'zeek.dns, ,windows.sysmon' };
  expect(questionOf(draft, RANGE, NOW)).toEqual({ indicators: '192.0.2.7', datasets: ['zeek.dns', 'windows.sysmon'], ...span });
  expect(questionOf({ ...draft, kind: 'query', datasets: '' }, RANGE, NOW)).toEqual({ query: 'x', datasets: [], ...span });
  expect(questionOf({ ...draft, indicators: ' \n' }, RANGE, NOW)).toBeNull();
  expect(newHuntOf({ ...draft, name: ' n ' }, RANGE, NOW)).toMatchObject({ indicators: '192.0.2.7', name: 'n', severity: 'medium', makesAlerts: false });
});

it('counts lines that say something', () => {
  expect(lineCount('# from a report\n192.0.2.7\r\n\n  evil.example\n')).toBe(2);
});
