// Which indicators an event has, and where.
import { canonicalIp } from '../network/address.ts';
import { PrefixTable } from '../network/prefix-table.ts';
import type { Indicator } from './indicator.ts';

/** Of an event, as much as indicators are looked for in. */
export interface HuntedEvent {
  readonly sourceIp: string | null;
  readonly destinationIp: string | null;
  readonly dnsQuestion: string | null;
  readonly urlDomain: string | null;
  /** ECS name to value. */
  readonly detail: Readonly<Record<string, unknown>>;
}
export interface Hit {
  readonly indicator: Indicator;
  /** ECS name. */
  readonly field: string;
  /** As the event has it. */
  readonly value: string;
}

/** Fields that are searched, the most telling first. */
const URL_FIELDS = ['url.original', 'url.full'] as const;
const FIELDS: Readonly<Record<Indicator['type'], (event: HuntedEvent) => readonly (readonly [field: string, value: unknown])[]>> = {
  address: ({ sourceIp, destinationIp, detail }) => [['source.ip', sourceIp], ['destination.ip', destinationIp], ...listed('related.ip', detail)],
  domain: ({ dnsQuestion, urlDomain, detail }) => [['dns.question.name', dnsQuestion], ['url.domain', urlDomain], ...listed('related.hosts', detail)],
  hash: ({ detail }) => [...Object.entries(detail).filter(([name]) => /\.hash\.\w+$/.test(name)), ...listed('related.hash', detail)],
  url: ({ detail }) => URL_FIELDS.map((field) => [field, detail[field]]),
};
const listed = (field: string, detail: HuntedEvent['detail']): readonly (readonly [string, unknown])[] => {
  const values = detail[field];
  return Array.isArray(values) ? values.map((value) => [field, value]) : [];
};

/** Made once for a list, used for each event. */
export class IndicatorSet {
  readonly #exact = new Map<string, Indicator>();
  readonly #networks = new PrefixTable<Indicator>();
  readonly #types: ReadonlySet<Indicator['type']>;

  constructor(indicators: readonly Indicator[]) {
    this.#types = new Set(indicators.map(({ type }) => type));
    for (const indicator of indicators) {
      const { type, value } = indicator;
      this.#exact.set(`${type} ${value}`, indicator);
      if (type === 'address' && value.includes('/')) this.#networks.add(value, indicator);
    }
  }

  /** One for each indicator that the event has, at the most telling field. A domain is also met by what is below it. */
  hitsOf(event: HuntedEvent): readonly Hit[] {
    const hits = new Map<Indicator, Hit>();
    for (const type of this.#types) {
      for (const [field, value] of FIELDS[type](event)) {
        if (typeof value !== 'string' || value === '') continue;
        for (const indicator of this.#meaning(type, value)) if (!hits.has(indicator)) hits.set(indicator, { indicator, field, value });
      }
    }
    return [...hits.values()];
  }

  #meaning(type: Indicator['type'], value: string): readonly Indicator[] {
    const found = spellings(type, value).flatMap((spelling) => this.#exact.get(`${type} ${spelling}`) ?? []);
    const address = type === 'address' ? canonicalIp(value) : null;
    return address === null ? found : [...found, ...this.#networks.all(address)];
  }
}

/** What an indicator may be called that means the value. */
function spellings(type: Indicator['type'], value: string): readonly string[] {
  switch (type) {
    case 'domain': {
      const labels = value.toLowerCase().replace(/\.$/, '').split('.');
      return labels.map((_label, index) => labels.slice(index).join('.'));
    }
    case 'url':
      return URL.canParse(value) ? [new URL(value).href] : [];
    default:
      return [value.toLowerCase()];
  }
}
