// Which part of the network an address belongs to, as of the time of the event; the longest prefix wins.
import { PrefixTable } from '../../../domains/network/prefix-table.ts';
import type { RefZone } from '../../../schemas/avro/types.gen.ts';
import { refTables } from '../../../topologies/topics.ts';
import type { ContextSource } from '../kit.ts';
import { AnswerCache, latest } from '../kit.ts';

interface Zones {
  readonly version: string;
  readonly byOrganization: ReadonlyMap<string, AnswerCache<string | null>>;
  readonly ask: ReadonlyMap<string, (ip: string) => string | null>;
}

/** How many answers each organization's table keeps; a table lives as long as its rows are in effect. */
const CACHED = 10_000;

/** One function for all events: what it builds is kept by its identity. */
function zonesOf(rows: Iterable<RefZone>): Zones {
  const all = [...rows];
  const tables = new Map<string, PrefixTable<string>>();
  for (const { organization, cidr, name } of all) {
    let table = tables.get(organization);
    if (table === undefined) tables.set(organization, (table = new PrefixTable()));
    table.add(cidr, name); // the API checked it; what is no network matches nothing
  }
  return {
    version: latest(all),
    byOrganization: new Map(Array.from(tables.keys(), (organization) => [organization, new AnswerCache(CACHED)])),
    ask: new Map(Array.from(tables, ([organization, table]) => [organization, (ip: string) => table.get(ip) ?? null])),
  };
}

const source: ContextSource = {
  name: 'zones',

  open: () => ({
    add({ time, organization, source: from, destination: to }, context, reference) {
      const { version, byOrganization, ask } = reference.derived(refTables.zones, time, zonesOf);
      const cache = byOrganization.get(organization);
      const lookup = ask.get(organization);
      if (cache === undefined || lookup === undefined) return;
      const sourceIp = from?.ip ?? null;
      const destinationIp = to?.ip ?? null;
      if (sourceIp !== null) context.sourceZone = cache.get(sourceIp, lookup);
      if (destinationIp !== null) context.destinationZone = cache.get(destinationIp, lookup);
      context.versions.zones = version;
    },
  }),
};
export default source;
