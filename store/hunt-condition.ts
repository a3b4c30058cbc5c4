// What a hunt asks of an event, as a condition on `api.event e`: it lets pass what the hunt may find, and perhaps a few events more.
import { parseSearch } from '../domains/search/syntax.ts';
import type { HuntContent } from './queries/hunts.ts';
import type { Parameters } from './queries/search/sql.ts';
import { searchCondition } from './queries/search/sql.ts';

/** What the platform tells of hunts is not hunted. */
const OWN_DATASET = 'goshawk.hunt';
/** PostgreSQL looks a value up in a list of this length and longer; a shorter one is gone through. */
const LONG = 16;

/** All must hold. */
export function huntConditions(
  { query, indicators, datasets }: Pick<HuntContent, 'query' | 'indicators' | 'datasets'>,
  parameters: Parameters,
): readonly string[] {
  return [
    `e.dataset <> ${parameters.add(OWN_DATASET)}`,
    ...(datasets.length > 0 ? [`e.dataset = ANY (${parameters.add(datasets)}::text[])`] : []),
    query === null ? indicatorCondition(indicators ?? [], parameters) : searchCondition(parseSearch(query), parameters),
  ];
}

type Indicators = NonNullable<HuntContent['indicators']>;

/** Events that have one of them, and perhaps a few that do not: who knows spellings judges them (domains/hunt). */
export function indicatorCondition(indicators: Indicators, parameters: Parameters): string {
  const of = (type: string) => indicators.filter((each) => each.type === type).map(({ value }) => value);
  const addresses = of('address');
  const [networks, singles] = [addresses.filter((value) => value.includes('/')), addresses.filter((value) => !value.includes('/'))];
  const domains = of('domain');
  const hashes = of('hash');
  const urls = of('url');
  const any: string[] = [];
  if (singles.length > 0) {
    const list = parameters.add(singles);
    any.push(`e.source_ip = ANY (${list}::text[]::inet[])`, `e.destination_ip = ANY (${list}::text[]::inet[])`);
    any.push(singles.length < LONG ? `e.detail -> 'related.ip' ?| ${list}::text[]` : anyOf('related.ip', (value) => `${value} = ANY (${list}::text[])`));
  }
  if (networks.length > 0) {
    const within = networkTest(networks, parameters);
    any.push(
      within('e.source_ip'),
      within('e.destination_ip'),
      anyOf('related.ip', (value) => within(`api.address_or_null(${value})`)),
    );
  }
  if (domains.length > 0) {
    const below = domainTest(domains, parameters);
    any.push(below('e.dns_question'), below('e.url_domain'), anyOf('related.hosts', below));
  }
  if (hashes.length > 0) {
    const list = `${parameters.add(hashes)}::text[]`;
    any.push(
      hashes.length < LONG
        ? `lower((e.detail -> 'related.hash')::text)::jsonb ?| ${list}`
        : anyOf('related.hash', (value) => `lower(${value}) = ANY (${list})`),
    );
  }
  if (urls.length > 0) {
    // By host: the rest has too many spellings.
    const hosts = parameters.add([...new Set(urls.map(hostOf))]);
    any.push(
      `lower(translate(substring(coalesce(e.detail ->> 'url.original', e.detail ->> 'url.full') from '^[A-Za-z][A-Za-z0-9+.-]*://(?:[^/@]*@)?(\\[[^]]+\\]|[^]/:?#]+)'), '[]', '')) = ANY (${hosts}::text[])`,
    );
  }
  return `(${any.map((condition) => `coalesce(${condition}, false)`).join(' OR ')})`;
}

/** Of a URL in the spelling of readIndicator, without brackets. */
export const hostOf = (url: string): string => new URL(url).hostname.replace(/^\[|\]$/g, '');

/** Whether a value of a list in `detail` fits. */
const anyOf = (field: string, test: (value: string) => string): string =>
  `EXISTS (SELECT FROM jsonb_array_elements_text(CASE jsonb_typeof(e.detail -> '${field}') WHEN 'array' THEN e.detail -> '${field}' END) v WHERE ${test('v')})`;

/** Of many networks those of one length are compared as a list: one after the other they take 20 ns each. */
function networkTest(networks: readonly string[], parameters: Parameters): (value: string) => string {
  if (networks.length < LONG) {
    const list = parameters.add(networks);
    return (value) => `${value} <<= ANY (${list}::text[]::inet[])`;
  }
  const lengths = Map.groupBy(networks, (network) => `${network.includes(':') ? 6 : 4}/${network.slice(network.indexOf('/') + 1)}`);
  const tests = [...lengths].map(([length, list]) => ({ family: length.slice(0, 1), bits: length.slice(2), list: parameters.add(list) }));
  return (value) =>
    `CASE family(${value}) ${[4, 6]
      .map((family) => {
        const own = tests.filter((test) => test.family === String(family));
        return `WHEN ${family} THEN ${own.length === 0 ? 'false' : own.map(({ bits, list }) => `network(set_masklen(${value}, ${bits}))::inet = ANY (${list}::text[]::inet[])`).join(' OR ')}`;
      })
      .join(' ')} END`;
}

/** By the last two or three labels, which are compared with a list as a whole: a pattern of all domains takes 200 us an event. */
function domainTest(domains: readonly string[], parameters: Parameters): (value: string) => string {
  const ends = domains.map((domain) => domain.split('.').slice(-3));
  const lists = [2, 3].map((labels) => ({ labels, names: ends.filter((end) => end.length === labels).map((end) => end.join('.')) }));
  const tests = lists
    .filter(({ names }) => names.length > 0)
    .map(({ labels, names }) => ({ pattern: `(${Array(labels).fill('[^.]+').join('[.]')})[.]?$`, list: parameters.add([...new Set(names)]) }));
  return (value) => `(${tests.map(({ pattern, list }) => `substring(lower(${value}) from '${pattern}') = ANY (${list}::text[])`).join(' OR ')})`;
}
