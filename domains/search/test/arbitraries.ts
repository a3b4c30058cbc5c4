// Random searches and random events that have something to do with each other.
import fc from 'fast-check';
import type { SeedEvent } from '../../../api/test/seed.ts';
import type { Bound, FieldTest, Pieces, Search } from '../syntax.ts';
import { readRegex } from '../regex.ts';

const WORDS = [
  'a',
  'cmd.exe',
  'CMD',
  'evil',
  '10.0.0.1',
  'C:\\Windows\\x',
  'two words',
  '100%',
  'un_der',
  'q"uote',
  'or',
  '53',
  '4624',
  '7.5',
  'Straße',
  '-',
  '\\',
  "it's",
] as const;
const word = fc.constantFrom(...WORDS);
const FIELDS = {
  text: ['host.name', 'user', 'event.dataset', 'message', 'process.name', 'dns.question.name'],
  list: ['event.category', 'related.ip'],
  number: ['source.port', 'event.severity', 'network.bytes', 'Level'],
  address: ['source.ip', 'destination.ip'],
  open: ['dns.response_code', 'labels.team', 'Image', 'Data.Name', 'custom.x'],
} as const;

/** As the parser makes them: never empty in the middle, and with a piece that says something. */
const pieces: fc.Arbitrary<Pieces> = fc.oneof(
  { weight: 3, arbitrary: word.map((one): Pieces => [one]) },
  fc.tuple(fc.constantFrom('', ...WORDS), fc.constantFrom('', ...WORDS)).map((both): Pieces => (both.every((one) => one === '') ? ['a', ''] : both)),
  fc.tuple(word, word, word).map((all): Pieces => all),
);

const number = fc.constantFrom(0, 7, 7.5, 20, 53, 443, -1, 60, 0.000001);
const op = fc.constantFrom<Bound['op']>('<', '<=', '>', '>=');
const within = (of: 'number' | 'level', value: fc.Arbitrary<number>): fc.Arbitrary<FieldTest> =>
  fc.oneof(
    fc.tuple(op, value).map(([one, at]): FieldTest => ({ op: 'within', of, bounds: [{ op: one, value: at }] })),
    fc.tuple(value, value).map(([a, b]): FieldTest => ({
      op: 'within',
      of,
      bounds: [
        { op: '>=', value: Math.min(a, b) },
        { op: '<=', value: Math.max(a, b) },
      ],
    })),
  );
const regex = fc
  .constantFrom('^c', 'md\\.exe$', '[0-9]+', 'a|e', 'x{1,2}', '^$', '\\\\', 'o?r', '"')
  .map((source): FieldTest => ({ op: 'matches', source, pattern: readRegex(source === '^$' ? '^.$' : source) }))
  .filter((test) => test.op === 'matches' && test.source !== '^$');
const is = pieces.map((all): FieldTest => ({ op: 'is', pieces: all }));
const exists = fc.constant<FieldTest>({ op: 'exists' });
const address = fc.constantFrom('10.0.0.1', '10.0.0.0/8', '2001:db8::1', '2001:DB8::/32', '192.0.2.7').map((one): FieldTest => ({ op: 'is', pieces: [one] }));

const term = (field: fc.Arbitrary<string>, test: fc.Arbitrary<FieldTest>): fc.Arbitrary<Search> =>
  fc.tuple(field, test).map(([name, one]): Search => ({ kind: 'field', field: name, test: one, at: 0, length: 0 }));

const leaf: fc.Arbitrary<Search> = fc.oneof(
  pieces.map((all): Search => ({ kind: 'text', pieces: all })),
  term(fc.constantFrom(...FIELDS.text, ...FIELDS.list), fc.oneof(is, exists, regex)),
  term(fc.constantFrom(...FIELDS.open), fc.oneof(is, exists, regex, within('number', number))),
  term(
    fc.constantFrom(...FIELDS.number),
    fc.oneof(
      within('number', number),
      exists,
      number.filter((one) => one >= 1 || one === 0).map((one): FieldTest => ({ op: 'is', pieces: [String(one)] })),
    ),
  ),
  term(
    fc.constant('severity'),
    fc.oneof(
      within('level', fc.constantFrom(0, 1, 2, 3, 4)),
      fc.constantFrom('high', 'info').map((one): FieldTest => ({ op: 'is', pieces: [one] })),
    ),
  ),
  term(fc.constantFrom(...FIELDS.address), fc.oneof(address, exists)),
);

/** A tree as `parseSearch` makes one: at most so deep, and without a double negation. */
export const search: fc.Arbitrary<Search> = fc.letrec<{ node: Search }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 3, depthIdentifier: 'search' },
    leaf,
    fc.tuple(fc.constantFrom('and' as const, 'or' as const), fc.array(tie('node'), { minLength: 2, maxLength: 3 })).map(([kind, of]): Search => ({ kind, of })),
    tie('node')
      .filter(({ kind }) => kind !== 'not')
      .map((of): Search => ({ kind: 'not', of })),
  ),
})).node;

const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined, freq: 2 });
const scalar = fc.oneof(word, fc.constantFrom(7, 53, 7.5, 0, true));

/** Rows for `seedEvents`, and for the matcher in memory. */
export const event: fc.Arbitrary<Pick<SeedEvent, 'columns' | 'detail' | 'native'>> = fc.record({
  columns: fc
    .record({
      host_name: maybe(word.map((one) => one.toLowerCase())),
      user_name: maybe(word),
      dataset: fc.constantFrom('evil', 'a', 'zeek.dns'),
      message: maybe(word),
      process_name: maybe(word),
      dns_question: maybe(word),
      category: fc.array(word, { maxLength: 2 }),
      severity: maybe(fc.constantFrom(0, 7, 20, 53, 60, 100)),
      source_port: maybe(fc.constantFrom(0, 53, 443)),
      source_ip: maybe(fc.constantFrom('10.0.0.1', '192.0.2.7', '2001:db8::1')),
      destination_ip: maybe(fc.constantFrom('10.0.0.1', '2001:db8::ffff')),
    })
    .map((columns) => Object.fromEntries(Object.entries(columns).filter(([, value]) => value !== undefined))),
  detail: fc
    .record({
      'related.ip': maybe(fc.array(fc.constantFrom('10.0.0.1', '2001:db8::1', 'no address'), { maxLength: 2 })),
      'dns.response_code': maybe(word),
      'network.bytes': maybe(fc.constantFrom(7, 53, 20)),
      'custom.x': maybe(word),
      team: maybe(word),
    })
    .map(({ team, ...detail }) => ({
      ...Object.fromEntries(Object.entries(detail).filter(([, value]) => value !== undefined)),
      labels: team === undefined ? {} : { team },
    })),
  native: fc
    .record({ Image: maybe(scalar), Level: maybe(scalar), Data: maybe(fc.record({ Name: scalar })), x: maybe(scalar), other: maybe(word) })
    .map((native) => JSON.parse(JSON.stringify(native)) as unknown),
});
