// Options of sinks that send many documents in a request.
import { z } from 'zod';

const BATCHES = 'Batches';

export const compressionOption = z
  .enum(['none', 'gzip'])
  .default('none')
  .meta({
    displayName: 'Compression',
    description: 'Of what is sent. `gzip` makes it about ten times smaller, for some CPU.',
    group: BATCHES,
    importance: 'low',
  });

/** @param fallback Bytes. */
export const batchBytesOption = (maxBytes: number, fallback: number, description: string) =>
  z.int().min(65_536).max(maxBytes).default(fallback).meta({ displayName: 'Batch, bytes', description, group: BATCHES, importance: 'low' });

export const batchRecordsOption = z
  .int()
  .min(1)
  .max(50_000)
  .default(5_000)
  .meta({ displayName: 'Batch, documents', description: 'Documents in a request, at most.', group: BATCHES, importance: 'low' });

export const lingerOption = z
  .int()
  .min(0)
  .max(60_000)
  .default(200)
  .meta({ displayName: 'Linger', description: 'A batch that is not full waits this long for more.', group: BATCHES, importance: 'low' });

/** @param more What is to be said beside. */
export const openRequestsOption = (more = '') =>
  z
    .int()
    .min(1)
    .max(64)
    .default(4)
    .meta({ displayName: 'Requests at once', description: `Requests of a task that are open at once.${more}`, group: BATCHES, importance: 'low' });
