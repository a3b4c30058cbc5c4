// Tells an address that is not there from one that is, and takes other methods (RFC 9110, 15.5.6).
import type { FastifyInstance } from 'fastify';

/** Answers with the methods of all routes that an address meets, sorted; empty when it meets none. To be opened before the routes are made. */
export function openAllowedMethods(app: FastifyInstance): (url: string) => readonly string[] {
  const methodsOf = new Map<string, Set<string>>();
  app.addHook('onRoute', ({ url, method }) => {
    if (url === '/*') return; // the dashboard's files: whatever is not there
    const methods = methodsOf.get(url) ?? new Set();
    for (const each of [method].flat()) methods.add(each);
    methodsOf.set(url, methods);
  });
  let patterns: readonly (readonly [RegExp, ReadonlySet<string>])[] | undefined;
  return (url) => {
    patterns ??= [...methodsOf].map(([template, methods]) => [patternOf(template), methods]);
    const path = url.split('?', 1)[0]!;
    const methods = new Set(patterns.flatMap(([pattern, each]) => (pattern.test(path) ? [...each] : [])));
    return [...methods].sort();
  };
}

const patternOf = (template: string): RegExp =>
  new RegExp(
    `^${template
      .split('/')
      .map((part) => (part.startsWith(':') ? '[^/]+' : part === '*' ? '.*' : part.replaceAll(/[^\w-]/g, String.raw`\$&`)))
      .join('/')}$`,
  );
