// Fields of ECS documents, and when two values are the same.
import { EcsFlat } from '@elastic/ecs';
import { canonicalIp } from '../../domains/network/address.ts';
import type { ContextDraft } from '../../pipeline/enrich/kit.ts';
import { readIso } from '../../pipeline/ingest/kit.ts';
import related from '../../pipeline/enrich/related/index.ts';
import { plainContext } from '../../schemas/avro/plain.ts';
import type { Context, Event } from '../../schemas/avro/types.gen.ts';

export type Json = Readonly<Record<string, unknown>>;
export const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * What is scored of an ECS document: the fields that carry most, by name or by family (`source.*`), as far as ECS knows them.
 * Others, and what ECS does not know, are extras of the tool that made it.
 */
const SCORED = new Set(
  `message log.level event.kind event.category event.type event.outcome event.action event.code event.dataset event.provider event.original
  related.ip related.user related.hosts related.hash user_agent.original group.name group.id
  source destination user host process file url http dns network tls rule cloud container`.split(/\s+/),
);
export const isScored = (name: string): boolean => name in EcsFlat && (SCORED.has(name) || SCORED.has(name.slice(0, name.indexOf('.'))));

/** Where letters mean the same in both cases: names of hosts and protocols, digits of hashes and of hardware addresses. */
const CASELESS = /^(network\.(transport|protocol)|host\.(name|hostname)|.*\.domain|.*\.hash\.\w+|.*\.pe\.imphash|.*\.mac|related\.(hash|hosts))$/;
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
const LISTS = new Set(['event.category', 'event.type', 'related.ip', 'related.user', 'related.hosts', 'related.hash']);

/**
 * Numbers as numbers, arrays as sets, addresses in canonical form, times as instants.
 * @param wanted What it is compared with: a number in text is a number where that is one.
 */
export function normal(name: string, given: unknown, wanted?: unknown): unknown {
  if (LISTS.has(name) && typeof given === 'string') return normalValue(name, [given], wanted);
  return normalValue(name, given, wanted);
}
function normalValue(name: string, value: unknown, wanted?: unknown): unknown {
  if (Array.isArray(value)) return [...new Set(value.filter((one) => one !== null && one !== ' ').map((one) => JSON.stringify(normalValue(name, one))))].sort();
  if (typeof value !== 'string') return value;
  if (name === 'event.original') return record(value);
  if (/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z$/.test(value)) return readIso(value).micros;
  const isNumber = typeof wanted === 'number' || /^(source|destination)\.(port|bytes|packets)$|\.pid$|status_code$|exit_code$|\.size$/.test(name);
  if (isNumber && /^\d+$/.test(value)) return Number(value);
  const text = name.endsWith('.ip') ? (canonicalIp(value) ?? value) : name.endsWith('.mac') ? value.replaceAll(':', '-') : value;
  return CASELESS.test(name) ? text.toLowerCase().replaceAll(/^(md5|sha1|sha256|imphash)=/g, '') : text;
}
/** JSON however it is spaced. */
function record(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text));
  } catch {
    return text;
  }
}
