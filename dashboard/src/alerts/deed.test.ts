import { expect, it } from 'vitest';
import { sentenceOf } from './deed.ts';

const deed = (fields: readonly (readonly [name: string, before: unknown, after: unknown])[], more: Partial<Parameters<typeof sentenceOf>[0]> = {}) =>
  sentenceOf({ action: 'alert.change', undoes: null, note: null, fields: fields.map(([name, before, after]) => ({ name, before, after })), ...more });

it.each<[said: string, want: string]>([
  [
    deed([
      ['status', 'open', 'acknowledged'],
      ['assignee', null, 'ada'],
    ]),
    'acknowledged it, gave it to ada',
  ],
  [
    deed([
      ['status', 'open', 'closed'],
      ['verdict', null, 'benign'],
      ['verdictReason', null, 'a scan'],
    ]),
    'closed it, called it benign, because “a scan”',
  ],
  [
    deed([
      ['status', 'closed', 'open'],
      ['verdict', 'benign', null],
      ['verdictReason', 'a scan', null],
    ]),
    'opened it again, took the verdict back',
  ],
  [deed([['labels', ['a', 'b'], ['b', 'c']]]), 'labelled it c, took the label a'],
  [deed([['assignee', 'ada', null]], { undoes: 'x' }), 'undid a change: took it from whoever had it'],
  [deed([], { note: 'Looking.' }), 'wrote a note'],
  [deed([], { undoes: 'x' }), 'undid a change'],
  [deed([]), 'changed it'],
  [deed([], { action: 'alert.note-edit', note: 'x' }), 'edited a note'],
  [deed([], { action: 'alert.note-remove' }), 'removed a note'],
])('%s', (said, want) => {
  expect(said).toBe(want);
});
