// Stores events, findings, features and alerts in PostgreSQL. The only stage that knows SQL.
import type { Registry } from 'prom-client';
import { z } from 'zod';
import type { Loader } from '../core/index.ts';
import type { Alert, Enriched, Feature, Finding } from '../../schemas/avro/types.gen.ts';
import { EXAMPLE_KINDS } from '../../domains/fields/index.ts';
import { fieldObserver } from './field-catalogue.ts';
import type { LoaderDeps } from './loader.ts';
import { createLoader } from './loader.ts';
import { rowCounter } from './metrics.ts';
import { alerts, events, features, findings } from './target.ts';

export const config = z.strictObject({
  onGap: z
    .enum(['stop', 'skip'])
    .default('stop')
    .meta({
      description:
        'What to do when the records after the position in the database are no longer in the topic, as after restoring an old backup: stop and say which, or go on without them.',
    }),
  ledgerSpanMs: z.int().min(100).max(600_000).default(10_000).meta({ description: 'How long one entry of the ledger grows before the next begins.' }),
  fieldCatalogue: z.boolean().default(true).meta({ description: 'Keep which fields the events of each dataset have, from a sample of them.' }),
  fieldExamples: z
    .enum(EXAMPLE_KINDS)
    .default('redacted')
    .meta({
      description: 'What the field catalogue shows of values: values without what looks like a secret, their shapes (letters as a, digits as 0), or nothing.',
    }),
  fieldIntervalMs: z
    .int()
    .min(0)
    .max(600_000)
    .default(10_000)
    .meta({ description: 'How long counts of the field catalogue gather before they are written. A field that is new is written at once.' }),
});
export type PersistConfig = z.infer<typeof config>;
export type PersistDeps = Omit<LoaderDeps, 'ledgerSpanMs' | 'onGap' | 'app' | 'group' | 'countRows'> & {
  /** Absent: `goshawk`, the live application. */
  readonly app?: string;
  /** Absent: `goshawk.persist`. */
  readonly group?: string;
  /** Where `persist_rows_total` is registered. */
  readonly metrics?: Registry;
};

export interface Persist {
  readonly events: Loader<Enriched>;
  readonly findings: Loader<Finding>;
  readonly features: Loader<Feature>;
  readonly alerts: Loader<Alert>;
}

/** One loader each for enriched, findings, features and alerts; one group. Nothing is connected until `open`. */
export function persist(
  { ledgerSpanMs, onGap, fieldCatalogue, fieldExamples, fieldIntervalMs }: PersistConfig,
  { app = 'goshawk', group = 'goshawk.persist', metrics, ...deps }: PersistDeps,
): Persist {
  const all: LoaderDeps = { ...deps, app, group, ledgerSpanMs, onGap, countRows: rowCounter(metrics) };
  const observe = fieldCatalogue
    ? fieldObserver({ examples: fieldExamples, intervalMs: fieldIntervalMs, nowMs: deps.now ?? Date.now, log: deps.log })
    : undefined;
  return {
    events: createLoader(events, all, observe),
    findings: createLoader(findings, all),
    features: createLoader(features, all),
    alerts: createLoader(alerts, all),
  };
}
