// Assets that enrichment knows, as OCSF has facts from elsewhere: https://schema.ocsf.io/1.8.0/objects/enrichment
import type { AssetContext, Context } from '../../../schemas/avro/types.gen.ts';

const PLACES = [
  ['device', 'hostAsset'],
  ['src_endpoint', 'sourceAsset'],
  ['dst_endpoint', 'destinationAsset'],
] as const satisfies readonly (readonly [string, keyof Context])[];

/** `name` is the attribute that the asset explains, whether or not the class has it. */
export const enrichments = (context: Context): readonly object[] => PLACES.flatMap(([name, place]) => asset(name, context[place]));

const asset = (name: string, found: AssetContext | null): readonly object[] =>
  found === null
    ? []
    : [
        {
          name,
          type: 'asset',
          value: found.name,
          provider: 'goshawk',
          data: { uid: found.id, owner: found.owner, criticality: found.criticality, valid_from: Math.floor(found.validFrom / 1000) },
        },
      ];
