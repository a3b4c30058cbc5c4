import { describe, expect, it } from 'vitest';
import { parseRuleSet } from './rule-set.ts';
import type { RuleSetOptions } from './rule-set.ts';
import type { Expression } from './expression.ts';

const parse = (text: string, options?: RuleSetOptions) => parseRuleSet([{ file: 'f.yml', text }], options);
const rule = (detection: string, more = '') =>
  `title: t\nlogsource:\n  product: x\n${more}detection:\n${detection
    .split('\n')
    .map((line) => `  ${line}`)
    .join('\n')}\n`;
const item = (line: string) => rule(`s:\n  ${line}\ncondition: s`);

/** The tests of the only rule, written shortly. */
const tests = (text: string, options?: RuleSetOptions) => {
  const set = parse(text, options);
  expect(set.refusals).toEqual([]);
  return set.rules[0]!.expression;
};
const pattern = (of: readonly unknown[], cased = false) => ({ kind: 'pattern', pattern: of, cased });

describe('items', () => {
  it.each<[name: string, line: string, expression: unknown]>([
    ['reads a list as alternatives', 'F: [a, b]', { kind: 'item', field: 'F', tests: [pattern(['a']), pattern(['b'])] }],
    [
      'links with all',
      'F|contains|all: [a, b]',
      {
        kind: 'and',
        of: [
          { kind: 'item', field: 'F', tests: [pattern([0, 'a', 0])] },
          { kind: 'item', field: 'F', tests: [pattern([0, 'b', 0])] },
        ],
      },
    ],
    [
      'keeps the alternatives of an encoding together under all',
      'F|base64offset|contains|all: [foobar, foobaz]',
      expect.objectContaining({ kind: 'and', of: [expect.objectContaining({ tests: expect.objectContaining({ length: 3 }) }), expect.anything()] }),
    ],
    ['reads an empty list as null', 'F: []', { kind: 'item', field: 'F', tests: [{ kind: 'null' }] }],
    ['reads numbers as their text', 'F: 4625', { kind: 'item', field: 'F', tests: [pattern(['4625'])] }],
    ['keeps integers beyond 2^53', 'F: 1234567890123456789', { kind: 'item', field: 'F', tests: [pattern(['1234567890123456789'])] }],
    ['reads booleans as their text', 'F: true', { kind: 'item', field: 'F', tests: [pattern(['true'])] }],
    ['leaves yes and dates as text', 'F: [yes, 2025-01-01]', { kind: 'item', field: 'F', tests: [pattern(['yes']), pattern(['2025-01-01'])] }],
    ['encodes wide before base64', 'F|wide|base64: ab', { kind: 'item', field: 'F', tests: [pattern(['YQBiAA=='])] }],
    ['does not double stars', 'F|contains: "*a*"', { kind: 'item', field: 'F', tests: [pattern([0, 'a', 0])] }],
    ['takes windash on either side of contains', 'F|windash|contains: " -f"', { kind: 'item', field: 'F', tests: [pattern([0, ' ', 2, 'f', 0])] }],
    ['marks case', 'F|contains|cased: A', { kind: 'item', field: 'F', tests: [pattern([0, 'A', 0], true)] }],
    ['negates neq as a whole', 'F|neq: [a, b]', { kind: 'not', of: { kind: 'item', field: 'F', tests: [pattern(['a']), pattern(['b'])] } }],
    ['reads exists: false as not exists', 'F|exists: false', { kind: 'not', of: { kind: 'item', field: 'F', tests: [{ kind: 'exists' }] } }],
    [
      'reads flags of re',
      'F|re|i|m: "a.b"',
      { kind: 'item', field: 'F', tests: [{ kind: 'regex', source: 'a.b', flags: { ignoreCase: true, multiline: true, dotAll: false } }] },
    ],
    ['compares a part of a time', 'F|hour|gte: 22', { kind: 'item', field: 'F', tests: [{ kind: 'time', part: 'hour', operator: 'gte', number: 22 }] }],
    [
      'reads fieldref with a place',
      'F|fieldref|endswith: G',
      { kind: 'item', field: 'F', tests: [{ kind: 'fieldref', field: 'G', place: 'endswith', cased: false }] },
    ],
    [
      'reads keywords with modifiers',
      '"|all": [a, b]',
      {
        kind: 'and',
        of: [
          { kind: 'item', field: null, tests: [pattern([0, 'a', 0])] },
          { kind: 'item', field: null, tests: [pattern([0, 'b', 0])] },
        ],
      },
    ],
  ])('%s', (_name, line, expression) => {
    expect(tests(item(line))).toEqual(expression);
  });

  it('joins maps by and, lists by or, scalars into keywords', () => {
    const keyword = (text: string): Expression => ({ kind: 'item', field: null, tests: [{ kind: 'pattern', pattern: [0, text, 0], cased: false }] });
    const field = (name: string): Expression => ({ kind: 'item', field: name, tests: [{ kind: 'pattern', pattern: ['1'], cased: false }] });
    expect(tests(rule('s:\n  - A: 1\n    B: 1\n  - word\n  - C: 1\ncondition: s'))).toEqual({
      kind: 'or',
      of: [keyword('word'), { kind: 'and', of: [field('A'), field('B')] }, field('C')],
    });
    expect(tests(rule('s: word\ncondition: s'))).toEqual(keyword('word'));
  });

  it('puts placeholders in, wherever expand stands', () => {
    expect(tests(item('F|contains|expand: "%u%"'), { placeholders: { u: ['a', 'b'] } })).toEqual({
      kind: 'item',
      field: 'F',
      tests: [pattern([0, 'a', 0]), pattern([0, 'b', 0])],
    });
  });

  it.each<[name: string, line: string, reason: RegExp]>([
    ['an unknown modifier', 'F|containz: a', /unknown modifier "containz"/],
    ['a number under contains', 'F|contains: 5', /takes text/],
    ['null under endswith', 'F|endswith: null', /takes text/],
    ['text under gt', 'F|gt: abc', /numbers only/],
    ['two comparisons', 'F|gt|lt: 3', /exclude each other/],
    ['wildcards under base64', 'F|base64: "a*"', /no wildcards/],
    ['contains before base64', 'F|contains|base64: a', /no wildcards/],
    ['re that is not first', 'F|contains|re: a', /first modifier/],
    ['a broken expression', 'F|re: "a("', /no regular expression/],
    ['look-around', 'F|re: "(?<=a)b"', /linear time/],
    ['back-references', 'F|re: "(a)\\\\1"', /linear time/],
    ['i without re', 'F|i: a', /only follows re/],
    ['host bits', 'F|cidr: 10.0.0.1/8', /host bits/],
    ['cidr with company', 'F|cidr|contains: 10.0.0.0/8', /stands alone/],
    ['exists with text', 'F|exists: "yes"', /true or false/],
    ['neq with all', 'F|neq|all: [a, b]', /neq already/],
    ['maps as values', 'F: {a: 1}', /is a map/],
    ['a placeholder without value', 'F|expand: "%x%"', /%x% has no value/],
    ['cidr for keywords', '"|cidr": 10.0.0.0/8', /keywords take no cidr/],
  ])('refuses %s', (_name, line, reason) => {
    expect(parse(item(line)).refusals.map((refusal) => refusal.reason)).toEqual([expect.stringMatching(reason)]);
  });
});

