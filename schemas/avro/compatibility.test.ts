import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ourSchemas } from './codec.ts';
import { generateTypes } from './generate.ts';
import { evolutionProblems } from './evolution.ts';
import { readReleased } from './released.ts';
import { ruleProblems } from './rules.ts';
import { fullNameOf, isRecord, readSchemas } from './schema.ts';

const current = [...ourSchemas()].map(([name, schema]) => ({ name, schema }));

describe('released schemas', () => {
  const released = readReleased();
  it('holds at least one version of each schema', () => {
    expect(current.map(({ name }) => name).filter((name) => !released.some(({ schema }) => fullNameOf(schema) === name))).toEqual([]);
  });
  it.each(released)('$file can still be read', (one) => {
    expect(evolutionProblems(ourSchemas(), [one])).toEqual([]);
  });
});

describe('every schema', () => {
  it.each(current)('$name follows the rules', ({ name, schema }) => {
    expect(ruleProblems(schema, name)).toEqual([]);
  });
  it('has native as the last field of the event, and event before context', () => {
    const event = ourSchemas().get('goshawk.v1.Event');
    const enriched = ourSchemas().get('goshawk.v1.Enriched');
    expect(isRecord(event!) && event.fields.at(-1)?.name).toBe('native');
    expect(isRecord(enriched!) && enriched.fields.map((field) => field.name)).toEqual(['event', 'context']);
  });
  it('has types that were generated from it', () => {
    expect(readFileSync(new URL('types.gen.ts', import.meta.url), 'utf8')).toBe(generateTypes(readSchemas()));
  });
});
