// Errors whose texts may be shown: without the secrets of a configuration.
interface Shown {
  readonly name: string;
  readonly message: string;
  readonly stack?: string | undefined;
}

/** The same error, its text changed in place; of what is no Error, a copy. */
export function masked<E extends Shown>(error: E, mask: (text: string) => string): E {
  const shown = { message: mask(error.message), stack: error.stack === undefined ? undefined : mask(error.stack) };
  return error instanceof Error ? Object.assign(error, shown) : { ...error, ...shown };
}

export const asError = (thrown: unknown): Error => (thrown instanceof Error ? thrown : new Error(String(thrown)));
