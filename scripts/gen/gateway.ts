// Configurations for gateways in front of the API that hold the same limits by address, printed from the API's own table.
import { stringify } from 'yaml';
import { config as apiConfig } from '../../api/config.ts';
import { CLASS_NAMES, limitsOf, routesOf } from '../../api/gate/limits/classes.ts';
import type { ClassName } from '../../api/gate/limits/classes.ts';
import type { Generator } from './files.ts';
import { nginxConf } from './gateway/nginx.ts';

const config = apiConfig.parse({});
const SERVICE = 'goshawk-api';
/** Longer than the API waits for a request; a subscription that is silent for longer is asked whether it lives. */
const TIMEOUT_SECONDS = 150;
const SMALL_BODY_BYTES = 1_048_576;

const addressLimit = (name: ClassName): number => limitsOf(name, config).address;
/** Classes that are told by their addresses; the others take what is left, by method. */
const NAMED = CLASS_NAMES.filter((name): name is Exclude<ClassName, 'read' | 'write' | 'live'> => !['read', 'write', 'live'].includes(name));
const SAFE_METHODS = ['GET', 'HEAD', 'OPTIONS'];
const UNSAFE_METHODS = ['POST', 'PUT', 'PATCH', 'DELETE'];
const LIVE_PATHS = ['/graphql', '/live'];
/** Not the metrics: those are for whoever runs it, and do not come by this way. */
const PROBES = ['/health', '/services/collector/health'];

/** Kubernetes and Kong read YAML 1.1, in which a bare `off` is no text. */
const yaml = (document: object): string => stringify(document, { lineWidth: 0, version: '1.1' });

/** As a regular expression that holds for the whole path. */
const pattern = (url: string): string => `${url.replaceAll(/[.]/g, String.raw`\.`).replaceAll(/:\w+/g, '[^/]+')}$`;
const unique = (values: readonly string[]): string[] => [...new Set(values)].sort();

function kongRoute(name: string, match: Readonly<Record<string, unknown>>, perMinute: number | null, maxBytes: number) {
  const limit = {
    name: 'rate-limiting',
    config: { minute: perMinute, limit_by: 'ip', policy: 'local', error_code: 429, hide_client_headers: false, fault_tolerant: true },
  };
  const size = { name: 'request-size-limiting', config: { allowed_payload_size: maxBytes, size_unit: 'bytes' } };
  return { name, ...match, strip_path: false, preserve_host: true, plugins: perMinute === null ? [] : [limit, size] };
}

function kong(): string {
  const named = NAMED.map((name) => {
    const routes = routesOf(name);
    const match = { paths: unique(routes.map(({ url }) => `~${pattern(url)}`)), methods: unique(routes.map(({ method }) => method)) };
    return kongRoute(name, match, addressLimit(name), name === 'bulk' ? config.bodyMaxBytes : SMALL_BODY_BYTES);
  });
  const document = {
    _format_version: '3.0',
    services: [
      {
        name: SERVICE,
        url: 'http://goshawk-api:80',
        connect_timeout: 5_000,
        read_timeout: TIMEOUT_SECONDS * 1_000,
        write_timeout: TIMEOUT_SECONDS * 1_000,
        retries: 0, // a request that changed something must not be sent again unless its sender says so
        routes: [
          kongRoute('probes', { paths: PROBES, methods: ['GET', 'HEAD'] }, null, SMALL_BODY_BYTES),
          ...named,
          kongRoute(
            'live',
            { paths: LIVE_PATHS.map((path) => `~${path}$`), methods: ['GET'], headers: { upgrade: ['websocket'] } },
            addressLimit('live'),
            SMALL_BODY_BYTES,
          ),
          kongRoute('write', { paths: ['/'], methods: UNSAFE_METHODS }, addressLimit('write'), config.bodyMaxBytes),
          kongRoute('read', { paths: ['/'], methods: SAFE_METHODS }, addressLimit('read'), SMALL_BODY_BYTES),
        ],
      },
    ],
    plugins: [{ name: 'correlation-id', config: { header_name: 'X-Request-Id', generator: 'uuid', echo_downstream: true } }],
  };
  return `${HEAD('Kong (declarative, 3.x)', '#')}${yaml(document)}`;
}

