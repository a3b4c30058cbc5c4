// What the index of searches holds: 32-bit hashes of whole values, ASCII case aside, of whatever field. Persist writes them into `event.terms`;
// a search for a value asks by the same hash, and tests what it finds. Why so: docs/adr/0005-index-of-whole-values.md.
import { addressBytes } from '../../address.ts';

/** Shorter values are in every event, longer ones are texts; in bytes. An event with more values is listed as one to be looked at. */
export const TERM_LIMITS = { leastBytes: 3, mostBytes: 512, mostOfEvent: 256 } as const;

const PRIME = 16_777_619; // FNV-1a, 32 bits
const BASIS = 2_166_136_261;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** Of another organization the same value has another hash, so that nobody reads past the events of others. */
function seedOf(organization: string): number {
  let hash = BASIS;
  for (let i = 0; i < organization.length; i += 1) hash = Math.imul(hash ^ organization.charCodeAt(i), PRIME);
  return Math.imul(hash, PRIME); // as after a NUL, which no name has
}

const scratch = Buffer.allocUnsafe(TERM_LIMITS.mostBytes * 6 + 2);

/** Hash under which the events with this value are listed; null when none are: the value is too short, too long, a time, or not ASCII. */
export function termOf(organization: string, value: string): number | null {
  if (value.length > TERM_LIMITS.mostBytes) return null;
  const list = new TermList();
  list.begin(organization);
  list.addText(value);
  return list.values()?.[0] ?? null;
}

/** Likewise of an address, however it is written. */
export function addressTermOf(organization: string, address: string): number | null {
  const list = new TermList();
  list.begin(organization);
  list.addAddress(address);
  return list.values()?.[0] ?? null;
}

/** Labels from the end of a host name under which it is listed: a domain that is looked for finds what lies below it. */
const NAME_LABELS = { least: 2, most: 4 } as const;

/**
 * Hash under which the events are listed that name this host, or one below it; a name of more labels than are listed is looked for by its last ones,
 * so what is found is to be tested. Null when none are: it is not ASCII, or too long.
 */
export function nameTermOf(organization: string, name: string): number | null {
  const list = new TermList();
  list.begin(organization);
  list.addText(`dn ${lastLabels(name, NAME_LABELS.most)}`);
  return list.values()?.[0] ?? null;
}
const lastLabels = (name: string, labels: number): string => name.split('.').slice(-labels).join('.');

/** Gathers the terms of one event after the other; to be used again, so that storing events makes no garbage. */
export class TermList {
  readonly #seen = new Set<number>();
  /** Terms of names met before: those of hosts come with every event. */
  readonly #names = new Map<string, readonly number[]>();
  #organization: string | undefined;
  #seed = 0;

