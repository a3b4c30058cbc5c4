// What passes between users and the net: content networks and resolvers.
import type { Draft, JsonLog, JsonObject } from '../kit.ts';
import { count, mapping, setField, setUrl, text, texts, via } from '../kit.ts';

/** Addresses are without scheme; it follows from the protocol of the connection. */
function request(event: Draft, json: JsonObject): void {
  const uri = text(json.ClientRequestURI) ?? text(json.ClientRequestPath);
  const host = text(json.ClientRequestHost);
  if (uri?.startsWith('/') === true && host !== null) setUrl(event, `${text(json.ClientRequestScheme) ?? 'https'}://${host}${uri}`);
  const status = event.http?.status ?? null;
  event.category = ['web'];
  event.type = status !== null && status >= 400 ? ['access', 'error'] : ['access'];
  event.outcome = status === null ? null : status >= 400 ? 'failure' : 'success';
  event.message = `${text(json.ClientRequestMethod) ?? ''} ${host ?? ''}${uri ?? ''} ${status ?? ''}`.trim();
}
function firewall(event: Draft, json: JsonObject): void {
  const isDenied = /^(?:block|drop|challenge|jschallenge|managed_challenge|connection_close)/i.test(event.action ?? '');
  event.category = [isDenied ? 'intrusion_detection' : 'web'];
  event.type = [isDenied ? 'denied' : 'access'];
  event.outcome = event.action === null ? null : isDenied ? 'failure' : 'success';
  event.message =
    `${text(json.Action) ?? 'event'} ${text(json.ClientRequestMethod) ?? ''} ${text(json.ClientRequestHost) ?? ''}${text(json.ClientRequestPath) ?? ''}`
      .replace(/ +/g, ' ')
      .trim();
}
function spectrum(event: Draft): void {
  event.category = ['network'];
  event.type = ['connection'];
}
function resolution(event: Draft, json: JsonObject): void {
  event.category = ['network'];
  event.type = ['protocol', /^block/i.test(event.action ?? '') ? 'denied' : 'allowed'];
  event.network = { transport: null, protocol: 'dns', direction: null, communityId: null, bytes: null, packets: null };
  event.message = `${text(json.domain) ?? ''} ${text(json.responseCode) ?? ''}`.trim();
}
/** The end of a function's run, as Lambda writes it into its log. */
const LAMBDA_REPORT = /REPORT RequestId: ([0-9a-f-]{36})\s+Duration: ([\d.]{1,12}) ms/;
function deployed(event: Draft, json: JsonObject): void {
  const said = text(json.message);
  const status = event.http?.status ?? null;
  const report = said === null ? null : LAMBDA_REPORT.exec(said);
  setField(event, 'faas.execution', report?.[1]);
  setField(event, 'event.duration', report === null ? null : Math.round(Number(report[2]) * 1e6));
  const { scheme, host, path } = (json.proxy ?? {}) as JsonObject;
  if (typeof host === 'string' && typeof path === 'string') setUrl(event, `${text(scheme) ?? 'https'}://${host}${path}`);
  visited(event, status);
  event.message = said ?? `${event.http?.method ?? ''} ${text(path) ?? ''} ${status ?? ''}`.trim();
}
function delivered(event: Draft, json: JsonObject): void {
  const status = event.http?.status ?? null;
  visited(event, status);
  event.message = `${event.http?.method ?? ''} ${text(json.reqHost) ?? ''} ${text(json.reqPath) ?? ''} ${status ?? ''}`.replace(/ +/g, ' ').trim();
}
function visited(event: Draft, status: number | null): void {
  event.category = ['web'];
  event.type = status !== null && status >= 400 ? ['access', 'error'] : ['access'];
  event.outcome = status === null ? null : status >= 400 ? 'failure' : 'success';
}
/** From the first byte of the request to the last of the answer; in three parts, of which any may be `-`. */
function answered(_value: unknown, fields: JsonObject): number | null {
  const parts = ['reqEndTimeMSec', 'turnAroundTimeMSec', 'transferTimeMSec'].map((name) => count(fields[name]));
  return parts.includes(null) ? null : parts.reduce((sum: number, part) => sum + part!, 0) * 1_000_000;
}
const withoutDot = (value: unknown): string => String(value).replace(/\.$/, '');

const CLIENT = {
  'source.ip': 'ClientIP',
  'source.port': 'ClientSrcPort',
  'source.as.number': 'ClientASN',
  'source.geo.country_iso_code': via(['ClientCountry', 'ClientCountryName'], (code) => (String(code).length === 2 ? String(code).toUpperCase() : null)),
  'http.request.method': 'ClientRequestMethod',
  'http.request.referrer': ['ClientRequestReferer', 'ClientRefererHost'],
  'user_agent.original': ['ClientRequestUserAgent', 'UserAgent'],
  'url.domain': 'ClientRequestHost',
  'url.path': ['ClientRequestPath', 'ClientRequestURI'],
} as const;

