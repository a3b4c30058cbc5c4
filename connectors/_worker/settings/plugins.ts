// What connectors there are: folders of `connectors/` that say they are a sink or a source.
import type { ConfigSchema } from '../../../pipeline/core/index.ts';
import { load, names } from '../../../pipeline/core/load.ts';
import type { SinkConnector } from '../../_sink/index.ts';

/** What settings need of a connector: `SinkConnector`, or a pulled source. */
export interface Plugin {
  /** Its `connector.class`. */
  readonly name: string;
  readonly type: 'sink' | 'source';
  readonly version: string;
  /** A flat zod object. */
  readonly config: ConfigSchema<object>;
}
export const isSink = (plugin: Plugin): plugin is SinkConnector => plugin.type === 'sink';

const CONNECTORS = new URL('../../', import.meta.url);

/** All of them, by name. Inputs that listen have no `type` and are not among them. Loading brings in no foreign package. */
export async function plugins(folder: URL = CONNECTORS): Promise<readonly Plugin[]> {
  const found = await Promise.all(names(folder).map((name) => load<Omit<Plugin, 'type'> & Partial<Pick<Plugin, 'type'>>>(folder, name)));
  return found.filter((plugin): plugin is Plugin => plugin.type === 'sink' || plugin.type === 'source');
}
