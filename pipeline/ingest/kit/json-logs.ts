// Formats whose records are JSON objects that differ in names only: told by members, mapped by a table, alone or in an array of them.
import type { Decoder } from '../kit.ts';
import { actionMeaning } from './action-words.ts';
import type { RawDocument } from './document.ts';
import type { Draft } from './draft.ts';
import { draft, stamp } from './draft.ts';
import { elementRanges, memberRange } from './json-ranges.ts';
import type { Mapping } from './mapping.ts';
import { pathReader } from './mapping.ts';
import { readTime } from './times.ts';
import { unparsed } from './unparsed.ts';
import type { JsonObject } from './values.ts';
import { isObject, text } from './values.ts';

/** One kind of record of a service. */
export interface JsonLog {
  readonly dataset: string;
  /** Product and service of rules: what a rule's logsource names. */
  readonly product: string;
  readonly service?: string;
  /** Categories of rules. */
  readonly category?: readonly string[];
  /** Members that all its records have, at the top. The first record kind that fits is taken, so the more special come first. */
  readonly has: readonly string[];
  /** What else must hold. Cheap, never throws. */
  readonly when?: (json: JsonObject) => boolean;
  /** CERTAIN unless other services could write such members. */
  readonly confidence?: number;
  /** Log type that Panther writes into its exports as `p_log_type`; tells the kind where members were left out. */
  readonly exportedAs?: string | readonly string[];
  /** Path of the service's own id of the record, or of the parts that make one together: a finding that is sent again when it changes needs its time. */
  readonly id?: string | readonly string[];
  readonly set: Mapping;
  /** Kind, categories and types. Absent = by the words of `event.action`. */
  readonly mean?: (event: Draft, json: JsonObject) => void;
}

interface JsonFormat extends Pick<Decoder, 'name' | 'reads' | 'recognisedBy' | 'version'> {
  readonly logs: readonly JsonLog[];
  /** Paths of arrays that hold records, as files and answers of interfaces do; one event for each element. */
  readonly arrays?: readonly string[];
  /** Paths of objects that are the record: EventBridge's `detail`. */
  readonly objects?: readonly string[];
}

const EXPORT_TYPE = 'p_log_type';

/** A decoder of JSON logs. Every element of an array becomes an event; one that is none of the logs is kept as unparsed, the others are read. */
export function jsonLogs({ name, version, reads, recognisedBy, logs, arrays = [], objects = [] }: JsonFormat): Decoder {
  const kinds = logs.map((log) => new Kind(log));
  const byExport = new Map(kinds.flatMap((kind) => [kind.log.exportedAs ?? []].flat().map((type) => [type, kind] as const)));
  const kindOf = (json: JsonObject): Kind | undefined => {
    const exported = typeof json[EXPORT_TYPE] === 'string' ? byExport.get(json[EXPORT_TYPE]) : undefined;
    return exported ?? kinds.find((kind) => kind.fits(json));
  };
  const wraps = [...arrays, ...objects].map((path) => ({ path, get: pathReader(path) }));
  const members = new Set([...kinds.map(({ log }) => log.has[0]!), ...wraps.map(({ path }) => path.split('.', 1)[0]!)]);
  if (byExport.size > 0) members.add(EXPORT_TYPE);

  return {
    name,
    version,
    reads,
    recognisedBy,
    datasets: [...new Set(logs.map(({ dataset }) => dataset))],
    clues: { members: [...members] },
    recognise({ json }) {
      if (json === undefined) return 0;
      const kind = kindOf(json);
      if (kind !== undefined) return kind.confidence;
      for (const { get } of wraps) {
        const inside = get(json);
        const first: unknown = Array.isArray(inside) ? inside[0] : inside;
        const found = isObject(first) ? kindOf(first) : undefined;
        if (found !== undefined) return found.confidence;
      }
      return 0;
    },
    decode(document) {
      const { json } = document;
      if (json === undefined) return 'not a JSON object';
      const kind = kindOf(json);
      if (kind !== undefined) return [kind.event(document, json, document.bytes)];
      for (const { path, get } of wraps) {
        const inside = get(json);
        if (!isObject(Array.isArray(inside) ? inside[0] : inside)) continue;
        const events = within(document, path, inside, kindOf);
        if (events !== undefined) return events;
      }
      return 'none of the logs of this format';
    },
  };
}