export const EDGE: readonly JsonLog[] = [
  {
    // https://developers.cloudflare.com/logs/reference/log-fields/zone/http_requests/
    dataset: 'cloudflare.http',
    product: 'cloudflare',
    service: 'http',
    category: ['webserver'],
    has: ['RayID', 'EdgeStartTimestamp'],
    exportedAs: 'Cloudflare.HttpRequest',
    id: 'RayID',
    set: mapping({
      '@timestamp': ['EdgeStartTimestamp', 'EdgeEndTimestamp'],
      'event.start': 'EdgeStartTimestamp',
      'event.end': 'EdgeEndTimestamp',
      'event.action': 'WAFAction',
      ...CLIENT,
      'source.bytes': 'ClientRequestBytes',
      'destination.ip': 'OriginIP',
      'destination.bytes': 'EdgeResponseBytes',
      'http.response.status_code': 'EdgeResponseStatus',
      'http.response.bytes': 'EdgeResponseBytes',
      'http.version': via('ClientRequestProtocol', (protocol) => String(protocol).replace(/^HTTP\//i, '')),
      'tls.version': via('ClientSSLProtocol', (version) => (String(version).startsWith('TLSv') ? String(version).slice(4) : null)),
      'tls.cipher': 'ClientSSLCipher',
      'rule.id': 'WAFRuleID',
      'rule.name': 'WAFRuleMessage',
    }),
    mean: request,
  },
  {
    // https://developers.cloudflare.com/logs/reference/log-fields/zone/firewall_events/
    dataset: 'cloudflare.firewall',
    product: 'cloudflare',
    service: 'firewall',
    has: ['Datetime'],
    when: (json) => json.RuleID !== undefined || json.ClientIP !== undefined,
    exportedAs: 'Cloudflare.Firewall',
    set: mapping({
      '@timestamp': 'Datetime',
      'event.action': 'Action',
      'event.provider': 'Source',
      ...CLIENT,
      'rule.id': 'RuleID',
      'rule.description': 'Description',
      'http.response.status_code': 'EdgeResponseStatus',
    }),
    mean: firewall,
  },
  {
    // https://developers.cloudflare.com/logs/reference/log-fields/zone/spectrum_events/
    dataset: 'cloudflare.spectrum',
    product: 'cloudflare',
    service: 'spectrum',
    has: ['Timestamp'],
    when: (json) => json.Application !== undefined && json.OriginIP !== undefined,
    exportedAs: 'Cloudflare.Spectrum',
    set: mapping({
      '@timestamp': 'Timestamp',
      'event.start': 'ConnectTimestamp',
      'event.end': 'DisconnectTimestamp',
      'event.action': 'Event',
      ...CLIENT,
      'source.port': 'ClientPort',
      'source.bytes': 'ClientBytes',
      'destination.ip': 'OriginIP',
      'destination.port': 'OriginPort',
      'destination.bytes': 'OriginBytes',
    }),
    mean: spectrum,
  },
  {
    // https://docs.umbrella.com/deployment-umbrella/docs/log-formats-and-versioning
    dataset: 'umbrella.dns',
    product: 'cisco',
    service: 'umbrella',
    category: ['dns'],
    has: ['internalIp', 'externalIp', 'domain', 'responseCode'],
    exportedAs: 'CiscoUmbrella.DNS',
    set: mapping({
      '@timestamp': 'timestamp',
      'event.action': 'action',
      'source.ip': 'internalIp',
      'source.nat.ip': 'externalIp',
      'user.name': 'policyIdentity',
      'dns.question.name': via('domain', withoutDot),
      'dns.question.type': 'queryType',
      'dns.response_code': 'responseCode',
    }),
    mean: resolution,
  },
  {
    // https://vercel.com/docs/drains/reference/logs
    dataset: 'vercel.log',
    product: 'vercel',
    has: ['deploymentId', 'source'],
    when: (json) => json.proxy !== undefined || json.projectId !== undefined || json.projectName !== undefined,
    id: 'id',
    set: mapping({
      '@timestamp': 'timestamp',
      'event.provider': 'source',
      'service.name': 'projectName',
      'trace.id': ['traceId', 'trace.id'],
      'span.id': ['spanId', 'span.id'],
      'log.level': 'level',
      'cloud.region': ['proxy.region', 'executionRegion'],
      'source.ip': 'proxy.clientIp',
      'http.request.id': 'requestId',
      'http.request.method': 'proxy.method',
      'http.request.referrer': 'proxy.referer',
      'http.response.status_code': ['proxy.statusCode', 'statusCode'],
      'http.response.body.bytes': 'proxy.responseByteSize',
      'user_agent.original': via('proxy.userAgent', (agents) => (Array.isArray(agents) ? texts(agents)[0] : text(agents))),
    }),
    mean: deployed,
  },
  {
    // https://techdocs.akamai.com/datastream2/docs/data-set-parameters
    dataset: 'akamai.datastream',
    product: 'akamai',
    service: 'datastream',
    category: ['webserver'],
    has: ['cp', 'reqHost'],
    when: (json) => json.cliIP !== undefined || json.reqTimeSec !== undefined,
    set: mapping({
      '@timestamp': 'reqTimeSec',
      'event.duration': via('transferTimeMSec', answered),
      'source.ip': 'cliIP',
      'source.geo.city_name': 'city',
      'source.geo.country_iso_code': via('country', (code) => (String(code).length === 2 ? String(code).toUpperCase() : null)),
      'source.geo.region_name': 'state',
      'destination.domain': 'reqHost',
      'destination.ip': 'edgeIP',
      'destination.port': 'reqPort',
      'destination.bytes': 'totalBytes',
      'http.request.id': 'reqId',
      'http.request.method': 'reqMethod',
      'http.request.referrer': 'referer',
      'http.response.status_code': 'statusCode',
      'http.response.bytes': 'bytes',
      'http.response.body.bytes': 'rspContentLen',
      'http.response.mime_type': 'rspContentType',
      'http.version': via('proto', (protocol) => String(protocol).replace(/^HTTP\//i, '')),
      'tls.cipher': 'tlsCipher',
      'url.domain': 'reqHost',
      'url.path': 'reqPath',
      'url.port': 'reqPort',
      'url.query': 'queryStr',
      'user_agent.original': 'UA',
    }),
    mean: delivered,
  },
];
