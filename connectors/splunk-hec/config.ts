import { z } from 'zod';
import { batchBytesOption, batchRecordsOption, compressionOption, lingerOption, openRequestsOption } from '../_sink/bulk-options.ts';
import { isTemplate, PLACEHOLDERS } from '../_sink/placeholders.ts';
import { areTogether, TOGETHER, tlsOptions } from '../_sink/tls.ts';

const CONNECTION = 'Connection';
const EVENTS = 'Events';
const ACKS = 'Acknowledgement';

const label = (displayName: string, fallback: string, description: string) =>
  z
    .string()
    .max(500)
    .refine(isTemplate, `Its placeholders are ${PLACEHOLDERS}.`)
    .default(fallback)
    .meta({ displayName, description, group: EVENTS, importance: 'medium' });

export const config = z
  .strictObject({
    urls: z
      .array(
        z
          .url({ protocol: /^https?$/ })
          .refine((url) => !/[?#@]/.test(url) && !url.includes('/services/collector'), 'An address without user, query, and /services/collector.'),
      )
      .min(1)
      .refine((urls) => new Set(urls).size === urls.length, 'Each address once.')
      .meta({
        displayName: 'Addresses',
        description:
          'Addresses of HEC, `https://host:8088`: indexers, heavy forwarders, or a balancer. Requests are spread over them; one that fails is left alone for a while.',
        group: CONNECTION,
        importance: 'high',
        width: 'long',
      }),
    token: z.string().min(1).meta({ displayName: 'Token', description: 'Token of HEC.', group: CONNECTION, importance: 'high', secret: true }),
    ...tlsOptions,
    timeoutMs: z
      .int()
      .min(1_000)
      .max(600_000)
      .default(60_000)
      .meta({ displayName: 'Timeout', description: 'Time for a request and its answer.', group: CONNECTION, importance: 'low' }),
    index: label('Index', '', `Index. Empty: that of the token. ${PLACEHOLDERS} are replaced.`),
    sourcetype: label('Source type', '_json', `Source type. ${PLACEHOLDERS} are replaced.`),
    source: label('Source', 'goshawk', `Source. ${PLACEHOLDERS} are replaced. Empty: that of the token.`),
    host: z
      .string()
      .max(500)
      .default('')
      .meta({
        displayName: 'Host',
        description: 'Host of documents that name none (`host.name` of ECS, `device.hostname` of OCSF). Empty: Splunk names one.',
        group: EVENTS,
        importance: 'low',
      }),
    acks: z
      .boolean()
      .default(false)
      .meta({
        displayName: 'Indexer acknowledgement',
        description: 'The token has indexer acknowledgement: a document is delivered when it is indexed, not when it was taken.',
        group: ACKS,
        importance: 'high',
        dependents: ['ackPollMs', 'ackTimeoutMs'],
      }),
    ackPollMs: z
      .int()
      .min(100)
      .max(60_000)
      .default(10_000)
      .meta({ displayName: 'Ask every', description: 'How often it is asked what is indexed.', group: ACKS, importance: 'low' }),
    ackTimeoutMs: z
      .int()
      .min(300_000)
      .max(3_600_000)
      .default(300_000)
      .meta({
        displayName: 'Wait at least',
        description:
          'What is not acknowledged within this time is sent again, and may be there twice. Where the indexers are slower, four times as long as they took of late, up to an hour.',
        group: ACKS,
        importance: 'low',
      }),
    compression: compressionOption,
    maxBatchBytes: batchBytesOption(838_860_800, 2_097_152, 'Size of a request, at most, before it is packed. Splunk Cloud refuses more than about 5 MB.'),
    maxBatchRecords: batchRecordsOption,
    lingerMs: lingerOption,
    maxInFlight: openRequestsOption(' What waits for an acknowledgement is not among them.'),
  })
  .refine(areTogether, TOGETHER);
export type HecConfig = z.infer<typeof config>;
