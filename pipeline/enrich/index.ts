// What is known from elsewhere about what an event names. Sources of context are the folders beside this file.
import { z } from 'zod';
import type { Outcome } from '../core/index.ts';
import { append, defineStage, pass } from '../core/index.ts';
import { load, names } from '../core/load.ts';
import type { Event } from '../../schemas/avro/types.gen.ts';
import { topics } from '../../topologies/topics.ts';
import type { ContextDraft, ContextSource } from './kit.ts';
import { reads } from './kit.ts';

const HERE = new URL('./', import.meta.url);
/** Version of the shape and meaning of a context. */
const CONTEXT_VERSION = 1;

export const config = z.strictObject({
  sources: z.array(z.string()).default([]).meta({ description: 'Sources of context that are asked (assets, geo, related, zones); empty for all there are.' }),
  geoFile: z
    .string()
    .default('')
    .meta({
      description: 'MMDB file with the countries of addresses (GeoLite2, DB-IP, IPinfo or the like); empty for the built-in one, which is fit for trying out.',
    }),
  asnFile: z.string().default('').meta({ description: 'MMDB file with the autonomous systems of addresses; empty for none.' }),
  maxCachedAddresses: z.int().min(100).max(10_000_000).default(50_000).meta({ description: 'Addresses whose geography is kept at hand.' }),
});
export type EnrichConfig = z.infer<typeof config>;

const NONE: readonly string[] = [];
const blank = (): ContextDraft => ({
  version: CONTEXT_VERSION,
  sourceGeo: null,
  destinationGeo: null,
  hostAsset: null,
  sourceAsset: null,
  destinationAsset: null,
  sourceZone: null,
  destinationZone: null,
  relatedIp: NONE,
  relatedUser: NONE,
  relatedHosts: NONE,
  relatedHash: NONE,
  versions: {},
});

/**
 * Appends a context to each event, whose own bytes stay as they are.
 * @throws ConfigError for a source that does not exist or a file that cannot be read.
 */
export async function enrich(options: EnrichConfig) {
  const wanted = options.sources.length === 0 ? names(HERE) : options.sources;
  const members = await Promise.all(wanted.map((name) => load<ContextSource>(HERE, name)));
  const sources = members.map((member) => member.open(options));
  return defineStage<Event>()({
    name: 'enrich',
    reads,

    process({ value: event }, { reference }): Outcome<Event> {
      const context = blank();
      for (const source of sources) source.add(event, context, reference);
      return pass(append(topics.enriched, context));
    },
  });
}
