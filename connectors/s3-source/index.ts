// Records out of objects of an S3-compatible store: each object once, and after a restart from the record where it was left.
import { z } from 'zod';
import { awsOptions, storeOptions } from '../_aws/options.ts';
import { rawOptions } from '../_source/options.ts';
import type { SourceConnector } from '../_source/index.ts';
import { checkPosition } from './place.ts';

const OBJECTS = { group: 'Objects' };
const RECORDS = { group: 'Records' };

export const config = z
  .strictObject({
    ...storeOptions,
    ...awsOptions,
    find: z
      .enum(['queue', 'listing'])
      .default('queue')
      .meta({
        ...OBJECTS,
        description: 'How it finds new objects: by notifications of S3 in an SQS queue (straight, through SNS, or by EventBridge), or by listing the bucket.',
        importance: 'high',
        displayName: 'New objects by',
        dependents: ['queueUrl', 'visibilitySeconds', 'order', 'startAfter', 'lookBackHours', 'overlapMinutes', 'pollIntervalMs'],
      }),
    prefix: z
      .string()
      .max(900)
      .default('')
      .meta({
        ...OBJECTS,
        description: 'Only objects whose name begins so.',
        importance: 'medium',
        displayName: 'Prefix',
        examples: ['AWSLogs/123456789012/CloudTrail/'],
      }),
    suffixes: z
      .array(z.string().min(1))
      .default([])
      .meta({
        ...OBJECTS,
        description: 'Only objects whose name ends in one of these. None: all.',
        importance: 'medium',
        displayName: 'Suffixes',
        examples: ['.json.gz'],
      }),
    queueUrl: z
      .string()
      .regex(/^(https?:\/\/[^\s/?#]+\/\S+)?$/, 'The URL of a queue.')
      .default('')
      .meta({ ...OBJECTS, description: 'Of `queue`: its URL, as AWS shows it.', importance: 'high', displayName: 'Queue' }),
    visibilitySeconds: z
      .int()
      .min(30)
      .max(43_200)
      .default(300)
      .meta({
        ...OBJECTS,
        description: 'Of `queue`: how long a message is hidden; it is prolonged while its objects are read.',
        importance: 'low',
        displayName: 'Hidden for',
      }),
    waitSeconds: z
      .int()
      .min(0)
      .max(20)
      .default(20)
      .meta({ ...OBJECTS, description: 'Of `queue`: how long a request waits for messages.', importance: 'low', displayName: 'Waits for messages' }),
    rememberHours: z
      .int()
      .min(1)
      .max(336)
      .default(96)
      .meta({
        ...OBJECTS,
        description: 'Of `queue`: how long objects that were read are remembered, for messages that come again.',
        importance: 'low',
        displayName: 'Remembers',
      }),
    order: z
      .enum(['name', 'time'])
      .default('time')
      .meta({
        ...OBJECTS,
        description:
          'Of `listing`. `name`: new objects always come behind in the order of names, so only what is behind the last one is listed. `time`: by the time of their writing; all below `prefix` is listed each time.',
        importance: 'medium',
        displayName: 'Order',
      }),
    startAfter: z
      .string()
      .max(1_024)
      .default('')
      .meta({ ...OBJECTS, description: 'Of order name: it begins behind this name.', importance: 'low', displayName: 'Begins behind' }),
    lookBackHours: z
      .int()
      .min(0)
      .max(876_000)
      .default(24)
      .meta({ ...OBJECTS, description: 'Of order time: how old objects may be when it begins.', importance: 'medium', displayName: 'Begins back' }),
    overlapMinutes: z
      .int()
      .min(0)
      .max(10_080)
      .default(60)
      .meta({
        ...OBJECTS,
        description:
          'Of order time: how far each look reaches into the one before. An upload in parts has the time of its beginning: longer than the longest of them.',
        importance: 'low',
        displayName: 'Overlap',
      }),
    pollIntervalMs: z
      .int()
      .min(1_000)
      .max(86_400_000)
      .default(60_000)
      .meta({ ...OBJECTS, description: 'Of `listing`: time between two looks, in milliseconds.', importance: 'medium', displayName: 'Looks every' }),

    ...rawOptions('s3'),
    content: z
      .enum(['lines', 'json'])
      .default('lines')
      .meta({
        ...RECORDS,
        description: 'What is in an object: a record a line, or one JSON text. gzip and zstd are told by their bytes.',
        importance: 'high',
        displayName: 'Content',
        dependents: ['recordsAt'],
      }),
    recordsAt: z
      .string()
      .regex(/^(\/([^~/]|~[01])+)*$/, 'A JSON pointer: empty, or `/name/name`.')
      .default('')
      .meta({
        ...RECORDS,
        description: 'Of `json`: where the array of records lies. Empty: the text is the array.',
        importance: 'medium',
        displayName: 'Records at',
        examples: ['/Records'],
      }),
    maxObjectBytes: z
      .int()
      .min(1_024)
      .max(64 * 2 ** 30)
      .default(2 ** 30)
      .meta({ ...RECORDS, description: 'Most bytes of an object, packed. A larger one is set aside.', importance: 'low', displayName: 'Bytes an object' }),
    timeoutMs: z
      .int()
      .min(1_000)
      .max(600_000)
      .default(60_000)
      .meta({
        group: 'Connection',
        description: 'How long the store may take to begin an answer, in milliseconds.',
        importance: 'low',
        displayName: 'Patience',
      }),
  })
  .superRefine(({ find, queueUrl, content, recordsAt }, ctx) => {
    const problem = (path: string, message: string) => ctx.addIssue({ code: 'custom', path: [path], message });
    if (find === 'queue' && queueUrl === '') problem('queueUrl', 'find queue takes it.');
    if (content === 'lines' && recordsAt !== '') problem('recordsAt', 'It goes with content json.');
  });
export type S3SourceConfig = z.infer<typeof config>;

const s3Source: SourceConnector<S3SourceConfig> = {
  name: 's3-source',
  type: 'source',
  version: '1.0.0',
  config,
  checkPosition,
  source: async (given, deps) => (await import('./source.ts')).openS3Source(given, deps),
};
export default s3Source;
