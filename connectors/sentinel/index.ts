// Documents into a table of Microsoft Sentinel, through the Logs Ingestion API of Azure Monitor.
import { z } from 'zod';
import type { SinkConnector } from '../_sink/index.ts';
import { areTogether, TOGETHER, tlsOptions } from '../_sink/tls.ts';
import { openSentinel, problemsOf } from './sink.ts';
import { openRequests, patience, waitOption } from '../_sink/request-options.ts';

const address = z.url({ protocol: /^https?$/ }).refine((text) => !/[?#]/.test(text), 'Without a query.');
const word = (pattern: RegExp, example: string) => z.string().regex(pattern, `As in ${example}`);

export const config = z
  .strictObject({
    endpoint: address.meta({
      displayName: 'Endpoint',
      description: 'Logs ingestion endpoint of the data collection rule, or of a data collection endpoint.',
      group: 'Azure Monitor',
      importance: 'high',
      width: 'long',
      examples: ['https://siem-abcd.westeurope-1.ingest.monitor.azure.com'],
    }),
    ruleId: word(/^[A-Za-z0-9-]{1,128}$/, 'dcr-0123456789abcdef0123456789abcdef').meta({
      displayName: 'Rule',
      description: 'Immutable id of the data collection rule.',
      group: 'Azure Monitor',
      importance: 'high',
    }),
    stream: word(/^[A-Za-z0-9_-]{1,200}$/, 'Custom-Goshawk_CL').meta({
      displayName: 'Stream',
      description: 'Stream that the rule declares. Columns that it does not declare are dropped by Azure without a word.',
      group: 'Azure Monitor',
      importance: 'high',
    }),
    tenantId: word(/^[A-Za-z0-9][A-Za-z0-9.-]{0,127}$/, '11111111-2222-3333-4444-555555555555').meta({
      displayName: 'Tenant',
      description: 'Id or domain of the Microsoft Entra tenant.',
      group: 'Application',
      importance: 'high',
    }),
    clientId: z
      .string()
      .min(1)
      .meta({ displayName: 'Application', description: 'Id of the application that writes.', group: 'Application', importance: 'high' }),
    clientSecret: z
      .string()
      .min(1)
      .meta({ displayName: 'Client secret', description: 'Secret of the application.', group: 'Application', importance: 'high', secret: true }),
    authority: address
      .default('https://login.microsoftonline.com')
      .meta({
        displayName: 'Authority',
        description: 'Where tokens are asked for: another one in the clouds of governments and of China.',
        group: 'Application',
        importance: 'low',
        examples: ['https://login.microsoftonline.us'],
      }),
    scope: z
      .string()
      .min(1)
      .default('https://monitor.azure.com/.default')
      .meta({
        displayName: 'Scope',
        description: 'What the token is for: another one in the clouds of governments and of China.',
        group: 'Application',
        importance: 'low',
        examples: ['https://monitor.azure.us/.default'],
      }),
    columns: z
      .enum(['spread', 'whole'])
      .default('spread')
      .meta({
        displayName: 'Columns',
        description:
          '`spread`: the keys of a document are columns (`event`, `host`, `rule`, ...), as the stream declares them. `whole`: the document is one column, `Document`. Both have `TimeGenerated`, `GoshawkId` and `GoshawkKind` beside it.',
        group: 'Rows',
        importance: 'medium',
      }),
    longFields: z
      .enum(['truncate', 'reject'])
      .default('truncate')
      .meta({
        displayName: 'Long columns',
        description: 'A column above 64 KB: `truncate` shortens the texts in it and names it in `GoshawkTruncated`; `reject` sets the document aside.',
        group: 'Rows',
        importance: 'medium',
      }),
    compression: z
      .enum(['gzip', 'none'])
      .default('gzip')
      .meta({ displayName: 'Compression', description: 'How bodies are packed.', group: 'Delivery', importance: 'low' }),
    maxBatchRecords: z
      .int()
      .min(1)
      .max(50_000)
      .default(5_000)
      .meta({ displayName: 'Rows a request', description: 'Most rows of a request.', group: 'Delivery', importance: 'low' }),
    maxBatchBytes: z
      .int()
      .min(1_024)
      .max(1_000_000)
      .default(1_000_000)
      .meta({
        displayName: 'Bytes a request',
        description: 'Most bytes of a request before it is packed. Azure takes 1 MB.',
        group: 'Delivery',
        importance: 'low',
      }),
    lingerMs: waitOption,
    maxInFlight: openRequests(32, 5),
    timeoutMs: patience(300_000),
    roleWaitMs: z
      .int()
      .min(0)
      .max(86_400_000)
      .default(1_800_000)
      .meta({
        displayName: 'Wait for a role',
        description: 'How long a refusal for want of a role is tried again: a role that was just given takes up to half an hour to spread. Milliseconds.',
        group: 'Delivery',
        importance: 'low',
      }),
    ...tlsOptions,
  })
  .refine(areTogether, TOGETHER);
export type SentinelConfig = z.infer<typeof config>;

const sentinel: SinkConnector<SentinelConfig> = {
  name: 'sentinel',
  type: 'sink',
  version: '1.0.0',
  config,
  duplicates: 'repeated',
  check: problemsOf,
  sink: openSentinel,
};
export default sentinel;
