// Project and Redact.
import { describe, expect, it } from 'vitest';
import { recordOf, transformsOf } from './test/plugin.ts';

const through = async (type: string, options: Readonly<Record<string, string>>, value: unknown) => {
  const { apply } = await transformsOf({
    transforms: 't',
    'transforms.t.type': type,
    ...Object.fromEntries(Object.entries(options).map(([name, text]) => [`transforms.t.${name}`, text])),
  });
  return apply(recordOf({ value: typeof value === 'string' ? value : JSON.stringify(value) }))?.value?.toString();
};

describe('Project', () => {
  const DOCUMENT = {
    '@timestamp': '2026-01-31T00:00:00Z',
    host: { name: 'h', ip: ['10.0.0.1'], os: { name: 'Linux' } },
    threat: [{ tactic: { name: 'a' }, technique: { id: 'T1' } }, { technique: { id: 'T2' } }, 'text'],
    'dotted.name': { a: 1 },
    empty: {},
  };
  it.each<[string, string, unknown]>([
    ['keeps fields at any depth', '@timestamp,host.name,host.os.name', { '@timestamp': '2026-01-31T00:00:00Z', host: { name: 'h', os: { name: 'Linux' } } }],
    ['keeps an object whole', 'host.os,empty', { host: { os: { name: 'Linux' } }, empty: {} }],
    ['keeps what a longer path is within', 'host.name,host', { host: DOCUMENT.host }],
    ['keeps it whatever comes first', 'host,host.name', { host: DOCUMENT.host }],
    ['looks into the elements of lists', 'threat.technique.id', { threat: [{ technique: { id: 'T1' } }, { technique: { id: 'T2' } }] }],
    ['takes names with dots in backticks', '`dotted.name`.a', { 'dotted.name': { a: 1 } }],
    ['leaves out what is absent', 'nothing,host.nothing', { host: {} }],
    ['leaves out what has no fields', '@timestamp.year', {}],
    ['knows no names but those of the document', 'toString,__proto__.a,constructor', {}],
  ])('%s', async (_what, fields, kept) => expect(JSON.parse((await through('Project', { fields }, DOCUMENT))!)).toEqual(kept));

  it('keeps the digits of numbers', async () => expect(await through('Project', { fields: 'a' }, '{"a":1.0,"b":2}')).toBe('{"a":1.0}'));
  it('needs fields', async () => expect(through('Project', { fields: '' }, {})).rejects.toMatchObject({ code: 'INVALID_CONFIG' }));
  it('needs an object', async () => expect(through('Project', { fields: 'a' }, '[1]')).rejects.toMatchObject({ code: 'TRANSFORM_FAILED' }));
});

describe('Redact', () => {
  const DOCUMENT = { user: { name: 'bob', id: 7, isAdmin: true, groups: ['a', 'b'], none: null }, message: 'login of bob from 10.1.2.3 to 10.9.8.7', n: 1.5 };
  it.each<[string, Readonly<Record<string, string>>, unknown]>([
    [
      'takes out whole fields, each value as its type allows',
      { fields: 'user' },
      { ...DOCUMENT, user: { name: '[redacted]', id: null, isAdmin: null, groups: ['[redacted]', '[redacted]'], none: null } },
    ],
    [
      'takes out what meets a pattern, everywhere',
      { pattern: 'bob' },
      { ...DOCUMENT, user: { ...DOCUMENT.user, name: '[redacted]' }, message: 'login of [redacted] from 10.1.2.3 to 10.9.8.7' },
    ],
    ['takes out every place', { pattern: '\\d+\\.\\d+\\.\\d+\\.\\d+', replacement: 'x' }, { ...DOCUMENT, message: 'login of bob from x to x' }],
    ['looks only where it is told', { pattern: 'bob', within: 'message,nowhere.a' }, { ...DOCUMENT, message: 'login of [redacted] from 10.1.2.3 to 10.9.8.7' }],
    [
      'takes the replacement as it is',
      { pattern: '(bob)', replacement: '$1${x}\\' },
      { ...DOCUMENT, user: { ...DOCUMENT.user, name: '$1${x}\\' }, message: 'login of $1${x}\\ from 10.1.2.3 to 10.9.8.7' },
    ],
    [
      'does both',
      { fields: 'user.name', pattern: 'login' },
      { ...DOCUMENT, user: { ...DOCUMENT.user, name: '[redacted]' }, message: '[redacted] of bob from 10.1.2.3 to 10.9.8.7' },
    ],
    ['takes out with nothing in its place', { pattern: '\\sof bob', replacement: '' }, { ...DOCUMENT, message: 'login from 10.1.2.3 to 10.9.8.7' }],
  ])('%s', async (_what, options, redacted) => expect(JSON.parse((await through('Redact', options, DOCUMENT))!)).toEqual(redacted));

  it('looks into the elements of lists', async () =>
    expect(await through('Redact', { fields: 'a.b' }, { a: [{ b: 'x', c: 1 }, { c: 2 }] })).toBe('{"a":[{"b":"[redacted]","c":1},{"c":2}]}'));
  it('works on a document that is text', async () => expect(await through('Redact', { pattern: 'x' }, '"axb"')).toBe('a[redacted]b'));

  it('leaves bytes alone when nothing was there to take out', async () => {
    const { apply } = await transformsOf({ transforms: 't', 'transforms.t.type': 'Redact', 'transforms.t.pattern': 'zzz' });
    const record = recordOf({ value: '{ "a" : 1.0 }' });
    expect(apply(record)?.value).toBe(record.value);
  });

  it('is done at once, whatever the pattern', async () => {
    const text = `${'a'.repeat(20_000)}!`;
    expect(await through('Redact', { pattern: '(a+)+$' }, { text })).toBe(JSON.stringify({ text }));
  });

  it.each<[string, Readonly<Record<string, string>>]>([
    ['that does nothing', {}],
    ['that meets empty text', { pattern: 'a*' }],
    ['with a pattern that is none', { pattern: '(' }],
    ['with a pattern of another engine', { pattern: '(?<=a)b' }],
    ['that looks somewhere for nothing', { fields: 'a', within: 'b' }],
    ['with a path that does not end', { fields: '`a' }],
  ])('is refused when it is one %s', async (_what, options) => expect(through('Redact', options, {})).rejects.toMatchObject({ code: 'INVALID_CONFIG' }));
});
