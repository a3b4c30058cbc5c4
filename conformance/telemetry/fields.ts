// Fields of ECS documents, and when two values are the same.
import { canonicalIp } from '../../domains/network/address.ts';
import type { ContextDraft } from '../../pipeline/enrich/kit.ts';
import related from '../../pipeline/enrich/related/index.ts';
import { plainContext } from '../../schemas/avro/plain.ts';
import type { Context, Event } from '../../schemas/avro/types.gen.ts';

export type Json = Readonly<Record<string, unknown>>;
export const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);

/** What is scored of an ECS document: the fields that carry most. Others are extras of the tool that made it. */
export const FIELDS = new Set([
  'event.kind',
  'event.category',
  'event.type',
  'event.outcome',
  'event.action',
  'event.code',
  'event.provider',
  'log.level',
  'source.ip',
  'source.port',
  'source.address',
  'source.domain',
  'source.bytes',
  'source.packets',
  'source.mac',
  'destination.ip',
  'destination.port',
  'destination.address',
  'destination.domain',
  'destination.bytes',
  'destination.packets',
  'destination.mac',
  'user.name',
  'user.id',
  'user.domain',
  'user.email',
  'user.target.name',
  'user.target.id',
  'user.target.domain',
  'host.name',
  'host.ip',
  'host.os.type',
  'process.name',
  'process.executable',
  'process.command_line',
  'process.pid',
  'process.entity_id',
  'process.working_directory',
  'process.hash.md5',
  'process.hash.sha1',
  'process.hash.sha256',
  'process.parent.name',
  'process.parent.executable',
  'process.parent.command_line',
  'process.parent.pid',
  'process.parent.entity_id',
  'process.pe.original_file_name',
  'file.path',
  'file.name',
  'file.extension',
  'file.size',
  'file.hash.md5',
  'file.hash.sha1',
  'file.hash.sha256',
  'url.original',
  'url.domain',
  'url.path',
  'url.query',
  'http.request.method',
  'http.response.status_code',
  'http.response.body.bytes',
  'http.version',
  'user_agent.original',
  'dns.question.name',
  'dns.question.type',
  'dns.response_code',
  'dns.id',
  'dns.type',
  'network.transport',
  'network.protocol',
  'network.direction',
  'network.bytes',
  'network.packets',
  'tls.client.server_name',
  'tls.version',
  'tls.version_protocol',
  'tls.server.subject',
  'tls.server.issuer',
  'tls.server.hash.sha1',
  'tls.server.ja3s',
  'tls.client.ja3',
  'rule.id',
  'rule.name',
  'rule.category',
  'cloud.provider',
  'cloud.account.id',
  'cloud.region',
  'cloud.service.name',
  'group.name',
  'group.id',
  'related.ip',
  'related.user',
  'related.hosts',
  'related.hash',
  'message',
]);
/** Where letters mean the same in both cases. */
const CASELESS = /^(host\.name|log\.level|network\.(transport|protocol|direction)|.*\.hash\.\w+|.*\.mac|tls\.server\.hash\..*|related\.(hash|hosts))$/;
/** Only what follows from the event itself: no reference data is at hand. */
export function relatedOf(event: Event): Context {
  const context: ContextDraft = plainContext();
  related
    .open({ geoFile: '', asnFile: '', maxCachedAddresses: 1 })
    .add(event, context, { get: () => undefined, derived: (_table, _asOf, build) => build([], 0) });
  return context;
}

export function leaves(document: Json, prefix = ''): Map<string, unknown> {
  const found = new Map<string, unknown>();
  for (const [key, value] of Object.entries(document)) {
    if (prefix === '' && (key === 'native' || key === 'goshawk')) continue;
    if (isObject(value)) for (const [name, inner] of leaves(value, `${prefix}${key}.`)) found.set(name, inner);
    else found.set(prefix + key, value);
  }
  return found;
}

/** Lists in ECS: one value alone is a list of one. */
const LISTS = new Set(['event.category', 'event.type']);

/**
 * Numbers as numbers, arrays as sets, addresses in canonical form, times as instants.
 * @param wanted What it is compared with: a number in text is a number where that is one.
 */
export function normal(name: string, given: unknown, wanted?: unknown): unknown {
  if (LISTS.has(name) && typeof given === 'string') return [JSON.stringify(given)];
  return normalValue(name, given, wanted);
}
function normalValue(name: string, value: unknown, wanted?: unknown): unknown {
  if (Array.isArray(value)) return [...new Set(value.filter((one) => one !== null && one !== ' ').map((one) => JSON.stringify(normalValue(name, one))))].sort();
  if (typeof value !== 'string') return value;
  const isNumber = typeof wanted === 'number' || /^(source|destination)\.(port|bytes|packets)$|\.pid$|status_code$|\.size$/.test(name);
  if (isNumber && /^\d+$/.test(value)) return Number(value);
  const text = name.endsWith('.ip') ? (canonicalIp(value) ?? value) : name.endsWith('.mac') ? value.replaceAll(':', '-') : value;
  return CASELESS.test(name) ? text.toLowerCase().replaceAll(/^(md5|sha1|sha256|imphash)=/g, '') : text;
}
