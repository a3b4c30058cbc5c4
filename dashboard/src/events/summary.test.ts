import { expect, it } from 'vitest';
import { summary } from './summary.ts';

const plain = {
  dataset: 'zeek.conn',
  message: null,
  action: null,
  code: null,
  process: null,
  user: null,
  sourceIp: null,
  destinationIp: null,
  destinationPort: null,
  outcome: null,
  category: ['network'],
};

it.each<[name: string, event: Partial<typeof plain> | Record<string, unknown>, flow: 'within' | 'apart', line: string]>([
  ['the first line of a message', { message: 'A process has exited.\r\n\r\nSubject:' }, 'within', 'A process has exited.'],
  ['what was done by which program', { action: 'Process accessed', process: 'C:\\Windows\\System32\\svchost.exe' }, 'within', 'Process accessed · svchost.exe'],
  ['the code where no action is named', { code: '4672', user: 'wardog' }, 'within', 'event 4672 · wardog'],
  ['the flow', { sourceIp: '10.0.0.1', destinationIp: '10.0.0.2', destinationPort: 443 }, 'within', 'network · 10.0.0.1 → 10.0.0.2:443'],
  ['no flow where that stands beside it', { sourceIp: '10.0.0.1', destinationIp: '10.0.0.2' }, 'apart', 'network'],
  ['that it failed', { action: 'logon', outcome: 'failure' }, 'within', 'logon · failed'],
  ['the dataset when nothing else is known', { category: [] }, 'within', 'zeek.conn'],
])('says %s', (_name, event, flow, line) => {
  expect(summary({ ...plain, ...event }, flow)).toBe(line);
});
