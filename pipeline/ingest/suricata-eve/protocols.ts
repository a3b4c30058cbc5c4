// The application-layer objects of an EVE record.
import type { File, Http, Tls, Url } from '../../../schemas/avro/types.gen.ts';
import type { Draft, JsonObject } from '../kit.ts';
import { canonicalIp, count, file, hexHash, isObject, objectOf, setEcs, setField, text, texts } from '../kit.ts';
import { certificate } from './certificate.ts';

const SUCCESS_CODES = new Set(['NOERROR', '0']);

/** Versions 1 to 3: `rrname` beside `type`, `answers`, `grouped`, or `queries`. */
export function dnsOf(event: Draft, dns: JsonObject): void {
  const query = objectOf(Array.isArray(dns.queries) ? dns.queries[0] : Array.isArray(dns.query) ? dns.query[0] : dns);
  const answers = Array.isArray(dns.answers)
    ? dns.answers.filter(isObject).flatMap(({ rdata }) => texts(rdata))
    : dns.type === 'answer' && dns.rdata !== undefined
      ? texts(dns.rdata)
      : groupedAnswers(dns.grouped);
  const responseCode = text(dns.rcode);
  event.dns = { questionName: text(query.rrname), questionType: text(query.rrtype), responseCode, answers };
  if (responseCode !== null) event.outcome = SUCCESS_CODES.has(responseCode) ? 'success' : 'failure';
  const kind = text(dns.type);
  setEcs(event, 'dns.type', kind === 'answer' || kind === 'response' ? 'answer' : kind === null ? null : 'query');
  setEcs(event, 'dns.id', text(dns.id));
  const flags = HEADER_FLAGS.filter((flag) => dns[flag] === true).map((flag) => flag.toUpperCase());
  if (flags.length > 0) setField(event, 'dns.header_flags', flags);
  const addresses = [...new Set(answers.map(canonicalIp).filter((ip) => ip !== null))];
  if (addresses.length > 0) setField(event, 'dns.resolved_ip', addresses);
}
const HEADER_FLAGS = ['aa', 'tc', 'rd', 'ra', 'ad', 'cd'] as const;

const groupedAnswers = (grouped: unknown): readonly string[] => (isObject(grouped) ? Object.values(grouped).flatMap(texts) : []);

export function httpOf(event: Draft, http: JsonObject): Http {
  const status = count(http.status);
  if (status !== null && status <= 999) event.outcome ??= status < 400 ? 'success' : 'failure';
  const protocol = text(http.protocol);
  setEcs(event, 'http.version', protocol?.startsWith('HTTP/') ? protocol.slice(5) : protocol);
  setEcs(event, 'http.response.body.bytes', count(http.length));
  setEcs(event, 'http.response.mime_type', text(http.http_content_type));
  return {
    method: text(http.http_method),
    status: status !== null && status <= 999 ? status : null,
    userAgent: text(http.http_user_agent),
    referrer: text(http.http_refer),
  };
}

export function urlOf(http: JsonObject): Url | null {
  const original = text(http.url);
  const domain = text(http.hostname);
  if (original === null) return domain === null ? null : { original: null, domain, path: null, query: null };
  const scheme = original.indexOf('://');
  const start = scheme > 0 && scheme < 12 ? original.indexOf('/', scheme + 3) : 0;
  const local = start < 0 ? '' : original.slice(start);
  const mark = local.indexOf('?');
  return { original, domain, path: mark < 0 ? local : local.slice(0, mark), query: mark < 0 ? null : local.slice(mark + 1) };
}

export function tlsOf(event: Draft, tls: JsonObject): Tls {
  const written = text(tls.version);
  const space = written?.indexOf(' ') ?? -1;
  const fingerprint = hexHash(tls.fingerprint);
  setEcs(event, 'tls.version_protocol', written === null ? null : space > 0 ? written.slice(0, space).toLowerCase() : 'tls');
  setEcs(event, 'tls.server.hash.sha1', fingerprint?.toUpperCase() ?? null);
  certificate(event, tls);
  setEcs(event, 'tls.server.x509.serial_number', hexHash(tls.serial)?.toUpperCase() ?? null);
  return {
    serverName: text(tls.sni),
    version: written !== null && space > 0 ? written.slice(space + 1) : written,
    ja3: text(objectOf(tls.ja3).hash),
    ja3s: text(objectOf(tls.ja3s).hash),
    ja4: text(tls.ja4),
    subject: text(tls.subject),
    issuer: text(tls.issuerdn),
  };
}

export function fileOf(info: JsonObject): File | null {
  const hashes = { md5: hexHash(info.md5), sha1: hexHash(info.sha1), sha256: hexHash(info.sha256), imphash: null };
  const hasHash = hashes.md5 !== null || hashes.sha1 !== null || hashes.sha256 !== null;
  return file(text(info.filename), hasHash ? hashes : null, count(info.size));
}
