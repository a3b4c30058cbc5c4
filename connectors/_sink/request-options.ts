// Options of sinks for services in a cloud: how long a request waits, how many are open, how long one may take.
import { z } from 'zod';

const DELIVERY = 'Delivery';

export const waitOption = z
  .int()
  .min(0)
  .max(60_000)
  .default(1_000)
  .meta({ displayName: 'Wait', description: 'How long a request that is not full waits for more. Milliseconds.', group: DELIVERY, importance: 'low' });

export const openRequests = (max: number, fallback: number, description = 'Requests that are open at once.') =>
  z.int().min(1).max(max).default(fallback).meta({ displayName: 'Open requests', description, group: DELIVERY, importance: 'low' });

/** @param more What is to be said beside. */
export const patience = (maxMs: number, fallbackMs = 30_000, more = '') =>
  z
    .int()
    .min(1_000)
    .max(maxMs)
    .default(fallbackMs)
    .meta({ displayName: 'Patience', description: `How long a request may take. Milliseconds.${more}`, group: DELIVERY, importance: 'low' });
