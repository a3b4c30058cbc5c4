import { describe, expect, it } from 'vitest';
import { parseRuleSet } from '../../../domains/sigma/index.ts';
import { aliasesOf } from '../aliases.ts';
import { Engine } from './engine.ts';
import type { EngineOptions, EventDocument, EventLogsource } from './engine.ts';

const HERE: EventLogsource = { product: 'x', category: [], service: [] };
/** Rules by name, each a detection in YAML flow or block style. */
const engineOf = (rules: Readonly<Record<string, string>>, options?: EngineOptions, logsource = '{product: x}') => {
  const set = parseRuleSet(
    Object.entries(rules).map(([name, detection]) => ({
      file: name,
      text: `title: ${name}\nname: ${name}\nlogsource: ${logsource}\ndetection: ${detection}\n`,
    })),
  );
  expect(set.refusals).toEqual([]);
  return new Engine(set.rules, options);
};
const keys = (engine: Engine, document: EventDocument, logsource = HERE) => engine.match(logsource, document).map(({ rule }) => rule.key);
const json = (text: string) => Buffer.from(text);

describe('documents as bytes', () => {
  const engine = engineOf({
    a: '{s: {A: 1}, condition: s}',
    deep: '{s: {a.b: 1}, condition: s}',
    none: '{s: {A: null}, condition: s}',
    words: '{s: [needle], condition: s}',
  });

  it.each<[name: string, text: string, rules: readonly string[]]>([
    ['an empty object', '{}', ['none']],
    ['blanks everywhere', ' { "A" : 1 , "b" : [ ] } \n', ['a']],
    ['the last of repeated keys, as JSON.parse has it', '{"A":1,"A":2}', []],
    ['the last of repeated keys below', '{"a":{"b":1},"a":{"b":2},"A":1}', ['a']],
    ['keys with escapes', '{"\\u0041":1}', ['a']],
    ['keys that only begin alike', '{"AA":1,"":1,"A\\"":1}', ['none']],
    ['a key of the prototype', '{"__proto__":{"A":1},"constructor":1}', ['none']],
    ['other forms of a number', '{"A":1.0e0}', ['a']],
    ['brackets and quotes in texts that nobody reads', '{"z":"}]\\"{[","y":["]",{"x":"}"}],"A":1}', ['a']],
    ['an array of arrays', '{"A":[[2],[[1]]]}', ['a']],
    ['values below arrays', '{"a":[{"b":2},{"b":1}],"A":0}', ['deep']],
    ['repeated keys in an element of an array', '{"a":[{"b":1,"b":2}],"A":0}', []],
    ['a path that ends at an object', '{"A":{"x":1}}', []],
    ['nesting beyond the reader', `{"z":${'['.repeat(200)}${']'.repeat(200)},"A":1}`, ['a']],
    ['keywords below nesting', `{"A":0,"z":${'{"y":['.repeat(20)}"a Needle b"${']}'.repeat(20)}}`, ['words']],
    ['keywords in texts with escapes', '{"A":0,"z":"\\n\\u006eeedle"}', ['words']],
    ['no keyword across two leaves', '{"A":0,"y":"nee","z":"dle"}', []],
    ['no keyword in a key', '{"A":0,"needle":1}', []],
    ['keywords beside texts without codes', '{"A":0,"y":"日本","z":"needle"}', ['words']],
  ])('%s', (_name, text, rules) => {
    expect(keys(engine, json(text))).toEqual(rules);
    expect(keys(engine, JSON.parse(text) as EventDocument)).toEqual(rules);
  });

  it.each([
    '',
    'x',
    '[]',
    '"a"',
    'null',
    '{"A":1',
    '{"A":1}}',
    '{"A" 1}',
    '{"A":tru}',
    '{"A":1,}',
    '{A:1}',
    '{"z":"\\',
    '{"A":"\t"}',
    '{"A":"\\x"}',
    '\ufeff{}',
  ])('refuses %j', (text) => {
    expect(() => keys(engine, json(text))).toThrow(SyntaxError);
  });

  it('refuses what ends too early, wherever it was cut', () => {
    const cut = engineOf({ r: "{s: {A|contains: 'needle'}, condition: s}", w: '{s: [needle], condition: s}', n: '{s: {N: 1}, condition: s}' });
    const whole = '{"A":"a n\\\\eedle \\" \u00e9 \\u20ac","N":1,"z":{"y":["needle",1.5,true,null]},"\\u0041b":"x"}';
    for (let end = 0; end < json(whole).length; end++) expect(() => cut.match(HERE, json(whole).subarray(0, end)), `${end} bytes`).toThrow(SyntaxError);
    expect(keys(cut, json(whole))).toEqual(['w', 'n']);
  });

  it('says the same of a view into a larger buffer', () => {
    const whole = json('xx{"A":1}yy');
    expect(keys(engine, whole.subarray(2, 9))).toEqual(['a']);
  });

  it('keeps all digits of an integer, whichever way the document is read', () => {
    const big = engineOf({ big: '{s: {A: 12345678901234567891}, condition: s}' });
    expect([
      keys(big, json('{"A":12345678901234567891}')),
      keys(big, json('{"A":12345678901234567892}')),
      keys(big, json('{"z":1,"z":2,"A":12345678901234567891}')),
      keys(big, json('{"A":"12345678901234567891"}')),
    ]).toEqual([['big'], [], ['big'], ['big']]);
  });

  it('grows with texts that folding lengthens', () => {
    const long = engineOf({ dotted: '{s: {A|endswith: "İx"}, condition: s}' });
    expect(keys(long, json(JSON.stringify({ z: 1, A: `${'İ'.repeat(50_000)}x` })))).toEqual(['dotted']);
  });
});

