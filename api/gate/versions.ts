// Versions of the REST interface are the first part of the address.
import type { FastifyInstance } from 'fastify';
import { ApiProblem } from './problem.ts';

export const VERSIONS = ['v2'] as const;

/** What a route says of its end. Times are in milliseconds since 1970. */
export interface Deprecation {
  /** From when on it should not be used. */
  readonly since: number;
  /** When it stops to answer; absent = not decided. */
  readonly sunset?: number;
  /** Where it is said what to do instead, as an address of this server. */
  readonly info: string;
}
declare module 'fastify' {
  interface FastifyContextConfig {
    /** Answers carry Deprecation (RFC 9745), Sunset (RFC 8594) and a link; past its sunset the route answers 410. */
    deprecated?: Deprecation;
  }
}

/** Says of deprecated routes that they are. */
export function registerVersions(app: FastifyInstance, nowMs: () => number): void {
  app.addHook('onRequest', async (request, reply) => {
    const { deprecated } = request.routeOptions.config;
    if (deprecated === undefined) return;
    const { since, sunset, info } = deprecated;
    reply.headers({
      deprecation: `@${Math.floor(since / 1_000)}`,
      ...(sunset !== undefined && { sunset: new Date(sunset).toUTCString() }),
      link: `<${info}>; rel="deprecation"; type="text/html"`,
    });
    if (sunset !== undefined && nowMs() >= sunset) throw new ApiProblem('GONE', `This route has ended. ${info} says what has taken its place.`);
  });
}

/** The problem of an address of a version that there is none of; null for any other address. */
export function unknownVersion(url: string): ApiProblem | null {
  const version = /^\/(v\d+)(?:[/?]|$)/.exec(url)?.[1];
  if (version === undefined || (VERSIONS as readonly string[]).includes(version)) return null;
  return new ApiProblem('UNKNOWN_VERSION', `There is no version ${version} of this interface; there is ${VERSIONS.join(', ')}. /docs describes it.`, {
    extensions: { versions: VERSIONS },
  });
}
