import { z } from 'zod';
import { awsOptions } from '../_aws/options.ts';
import { batchBytesOption, batchRecordsOption, compressionOption, lingerOption, openRequestsOption } from '../_sink/bulk-options.ts';
import { isTemplate, PLACEHOLDERS } from '../_sink/placeholders.ts';
import { areTogether, TOGETHER, tlsOptions } from '../_sink/tls.ts';

const CONNECTION = 'Connection';
const TARGET = 'Target';

export const config = z
  .strictObject({
    urls: z
      .array(z.url({ protocol: /^https?$/ }).refine((url) => !/[?#@]/.test(url), 'An address without user, query or fragment.'))
      .min(1)
      .refine((urls) => new Set(urls).size === urls.length, 'Each address once.')
      .meta({
        displayName: 'Addresses',
        description:
          'Addresses of one cluster, `https://host:9200`, with a path where a proxy wants one. Requests are spread over them; one that fails is left alone for a while.',
        group: CONNECTION,
        importance: 'high',
        width: 'long',
      }),
    apiKey: z
      .string()
      .default('')
      .meta({
        displayName: 'API key',
        description: 'API key, as `encoded` or as `id:api_key`. In place of username and password.',
        group: CONNECTION,
        importance: 'high',
        secret: true,
      }),
    username: z
      .string()
      .refine((name) => !name.includes(':'), 'A name without a colon.')
      .default('')
      .meta({ displayName: 'User', description: 'User. Empty: none is named.', group: CONNECTION, importance: 'medium' }),
    password: z.string().default('').meta({ displayName: 'Password', description: 'Its password.', group: CONNECTION, importance: 'medium', secret: true }),
    awsSigned: z
      .boolean()
      .default(false)
      .meta({
        displayName: 'Signed for AWS',
        description: 'Requests are signed for Amazon OpenSearch Service with an access key. In place of API key, username and password.',
        group: CONNECTION,
        importance: 'medium',
        dependents: ['region', 'accessKeyId', 'secretAccessKey', 'sessionToken', 'roleArn', 'externalId', 'stsUrl'],
      }),
    ...awsOptions,
    region: awsOptions.region.meta({
      displayName: 'Region',
      description: 'Region of AWS that requests are signed for.',
      group: CONNECTION,
      importance: 'medium',
    }),
    accessKeyId: z
      .string()
      .default('')
      .meta({ displayName: 'Access key id', description: 'Id of the access key of AWS.', group: CONNECTION, importance: 'medium' }),
    secretAccessKey: z
      .string()
      .default('')
      .meta({ displayName: 'Secret access key', description: 'The secret of the access key of AWS.', group: CONNECTION, importance: 'medium', secret: true }),
    ...tlsOptions,
    timeoutMs: z
      .int()
      .min(1_000)
      .max(600_000)
      .default(60_000)
      .meta({
        displayName: 'Timeout',
        description: 'Time for a request and its answer. The cluster waits half of it for shards.',
        group: CONNECTION,
        importance: 'low',
      }),
    index: z
      .string()
      .min(1)
      .max(255)
      .regex(/^[^\s"\\/*?<>|,#:A-Z]+$/, 'A name in small letters, without spaces and " \\ / * ? < > | , # :')
      .refine(isTemplate, `Its placeholders are ${PLACEHOLDERS}.`)
      .default('logs-goshawk.{kind}-default')
      .meta({
        displayName: 'Data stream or index',
        description: `Data stream, index or alias. ${PLACEHOLDERS} are replaced, in small letters: \`kind\` is \`event\`, \`finding\`, \`alert\` or \`unknown\`, \`topic\` what transforms made of it.`,
        group: TARGET,
        importance: 'high',
        width: 'medium',
      }),
    dataStream: z
      .boolean()
      .default(true)
      .meta({
        displayName: 'Data stream',
        description:
          'The target is a data stream: where the cluster can be asked to, it refuses rather than make a plain index of that name (Elasticsearch 8.13 and later).',
        group: TARGET,
        importance: 'medium',
      }),
    pipeline: z
      .string()
      .default('')
      .meta({ displayName: 'Ingest pipeline', description: "Ingest pipeline. Empty: the target's own.", group: TARGET, importance: 'low' }),
    compression: compressionOption,
    maxBatchBytes: batchBytesOption(
      104_857_600,
      5_242_880,
      'Documents in a request, at most. A cluster refuses more than its http.max_content_length (100 MB).',
    ),
    maxBatchRecords: batchRecordsOption,
    lingerMs: lingerOption,
    maxInFlight: openRequestsOption(),
  })
  .refine(areTogether, TOGETHER)
  .refine(({ username, password }) => (username === '') === (password === ''), { path: ['password'], error: 'username and password go together' })
  .refine(({ apiKey, username }) => apiKey === '' || username === '', { path: ['apiKey'], error: 'either apiKey, or username and password' })
  .refine(({ awsSigned, apiKey, username }) => !awsSigned || (apiKey === '' && username === ''), {
    path: ['awsSigned'],
    error: 'either this, or apiKey, or username and password',
  })
  .refine(({ awsSigned, accessKeyId, secretAccessKey }) => !awsSigned || (accessKeyId !== '' && secretAccessKey !== ''), {
    path: ['accessKeyId'],
    error: 'awsSigned takes accessKeyId and secretAccessKey',
  });
export type ElasticsearchConfig = z.infer<typeof config>;
