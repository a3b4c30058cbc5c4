// The printed configurations, read as Kong and AWS WAF read them, put each route where the API's own table does.
import { expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { config as apiConfig } from '../../api/config.ts';
import { CLASS_NAMES, limitsOf, routesOf } from '../../api/gate/limits/classes.ts';
import type { ClassName } from '../../api/gate/limits/classes.ts';
import generator from './gateway.ts';

interface KongRoute {
  readonly name: string;
  readonly paths: readonly string[];
  readonly methods: readonly string[];
  readonly headers?: object;
  readonly plugins: readonly { readonly name: string; readonly config: { readonly minute?: number; readonly allowed_payload_size?: number } }[];
}
const config = apiConfig.parse({});
const files = generator.generate() as ReadonlyMap<string, string>;
const fileOf = (name: string): string => files.get(`examples/gateway/${name}`)!;
const routes = (parse(fileOf('kong.yml')) as { readonly services: readonly { readonly routes: readonly KongRoute[] }[] }).services[0]!.routes;
/** Something that a route as declared takes. */
const pathOf = (url: string): string => url.replaceAll(/:\w+/g, 'some.thing-1').replace('*', 'x/y');

/** Kong's router (`traditional_compatible`): more kinds of conditions come first, then patterns, then longer prefixes. */
function routeOf(method: string, path: string, isUpgrade = false): KongRoute | undefined {
  const meets = (pattern: string) => (pattern.startsWith('~') ? new RegExp(`^${pattern.slice(1)}`).test(path) : path.startsWith(pattern));
  const ranked = routes.flatMap((route) => {
    if (!route.methods.includes(method) || (route.headers !== undefined && !isUpgrade)) return [];
    const kinds = route.headers === undefined ? 2 : 3;
    return route.paths.filter(meets).map((pattern) => ({ route, rank: [kinds, pattern.startsWith('~') ? 1 : 0, pattern.length] as const }));
  });
  return ranked.toSorted((a, b) => b.rank[0] - a.rank[0] || b.rank[1] - a.rank[1] || b.rank[2] - a.rank[2])[0]?.route;
}

const all = CLASS_NAMES.flatMap((name) => routesOf(name).map(({ method, url }): [method: string, url: string, name: ClassName] => [method, url, name]));
it.each(all)('Kong puts %s %s into %s', (method, url, name) => {
  const route = routeOf(method, pathOf(url));
  expect([route?.name, route?.plugins.find((plugin) => plugin.name === 'rate-limiting')?.config.minute]).toEqual([name, limitsOf(name, config).address]);
});

it.each(['/graphql', '/live'])('Kong knows the upgrade at %s from a request', (path) => {
  expect(routeOf('GET', path, true)?.name).toBe('live');
  expect(routeOf('GET', path)?.name).not.toBe('live');
});

it('Kong lets probes through, and does not show the metrics to everybody', () => {
  expect(routeOf('GET', '/health/ready')?.plugins).toEqual([]);
  expect(routeOf('GET', '/metrics')?.name).toBe('read');
});

it('Kong takes bodies that the API takes', () => {
  const most = (method: string, path: string) =>
    routeOf(method, path)?.plugins.find(({ name }) => name === 'request-size-limiting')?.config.allowed_payload_size;
  expect([most('POST', '/v2/events/bulk'), most('POST', '/v2/events'), most('POST', '/auth/login')]).toEqual([
    config.bodyMaxBytes,
    config.bodyMaxBytes,
    1_048_576,
  ]);
});

it('ingress-nginx has the same limits, all of a minute at once', () => {
  const limits = Object.fromEntries(
    parseAllDocuments(fileOf('ingress-nginx.yaml')).map((document) => {
      const { metadata } = document.toJS() as { readonly metadata: { readonly name: string; readonly annotations: Readonly<Record<string, string>> } };
      const of = (name: string) => metadata.annotations[`nginx.ingress.kubernetes.io/${name}`];
      return [metadata.name, [of('limit-rpm'), of('limit-burst-multiplier')]];
    }),
  );
  const expected = (name: ClassName) => [String(limitsOf(name, config).address), '1'];
  expect(limits).toEqual({
    'goshawk-api-probes': [undefined, undefined],
    'goshawk-api-sign-in': expected('sign-in'),
    'goshawk-api-bulk': expected('bulk'),
    'goshawk-api-graphql': expected('graphql'),
    'goshawk-api-live': expected('live'),
    'goshawk-api-rest': expected('read'),
  });
});

it('ingress-nginx has annotations that are text to a reader of YAML 1.1, as Kubernetes is one', () => {
  const values = parseAllDocuments(fileOf('ingress-nginx.yaml'), { version: '1.1' }).flatMap((document) =>
    Object.entries((document.toJS() as { readonly metadata: { readonly annotations: object } }).metadata.annotations),
  );
  expect(values.filter(([, value]) => typeof value !== 'string')).toEqual([]);
});

it('AWS WAF gets patterns that it takes, which meet the routes of their class', () => {
  const rules = JSON.parse(fileOf('waf-rules.json')) as readonly {
    readonly Name: string;
    readonly Statement: {
      readonly RateBasedStatement: { readonly Limit: number; readonly ScopeDownStatement: { readonly RegexMatchStatement: { readonly RegexString: string } } };
    };
  }[];
  for (const { Name, Statement } of rules) {
    const name = Name.replace('goshawk-', '') as ClassName;
    const { Limit, ScopeDownStatement } = Statement.RateBasedStatement;
    const text = ScopeDownStatement.RegexMatchStatement.RegexString;
    expect([Limit, text.length <= 512]).toEqual([limitsOf(name, config).address, true]);
    for (const { url } of routesOf(name)) expect(pathOf(url)).toMatch(new RegExp(text));
    expect('/v2/assets').not.toMatch(new RegExp(text));
  }
});
