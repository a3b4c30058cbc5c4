import { beforeAll, describe, expect, it } from 'vitest';
import { readCorpus } from './corpus.ts';
import { MUTATION_NAMES, MUTATIONS, mutated } from './mutations.ts';
import { Random } from './random.ts';
import { accounted, Trial } from './trial.ts';

const RECORDS = 2_000;

describe('changed records', () => {
  let trial: Trial;
  beforeAll(async () => {
    trial = await Trial.open(readCorpus({ withCollection: false }), 1);
  });

  it('become events, unparsed ones or dead letters, all of them, and never anything else', () => {
    const tallies = [trial.block(0, RECORDS / 2), trial.block(1, RECORDS / 2)];
    expect(tallies.flatMap(({ wrong }) => wrong)).toEqual([]);
    expect(tallies.map((tally) => [tally.in, accounted(tally)])).toEqual([
      [RECORDS / 2, RECORDS / 2],
      [RECORDS / 2, RECORDS / 2],
    ]);
    expect(tallies.every(({ decoded, unparsed }) => decoded > 100 && unparsed > 100)).toBe(true);
  });

  it('follow from seed and number alone, so that a run can go on where it ended', () => {
    const told = ({ decoded, unparsed, told: headers, rejected, events }: ReturnType<Trial['block']>) => [decoded, unparsed, headers, rejected, events];
    const once = told(trial.block(7, 200));
    trial.block(3, 50);
    expect(told(trial.block(7, 200))).toEqual(once);
    expect(told(trial.block(8, 200))).not.toEqual(once);
  });
});

it.each(MUTATION_NAMES)('%s changes a record at least now and then, and the same way for the same seed', (name) => {
  const [record, other] = [
    Buffer.from('{"time":"2026-01-02T03:04:05Z","a b":"x","n":12,"é":[1]} k=v,w|2026-01-02 03:04:05'),
    Buffer.from('<34>Oct 11 22:14:15 mymachine su: x'),
  ];
  const results = Array.from({ length: 200 }, (_one, n) => MUTATIONS[name]!(record, new Random(5, n), other));
  expect(results.some((bytes) => !bytes.equals(record))).toBe(name !== 'none');
  expect(MUTATIONS[name]!(record, new Random(5, 17), other).equals(results[17]!)).toBe(true);
});

it('changes are many and differ by number', () => {
  const kinds = new Set(Array.from({ length: 2_000 }, (_one, n) => mutated(Buffer.from('a'), Buffer.from('b'), new Random(1, n)).kind));
  expect(MUTATION_NAMES.filter((name) => !kinds.has(name))).toEqual([]);
});
