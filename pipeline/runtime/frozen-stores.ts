// For the drivers of tests: stores whose values cannot be changed in place, so that a stage which does so fails there.
import type { Stage } from '../core/index.ts';
import { KeyValueStore } from '../core/stores.ts';
import type { Topology } from '../core/topology.ts';

export function withFrozenStores<In, S extends object>(stage: Stage<In, S>): Stage<In, S> {
  const stores = Object.fromEntries(
    Object.entries(stage.stores as Record<string, { readonly open: () => unknown }>).map(([name, spec]) => [
      name,
      {
        ...spec,
        open: () => {
          const store = spec.open();
          if (store instanceof KeyValueStore) store.freezeValues();
          return store;
        },
      },
    ]),
  );
  return { ...stage, stores: stores as unknown as Stage<In, S>['stores'] };
}

export const topologyWithFrozenStores = (topology: Topology): Topology => ({
  ...topology,
  wires: topology.wires.map((wire) => (wire.kind === 'stage' ? { ...wire, stage: withFrozenStores(wire.stage) } : wire)),
});
