import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { parseRuleSet } from '../../domains/sigma/index.ts';
import { Engine } from './match/engine.ts';
import { readRuleFiles } from './open-rules.ts';
import { refereeGate, refereeMatches } from './referee.test-kit.ts';

const ANYWHERE = { product: 'x', category: [], service: [] };
const ruleSet = (detections: readonly unknown[]) =>
  parseRuleSet(
    detections.map((detection, index) => ({
      file: String(index),
      text: JSON.stringify({ title: `r${index}`, name: `r${index}`, logsource: { product: 'x' }, detection }),
    })),
  );

/** JSON text with the liberties that writers take: blanks, needless escapes, other forms of a number. */
function looseJson(value: unknown, pick: (below: number) => number): string {
  const blank = () => ['', '', ' ', '\n\t'][pick(4)]!;
  const string = (text: string) =>
    `"${Array.from({ length: text.length }, (_, i) => {
      const unit = text.charCodeAt(i);
      const escaped = `\\u${unit.toString(16).padStart(4, '0')}`;
      if (pick(12) === 0) return escaped;
      if (text[i] === '/') return pick(2) === 0 ? '\\/' : '/';
      return unit >= 0xd800 && unit <= 0xdfff ? escaped : JSON.stringify(text[i]).slice(1, -1);
    }).join('')}"`;
  if (typeof value === 'string') return string(value);
  if (typeof value === 'number') return Number.isInteger(value) && pick(4) === 0 ? `${value}.0` : pick(6) === 0 ? `${value}e0` : String(value);
  if (Array.isArray(value)) return `[${value.map((one) => blank() + looseJson(one, pick) + blank()).join(',') || blank()}]`;
  if (typeof value !== 'object' || value === null) return String(value);
  return `{${
    Object.entries(value)
      .map(([key, one]) => `${blank()}${string(key)}${blank()}:${blank()}${looseJson(one, pick)}${blank()}`)
      .join(',') || blank()
  }}`;
}

// Few characters, so that rules and events meet.
const CHARS = ['a', 'A', 'b', 'B', '1', '-', '/', '\\', ' ', '.', 'é', 'É', '😀', 'K', 's', 'ſ', '"', '\n', 'x'];
const text = fc.array(fc.constantFrom(...CHARS), { maxLength: 7 }).map((chars) => chars.join(''));
const longer = fc.tuple(text, fc.constantFrom('', 'powershell', ' -enc ', '/c ab', 'C:\\Windows\\x.exe'), text).map((parts) => parts.join(''));
const NAMES = ['A', 'B', 'a.b', 'a', 'a.b.c', 'A.B'];
const name = fc.constantFrom(...NAMES);
const pattern = fc.array(fc.constantFrom(...CHARS, '*', '?', '\\*', '\\\\'), { maxLength: 5 }).map((parts) => parts.join(''));
const scalar = fc.oneof(
  longer,
  text,
  fc.integer({ min: -2, max: 120 }),
  fc.boolean(),
  fc.constant(null),
  fc.constantFrom('10.1.2.3', '11.0.0.1', '1.5', 'fe80::1', '12'),
);
const leaf = fc.oneof({ weight: 4, arbitrary: scalar }, { weight: 1, arbitrary: fc.array(scalar, { maxLength: 3 }) });
const inner = fc.dictionary(fc.constantFrom('b', 'c', 'b.c', 'z'), fc.oneof(leaf, fc.dictionary(fc.constantFrom('c', 'z'), leaf, { maxKeys: 2 })), {
  maxKeys: 3,
});
// Objects of one array spell a field alike: see compile/field.ts.
const element = fc.dictionary(fc.constantFrom('b', 'z'), fc.oneof(leaf, fc.dictionary(fc.constantFrom('c', 'z'), leaf, { maxKeys: 2 })), { maxKeys: 2 });
const event = fc.dictionary(
  fc.constantFrom(...NAMES, 'zz', 'B\\'),
  fc.oneof({ weight: 3, arbitrary: leaf }, { weight: 1, arbitrary: inner }, { weight: 1, arbitrary: fc.array(element, { maxLength: 2 }) }),
  { maxKeys: 5 },
);

