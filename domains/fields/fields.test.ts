import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ANY_KEY, exampleOf, FieldCatalogue, isValueKey, leavesOf, nearest } from './index.ts';

const namesOf = (document: unknown) => leavesOf(document).map(({ name, type }) => `${name}: ${type}`);

describe('the fields of a document', () => {
  it.each<[what: string, document: unknown, fields: readonly string[]]>([
    ['are dotted', { a: { b: 1, c: 'x' }, d: true }, ['a.b: integer', 'a.c: text', 'd: boolean']],
    ['have no number for elements', { a: [{ b: 1.5 }, { b: null }] }, ['a.b: number', 'a.b: null']],
    ['say that they are lists', { a: ['x'] }, ['a: text[]']],
    ['are there when empty', { a: {}, b: [] }, ['a: object', 'b: array']],
    ['take a dotted key as it is', { 'id.orig_h': '::1' }, ['id.orig_h: text']],
    ['take keys of Object.prototype for names', JSON.parse('{"__proto__":{"x":1},"constructor":2}'), ['__proto__.x: integer', 'constructor: integer']],
    ['are none of a value alone', 'x', []],
  ])('%s', (_what, document, fields) => {
    expect(namesOf(document)).toEqual(fields);
  });

  it.each([
    '3f2504e0-4f89-11d3-9a0c-0305e82c3301',
    '{3F2504E0-4F89-11D3-9A0C-0305E82C3301}',
    'd41d8cd98f00b204e9800998ecf8427e',
    '17',
    '192.0.2.1',
    '192.0.2.1:443',
    'fe80::1%eth0',
    'arn:aws:iam::1:user/x',
    'S-1-5-21-1-2-3-500',
    'ann@example.org',
    '2026-01-02',
    'job-20260102',
    'x'.repeat(101),
  ])('%s is a value, no name', (key) => {
    expect(namesOf({ by: { [key]: { n: 1 } } })).toEqual(['by.*.n: integer']);
    expect(leavesOf({ by: { [key]: 1 } })[0]!.key).toBe(key);
  });
  it('has names of a length that an index takes', () => {
    let document: unknown = 1;
    for (let depth = 0; depth < 19; depth += 1) document = { ['ß'.repeat(100)]: document };
    const [{ name } = { name: '' }] = leavesOf(document);
    expect(Buffer.byteLength(name)).toBeLessThan(1_000);
  });
  it.each(['EventID', 'Data1', 'c-uri', 'app.kubernetes.io/name', 'sha256', 'cs1Label', 'ip_v6', 'x509', 'face', 'decade'])('%s is a name', (key) => {
    expect(isValueKey(key)).toBe(false);
  });
});

describe('an example', () => {
  it.each<[what: string, name: string, value: unknown, shown: string | undefined]>([
    ['is the value', 'user.name', 'ann', 'ann'],
    ['of a number is its text', 'port', 443, '443'],
    ['is one line', 'message', 'a\nb', 'a\ufffdb'],
    ['is cut', 'message', 'é'.repeat(200), `${'é'.repeat(79)}…`],
    ['of nothing is none', 'x', null, undefined],
    ['of a field of secrets is not shown', 'requestParameters.masterUserPassword', 'hunter2', '[redacted]'],
    ['of a header likewise', 'http.request.headers.Authorization', 'x', '[redacted]'],
    ['of a field that only sounds like one is', 'passed', '12', '12'],
    ['hides a password in a URL', 'url', 'https://ann:hunter2@example.org/', 'https://ann:[redacted]@example.org/'],
    ['hides a bearer token', 'line', 'got Bearer abcdef0123456', 'got [redacted]'],
    ['hides a JWT', 'line', 'x eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc y', 'x [redacted] y'],
    ['hides an AWS key', 'accessor', 'AKIAIOSFODNN7EXAMPLE', '[redacted]'],
    ['hides what follows password=', 'query', 'a=1&password=hunter2&b=2', 'a=1&password=[redacted]&b=2'],
    ['hides options of a command line', 'CommandLine', 'mysql -u root -p hunter2', 'mysql -u root -p [redacted]'],
    ['hides a private key to its end', 'line', '-----BEGIN RSA PRIVATE KEY-----\nMIIE', '[redacted]'],
    [
      'shows hashes',
      'hash',
      'd41d8cd98f00b204e9800998ecf8427ed41d8cd98f00b204e9800998ecf8427e',
      'd41d8cd98f00b204e9800998ecf8427ed41d8cd98f00b204e9800998ecf8427e',
    ],
  ])('%s', (_what, name, value, shown) => {
    expect(exampleOf(name, value, 'redacted')).toBe(shown);
  });
  it('is a shape, or nothing, where the configuration says so', () => {
    expect(exampleOf('user', 'Ann-17@x', 'shapes')).toBe('aaa-00@a');
    expect(exampleOf('user', 'Ann', 'none')).toBeUndefined();
  });
  it('never throws, and is never long, whatever the value', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.anything(), (name, value) => {
        const shown = exampleOf(name, typeof value === 'object' && value !== null ? JSON.stringify(value) : value === undefined ? null : value, 'redacted');
        if (shown !== undefined) expect([shown.length <= 80, shown.isWellFormed(), shown.includes('\0')]).toEqual([true, true, false]);
      }),
    );
  });
});

