import { describe, expect, it } from 'vitest';
import { requireOwnOrigin } from './origin.ts';

const request = (origin: string | undefined, protocol: 'http' | 'https' = 'http') => ({ headers: { origin }, host: 'soc.example:8080', protocol });

describe('who may open a socket', () => {
  it.each<[name: string, origin: string | undefined, protocol?: 'https']>([
    ['a program, which sends no origin', undefined],
    ['a page of this server', 'http://soc.example:8080'],
    ['a page of this server over TLS', 'https://soc.example:8080', 'https'],
    ['a page behind a proxy that ends TLS', 'https://soc.example:8080'],
    ['a page of a site that is named', 'https://other.example'],
  ])('lets in %s', (_name, origin, protocol) => {
    expect(() => requireOwnOrigin(request(origin, protocol), ['https://other.example'])).not.toThrow();
  });

  it.each<[name: string, origin: string, protocol?: 'https']>([
    ['another site', 'https://evil.example'],
    ['another port', 'http://soc.example'],
    ['a page in the sandbox', 'null'],
    ['a site whose name begins the same', 'http://soc.example:8080.evil.example'],
    ['a page without TLS of a server with it', 'http://soc.example:8080', 'https'],
    ['a named site without TLS', 'http://other.example'],
  ])('refuses %s', (_name, origin, protocol) => {
    expect(() => requireOwnOrigin(request(origin, protocol), ['https://other.example'])).toThrow(expect.objectContaining({ code: 'ORIGIN_REFUSED' }));
  });
});