  begin(organization: string): void {
    this.#seen.clear();
    if (organization === this.#organization) return;
    this.#names.clear();
    this.#organization = organization;
    this.#seed = seedOf(organization);
  }

  /** A whole value, as people write it. @returns Its term; null when it has none */
  addText(value: string | null | undefined): number | null {
    if (value === null || value === undefined || value.length < TERM_LIMITS.leastBytes || value.length > TERM_LIMITS.mostBytes) return null;
    const json = NEEDS_ESCAPE.test(value) ? JSON.stringify(value).slice(1, -1) : value;
    return this.#addBytes(scratch, 0, scratch.write(json));
  }

  addAddress(address: string | null | undefined): void {
    if (address === null || address === undefined) return;
    const size = addressBytes(address, scratch, 0);
    if (size > 0) this.addText(`ip ${scratch.toString('hex', 0, size)}`);
  }

  /** Of a host: by its last labels, in lower case and without a dot at its end. */
  addName(host: string | null | undefined): void {
    if (host === null || host === undefined || !host.includes('.')) return;
    const known = this.#names.get(host);
    if (known !== undefined) {
      for (const term of known) this.#seen.add(term);
      return;
    }
    const name = HAS_UPPER.test(host) || host.endsWith('.') ? host.toLowerCase().replace(/\.$/, '') : host;
    const terms: number[] = [];
    let from = name.length;
    for (let labels = 1; labels <= NAME_LABELS.most && from > 0; labels += 1) {
      from = name.lastIndexOf('.', from - 1);
      const term = labels >= NAME_LABELS.least ? this.addText(`dn ${name.slice(from + 1)}`) : null;
      if (term !== null) terms.push(term);
    }
    if (host.length > LONGEST_NAME) return;
    if (this.#names.size === MOST_NAMES) this.#names.clear();
    this.#names.set(host, terms);
  }

  /** Of the host in a URL, whatever it is; read as store/hunt-condition.ts reads it. */
  addHostOf(url: string | null | undefined): void {
    const host = url === null || url === undefined ? undefined : HOST.exec(url)?.[1]?.replaceAll(/[[\]]/g, '');
    if (host?.includes('.') === false) this.addText(`dn ${host.toLowerCase()}`);
    else this.addName(host);
  }

  /** All values of a JSON text, wherever in it; what is no JSON adds what looks like some. */
  addJson(bytes: Uint8Array, from = 0, to = bytes.length): void {
    let at = from;
    while (at < to) {
      const byte = bytes[at] as number;
      if (byte === QUOTE) at = this.#string(bytes, at + 1, to);
      else if (byte === 0x2d || (byte >= 0x30 && byte <= 0x39) || byte === 0x74 || byte === 0x66) at = this.#bare(bytes, at, to);
      else at += 1;
    }
  }

  /** Null: more than are listed. Valid until `begin`. */
  values(): readonly number[] | null {
    return this.#seen.size > TERM_LIMITS.mostOfEvent ? null : [...this.#seen];
  }

  /** @returns Where to go on: behind the closing quotation mark. A string before a colon is a name, no value. */
  #string(bytes: Uint8Array, from: number, to: number): number {
    let end = from;
    let hash = this.#seed;
    let high = 0;
    for (; end < to; end += 1) {
      let byte = bytes[end] as number;
      if (byte === QUOTE) break;
      if (byte === BACKSLASH) {
        hash = Math.imul(hash ^ byte, PRIME);
        end += 1;
        byte = bytes[end] as number;
      }
      high |= byte;
      hash = Math.imul(hash ^ (byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte), PRIME);
    }
    let next = end + 1;
    while (next < to && (bytes[next] as number) <= 0x20) next += 1;
    if (bytes[next] !== 0x3a) this.#add(hash, high, bytes, from, end);
    return next;
  }

  #bare(bytes: Uint8Array, from: number, to: number): number {
    let end = from;
    while (end < to && IS_BARE[bytes[end] as number] === 1) end += 1;
    this.#addBytes(bytes, from, end);
    return end;
  }

  #addBytes(bytes: Uint8Array, from: number, to: number): number | null {
    let hash = this.#seed;
    let high = 0;
    for (let at = from; at < to; at += 1) {
      const byte = bytes[at] as number;
      high |= byte;
      hash = Math.imul(hash ^ (byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte), PRIME);
    }
    return this.#add(hash, high, bytes, from, to);
  }

  #add(hash: number, high: number, bytes: Uint8Array, from: number, to: number): number | null {
    const length = to - from;
    if (length < TERM_LIMITS.leastBytes || length > TERM_LIMITS.mostBytes || high > 0x7f || isTime(bytes, from, length)) return null;
    this.#seen.add(hash | 0);
    return hash | 0;
  }
}

// eslint-disable-next-line no-control-regex
const NEEDS_ESCAPE = /["\\\u0000-\u001f]/;
/** That are remembered. */
const MOST_NAMES = 10_000;
const LONGEST_NAME = 253; // RFC 1035; what is longer is some attacker's
const HAS_UPPER = /[A-Z\u0080-\uffff]/; // or may have: what is not ASCII
const HOST = /^[A-Za-z][A-Za-z0-9+.-]*:\/\/(?:[^/@]*@)?(\[[^\]]+\]|[^\]/:?#]+)/;
const IS_BARE = Uint8Array.from({ length: 256 }, (_unused, byte) => (/[\w.+-]/.test(String.fromCharCode(byte)) && byte < 0x80 ? 1 : 0));

/** `2026-11-25T..`: nearly every event has one, and nobody looks for it as a value. */
const isTime = (bytes: Uint8Array, from: number, length: number): boolean =>
  length >= 11 &&
  bytes[from + 4] === 0x2d &&
  bytes[from + 7] === 0x2d &&
  (bytes[from + 10] === 0x54 || bytes[from + 10] === 0x20) &&
  (bytes[from] as number) >= 0x30 &&
  (bytes[from] as number) <= 0x39;