/** One ingress for each class, since annotations hold for a whole ingress; it cannot tell methods apart, so what is left has one limit. */
function nginx(): string {
  const ingress = (name: string, paths: readonly string[], isPattern: boolean, perMinute: number | null, maxBytes: number) => ({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: {
      name: `${SERVICE}-${name}`,
      annotations: {
        ...(isPattern && { 'nginx.ingress.kubernetes.io/use-regex': 'true' }),
        ...(perMinute !== null && {
          'nginx.ingress.kubernetes.io/limit-rpm': String(perMinute),
          'nginx.ingress.kubernetes.io/limit-burst-multiplier': '1',
          'nginx.ingress.kubernetes.io/limit-connections': String(config.connectionsPerAddress),
        }),
        'nginx.ingress.kubernetes.io/proxy-body-size': String(maxBytes),
        'nginx.ingress.kubernetes.io/proxy-read-timeout': String(TIMEOUT_SECONDS),
        'nginx.ingress.kubernetes.io/proxy-send-timeout': String(TIMEOUT_SECONDS),
        'nginx.ingress.kubernetes.io/proxy-next-upstream': 'off',
      },
    },
    spec: {
      ingressClassName: 'nginx',
      rules: [
        {
          host: 'goshawk.example',
          http: {
            paths: paths.map((path) => ({
              path,
              pathType: isPattern ? 'ImplementationSpecific' : 'Prefix',
              backend: { service: { name: SERVICE, port: { name: 'http' } } },
            })),
          },
        },
      ],
    },
  });
  const named = NAMED.map((name) => {
    const paths = unique(routesOf(name).map(({ url }) => pattern(url)));
    return ingress(name, paths, true, addressLimit(name), name === 'bulk' ? config.bodyMaxBytes : SMALL_BODY_BYTES);
  });
  const all = [
    ingress('probes', PROBES, false, null, SMALL_BODY_BYTES),
    ...named,
    ingress('live', ['/live'], false, addressLimit('live'), SMALL_BODY_BYTES),
    ingress('rest', ['/'], false, addressLimit('read'), config.bodyMaxBytes),
  ];
  return `${HEAD('ingress-nginx', '#')}${all.map(yaml).join('---\n')}`;
}

/** nginx without Kubernetes. What is left after the named classes is told apart by method. */
function plainNginx(): string {
  const routed = (name: ClassName, start: string) => {
    const routes = routesOf(name);
    const methods = unique(routes.flatMap(({ method }) => (method === 'GET' ? [method, 'HEAD'] : [method])));
    return `${start}(${methods.join('|')}):(${unique(routes.map(({ url }) => pattern(url).slice(0, -1))).join('|')})`;
  };
  const matches: Readonly<Record<Exclude<ClassName, 'write'>, string>> = {
    live: `1:GET:(${LIVE_PATHS.join('|')})`,
    'sign-in': routed('sign-in', '[01]:'),
    bulk: routed('bulk', '[01]:'),
    graphql: '[01]:[A-Z]+:/graphql',
    read: `[01]:(${SAFE_METHODS.join('|')}):.*`,
  };
  return nginxConf({
    head: HEAD('nginx (1.18 or newer), to be included in `http`', '#'),
    uncounted: `(GET|HEAD):(${PROBES.flatMap((path) => [path, `${path}/[^/]+`]).join('|')})`,
    classes: [
      ...(['live', 'sign-in', 'bulk', 'graphql', 'read'] as const).map((name) => ({ name, match: matches[name], perMinute: addressLimit(name) })),
      { name: 'write', match: '.*', perMinute: addressLimit('write') },
    ],
    maxBodyBytes: config.bodyMaxBytes,
    connectionsPerAddress: config.connectionsPerAddress,
    timeoutSeconds: TIMEOUT_SECONDS,
  });
}