describe('documents', () => {
  it('names file, document, line and title of what it refuses, and keeps the rest', () => {
    const set = parse(`${item('A: 1')}---\ntitle: bad\ndetection:\n  s: {A: 1}\n  condition: s\n---\ntitle: t\n  broken: [\n---\n${item('B: 1')}`);
    expect(set.rules).toHaveLength(2);
    expect(set.refusals).toEqual([
      { file: 'f.yml', document: 3, line: expect.any(Number), title: null, reason: expect.stringContaining('not valid YAML') },
      { file: 'f.yml', document: 2, line: 9, title: 'bad', reason: 'there is no logsource' },
    ]);
  });

  it.each<[name: string, text: string, reason: RegExp]>([
    ['no condition', 'title: t\nlogsource: {product: x}\ndetection: {s: {A: 1}}\n', /no condition/],
    ['no search identifier', 'title: t\nlogsource: {product: x}\ndetection: {condition: s}\n', /no search identifier/],
    ['an empty logsource', 'title: t\nlogsource: {definition: x}\ndetection: {s: {A: 1}, condition: s}\n', /names no product/],
    ['no title', 'logsource: {product: x}\ndetection: {s: {A: 1}, condition: s}\n', /no title/],
    ['another taxonomy', 'title: t\ntaxonomy: other\nlogsource: {product: x}\ndetection: {s: {A: 1}, condition: s}\n', /taxonomy/],
    ['a list', '- a\n', /is a map/],
    ['repeated keys', 'title: t\ntitle: u\n', /not valid YAML/],
    ['too many aliases', `a: &a [x, x]\nb: &b [${'*a, '.repeat(60)}]\nc: [${'*b, '.repeat(60)}]\n`, /cannot be read/],
    ['bottomless nesting', `a: ${'['.repeat(50)}${']'.repeat(50)}\n`, /cannot be read/],
    ['something else', 'title: t\n', /neither detection/],
    ['a name of another kind', 'title: t\nfilter: []\n', /no map/],
  ])('refuses %s', (_name, text, reason) => {
    const set = parse(text);
    expect(set.refusals.map((refusal) => refusal.reason)).toEqual([expect.stringMatching(reason)]);
    expect(set.rules).toEqual([]);
  });

  it('accepts the loose forms of public files', () => {
    const set = parse(
      rule('s: {A: 1}\ncondition: [s]\ntimeframe: 5m', 'tags:\nreferences: http://x\nfalsepositives: []\nlevel: High\nregression_tests_path: y\n'),
    );
    expect(set.refusals).toEqual([]);
    expect(set.rules[0]).toMatchObject({ tags: [], references: ['http://x'], level: 'high', key: expect.stringMatching(/^unnamed-[0-9a-f]{12}$/) });
    expect(set.warnings.map((warning) => warning.reason)).toEqual([expect.stringContaining('timeframe')]);
  });

  it('has a version that layout and order of keys do not change, and content does', () => {
    const versions = [
      'title: a\nlogsource: {product: x}\ndetection: {s: {A: 1}, condition: s}',
      '# hi\nlogsource:\n  product: x\ntitle: "a"\ndetection:\n  condition: s\n  s:\n    A: 1\n',
      'title: a\nlogsource: {product: x}\ndetection: {s: {A: 2}, condition: s}',
    ].map((text) => parse(text).rules[0]!.version);
    expect(versions[1]).toBe(versions[0]);
    expect(versions[2]).not.toBe(versions[0]);
  });

  it('leaves retired rules out unless asked', () => {
    const text = rule('s: {A: 1}\ncondition: s', 'status: deprecated\n');
    expect([parse(text).rules.length, parse(text).retired.length, parse(text, { includeRetired: true }).rules.length]).toEqual([0, 1, 1]);
  });
});

