// Documents as files in an S3-compatible store: NDJSON, CSV, Avro or Parquet, also in the layout of AWS Security Lake.
import { z } from 'zod';
import { awsOptions, storeOptions } from '../_aws/options.ts';
import type { SinkConnector } from '../_sink/index.ts';
import { templateProblem } from './template.ts';

const HOUR_MS = 3_600_000;

export const config = z
  .strictObject({
    ...storeOptions,
    ...awsOptions,
    format: z
      .enum(['ndjson', 'csv', 'parquet', 'avro'])
      .default('ndjson')
      .meta({ description: 'What the files are.', group: 'Files', importance: 'high', displayName: 'Format', dependents: ['compression'] }),
    compression: z
      .enum(['none', 'gzip', 'zstd'])
      .default('gzip')
      .meta({
        description: 'Of NDJSON and CSV files as a whole; Parquet is packed within, by zstd unless this is `none`, Avro always by deflate.',
        group: 'Files',
        importance: 'medium',
        displayName: 'Compression',
      }),
    layout: z
      .enum(['template', 'security-lake'])
      .default('template')
      .meta({
        description:
          '`template`: as `key` says. `security-lake`: as custom sources of AWS Security Lake are laid out; takes `format` parquet, OCSF documents, `sources` and `accountId`.',
        group: 'Files',
        importance: 'medium',
        displayName: 'Layout',
        dependents: ['key', 'sources', 'accountId'],
      }),
    key: z
      .string()
      .max(600)
      .default('{topic}/{year}/{month}/{day}/{file}')
      .superRefine((template, ctx) => {
        const problem = templateProblem(template);
        if (problem !== null) ctx.addIssue({ code: 'custom', message: problem });
      })
      .meta({
        description:
          'Names of the files. `{file}` comes last: topic, partition, first offset and a number of its own. Before it {topic}, {partition}, {organization}, {connector}, {kind}, {dataset}, {class}, and the event time in UTC: {year}, {month}, {day}, {hour}.',
        group: 'Files',
        importance: 'medium',
        displayName: 'Name',
        examples: ['dt={year}-{month}-{day}/kind={kind}/{file}'],
      }),
    sources: z
      .array(z.string().regex(/^\d{4,7}=[A-Za-z0-9_-]{1,20}$/, '<class_uid>=<name of the custom source>'))
      .default([])
      .meta({
        description: 'Of Security Lake: the custom source of each OCSF class. Documents of classes without one are refused.',
        group: 'Security Lake',
        importance: 'medium',
        displayName: 'Custom sources',
        examples: ['3002=goshawk_auth', '2004=goshawk_findings'],
      }),
    accountId: z
      .string()
      .regex(/^(\d{12}|[a-z]{1,20})?$/, '12 digits, or `external`.')
      .default('')
      .meta({ description: 'Of Security Lake: the account that the documents are of.', group: 'Security Lake', importance: 'medium', displayName: 'Account' }),
    encryption: z
      .enum(['bucket', 'AES256', 'aws:kms'])
      .default('bucket')
      .meta({
        description: 'Encryption that is asked for; `bucket`: as the bucket has it.',
        group: 'Connection',
        importance: 'low',
        displayName: 'Encryption',
      }),
    kmsKeyId: z
      .string()
      .default('')
      .meta({ description: 'Key of `aws:kms`. Empty: that of the account.', group: 'Connection', importance: 'low', displayName: 'KMS key' }),
    conditionalWrites: z
      .boolean()
      .default(true)
      .meta({
        description:
          'Whether the store knows If-Match and If-None-Match of PUT, as S3 does: what keeps the journal of a partition from two writers at once. Other stores may refuse it (501).',
        group: 'Connection',
        importance: 'low',
        displayName: 'Conditional writes',
      }),
    journalPrefix: z
      .string()
      .regex(/^([\w.=-]{1,100}(\/[\w.=-]{1,100})*)?$/, 'A folder, without a slash at its ends.')
      .default('')
      .meta({
        description:
          'Where it notes which files it is writing, a small object a partition. Empty: `_goshawk/<connector>`, in the layout of Security Lake below the first custom source.',
        group: 'Files',
        importance: 'low',
        displayName: 'Journal',
      }),
    maxBatchBytes: z
      .int()
      .min(65_536)
      .max(512 << 20)
      .default(16 << 20)
      .meta({
        description: 'Most bytes of documents a file is made of. `maxOwedBytes` bounds what all partitions hold together.',
        group: 'Files',
        importance: 'medium',
        displayName: 'Bytes a file',
      }),
    maxBatchRecords: z
      .int()
      .min(1)
      .max(100_000)
      .default(50_000)
      .meta({ description: 'Most documents a file is made of.', group: 'Files', importance: 'medium', displayName: 'Documents a file' }),
    lingerMs: z
      .int()
      .min(0)
      .max(24 * HOUR_MS)
      .default(300_000)
      .meta({ description: 'Longest that a document waits for its file, in milliseconds.', group: 'Files', importance: 'medium', displayName: 'Wait' }),
    maxInFlight: z
      .int()
      .min(1)
      .max(32)
      .default(2)
      .meta({ description: 'Partitions whose files are written at once.', group: 'Delivery', importance: 'low', displayName: 'Open calls' }),
    timeoutMs: z
      .int()
      .min(1_000)
      .max(600_000)
      .default(60_000)
      .meta({ description: 'How long one request to the store may take, in milliseconds.', group: 'Delivery', importance: 'low', displayName: 'Patience' }),
  })
  .superRefine(({ layout, format, sources, accountId, encryption, kmsKeyId }, ctx) => {
    const problem = (path: string, message: string) => ctx.addIssue({ code: 'custom', path: [path], message });
    if (layout === 'security-lake') {
      if (format !== 'parquet') problem('format', 'Security Lake takes parquet.');
      if (sources.length === 0) problem('sources', 'Security Lake has one custom source for each OCSF class: name at least one.');
      if (accountId === '') problem('accountId', 'Security Lake lays files out by account: name it, or `external`.');
    }
    const classes = sources.map((entry) => entry.split('=')[0]);
    if (new Set(classes).size < classes.length) problem('sources', 'A class is there twice.');
    if (kmsKeyId !== '' && encryption !== 'aws:kms') problem('kmsKeyId', 'It goes with encryption aws:kms.');
  });
export type S3Config = z.infer<typeof config>;

const s3: SinkConnector<S3Config> = {
  name: 's3',
  type: 'sink',
  version: '1.0.0',
  config,
  duplicates: 'identified',
  check: async (given, deps) => (await import('./check.ts')).problemsOf(given, deps),
  sink: async (given, deps) => (await import('./sink.ts')).openS3Sink(given, deps),
};
export default s3;
