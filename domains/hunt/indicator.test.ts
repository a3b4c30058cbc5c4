import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readIndicator, readIndicators } from './index.ts';

const MD5 = 'd41d8cd98f00b204e9800998ecf8427e';

it.each<[given: string, want: string | RegExp]>([
  ['192.0.2.7', 'address 192.0.2.7'],
  ['192.0.2[.]7', 'address 192.0.2.7'],
  ['192.0.2.7/32', 'address 192.0.2.7'],
  ['10.0.0.0/8', 'address 10.0.0.0/8'],
  ['10.1.2.200/25', 'address 10.1.2.128/25'],
  ['2001:db8:ffff::1/33', 'address 2001:db8:8000::/33'],
  ['::ffff:10.1.2.3/104', 'address ::ffff:a01:203/104'],
  ['10.0.0.0/7', /nearly everything/],
  ['10.0.0.0/33', /0 to 32 bits/],
  ['10.0.0.0/8/8', /0 to 32 bits/],
  ['2001:DB8:0:0::53', 'address 2001:db8::53'],
  ['2001:db8::/32', 'address 2001:db8::/32'],
  ['fe80::1%eth0', 'address fe80::1'],
  ['Evil.Example', 'domain evil.example'],
  ['evil[.]example', 'domain evil.example'],
  ['evil(.)example.', 'domain evil.example'],
  ['bücher.example', 'domain xn--bcher-kva.example'],
  ['_dmarc.evil.example', 'domain _dmarc.evil.example'],
  [MD5.toUpperCase(), `hash ${MD5}`],
  ['a'.repeat(40), `hash ${'a'.repeat(40)}`],
  ['a'.repeat(64), `hash ${'a'.repeat(64)}`],
  ['hxxps://evil[.]example/a?b=c', 'url https://evil.example/a?b=c'],
  ['hxxp[:]//evil.example', 'url http://evil.example/'],
  ['http://Evil.Example:80/A', 'url http://evil.example/A'],
  ['http://', /cannot be read/],
  ['a'.repeat(33), /no address or network/],
  ['localhost', /no address or network/],
  ['1.2.3', /no address or network/],
  ['x'.repeat(2_001), /at most/],
])('reads %s', (given, want) => {
  const read = readIndicator(given);
  if (want instanceof RegExp) expect(read).toMatch(want);
  else expect(typeof read === 'string' ? read : `${read.type} ${read.value}`).toBe(want);
});

describe('a list', () => {
  it('leaves out what says nothing, counts once what stands there twice, and names what it does not take', () => {
    const text = `# from a report\n\nevil.example\r\n  EVIL.example  \nnot an indicator\n${MD5}`;
    expect(readIndicators(text)).toEqual({
      indicators: [
        { type: 'domain', value: 'evil.example' },
        { type: 'hash', value: MD5 },
      ],
      refused: [{ line: 5, text: 'not an indicator', reason: expect.stringContaining('no address') as string }],
    });
  });

  it('takes any text, and what it took it takes again unchanged', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.domain(), fc.ipV4(), fc.ipV6(), fc.webUrl()), (text) => {
        for (const { type, value } of readIndicators(text).indicators) expect(readIndicator(value)).toEqual({ type, value });
      }),
      { numRuns: 500 },
    );
  });
});
