// One stage with state for tests of ownership: what it says of a key shows whether state, output and position went together.
import { defineStage, pass, send } from '../../core/index.ts';
import type { Topic } from '../../core/index.ts';
import { keyValue } from '../../core/stores.ts';
import { defineTopology, stage } from '../../core/topology.ts';
import type { Topology } from '../../core/topology.ts';

export interface Counted {
  readonly key: string;
  /** How many records of the key there were, this one included. */
  readonly count: number;
  /** The record's own text. */
  readonly text: string;
}
export interface Counting {
  readonly topology: Topology;
  readonly from: Topic<Uint8Array>;
  readonly to: Topic<Uint8Array>;
}

/** Counts records by key, from `<name>.in` to `<name>.out`, which gets `{key, count, text}` of each as JSON under its key. */
export function counting(name: string): Counting {
  const from: Topic<Uint8Array> = { name: `${name}.in`, schema: 'bytes' };
  const to: Topic<Uint8Array> = { name: `${name}.out`, schema: 'bytes' };
  const count = defineStage<Uint8Array>()({
    name: 'count',
    reads: 'bytes',
    stores: { counts: keyValue<number>() },
    process({ key, value }, { stores: { counts } }) {
      const next = (counts.get(key!) ?? 0) + 1;
      counts.put(key!, next);
      const counted: Counted = { key: key!, count: next, text: Buffer.from(value).toString() };
      return pass(send(to, key!, Buffer.from(JSON.stringify(counted))));
    },
  });
  return { from, to, topology: defineTopology(name, [stage(count, { from, to: [to] })]) };
}

/** What there is to say against it: each text once, each key counted 1, 2, 3 in the order of its records. */
export function complaints(written: readonly { readonly key: string; readonly text: string }[], found: readonly Counted[]): string[] {
  const wrong: string[] = [];
  const expected = Map.groupBy(written, ({ key }) => key);
  const got = Map.groupBy(found, ({ key }) => key);
  for (const key of new Set([...expected.keys(), ...got.keys()])) {
    const texts = (expected.get(key) ?? []).map(({ text }, i) => `${i + 1}:${text}`);
    const told = (got.get(key) ?? []).map(({ count, text }) => `${count}:${text}`);
    const at = texts.findIndex((text, i) => text !== told[i]);
    if (at >= 0) wrong.push(`${key}: ${told[at]} in place of ${texts[at]}`);
    else if (told.length > texts.length) wrong.push(`${key}: ${told.length - texts.length} too many`);
  }
  return wrong;
}