describe('log sources', () => {
  const rule = '{s: {A: 1}, condition: s}';
  it.each<[name: string, logsource: string, event: EventLogsource, isMet: boolean]>([
    ['all that the rule names', '{product: windows, category: c}', { product: 'windows', category: ['b', 'c'], service: ['s'] }, true],
    ['another product', '{product: windows}', { product: 'linux', category: [], service: [] }, false],
    ['a category that the event lacks', '{product: windows, category: c}', { product: 'windows', category: [], service: [] }, false],
    ['no product named', '{category: c}', { product: '', category: ['c'], service: [] }, true],
    ['several products', '{product: windows}', { product: ['a', 'windows'], category: [], service: [] }, true],
  ])('%s: %s', (_name, logsource, event, isMet) => {
    expect(keys(engineOf({ r: rule }, {}, logsource), json('{"A":1}'), event)).toEqual(isMet ? ['r'] : []);
    expect(keys(engineOf({ r: rule }, { isGated: false }, logsource), json('{"A":1}'), event)).toEqual(['r']);
  });

  it('stays right when events name more log sources than are remembered', () => {
    const engine = engineOf({ r: rule });
    for (let i = 0; i < 3000; i += 1)
      expect(keys(engine, json('{"A":1}'), { product: i % 2 === 0 ? 'x' : 'y', category: [`c${i}`], service: [] })).toEqual(i % 2 === 0 ? ['r'] : []);
  });
});