describe('the catalogue', () => {
  const event = (native: unknown, at = 1, dataset = 'd') => ({ organization: 'o', dataset, at, native, ecs: { user: { name: 'ann' } } });

  it('counts events that have a field once, keeps types, examples and times', () => {
    const catalogue = new FieldCatalogue();
    expect(catalogue.add(event({ a: [{ b: 1 }, { b: 'x' }] }, 5))).toBe(true);
    expect(catalogue.add(event({ a: [{ b: 1 }] }, 3))).toBe(false);
    expect(catalogue.add(event({ c: 1 }, 9))).toBe(true);
    expect([...catalogue.datasets()]).toEqual([
      {
        organization: 'o',
        dataset: 'd',
        events: 3,
        leftOut: 0,
        firstSeen: 3,
        lastSeen: 9,
        fields: [
          { kind: 'ecs', name: 'user.name', types: ['text'], examples: ['ann'], events: 3, keys: 0, firstSeen: 3, lastSeen: 9 },
          { kind: 'native', name: 'a.b', types: ['integer', 'text'], examples: ['1', 'x'], events: 2, keys: 0, firstSeen: 3, lastSeen: 5 },
          { kind: 'native', name: 'c', types: ['integer'], examples: ['1'], events: 1, keys: 0, firstSeen: 9, lastSeen: 9 },
        ],
      },
    ]);
  });

  it('counts keys that are values under one name', () => {
    const catalogue = new FieldCatalogue();
    catalogue.add(event({ by: { 1: 'a', 2: 'b' } }));
    catalogue.add(event({ by: { 2: 'b', 3: 'c' } }));
    const fields = [...catalogue.datasets()].flatMap((dataset) => dataset.fields);
    expect(fields.filter(({ name }) => name.startsWith('by')).map(({ name, keys, events }) => [name, keys, events])).toEqual([['by.*', 3, 2]]);
  });

  it('stays within its bounds whatever comes, and says what it left out', () => {
    const bounds = { datasets: 2, fields: 10, examples: 2, siblings: 4, types: 2 };
    const catalogue = new FieldCatalogue('redacted', bounds);
    for (let n = 0; n < 200; n += 1) {
      catalogue.add(event({ o: { [`k${n}`]: n }, [`t${n}`]: 1 }, n, `d${n % 3}`));
      catalogue.add(event({ x: n % 2 === 0 ? n : `${n}` }));
    }
    const all = [...catalogue.datasets()];
    expect(all.map(({ dataset }) => dataset)).toEqual(['d', 'd0']);
    for (const { fields, dataset, leftOut } of all) {
      expect(fields.length).toBeLessThanOrEqual(10);
      expect(fields.every(({ examples, types }) => examples.length <= 2 && types.length <= 2)).toBe(true);
      if (dataset === 'd0') expect([leftOut > 0, fields.some(({ name }) => name === `o.${ANY_KEY}`)]).toEqual([true, true]);
    }
  });

  it('takes any document', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (native) => {
        const catalogue = new FieldCatalogue();
        catalogue.add(event(native));
        expect(JSON.stringify([...catalogue.datasets()]).includes('\\u0000')).toBe(false);
      }),
    );
  });
});

it.each<[string, string | undefined]>([
  ['CommandLin', 'CommandLine'],
  ['commandline', 'CommandLine'],
  ['ParentComandLine', 'ParentCommandLine'],
  ['Banana', undefined],
])('%s was probably meant to be %s', (name, found) => {
  expect(nearest(name, ['Image', 'CommandLine', 'ParentCommandLine'])).toBe(found);
});
