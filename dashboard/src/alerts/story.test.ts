import { expect, it } from 'vitest';
import { readTag, story } from './story.ts';

const plain = {
  time: '2026-11-25T12:00:00.000000Z',
  lastTime: '2026-11-25T12:00:00.000000Z',
  findingCount: 1,
  eventCount: 1,
  entities: [] as { type: string; value: string }[],
  rules: [{ id: 'r1', title: 'Dump of LSASS' }],
  findings: [] as { time: string; rule: { id: string; title: string } }[],
};
const finding = (minute: number, id: string, title: string) => ({ time: `2026-11-25T12:0${minute}:00.000000Z`, rule: { id, title } });

it.each<[name: string, alert: Partial<typeof plain>, told: string]>([
  ['names the one rule', {}, '1 event met the rule “Dump of LSASS”.'],
  [
    'says where and by whom',
    {
      entities: [
        { type: 'host', value: 'WS5' },
        { type: 'user', value: 'wardog' },
      ],
    },
    'On WS5, by wardog, 1 event met the rule “Dump of LSASS”.',
  ],
  [
    'counts when there are many',
    { entities: ['a', 'b', 'c', 'd'].map((value) => ({ type: 'host', value })) },
    'On 4 hosts, 1 event met the rule “Dump of LSASS”.',
  ],
  ['says how long it took', { lastTime: '2026-11-25T12:01:09.000000Z', eventCount: 7 }, '7 events met the rule “Dump of LSASS” within 1 min 9 s.'],
  ['says how often', { findingCount: 3 }, '1 event met the rule “Dump of LSASS”. It was found 3 times.'],
  [
    'tells the order of rules, not of the list',
    {
      eventCount: 4,
      findingCount: 3,
      rules: [
        { id: 'r1', title: 'Dump' },
        { id: 'r2', title: 'Copy' },
      ],
      findings: [finding(3, 'r2', 'Copy'), finding(1, 'r1', 'Dump'), finding(4, 'r1', 'Dump')],
    },
    '4 events met 2 rules at one moment. It began with “Dump” and went on with “Copy”.',
  ],
])('%s', (_name, alert, told) => {
  expect(story({ ...plain, ...alert })).toBe(told);
});

it.each([
  ['attack.t1003.001', 'T1003.001', 'https://attack.mitre.org/techniques/T1003/001/'],
  ['attack.T1059', 'T1059', 'https://attack.mitre.org/techniques/T1059/'],
  ['attack.credential_access', 'Credential access', null],
  ['attack.command-and-control', 'Command and control', null],
  ['cve.2020.1472', 'cve.2020.1472', null],
])('reads %s', (tag, text, link) => {
  expect(readTag(tag)).toEqual({ text, link });
});
