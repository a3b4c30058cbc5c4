import { addressGroups, canonicalIp } from './address.ts';

/** Values by network; the longest prefix that holds an address wins. IPv4 and IPv6 apart. */
export class PrefixTable<V> {
  /** By family and prefix length, longest first: the masked address to its value. */
  readonly #lengths: { readonly groups: number; readonly bits: number; readonly values: Map<string, V> }[] = [];

  /**
   * @param cidr `10.0.0.0/8`; host bits are ignored; an address alone is a network of one. A later value for the same network replaces the earlier.
   * @returns Whether it is a network.
   */
  add(cidr: string, value: V): boolean {
    const slash = cidr.indexOf('/');
    const ip = canonicalIp(slash < 0 ? cidr : cidr.slice(0, slash));
    const groups = ip === null ? undefined : addressGroups(ip);
    if (groups === undefined) return false;
    const written = slash < 0 ? undefined : cidr.slice(slash + 1);
    if (written !== undefined && !/^\d{1,3}$/.test(written)) return false;
    // A prefix over an IPv4 address inside IPv6 counts from the front of the IPv6 address.
    const shift = groups.length === 2 && ip!.includes(':') ? 96 : 0;
    const bits = written === undefined ? groups.length * 16 : Number(written) - shift;
    if (bits < 0 || bits > groups.length * 16) return false;
    let level = this.#lengths.find((known) => known.groups === groups.length && known.bits === bits);
    if (level === undefined) {
      level = { groups: groups.length, bits, values: new Map() };
      this.#lengths.push(level);
      this.#lengths.sort((a, b) => b.bits - a.bits);
    }
    level.values.set(masked(groups, bits), value);
    return true;
  }

  /** @param ip Canonical. */
  get(ip: string): V | undefined {
    if (this.#lengths.length === 0) return undefined;
    const groups = addressGroups(ip);
    if (groups === undefined) return undefined;
    for (const level of this.#lengths) {
      const value = level.groups === groups.length ? level.values.get(masked(groups, level.bits)) : undefined;
      if (value !== undefined) return value;
    }
    return undefined;
  }

  /** Of all networks that hold it, the longest prefix first. @param ip Canonical. */
  all(ip: string): readonly V[] {
    const groups = this.#lengths.length === 0 ? undefined : addressGroups(ip);
    if (groups === undefined) return [];
    return this.#lengths.flatMap((level) => (level.groups === groups.length ? (level.values.get(masked(groups, level.bits)) ?? []) : []));
  }
}

function masked(groups: readonly number[], bits: number): string {
  let text = '';
  for (let index = 0; index < groups.length; index++) {
    const left = bits - index * 16;
    if (left <= 0) break;
    text += `${left >= 16 ? groups[index]! : groups[index]! & (0xffff << (16 - left)) & 0xffff},`;
  }
  return text;
}
