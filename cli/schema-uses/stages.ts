// What stages and sources of context read: projections as they declare them, and, within enrich, what each source takes of an event.
import type { Use } from '../../domains/schema-impact/index.ts';
import type { ReferenceTables, RefTable } from '../../pipeline/core/index.ts';
import { load, names } from '../../pipeline/core/load.ts';
import type { ContextSource, Enriching } from '../../pipeline/enrich/kit.ts';
import type { Topology } from '../../pipeline/core/topology.ts';
import type { AvroSchema } from '../../schemas/avro/schema.ts';
import { plainContext } from '../../schemas/avro/plain.ts';
import { filled, watched } from './trace.ts';

const shortName = (fullName: string) => fullName.slice(fullName.lastIndexOf('.') + 1);
/** Records of `Enriched` go by their own names. */
export const ownPath = (path: string): string => path.replace(/^Enriched\.event(?=\.|$)/, 'Event').replace(/^Enriched\.context(?=\.|$)/, 'Context');

/** Fields that a projection names one by one; of what it takes whole, what is used shows elsewhere. */
export function stageUses({ wires }: Topology): readonly Use[] {
  return wires.flatMap((wire): Use[] => {
    const { reads } = wire.kind === 'stage' ? wire.stage : wire.loader;
    if (wire.from.schema === 'bytes' || reads === 'bytes') return [];
    return leavesOf(reads as Reads, shortName(wire.from.schema.fullName))
      .map(ownPath)
      .filter((path) => path.includes('.'))
      .map((path) => ({ kind: 'stage', name: wire.name, where: `reads ${wire.from.name}`, path }));
  });
}
type Reads = true | { readonly [field: string]: Reads };
const leavesOf = (reads: Reads, path: string): string[] =>
  reads === true ? [path] : Object.entries(reads).flatMap(([field, inner]) => leavesOf(inner, `${path}.${field}`));

const ENRICH = new URL('../../pipeline/enrich/', import.meta.url);

/** Each source is asked twice: with reference rows that name what the event names, and with rows that do not. */
export async function contextSourceUses(schemas: ReadonlyMap<string, AvroSchema>): Promise<readonly Use[]> {
  const event = schemas.get('goshawk.v1.Event') ?? 'null';
  const uses: Use[] = [];
  for (const name of names(ENRICH)) {
    const source = (await load<ContextSource>(ENRICH, name)).open({ geoFile: '', asnFile: '', maxCachedAddresses: 100 });
    const read = new Set<string>();
    const note = (path: string) => void read.add(path);
    for (const text of [undefined, '198.51.100.9']) {
      const rowOf = <R>({ topic: { schema } }: RefTable<R>): R => {
        const ofTable = schema === 'bytes' ? 'null' : (schemas.get(schema.fullName) ?? 'null');
        const { organization } = filled(event) as { readonly organization: string };
        return watched({ ...(filled(ofTable, text) as object), organization } as R, schema === 'bytes' ? '' : shortName(schema.fullName), ofTable, note);
      };
      const reference: ReferenceTables = { get: (table) => rowOf(table), derived: (table, _asOf, build) => build([rowOf(table)], 1) };
      source.add(watched(filled(event), 'Event', event, note) as Enriching, plainContext(), reference);
    }
    for (const path of read) uses.push({ kind: 'context source', name, where: `pipeline/enrich/${name}`, path });
  }
  return uses;
}
