import { describe, expect, it } from 'vitest';
import { isExport, readExport } from './export.ts';

const sized = (name: string, value: string, length = Buffer.byteLength(value)): string =>
  `${name}\n${Buffer.from(new BigUint64Array([BigInt(length)]).buffer).toString('latin1')}${value}\n`;
const entries = (text: string): unknown => {
  const found = readExport(text);
  return typeof found === 'string' ? found : found.map(({ fields }) => ({ ...fields }));
};

describe('the export format', () => {
  it.each<[name: string, text: string, found: unknown]>([
    ['entries are apart by an empty line', 'A=1\nB=x=y\n\nA=2\n', [{ A: '1', B: 'x=y' }, { A: '2' }]],
    ['a value with line ends has its length in bytes', `A=1\n${sized('MESSAGE', 'two\nlines é 😀')}B=2\n`, [{ A: '1', MESSAGE: 'two\nlines é 😀', B: '2' }]],
    ['a field that occurs twice is a list', 'A=1\nA=2\nA=3\n', [{ A: ['1', '2', '3'] }]],
    ['a length beyond the end', sized('MESSAGE', 'short', 100), 'a value that is shorter than its length'],
    ['a length that ends within a character', sized('MESSAGE', 'é', 1), 'a value that is shorter than its length'],
    ['a line that is no field', 'hello world\n', 'a line that is neither a field nor empty'],
    ['nothing', '\n\n', 'no entry'],
  ])('%s', (_name, text, found) => {
    expect(entries(text)).toEqual(found);
  });

  it('is told by its first field', () => {
    expect(isExport('__CURSOR=s=1\n__REALTIME_TIMESTAMP=1\n')).toBe(true);
    expect(isExport('__CURSOR=s=1 and nothing else')).toBe(false);
    expect(isExport('MESSAGE=hello\nB=1\n')).toBe(false);
  });
});
