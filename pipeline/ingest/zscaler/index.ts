// Zscaler Internet Access through Nanolog Streaming: web, firewall, DNS and tunnel feeds as JSON, alone or below `event`.
// https://help.zscaler.com/zia/nss-feed-output-format-web-logs and its sisters for firewall, DNS and tunnel logs
import type { Decoder, Draft, JsonObject } from '../kit.ts';
import { always, canonicalIp, completeFlow, count, isObject, jsonLogs, mapping, setField, setRegisteredDomain, setUrl, table, text, via } from '../kit.ts';

const SEVERITIES = table({ critical: 95, high: 75, medium: 50, low: 25, none: 0 });
/** What feeds write where there is nothing. */
const NOTHING = new Set(['', 'NA', 'N/A', 'None', 'NONE', 'Unknown', 'UNKNOWN', '-']);
const said = (value: unknown): string | null => {
  const written = text(value)?.trim() ?? '';
  return NOTHING.has(written) ? null : written;
};
const port = (value: unknown): number | null => count(value) || null; // 0 where there was none
const nanos = (value: unknown): number | null => {
  const millis = count(value);
  return millis === null ? null : millis * 1_000_000;
};

/** The user, the device and the place that every feed tells. */
const COMMON = {
  'observer.vendor': always('Zscaler'),
  '@timestamp': ['datetime', 'time'],
  'user.name': via(['user', 'login'], said),
  'user.group.name': via(['department', 'dept'], said),
  'host.name': via(['devicehostname', 'devicename'], (value) => said(value)?.split(':', 1)[0] ?? null),
  'host.os.full': via('deviceosversion', said),
} as const;

const isDenied = (event: Draft): boolean => /^(?:block|drop|reset|deny|denied)/i.test(event.action ?? '');
function verdict(event: Draft, json: JsonObject, isWeb: boolean): void {
  const denied = isDenied(event);
  const threat = said(json.threatname);
  event.category = ['network', ...(isWeb ? ['web'] : []), ...(threat === null ? [] : ['intrusion_detection'])];
  event.type = [...(isWeb ? ['access'] : []), denied ? 'denied' : 'allowed'];
  event.outcome = event.action === null ? null : denied ? 'failure' : 'success';
  if (threat !== null) event.kind = 'alert';
  event.severity ??= SEVERITIES.get(said(json.threatseverity)?.toLowerCase() ?? '') ?? null;
}

function web(event: Draft, json: JsonObject): void {
  const url = said(json.url);
  const protocol = said(json.protocol)?.toLowerCase() ?? 'http';
  const scheme = protocol.startsWith('http') ? protocol.split('_', 1)[0]! : 'https'; // SSL and tunnels are shown by their host
  if (url !== null && url.length <= 8192) setUrl(event, url.includes('://') ? url : `${scheme}://${url}`);
  setRegisteredDomain(event, 'url', event.url?.domain ?? null);
  verdict(event, json, true);
  event.message = `${event.action ?? 'request'} ${event.http?.method ?? ''} ${url ?? ''}`.replaceAll(/ +/g, ' ').trim();
}
function firewall(event: Draft, json: JsonObject): void {
  verdict(event, json, false);
  completeFlow(event);
  event.message = `${event.action ?? 'session'} ${event.source?.ip ?? ''} -> ${event.destination?.ip ?? ''}:${event.destination?.port ?? ''}`;
}
function resolution(event: Draft, json: JsonObject): void {
  event.category = ['network'];
  event.type = ['protocol', isDenied(event) ? 'denied' : 'allowed'];
  event.outcome = event.action === null ? null : isDenied(event) ? 'failure' : 'success';
  setField(event, 'network.protocol', 'dns');
  setRegisteredDomain(event, 'dns.question', said(json.dns_req));
  const answer = said(json.dns_resp);
  const ip = canonicalIp(answer);
  if (ip !== null) setField(event, 'dns.resolved_ip', [ip]);
  else if (answer !== null && /^[A-Z]{4,10}$/.test(answer)) setField(event, 'dns.response_code', answer);
  event.message = `${said(json.dns_reqtype) ?? ''} ${said(json.dns_req) ?? ''} ${answer ?? ''}`.trim();
}
function tunnel(event: Draft): void {
  event.category = ['network'];
  event.type = ['connection', 'info'];
}

