// Options that sinks of syslog have in common.
import { z } from 'zod';
import { parseEndpoint } from '../../../outbound/target.ts';

/** @param schemes Of those that `parseEndpoint` knows. */
export const collectorUrls = (schemes: readonly ('tls' | 'tcp' | 'udp')[]) => {
  const forms = schemes.map((scheme) => `${scheme}://host:port`).join(', ');
  const isEndpoint = (text: string): boolean => {
    try {
      parseEndpoint(text);
      return schemes.some((scheme) => text.startsWith(`${scheme}://`));
    } catch {
      return false;
    }
  };
  return z
    .array(z.string().refine(isEndpoint, `An address of the form ${forms}.`))
    .min(1)
    .max(64)
    .refine((urls) => new Set(urls).size === urls.length, 'Each address once.')
    .refine((urls) => new Set(urls.map((url) => url.slice(0, 3))).size <= 1, 'All of one scheme.');
};

const word = (maxLength: number) =>
  z.string().regex(new RegExp(`^[\\x21-\\x7e]{1,${maxLength}}$`), `1 to ${maxLength} printable characters of ASCII, no spaces.`);

export const hostNameOption = z.string().regex(/^[\x21-\x7e]{0,255}$/, 'At most 255 printable characters of ASCII, no spaces.');
export const headerOptions = {
  facility: z
    .int()
    .min(0)
    .max(23)
    .default(16)
    .meta({ displayName: 'Facility', description: 'Facility of syslog, 16 to 23 are local0 to local7.', group: 'Header', importance: 'low', width: 'short' }),
  appName: word(48)
    .default('goshawk')
    .meta({ displayName: 'Application', description: 'Application that the header names.', group: 'Header', importance: 'low' }),
};

export const deliveryOptions = {
  settleMs: z
    .int()
    .min(0)
    .max(60_000)
    .default(1_000)
    .meta({
      displayName: 'Settle time (ms)',
      description:
        'Collectors do not acknowledge. A message counts as delivered when its connection still stands this long after the message was written, and the far system has acknowledged the bytes (on Linux); when it ends before, the message is sent again. 0: delivered as soon as this system has taken it.',
      group: 'Delivery',
      importance: 'medium',
      width: 'short',
    }),
  timeoutMs: z
    .int()
    .min(100)
    .max(300_000)
    .default(10_000)
    .meta({
      displayName: 'Timeout (ms)',
      description: 'Longest wait for a connection, and for a collector to take what is written.',
      group: 'Delivery',
      importance: 'low',
      width: 'short',
    }),
  maxBatchRecords: z
    .int()
    .min(1)
    .max(10_000)
    .default(1_000)
    .meta({ displayName: 'Messages a write', description: 'Most messages that are written at once.', group: 'Delivery', importance: 'low', width: 'short' }),
  maxBatchBytes: z
    .int()
    .min(1_024)
    .max(16_777_216)
    .default(1_048_576)
    .meta({
      displayName: 'Bytes a write',
      description: 'Most bytes of documents that are written at once.',
      group: 'Delivery',
      importance: 'low',
      width: 'short',
    }),
  lingerMs: z
    .int()
    .min(0)
    .max(60_000)
    .default(50)
    .meta({
      displayName: 'Linger (ms)',
      description: 'How long a write that is not full waits for more.',
      group: 'Delivery',
      importance: 'low',
      width: 'short',
    }),
};
