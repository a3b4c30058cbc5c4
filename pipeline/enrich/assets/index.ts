// Whose machine it is, as of the time of the event: an asset that changed hands keeps its former owner for what happened before.
import type { AssetContext, RefAsset } from '../../../schemas/avro/types.gen.ts';
import { refTables } from '../../../topologies/topics.ts';
import type { ContextSource } from '../kit.ts';
import { latest } from '../kit.ts';

interface Index {
  readonly version: string;
  /** By `organization|name` and `organization|address`; of two assets that claim one, that with the lower id. */
  readonly byHost: ReadonlyMap<string, AssetContext>;
  readonly byAddress: ReadonlyMap<string, AssetContext>;
}

/** One function for all events: what it builds is kept by its identity. @param rows In the order of their ids. */
function indexOf(rows: Iterable<RefAsset>): Index {
  const all = [...rows];
  const byHost = new Map<string, AssetContext>();
  const byAddress = new Map<string, AssetContext>();
  for (const { id, name, owner, criticality, validFrom, organization, hostnames, addresses } of all) {
    const asset: AssetContext = { id, name, owner, criticality, validFrom };
    for (const [into, keys] of [
      [byHost, hostnames.map((host) => host.toLowerCase())],
      [byAddress, addresses],
    ] as const) {
      for (const key of keys) if (!into.has(`${organization}|${key}`)) into.set(`${organization}|${key}`, asset);
    }
  }
  return { version: latest(all), byHost, byAddress };
}

const source: ContextSource = {
  name: 'assets',

  open: () => ({
    add({ time, organization, host, source: from, destination: to }, context, reference) {
      const { version, byHost, byAddress } = reference.derived(refTables.assets, time, indexOf);
      if (byHost.size === 0 && byAddress.size === 0) return;
      const named = (name: string | null): AssetContext | undefined => {
        if (name === null) return undefined;
        const dot = name.indexOf('.');
        return byHost.get(`${organization}|${name}`) ?? (dot > 0 ? byHost.get(`${organization}|${name.slice(0, dot)}`) : undefined); // an asset may be known by its short name
      };
      const addressed = (ip: string | null): AssetContext | undefined => (ip === null ? undefined : byAddress.get(`${organization}|${ip}`));
      context.hostAsset = named(host?.name ?? null) ?? addressed(host?.ip.find((ip) => byAddress.has(`${organization}|${ip}`)) ?? null) ?? null;
      context.sourceAsset = addressed(from?.ip ?? null) ?? named(from?.domain?.toLowerCase() ?? null) ?? null;
      context.destinationAsset = addressed(to?.ip ?? null) ?? named(to?.domain?.toLowerCase() ?? null) ?? null;
      context.versions.assets = version;
    },
  }),
};
export default source;
