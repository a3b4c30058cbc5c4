import { describe, expect, it } from 'vitest';
import { addressesFrom, choose, SERVICES } from './choice.ts';
import type { Machine } from './choice.ts';

const complete: Machine = { addresses: {}, hasJava: true, hasJars: true, hasMaven: null, hasPostgres: true, hasDocker: null };
const everywhere = (origin: string) => ({ broker: origin, registry: origin, database: origin });

describe('choice', () => {
  it.each<[string, Partial<Machine>, Record<string, string>, readonly RegExp[]]>([
    ['everything here', {}, everywhere('embedded'), []],
    ['an address wins over what is here', { addresses: { broker: 'kafka:9092' } }, { ...everywhere('embedded'), broker: 'environment' }, []],
    [
      'addresses for all need nothing here',
      { addresses: { broker: 'a', registry: 'b', database: 'c' }, hasJava: false, hasJars: false, hasPostgres: false },
      everywhere('environment'),
      [],
    ],
    ['with the jars there, Maven is not needed', { hasMaven: false }, everywhere('embedded'), []],
    ['without the jars, Maven is', { hasJars: false, hasMaven: false }, { database: 'embedded' }, [/apt install maven/]],
    ['with Maven the jars can be fetched', { hasJars: false, hasMaven: true }, everywhere('embedded'), []],
    [
      'without Java and PostgreSQL everything missing is named at once',
      { hasJava: false, hasJars: false, hasPostgres: false },
      {},
      [/openjdk-17/, /apt install maven/, /postgresql/],
    ],
    [
      'Docker takes only what cannot run here',
      { hasJava: false, hasJars: false, hasDocker: true },
      { broker: 'docker', registry: 'docker', database: 'embedded' },
      [],
    ],
    ['Docker is not preferred', { hasDocker: true }, everywhere('embedded'), []],
    ['no Docker either', { hasPostgres: false, hasDocker: false }, { broker: 'embedded', registry: 'embedded' }, [/postgresql/]],
  ])('%s', (_, changes, origins, missing) => {
    const choice = choose(SERVICES, { ...complete, ...changes });
    expect(choice.origins).toEqual(origins);
    expect(choice.missing).toHaveLength(missing.length);
    missing.forEach((pattern, index) => expect(choice.missing[index]).toMatch(pattern));
  });

  it('asks nothing of what is not wanted', () => {
    expect(choose(['database'], { ...complete, hasJava: false, hasJars: false })).toEqual({ origins: { database: 'embedded' }, missing: [] });
  });

  it('takes an empty variable for none', () => {
    expect(addressesFrom({ KAFKA_BROKERS: '', DATABASE_URL: 'postgresql://x' })).toEqual({ database: 'postgresql://x' });
  });
});
