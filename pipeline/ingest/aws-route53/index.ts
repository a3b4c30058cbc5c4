// AWS DNS: Resolver query logs of VPCs (JSON) and query logs of public zones (text).
// https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/resolver-query-logs-format.html, query-logs.html
import type { Decoder, Draft, JsonObject } from '../kit.ts';
import { always, canonicalIp, CERTAIN, columns, draft, isObject, jsonLogs, mapping, setField, table, text, textNative, transportOf, via } from '../kit.ts';

const withoutDot = (value: unknown): string => {
  const name = String(value);
  return name.length > 1 && name.endsWith('.') ? name.slice(0, -1) : name;
};
const set = mapping({
  '@timestamp': 'query_timestamp',
  'event.action': always('dns-query'),
  'source.ip': ['srcaddr', 'edns_client_subnet'],
  'source.port': 'srcport',
  'network.transport': via('transport', transportOf),
  'network.protocol': always('dns'),
  'dns.question.name': via('query_name', withoutDot),
  'dns.question.type': 'query_type',
  'dns.question.class': 'query_class',
  'dns.response_code': 'rcode',
  'rule.id': 'firewall_rule_group_id',
  'rule.ruleset': 'firewall_domain_list_id',
  'cloud.provider': always('aws'),
  'cloud.account.id': 'account_id',
  'cloud.region': 'region',
  'cloud.instance.id': 'srcids.instance',
  'cloud.service.name': always('route53'),
});
const FIREWALL = table({ BLOCK: 'denied', ALERT: 'info', ALLOW: 'allowed' });

function resolution(event: Draft, json: JsonObject): void {
  event.category = ['network'];
  const ruled = FIREWALL.get(text(json.firewall_rule_action) ?? '');
  event.type = ['protocol', ...(ruled === undefined ? [] : [ruled])];
  if (ruled === 'denied' || ruled === 'info') event.kind = 'alert';
  const code = event.dns?.responseCode ?? null;
  event.outcome = code === null ? null : code === 'NOERROR' ? 'success' : 'failure';
  // A list; an object where an export made one of the only answer.
  const answers = (Array.isArray(json.answers) ? json.answers : [json.answers]).filter(isObject);
  const data = answers.flatMap(({ Rdata }) => text(Rdata) ?? []);
  if (data.length > 0) {
    setField(event, 'dns.answers.data', data.map(withoutDot));
    setField(
      event,
      'dns.resolved_ip',
      data.filter((one) => canonicalIp(one) !== null),
    );
  }
  event.message = `${event.dns?.questionName ?? ''} ${event.dns?.questionType ?? ''} ${code ?? ''}`.trim();
}

const resolver = jsonLogs({
  name: 'aws-route53',
  version: 1,
  reads: 'AWS DNS: Resolver query logs of VPCs, query logs of public zones',
  recognisedBy: 'query_timestamp, query_name and rcode; version, time, zone, name, type, code, transport and edge location',
  logs: [
    {
      dataset: 'aws.route53_resolver',
      product: 'aws',
      service: 'route53',
      category: ['dns'],
      has: ['query_timestamp', 'query_name', 'rcode'],
      exportedAs: 'AWS.VPCDns',
      set,
      mean: resolution,
    },
  ],
});

const ORDER = 'log_version query_timestamp zone query_name query_type rcode transport edge srcaddr edns_client_subnet'.split(' ');
const IS_LINE =
  /^1\.\d \d{4}-\d\d-\d\dT[\d:.]+Z Z[A-Z0-9]{4,32} \S{1,255} [A-Z0-9]{1,10} [A-Z0-9]{2,16} (?:UDP|TCP|TLS|HTTPS) [A-Z]{3}\d+(?:-[A-Z0-9]+)? \S+ \S+ *$/;

const decoder: Decoder = {
  ...resolver,
  datasets: [...resolver.datasets, 'aws.route53_public'],
  clues: { ...resolver.clues, begins: ['1.'] },
  recognise: (document) => (document.json !== undefined ? resolver.recognise(document) : IS_LINE.test(document.text.slice(0, 600)) ? CERTAIN : 0),
  decode(document) {
    if (document.json !== undefined) return resolver.decode(document);
    if (!IS_LINE.test(document.text.slice(0, 600))) return 'no line of a query log';
    const fields = columns(ORDER, document.text.trim().split(' '));
    const event = draft('aws.route53_public', 'aws', textNative(document, fields));
    event.logsource = { category: ['dns'], service: ['route53'] };
    set(event, fields, document);
    resolution(event, fields);
    return [event];
  },
};
export default decoder;
