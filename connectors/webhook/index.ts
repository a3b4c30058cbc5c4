// Documents as webhooks, signed as Standard Webhooks 1.0 asks. https://www.standardwebhooks.com
import { z } from 'zod';
import type { SinkConnector } from '../_sink/index.ts';
import { areTogether, TOGETHER, tlsOptions } from '../_sink/tls.ts';
import { openWebhook, problemsOf } from './sink.ts';
import { openRequests, patience } from '../_sink/request-options.ts';

/** Said by the sink itself. */
const RESERVED = /^(webhook-(id|timestamp|signature)|content-type|content-length|host|authorization)$/i;

export const config = z
  .strictObject({
    url: z
      .url({ protocol: /^https?$/ })
      .meta({
        displayName: 'Address',
        description: 'Address that documents are posted to. Internal addresses and http:// must be allowed first (`outbound.allow`).',
        group: 'Receiver',
        importance: 'high',
        examples: ['https://hooks.example.com/goshawk'],
      }),
    signingKeys: z
      .string()
      .min(1)
      .meta({
        displayName: 'Signing keys',
        description:
          'Keys that sign each request, with spaces between them: `whsec_...` (HMAC-SHA256, 24 to 64 bytes) or `whsk_...` (ed25519). Each adds a signature: to change a key, list the new one beside the old one until the receiver knows it.',
        group: 'Receiver',
        importance: 'high',
        secret: true,
      }),
    authorization: z
      .string()
      .min(1)
      .optional()
      .meta({
        displayName: 'Authorization',
        description: 'The whole value of an Authorization header, where the receiver asks for one beside the signature.',
        group: 'Receiver',
        importance: 'medium',
        secret: true,
      }),
    headers: z
      .array(z.string().regex(/^[\w!#$%&'*+.^`|~-]+:[\t\x20-\x7e]*$/, 'Name: value'))
      .refine(
        (lines) => !lines.some((line) => RESERVED.test(line.split(':', 1)[0]!)),
        'webhook-*, Content-Type, Content-Length, Host and Authorization are set by the sink.',
      )
      .default([])
      .meta({
        displayName: 'Headers',
        description: 'Headers that are added to each request, as `Name: value`, without commas. No secrets: they are shown.',
        group: 'Receiver',
        importance: 'low',
      }),
    body: z
      .enum(['document', 'envelope', 'array'])
      .default('document')
      .meta({
        displayName: 'Body',
        description:
          '`document`: a document each request. `envelope`: `{"type":"goshawk.alert","timestamp":...,"data":<document>}`, as Standard Webhooks recommends. `array`: a JSON array of documents; its id is that of the batch, so a receiver can tell repeated requests, but must tell repeated documents by their own ids.',
        group: 'Documents',
        importance: 'medium',
        dependents: ['maxBatchRecords', 'lingerMs'],
      }),
    maxBatchRecords: z
      .int()
      .min(1)
      .max(10_000)
      .default(100)
      .meta({ displayName: 'Documents a request', description: 'Most documents of an array.', group: 'Documents', importance: 'low' }),
    maxBatchBytes: z
      .int()
      .min(1_024)
      .max(10_485_760)
      .default(262_144)
      .meta({
        displayName: 'Bytes a request',
        description: 'Most bytes of a body. A single document above it is rejected. Many receivers take no more than 20 KB or 1 MB.',
        group: 'Documents',
        importance: 'low',
      }),
    lingerMs: z
      .int()
      .min(0)
      .max(60_000)
      .default(200)
      .meta({ displayName: 'Wait', description: 'How long an array that is not full waits for more. Milliseconds.', group: 'Documents', importance: 'low' }),
    maxInFlight: openRequests(64, 8),
    timeoutMs: patience(120_000, 20_000, ' After that it is sent again, with the same id.'),
    ...tlsOptions,
  })
  .refine(areTogether, TOGETHER);
export type WebhookConfig = z.infer<typeof config>;

const webhook: SinkConnector<WebhookConfig> = {
  name: 'webhook',
  type: 'sink',
  version: '1.0.0',
  config,
  duplicates: ({ body }) => (body === 'array' ? 'repeated' : 'identified'),
  check: problemsOf,
  sink: openWebhook,
};
export default webhook;