const feeds = jsonLogs({
  name: 'zscaler',
  version: 2,
  reads: 'Zscaler Internet Access, NSS feeds in JSON: web, firewall, DNS and tunnel logs',
  recognisedBy: 'members that only these feeds have together, also below `event`',
  objects: ['event'],
  logs: [
    {
      dataset: 'zscaler.web',
      product: 'zscaler',
      category: ['proxy'],
      has: ['urlcategory', 'requestmethod'],
      id: ['event_id', 'recordid'],
      set: mapping({
        ...COMMON,
        'event.action': via('action', said),
        'event.reason': via('reason', said),
        'source.ip': ['ClientIP', 'clientpublicIP', 'cip'],
        'source.port': via('clt_sport', port),
        'source.bytes': via('requestsize', count),
        'destination.ip': ['serverip', 'sip'],
        'destination.port': via('srv_dport', port),
        'destination.domain': via('hostname', said),
        'destination.bytes': via('responsesize', count),
        'http.request.method': via('requestmethod', said),
        'http.request.referrer': via(['refererURL', 'referer'], said),
        'http.response.status_code': via(['status', 'respcode'], count),
        'http.response.bytes': via('responsesize', count),
        'http.version': via('reqversion', said),
        'user_agent.original': via(['useragent', 'ua'], said),
        'rule.name': via(['rulelabel', 'urlfilterrulelabel'], said),
        'rule.category': via(['urlcategory', 'urlcat'], said),
        'file.name': via(['filename', 'upload_filename'], said),
        'file.hash.sha256': via('sha256', said),
        'file.hash.md5': via(['bamd5', 'md5'], said),
        'threat.software.name': via('threatname', said),
        'event.duration': via(['totaltime', 'transtime'], nanos),
      }),
      mean: web,
    },
    {
      dataset: 'zscaler.firewall',
      product: 'zscaler',
      category: ['firewall'],
      has: ['csip', 'cdip'],
      id: 'recordid',
      set: mapping({
        ...COMMON,
        'event.action': via('action', said),
        'source.ip': 'csip',
        'source.port': via('csport', port),
        'source.bytes': via('outbytes', count),
        'source.nat.ip': 'ssip',
        'source.nat.port': via('ssport', port),
        'destination.ip': 'cdip',
        'destination.port': via('cdport', port),
        'destination.domain': via('cdfqdn', said),
        'destination.bytes': via('inbytes', count),
        'destination.nat.ip': 'sdip',
        'destination.nat.port': via('sdport', port),
        'network.transport': via(['proto', 'ipproto'], (value) => said(value)?.toLowerCase() ?? null),
        'network.application': via('nwapp', (value) => said(value)?.toLowerCase() ?? null),
        'rule.name': via(['rulelabel', 'rule'], said),
        'rule.category': via(['ipcat', 'ipcategory'], said),
        'threat.software.name': via('threatname', said),
        'event.duration': via(['durationms', 'duration_ms'], nanos),
      }),
      mean: firewall,
    },
    {
      dataset: 'zscaler.dns',
      product: 'zscaler',
      category: ['dns'],
      has: ['dns_req', 'dns_reqtype'],
      set: mapping({
        ...COMMON,
        'event.action': via(['resaction', 'reqaction'], said),
        'source.ip': 'clt_sip',
        'destination.ip': 'srv_dip',
        'destination.port': via('srv_dport', port),
        'network.transport': via('protocol', (value) => said(value)?.toLowerCase() ?? null),
        'dns.question.name': via('dns_req', said),
        'dns.question.type': via('dns_reqtype', said),
        'rule.name': via(['resrulelabel', 'reqrulelabel'], said),
        'rule.category': via(['category', 'domcat'], said),
        'event.duration': via('durationms', nanos),
      }),
      mean: resolution,
    },
    {
      dataset: 'zscaler.tunnel',
      product: 'zscaler',
      has: ['Recordtype', 'tunneltype'],
      set: mapping({
        ...COMMON,
        'event.action': via('Recordtype', said),
        'source.ip': 'sourceip',
        'source.port': via('sourceport', port),
        'source.bytes': via('txbytes', count),
        'destination.ip': 'destinationip',
        'destination.bytes': via('rxbytes', count),
        'network.protocol': via('tunnelprotocol', (value) => said(value)?.toLowerCase() ?? null),
      }),
      mean: tunnel,
    },
  ],
});

const decoder: Decoder = {
  ...feeds,
  /** What stands around `event` says which feed it is: it is kept, too. */
  decode(document) {
    const events = feeds.decode(document);
    if (typeof events !== 'string' && isObject(document.json?.event)) for (const event of events) event.native = document.bytes;
    return events;
  },
};
export default decoder;
