// Breaks the product on purpose, from outside: rewrites a few characters of one of its files while a stage process loads it.
import { registerHooks } from 'node:module';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** One deliberate mistake. `from` must stand in the file exactly once: else the break would break nothing, and would prove nothing. */
export interface Break {
  readonly does: string;
  readonly edits: readonly { readonly file: string; readonly from: string; readonly to: string }[];
}

/** The file with the mistake in it. @throws Error when the place is not there, or there twice. */
export function broken(source: string, { file, from, to }: Break['edits'][number]): string {
  const parts = source.split(from);
  if (parts.length !== 2) throw new Error(`${file} holds the place to break ${parts.length - 1} times, not once:\n${from}`);
  return parts.join(to);
}

/** From now on this process loads the broken files. */
export function apply({ edits }: Break): void {
  const project = new URL('../../', import.meta.url);
  const byUrl = Map.groupBy(edits, ({ file }) => new URL(file, project).href);
  registerHooks({
    load(url, context, next) {
      const found = byUrl.get(url);
      if (found === undefined) return next(url, context);
      const source = found.reduce(broken, readFileSync(fileURLToPath(url), 'utf8'));
      return { format: 'module-typescript', source, shortCircuit: true };
    },
  });
}