const textual = fc.tuple(
  fc.constantFrom('', '|contains', '|startswith', '|endswith', '|contains|windash', '|cased', '|contains|cased', '|contains|all', '|neq', '|endswith|neq'),
  fc.oneof(pattern, fc.array(pattern, { minLength: 1, maxLength: 3 })),
);
const encoded = fc.tuple(fc.constantFrom('|base64|contains', '|base64offset|contains'), fc.constantFrom('ab', 'powershell', '/c ab'));
const plain = fc.tuple(
  fc.constant(''),
  fc
    .oneof(scalar, fc.array(scalar, { minLength: 1, maxLength: 3 }))
    .map((value) =>
      typeof value === 'string'
        ? value.replaceAll(/[*?\\]/g, '')
        : Array.isArray(value)
          ? value.map((one) => (typeof one === 'string' ? one.replaceAll(/[*?\\]/g, '') : one))
          : value,
    ),
);
const special = fc.oneof(
  fc.tuple(fc.constant('|re'), fc.constantFrom('a+b', '^a', 'b$', '(?i)ab|[xX]s', 'pow.r.*-e', 'a{2,3}', '(ab|ba)+1', '[^a]b', 'wind(ow|x)s?', '\\.exe$', 'K')),
  fc.tuple(fc.constant('|re|i'), fc.constantFrom('POWER', 'a.?b', 's')),
  fc.tuple(fc.constant('|cidr'), fc.constantFrom('10.0.0.0/8', '11.0.0.1/32', '0.0.0.0/0', '10.0.0.0/15', 'fe80::/10')),
  fc.tuple(fc.constantFrom('|gt', '|gte', '|lt', '|lte'), fc.integer({ min: 0, max: 20 })),
  fc.tuple(fc.constant('|exists'), fc.boolean()),
  fc.tuple(fc.constantFrom('|fieldref', '|fieldref|contains', '|fieldref|endswith'), name),
);
const item = fc.oneof({ weight: 4, arbitrary: textual }, { weight: 2, arbitrary: plain }, { weight: 2, arbitrary: special }, { weight: 1, arbitrary: encoded });
const map = fc
  .array(fc.tuple(name, item), { minLength: 1, maxLength: 2 })
  .map((entries) => Object.fromEntries(entries.map(([field, [modifiers, value]]) => [field + modifiers, value])));
const keywords = fc.oneof(
  fc.array(
    fc
      .oneof(
        longer.map((word) => word.replaceAll(/[*?\\]/g, '')),
        pattern,
      )
      .filter((word) => word !== ''),
    { minLength: 1, maxLength: 2 },
  ),
  pattern.filter((word) => word !== '').map((word) => ({ '|all': [word, 'a'] })),
);
const identifier = fc.oneof(
  { weight: 5, arbitrary: map },
  { weight: 1, arbitrary: fc.array(map, { minLength: 1, maxLength: 2 }) },
  { weight: 1, arbitrary: keywords },
);
const detection = fc.record({
  s1: identifier,
  s2: identifier,
  f: identifier,
  condition: fc.constantFrom(
    's1 and s2 and f',
    's1',
    's1 and s2',
    's1 or s2 and not f',
    '1 of s*',
    'all of s* and not f',
    'not s1',
    's1 and not 1 of f*',
    'not (s1 or f) and s2',
    'all of them',
    'not not s1 and not (not f)',
  ),
});

describe('the engine says what the referee says', () => {
  it('for any rules and events, as bytes and as objects', () => {
    fc.assert(
      fc.property(
        fc.array(detection, { minLength: 1, maxLength: 6 }),
        fc.array(event, { minLength: 1, maxLength: 4 }),
        fc.infiniteStream(fc.nat(1000)),
        (detections, events, stream) => {
          const set = ruleSet(detections);
          expect(set.refusals).toEqual([]);
          const engine = new Engine(set.rules);
          const pick = (below: number) => stream.next().value % below;
          for (const one of events) {
            const expected = detections.map((rule, index) => (refereeMatches({ detection: rule }, one) ? `r${index}` : '')).filter((key) => key !== '');
            const json = looseJson(one, pick);
            expect(
              engine.match(ANYWHERE, Buffer.from(json)).map(({ rule }) => rule.key),
              json,
            ).toEqual(expected);
            expect(engine.match(ANYWHERE, one).map(({ rule }) => rule.key)).toEqual(expected);
          }
        },
      ),
      { numRuns: 500 },
    );
  }, 60_000);

  it.skipIf(!process.env.GOSHAWK_TEST_DATA)(
    'for public rules over recorded events',
    async () => {
      const folder = `${process.env.GOSHAWK_TEST_DATA}/sigma`;
      const files = await readRuleFiles(`${folder}/rules`);
      const set = parseRuleSet(files);
      const raw = new Map(files.map(({ file, text: yaml }) => [file, parse(yaml) as Record<string, unknown>]));
      const events = readFileSync(`${folder}/events.ndjson`, 'utf8')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as { logsource: Record<string, string[]>; event: Record<string, unknown> });
      const gated = new Engine(set.rules);
      const ungated = new Engine(set.rules, { isGated: false });
      for (const { logsource, event: one } of events.filter((_, index) => index % 151 === 0)) {
        const expected = set.rules.filter((rule) => refereeMatches(raw.get(rule.file)!, one)).map(({ key }) => key);
        const atHome = expected.filter((key) => refereeGate(raw.get(set.rules.find((rule) => rule.key === key)!.file)!, logsource));
        expect(ungated.match(ANYWHERE, Buffer.from(JSON.stringify(one))).map(({ rule }) => rule.key)).toEqual(expected);
        expect(
          gated
            .match({ product: logsource['product'] ?? [], category: logsource['category'] ?? [], service: logsource['service'] ?? [] }, one)
            .map(({ rule }) => rule.key),
        ).toEqual(atHome);
      }
    },
    120_000,
  );
});
