// What a class of OCSF is to us: which events belong to it, what their activity is, and where its attributes come from. Values, no code.
import type { Event } from '../../../schemas/avro/types.gen.ts';
import type { Facts, Reader } from './facts.ts';
import { isKnown, readerOf } from './facts.ts';
import type { Part } from './shape.ts';

/** All that is said must hold; of a list, one. */
export interface Condition {
  readonly kind?: readonly string[];
  /** ECS event.category. */
  readonly category?: readonly string[];
  readonly notCategory?: readonly string[];
  /** ECS event.type. */
  readonly type?: readonly string[];
  readonly dataset?: readonly string[];
  /** In the words of Sigma. */
  readonly product?: readonly string[];
  readonly code?: readonly string[];
  readonly protocol?: readonly string[];
  readonly outcome?: readonly string[];
  /** Of ECS event.action, without regard to case. */
  readonly action?: RegExp;
  readonly method?: RegExp;
  /** ECS fields of which one is known. */
  readonly has?: readonly string[];
  readonly hasHost?: boolean;
}
export interface Activity {
  readonly id: number;
  /** The schema's caption. */
  readonly name: string;
  readonly when: Condition;
}
export interface EventClass {
  readonly uid: number;
  /** The schema's caption. */
  readonly name: string;
  readonly category: readonly [uid: number, name: string];
  /** One of them must hold. */
  readonly when: readonly Condition[];
  /** The first that holds; when none does, 99 with the sensor's own word, or 0 without one. */
  readonly activities: readonly Activity[];
  readonly fields: Readonly<Record<string, Part>>;
  /** Of each list, one attribute must have come about; otherwise the event is asked of the classes behind this one. */
  readonly needs?: readonly (readonly string[])[] | undefined;
  /** Attributes that the class has by the profile `host` only. */
  readonly byHostProfile?: readonly string[] | undefined;
  /** `win` for classes of the Windows extension. */
  readonly extension?: { readonly name: string; readonly uid: string } | undefined;
}

export const activity = (id: number, name: string, when: Condition = {}): Activity => ({ id, name, when });

type Test = (facts: Facts) => boolean;

/** One test out of a condition, cheapest parts first. */
export function compileCondition(condition: Condition): Test {
  const { kind, category, notCategory, type, dataset, product, code, protocol, outcome, action, method, has, hasHost } = condition;
  const tests: Test[] = [];
  const add = <T>(said: T | undefined, make: (said: T) => Test) => {
    if (said !== undefined) tests.push(make(said));
  };
  const oneOf = (read: (event: Event) => string | null | undefined) => (words: readonly string[]) => {
    const set = new Set(words);
    return ({ event }: Facts) => set.has(read(event) ?? '');
  };
  const anyIn = (read: (event: Event) => readonly string[]) => (words: readonly string[]) => (facts: Facts) =>
    read(facts.event).some((word) => words.includes(word));
  add(
    kind,
    oneOf((event) => event.kind),
  );
  add(
    category,
    anyIn((event) => event.category),
  );
  add(
    notCategory,
    (words) =>
      ({ event }) =>
        !event.category.some((word) => words.includes(word)),
  );
  add(
    type,
    anyIn((event) => event.type),
  );
  add(
    dataset,
    oneOf((event) => event.dataset),
  );
  add(
    product,
    oneOf((event) => event.product),
  );
  add(
    code,
    oneOf((event) => event.code),
  );
  add(
    protocol,
    oneOf((event) => event.network?.protocol?.toLowerCase()),
  );
  add(
    outcome,
    oneOf((event) => event.outcome),
  );
  add(
    hasHost,
    (wanted) =>
      ({ event: { host } }) =>
        (host !== null && (host.name !== null || host.id !== null || host.ip.length > 0)) === wanted,
  );
  add(
    action,
    (pattern) =>
      ({ event }) =>
        pattern.test(event.action ?? ''),
  );
  add(
    method,
    (pattern) =>
      ({ event }) =>
        pattern.test(event.http?.method ?? ''),
  );
  add(has, (names) => {
    const readers: readonly Reader[] = names.map((name) => readerOf(name));
    return (facts) => readers.some((read) => isKnown(read(facts)));
  });
  return (facts) => tests.every((holds) => holds(facts));
}