describe('aliases', () => {
  const engine = engineOf(
    { r: "{s: {Image|endswith: '\\x.exe'}, condition: s}", n: '{s: {ParentImage: null}, condition: s}' },
    { aliasesOf },
    '{product: windows, category: process_creation}',
  );
  const process: EventLogsource = { product: 'windows', category: ['process_creation'], service: ['security'] };
  it.each<[name: string, document: object, rules: readonly string[]]>([
    ['the field itself', { Image: 'c:\\x.exe' }, ['r', 'n']],
    ['the name of Security 4688', { NewProcessName: 'c:\\X.exe', ParentProcessName: 'y' }, ['r']],
    ['ECS', { process: { executable: 'c:\\x.exe', parent: { executable: 'y' } } }, ['r']],
    ['ECS with dotted keys', { 'process.executable': 'c:\\x.exe' }, ['r', 'n']],
    ['not the alias when the field is there', { Image: 'y', NewProcessName: 'c:\\x.exe' }, ['n']],
    ['not the alias when the field is null', { Image: null, NewProcessName: 'c:\\x.exe' }, ['n']],
  ])('asks %s', (_name, document, rules) => {
    expect(keys(engine, document as EventDocument, process)).toEqual(rules);
    expect(keys(engine, json(JSON.stringify(document)), process)).toEqual(rules);
  });
});

describe('matches', () => {
  const engine = engineOf(
    {
      two: '{s: {A|contains: x, B: [1, 2]}, t: {C: 3}, f: {D: 4}, condition: (s or t) and not f}',
      words: '{s: [needle], condition: s}',
      list: '{s: {L|startswith: b}, condition: s}',
    },
    { alsoRead: () => ['User', 'L'] },
  );
  const match = (document: EventDocument) => Object.fromEntries(engine.match(HERE, document).map((one) => [one.rule.key, one]));

  it('say which fields met, not which others are there', () => {
    const document = json('{"A":"aXb","B":2,"C":0,"E":5,"L":["a","bc"],"M":"a Needle here"}');
    const { two, words, list } = match(document);
    expect([two!.why(), words!.why(), list!.why()]).toEqual([
      expect.arrayContaining([
        { name: 'A', value: 'aXb' },
        { name: 'B', value: '2' },
      ]),
      [{ name: 'keyword', value: 'a Needle here' }],
      [{ name: 'L', value: 'bc' }],
    ]);
    expect(two!.why()).toHaveLength(2);
  });

  it('give the texts of fields that were asked for beforehand', () => {
    const { two } = match(json('{"C":3,"User":"bob","L":["a","b"]}'));
    expect([two!.text('User'), two!.text('L'), two!.text('A'), two!.text('Never')]).toEqual(['bob', 'a', undefined, undefined]);
  });

  it('do not answer for a later event', () => {
    const { two } = match(json('{"C":3}'));
    engine.match(HERE, json('{}'));
    expect(() => two!.why()).toThrow(/after its event/);
  });

  it('come in the order of the rules, and once for each rule that asks the same', () => {
    const same = engineOf({ a: '{s: {A: 1}, condition: s}', b: '{t: {B: 1}, condition: t}', c: '{x: {A: 1}, condition: x}' });
    expect(keys(same, json('{"B":1,"A":1}'))).toEqual(['a', 'b', 'c']);
  });
});

it('runs a rule that only excludes on every event', () => {
  const engine = engineOf({ bare: '{s: {A: 1}, condition: not s}' });
  expect([keys(engine, json('{}')), keys(engine, json('{"A":2}')), keys(engine, json('{"A":1}'))]).toEqual([['bare'], ['bare'], []]);
});

it.each<[part: string, text: string, number: number]>([
  ['minute', '2025-03-04T13:59:30Z', 59],
  ['hour', '2025-03-04T13:59:30+02:00', 11],
  ['hour', '2025-03-04 13:59:30', 13],
  ['day', '2025-03-04', 4],
  ['month', '2025-03-04T23:59:59.999999Z', 3],
  ['year', '2025-01-01T00:30:00+0100', 2024],
  ['week', '2024-12-30', 1],
  ['week', '2021-01-03', 53],
  ['week', '2025-06-15T00:00:00Z', 24],
])('takes the %s of %s for %i', (part, text, number) => {
  const engine = engineOf({ is: `{s: {A|${part}: ${number}}, condition: s}`, later: `{s: {A|${part}|gt: ${number}}, condition: s}` });
  expect(keys(engine, { A: text })).toEqual(['is']);
  expect(keys(engine, { A: 'yesterday' })).toEqual([]);
});
