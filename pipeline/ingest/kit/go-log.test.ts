import { expect, it } from 'vitest';
import { goLog } from './go-log.ts';

it.each<[name: string, text: string, fields: object | undefined]>([
  [
    'logfmt',
    'time="2024-05-01T10:00:00Z" level=info msg="a \\"b\\"\\n" n=1 x=',
    { time: '2024-05-01T10:00:00Z', level: 'info', msg: 'a "b"\n', n: '1', x: '' },
  ],
  ['a terminal, with the seconds since the start', 'ERRO[0012] no  way   error="x y"', { level: 'error', elapsed: '0012', msg: 'no  way', error: 'x y' }],
  ['a terminal, with the time', 'WARN[2024-05-01T10:00:00Z] late', { level: 'warning', time: '2024-05-01T10:00:00Z', msg: 'late' }],
  ['a terminal whose bracket does not end', 'INFO[0012 oops', undefined],
  ['pairs without a level', 'time=1 action=deny', undefined],
  ['a level that is not a name of its own', 'msg=a sublevel=info', undefined],
  ['no pairs at all', 'level up', undefined],
])('%s', (_name, text, fields) => {
  const found = goLog(text);
  expect(found === undefined ? undefined : { ...found }).toEqual(fields);
});
