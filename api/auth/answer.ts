// What everybody who signs in is answered with, and the cookie in which a browser keeps the refresh token.
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Origin, SignedIn } from './sessions.ts';

const COOKIE = 'goshawk_refresh';
const YEAR_SECONDS = 31_536_000;

/** Where the refresh token goes: to a browser in a cookie that scripts cannot read, to a program in the body. */
export const holder = z
  .enum(['cookie', 'body'])
  .optional()
  .meta({
    description:
      'Where the refresh token is put: `cookie` for browsers, `body` for programs. Left out: `cookie` when signing in, afterwards where it came from.',
  });

export const signedIn = z.object({
  accessToken: z.string().meta({ description: 'For `authorization: Bearer ...`.' }),
  tokenType: z.literal('Bearer'),
  expiresIn: z.number().meta({ description: 'Seconds.' }),
  user: z.object({ name: z.string(), organization: z.string(), roles: z.array(z.string()) }),
  refreshToken: z.string().optional().meta({ description: 'With `refresh: body` only. To be used once.' }),
});

export function answer(
  request: FastifyRequest,
  reply: FastifyReply,
  { subject, accessToken, expiresInSeconds, refreshToken }: SignedIn,
  holderOfToken: 'cookie' | 'body',
): z.infer<typeof signedIn> {
  reply.header('cache-control', 'no-store');
  const isInCookie = holderOfToken === 'cookie';
  if (isInCookie && refreshToken !== null) reply.header('set-cookie', cookie(request, refreshToken));
  return {
    accessToken,
    tokenType: 'Bearer',
    expiresIn: expiresInSeconds,
    user: { name: subject.user, organization: subject.organization, roles: [...subject.roles] },
    ...(!isInCookie && refreshToken !== null && { refreshToken }),
  };
}

/** Strict and for /auth only, so no other site can make a browser send it. Ports share cookies, so the name carries ours. */
export function cookie(request: FastifyRequest, value: string, maxAge = YEAR_SECONDS): string {
  return `${cookieName(request)}=${value}; Path=/auth; HttpOnly; SameSite=Strict; Max-Age=${maxAge}${request.protocol === 'https' ? '; Secure' : ''}`;
}

export function cookieOf(request: FastifyRequest): string | null {
  const name = cookieName(request);
  for (const part of (request.headers.cookie ?? '').split(';')) {
    const [key, value] = part.trim().split('=', 2);
    if (key === name && value !== undefined && value !== '') return value;
  }
  return null;
}

/** Where a request comes from, as the list of sessions shows it. */
export const originOf = ({ ip, headers }: FastifyRequest): Origin & { readonly address: string } => ({
  address: ip,
  agent: (headers['user-agent'] ?? '').replaceAll('\0', '').slice(0, 300) || null,
});

/** Two installations on one machine differ by port only. */
const cookieName = ({ host }: FastifyRequest): string => `${COOKIE}_${/:(\d+)$/.exec(host)?.[1] ?? 'default'}`;