describe('references', () => {
  const ID = '11111111-0000-4000-8000-000000000001';
  const base = (name: string, more = '') =>
    `title: ${name}\nname: ${name}\n${more}logsource: {product: x, category: c}\ndetection: {s: {A: 1}, condition: s}\n`;
  const correlation = (rules: string, more = '', name = 'cor') =>
    `title: ${name}\nname: ${name}\ncorrelation:\n  type: event_count\n  rules: ${rules}\n  timespan: 5m\n  condition: {gte: 2}\n${more}`;

  it('resolves ids and names in any order, and aliases with them', () => {
    const set = parse(
      [correlation('[b, a]', '  aliases: {ip: {a: src, b: dst}}\n  group-by: [ip]\n'), base('a', `id: ${ID.toUpperCase()}\n`), base('b')].join('---\n'),
    );
    expect(set.refusals).toEqual([]);
    expect(set.correlations[0]).toMatchObject({
      rules: ['b', ID.toUpperCase()],
      aliases: new Map([
        [
          'ip',
          new Map([
            [ID.toUpperCase(), 'src'],
            ['b', 'dst'],
          ]),
        ],
      ]),
    });
    expect(set.rules.map((one) => [one.isAlerting, one.correlations])).toEqual([
      [false, ['cor']],
      [false, ['cor']],
    ]);
  });

  it('lets referenced rules alert alone only with generate', () => {
    const set = parse([base('a'), base('b'), correlation('[a]', '  generate: true\n'), correlation('[a, b]', '', 'two')].join('---\n'));
    expect(set.rules.map((one) => one.isAlerting)).toEqual([true, false]);
  });

  it('puts inner correlations before outer ones', () => {
    const set = parse([correlation('[inner]', '', 'outer'), correlation('[a]', '', 'inner'), base('a')].join('---\n'));
    expect(set.correlations.map((one) => [one.key, one.isAlerting])).toEqual([
      ['inner', false],
      ['outer', true],
    ]);
  });

  it.each<[name: string, documents: string[], reason: RegExp]>([
    ['an unknown reference', [base('a'), correlation('[a, nope]')], /refers to "nope", which is not/],
    ['a circle', [correlation('[two]', '', 'one'), correlation('[one]', '', 'two')], /circle/],
    ['a retired rule', [base('a', 'status: deprecated\n'), correlation('[a]')], /retired/],
    ['a rule by id and name', [base('a', `id: ${ID}\n`), correlation(`[a, ${ID}]`)], /twice/],
    ['a duplicate id', [base('a', `id: ${ID}\n`), base('b', `id: ${ID.toUpperCase()}\n`)], /already the id/],
    ['a filter on nothing', [base('a'), 'title: f\nlogsource: {product: x}\nfilter: {rules: [zz], s: {U: 1}, condition: not s}\n'], /refers to "zz"/],
  ])('refuses %s', (_name, documents, reason) => {
    expect(parse(documents.join('---\n')).refusals.map((refusal) => refusal.reason)).toContainEqual(expect.stringMatching(reason));
  });

  it('applies filters by name, id or any, where the logsource covers the rule', () => {
    const filter = (rules: string, logsource = 'product: x') => `title: f\nlogsource: {${logsource}}\nfilter: {rules: ${rules}, s: {U: 1}, condition: not s}\n`;
    const expressions = (text: string) => parse([base('a', `id: ${ID}\n`), base('b'), text].join('---\n')).rules.map((one) => one.expression.kind);
    expect(expressions(filter('[a]'))).toEqual(['and', 'item']);
    expect(expressions(filter(`[${ID}]`))).toEqual(['and', 'item']);
    expect(expressions(filter('any'))).toEqual(['and', 'and']);
    expect(expressions(filter('[]'))).toEqual(['and', 'and']);
    expect(expressions(filter('any', 'product: x, service: y'))).toEqual(['item', 'item']);
  });

  it('keeps the names of a filter away from the rule', () => {
    const set = parse(
      [
        'title: r\nlogsource: {product: x}\ndetection: {s: {A: 1}, condition: all of them}\n',
        'title: f\nlogsource: {product: x}\nfilter: {s: {U: 1}, condition: not s}\n',
      ].join('---\n'),
    );
    expect(set.rules[0]!.expression).toMatchObject({
      kind: 'and',
      of: [
        { kind: 'item', field: 'A' },
        { kind: 'not', of: { kind: 'item', field: 'U' } },
      ],
    });
  });

  it('warns of a filter without not, and changes the version of a filtered rule', () => {
    const set = parse([base('a'), base('b'), 'title: f\nlogsource: {product: x}\nfilter: {rules: [a], s: {U: 1}, condition: s}\n'].join('---\n'));
    expect(set.warnings.map((warning) => warning.reason)).toEqual([expect.stringContaining('no "not"')]);
    expect(set.rules[0]!.version).not.toBe(parse(base('a')).rules[0]!.version);
  });
});
