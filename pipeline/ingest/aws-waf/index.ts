// AWS WAF traffic logs: https://docs.aws.amazon.com/waf/latest/developerguide/logging-fields.html
import type { Draft, JsonObject } from '../kit.ts';
import { always, isObject, jsonLogs, mapping, objectOf, setField, setUrl, text, via } from '../kit.ts';

/** `arn:aws:wafv2:region:account:regional/webacl/name/id`; those of CloudFront are global and in us-east-1. */
const ofArn =
  (place: number) =>
  (arn: unknown): string | undefined =>
    String(arn).split(':')[place];
const set = mapping({
  '@timestamp': 'timestamp',
  'event.action': via('action', (action) => String(action).toLowerCase()),
  'event.provider': 'httpSourceName',
  'rule.id': 'terminatingRuleId',
  'rule.category': 'terminatingRuleType',
  'rule.ruleset': via('webaclId', (arn) => String(arn).split('/')[2] ?? String(arn)),
  'source.ip': 'httpRequest.clientIp',
  'source.geo.country_iso_code': 'httpRequest.country',
  'http.request.method': 'httpRequest.httpMethod',
  'http.request.id': 'httpRequest.requestId',
  'http.request.body.bytes': 'requestBodySize',
  'http.version': via('httpRequest.httpVersion', (version) => String(version).replace(/^HTTP\//i, '')),
  'http.response.status_code': 'responseCodeSent',
  'cloud.provider': always('aws'),
  'cloud.region': via('webaclId', ofArn(3)),
  'cloud.account.id': via('webaclId', ofArn(4)),
  'cloud.service.name': always('wafv2'),
  'tls.client.ja3': 'ja3Fingerprint',
});

function mean(event: Draft, json: JsonObject): void {
  const request = objectOf(json.httpRequest);
  const headers = Array.isArray(request.headers) ? request.headers.filter(isObject) : [];
  const header = (name: string): string | null => text(headers.find((one) => String(one.name).toLowerCase() === name)?.value);
  const host = header('host') ?? text(request.host);
  const args = text(request.args);
  const uri = `${text(request.uri) ?? ''}${args === null ? '' : `?${args}`}`;
  setUrl(event, host !== null && uri.startsWith('/') ? `${text(request.scheme) ?? 'https'}://${host}${uri}` : uri);
  setField(event, 'user_agent.original', header('user-agent'));
  setField(event, 'http.request.referrer', header('referer'));
  const isAllowed = event.action === 'allow' || event.action === 'count';
  event.category = [isAllowed ? 'web' : 'intrusion_detection'];
  event.type = isAllowed ? ['access'] : ['denied'];
  event.outcome = isAllowed ? 'success' : 'failure';
  event.network = { transport: 'tcp', protocol: 'http', direction: null, communityId: null, bytes: null, packets: null };
  event.message = `${event.action ?? ''} ${text(request.httpMethod) ?? ''} ${host ?? ''}${uri}`.replace(/ +/g, ' ').trim();
}

export default jsonLogs({
  name: 'aws-waf',
  version: 1,
  reads: 'AWS WAF traffic logs of web ACLs',
  recognisedBy: 'webaclId, terminatingRuleId and httpRequest',
  logs: [
    {
      dataset: 'aws.waf',
      product: 'aws',
      service: 'waf',
      category: ['webserver'],
      has: ['webaclId', 'terminatingRuleId', 'httpRequest'],
      exportedAs: 'AWS.WAFWebACL',
      set,
      mean,
    },
  ],
});