/** An ALB has no limits of its own: a web ACL of AWS WAF has, whose rules these are. */
function waf(): string {
  const rule = (name: ClassName, priority: number) => ({
    Name: `goshawk-${name}`,
    Priority: priority,
    Action: { Block: { CustomResponse: { ResponseCode: 429, ResponseHeaders: [{ Name: 'retry-after', Value: '60' }] } } },
    Statement: {
      RateBasedStatement: {
        Limit: Math.max(10, addressLimit(name)), // the least that it takes
        EvaluationWindowSec: 60,
        AggregateKeyType: 'IP',
        ScopeDownStatement: {
          RegexMatchStatement: {
            FieldToMatch: { UriPath: {} },
            RegexString: `^(${unique(routesOf(name).map(({ url }) => pattern(url).slice(0, -1))).join('|')})$`,
            TextTransformations: [{ Priority: 0, Type: 'NONE' }],
          },
        },
      },
    },
    VisibilityConfig: { SampledRequestsEnabled: true, CloudWatchMetricsEnabled: true, MetricName: `goshawk-${name}` },
  });
  return `${JSON.stringify(
    NAMED.map((name, index) => rule(name, index)),
    null,
    2,
  )}\n`;
}

const HEAD = (what: string, mark: string): string =>
  [
    `${mark} ${what}: the limits by address that the API holds by itself, in front of it. Written by \`npm run gen\` from api/gate/limits/classes.ts.`,
    `${mark} Limits by user and organization need to know who asks, and stay with the API. docs/operating/gateway.md says how to use it.`,
    '',
  ].join('\n');

/** For docs/operating/gateway.md, which refers to it. */
function table(): string {
  const cell = (value: number | null) => (value === null ? '-' : value.toLocaleString('en'));
  const rows = CLASS_NAMES.map((name) => {
    const { user, organization, address } = limitsOf(name, config);
    return `| ${name} | ${cell(user)} | ${cell(organization)} | ${cell(address)} | ${WHAT[name]} |`;
  });
  return `# Rate limits

Written by \`npm run gen\`. Requests a minute with the options as they are by default; all of it may come at once. Counted at the same time by user (or sensor, or service account;
without a token by address, where something is changed), by organization, and by address (with IPv6: by network of 64 bits). [How to](../operating/gateway.md).

| class | user | organization | address | |
|---|---|---|---|---|
${rows.join('\n')}

Beside them, ${config.queryCostPerMinute.toLocaleString('en')} objects a minute and user that GraphQL operations may ask for, as they are measured before they run, and
${(config.queryCostPerMinute * config.organizationUsers).toLocaleString('en')} an organization. \`/health\`, \`/health/ready\` and \`/metrics\` are not counted.
`;
}
const WHAT: Readonly<Record<ClassName, string>> = {
  'sign-in': 'whatever under `/auth` is sent without a token, but for refreshing and ending a session; `api.loginsPerMinute`',
  bulk: 'what brings records: `POST /v2/events`, `/v2/events/bulk`, HEC, Elasticsearch bulk, OTLP; `api.bulkRequestsPerMinute`',
  graphql: '`/graphql`; `api.requestsPerMinute`',
  live: 'WebSockets that are opened; `api.socketsPerMinute`',
  write: 'other methods than GET and HEAD; `api.writesPerMinute`',
  read: 'the rest; `api.requestsPerMinute`',
};

export default {
  name: 'gateway',
  generate: () =>
    new Map([
      ['examples/gateway/kong.yml', kong()],
      ['examples/gateway/ingress-nginx.yaml', nginx()],
      ['examples/gateway/nginx.conf', plainNginx()],
      ['examples/gateway/waf-rules.json', waf()],
      ['docs/reference/limits.md', table()],
    ]),
} satisfies Generator;
