import type { FastifyRequest } from 'fastify';

/** The API as this caller reaches it: what it asked for. Anything but a plain host and port is not repeated. */
export function apiUrlOf({ protocol, host }: Pick<FastifyRequest, 'protocol' | 'host'>): string {
  const isPlain = /^([\w.-]{1,253}|\[[0-9a-fA-F:.]{2,45}\])(:\d{1,5})?$/.test(host);
  return `${protocol}://${isPlain ? host : 'localhost'}`;
}