/** Undefined when none of what is inside is a log of the format. */
function within(document: RawDocument, path: string, inside: unknown, kindOf: (json: JsonObject) => Kind | undefined): readonly Draft[] | undefined {
  const range = rangeOf(document.text, path);
  if (range === undefined) return undefined;
  const values: readonly unknown[] = Array.isArray(inside) ? inside : [inside];
  const ranges = Array.isArray(inside) ? elementRanges(document.text, range.from) : [range];
  const kinds = values.map((value) => (isObject(value) ? kindOf(value) : undefined));
  if (kinds.every((kind) => kind === undefined)) return undefined;
  return values.map((value, index) => {
    const { from, to } = ranges[index]!;
    const part = document.text.slice(from, to);
    const kind = kinds[index];
    return kind === undefined
      ? unparsed(part, 'an element that is none of the logs of this format')
      : kind.event(document, value as JsonObject, Buffer.from(part));
  });
}

/** Where the value of a path stands. */
function rangeOf(text: string, path: string): { readonly from: number; readonly to: number } | undefined {
  let range: { readonly from: number; readonly to: number } | undefined;
  for (const member of path.split('.')) {
    range = memberRange(text, member, range?.from ?? 0);
    if (range === undefined) return undefined;
  }
  return range;
}

class Kind {
  readonly log: JsonLog;
  readonly confidence: number;
  readonly #idParts: readonly ((json: JsonObject) => unknown)[];
  readonly #logsource: Draft['logsource'];

  constructor(log: JsonLog) {
    this.log = log;
    this.confidence = log.confidence ?? 1;
    this.#idParts = [log.id ?? []].flat().map(pathReader);
    this.#logsource = { category: log.category ?? [], service: log.service === undefined ? [] : [log.service] };
  }

  fits(json: JsonObject): boolean {
    for (const name of this.log.has) if (json[name] === undefined) return false;
    return this.log.when?.(json) ?? true;
  }

  event(document: RawDocument, json: JsonObject, native: Uint8Array): Draft {
    const { dataset, product, set, mean } = this.log;
    const event = draft(dataset, product, native);
    event.logsource = this.#logsource;
    set(event, json, document);
    if (Number.isNaN(event.time) && json.p_event_time !== undefined) stamp(event, readTime(json.p_event_time, document.appendedAt), document.zone);
    event.user = withEmail(event.user);
    event.targetUser = withEmail(event.targetUser);
    event.id = idOf(this.#idParts, json);
    if (mean !== undefined) mean(event, json);
    else if (event.action !== null) {
      const { category, type } = actionMeaning(event.action);
      event.category = category;
      event.type = type;
      event.outcome ??= /fail/i.test(event.action) ? 'failure' : /succe/i.test(event.action) ? 'success' : null;
    }
    event.message ??= sentence(event);
    return event;
  }
}

/** Empty unless all parts are there. */
function idOf(parts: readonly ((json: JsonObject) => unknown)[], json: JsonObject): string {
  const values = parts.map((get) => text(get(json)));
  return values.every((value) => value !== null) ? values.join('/') : '';
}

/** A login that is an address is the email, too; and the other way round. */
function withEmail<U extends Draft['user'] | Draft['targetUser']>(user: U): U {
  if (user === null) return user;
  if (user.name === null) return user.email === null ? user : { ...user, name: user.email };
  return user.email === null && user.name.includes('@') ? { ...user, email: user.name } : user;
}

/** ` by` and who did it; empty when that is not known. */
export function byWhom({ user }: Draft): string {
  const who = user?.name ?? user?.id ?? null;
  return who === null ? '' : ` by ${who}`;
}

/** What people read where the record has no text of its own. */
function sentence(event: Draft): string {
  const { action, targetUser, outcome, dataset } = event;
  const whom = targetUser?.name ?? targetUser?.id ?? null;
  return `${action ?? dataset}${whom === null ? '' : ` of ${whom}`}${byWhom(event)}${outcome === 'failure' ? ' failed' : ''}`;
}
