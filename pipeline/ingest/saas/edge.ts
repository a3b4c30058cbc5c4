// What passes between users and the net: content networks and resolvers.
import type { Draft, JsonLog, JsonObject } from '../kit.ts';
import { mapping, setUrl, text, via } from '../kit.ts';

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
];
