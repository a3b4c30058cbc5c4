// Where a source stands, by its partitions: the stretches of the far side that have a position of their own. Both are JSON objects, as in Kafka Connect.

export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };
export type JsonObject = { readonly [name: string]: Json };

/** Null forgets it. */
export interface PositionChange {
  readonly partition: JsonObject;
  readonly position: JsonObject | null;
}
export interface Positions {
  readonly get: (partition: JsonObject) => JsonObject | undefined;
  readonly all: () => Iterable<{ readonly partition: JsonObject; readonly position: JsonObject }>;
}

/** One text for one partition, whatever the order of its members. */
export const partitionKey = (partition: JsonObject): string => JSON.stringify(sorted(partition));

function sorted(value: Json): Json {
  if (Array.isArray(value)) return (value as readonly Json[]).map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, member]) => [name, sorted(member)]),
  );
}

export class KeptPositions implements Positions {
  readonly #byKey = new Map<string, { readonly partition: JsonObject; readonly position: JsonObject }>();

  get(partition: JsonObject): JsonObject | undefined {
    return this.#byKey.get(partitionKey(partition))?.position;
  }
  all(): Iterable<{ readonly partition: JsonObject; readonly position: JsonObject }> {
    return this.#byKey.values();
  }
  apply(changes: readonly PositionChange[]): void {
    for (const { partition, position } of changes) {
      const key = partitionKey(partition);
      if (position === null) this.#byKey.delete(key);
      else this.#byKey.set(key, { partition, position });
    }
  }
  clear(): void {
    this.#byKey.clear();
  }
}
