// Options that every pulled source has.
import { z } from 'zod';

/** Where its records go, and what is said of them. @param source Last part of the raw topic, unless the owner names another. */
export const rawOptions = (source: string) => ({
  source: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]{0,39}$/, 'Small letters, digits and dashes, 40 at most.')
    .refine((name) => name !== 'goshawk', 'What the platform tells of itself goes by this name.')
    .default(source)
    .meta({ description: 'Records go to `raw.<organization>.gateway-<source>`.', group: 'Records', importance: 'high', displayName: 'Source' }),
  format: z
    .string()
    .regex(/^([a-z0-9][a-z0-9-]{0,60})?$/, 'The name of a format, as `./goshawk decode` has them.')
    .default('')
    .meta({
      description: 'What the records are (`cloudtrail`, `okta`). Empty: each record is looked at.',
      group: 'Records',
      importance: 'medium',
      displayName: 'Format',
    }),
  sensor: z
    .string()
    .regex(/^[\x21-\x7e]{0,200}$/, 'Printable ASCII without spaces, 200 characters at most.')
    .default('')
    .meta({
      description: 'Name of the sensor that events are shown under. Empty: that of the connector.',
      group: 'Records',
      importance: 'low',
      displayName: 'Sensor',
    }),
});
