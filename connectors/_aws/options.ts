// Options of everything that speaks to AWS, or to what speaks as AWS does.
import { z } from 'zod';
import type { AwsCredentials } from '../_sink/sigv4.ts';

export const awsOptions = {
  region: z
    .string()
    .regex(/^[a-z0-9-]{1,40}$/, 'A region such as eu-central-1.')
    .default('us-east-1')
    .meta({ description: 'Region; stores of others mostly take any.', group: 'Connection', importance: 'high', displayName: 'Region' }),
  accessKeyId: z.string().min(1).meta({ description: 'Id of the access key.', group: 'Connection', importance: 'high', displayName: 'Access key id' }),
  secretAccessKey: z
    .string()
    .min(1)
    .meta({ description: 'The secret of the access key.', group: 'Connection', importance: 'high', displayName: 'Secret access key', secret: true }),
  sessionToken: z
    .string()
    .default('')
    .meta({ description: 'Of temporary credentials only.', group: 'Connection', importance: 'low', displayName: 'Session token', secret: true }),
  roleArn: z
    .string()
    .regex(/^(arn:aws(-[a-z-]+)?:iam::\d{12}:role\/[\w+=,.@/-]{1,512})?$/, 'arn:aws:iam::123456789012:role/name')
    .default('')
    .meta({
      displayName: 'Role',
      description: 'Role that the key takes on for all requests, for an hour at a time. Empty: none.',
      group: 'Connection',
      importance: 'medium',
      width: 'long',
      dependents: ['externalId', 'stsUrl'],
    }),
  externalId: z
    .string()
    .regex(/^([\w+=,.@:/-]{2,1224})?$/, '2 to 1224 letters, digits and +=,.@:/-_')
    .default('')
    .meta({
      displayName: 'External id',
      description: 'What the role asks for beside the key, where it is in an account of others.',
      group: 'Connection',
      importance: 'low',
    }),
  stsUrl: z
    .url({ protocol: /^https?$/ })
    .optional()
    .meta({ displayName: 'STS', description: 'Address of STS, for a VPC endpoint. Empty: that of the region.', group: 'Connection', importance: 'low' }),
};

export const storeOptions = {
  bucket: z
    .string()
    .regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'The name of a bucket: 3 to 63 small letters, digits, dots and dashes.')
    .meta({ description: 'Bucket.', group: 'Connection', importance: 'high', displayName: 'Bucket' }),
  url: z
    .string()
    .regex(/^(https?:\/\/[^\s/?#]+)?\/?$/, 'https://host[:port], without a path.')
    .default('')
    .meta({
      description: 'Address of the store. Empty: S3 of the region. Internal addresses and http:// must be allowed first (`outbound.allow`).',
      group: 'Connection',
      importance: 'medium',
      displayName: 'Store',
    }),
  pathStyle: z
    .boolean()
    .default(false)
    .meta({
      description: 'Whether the bucket is named in the path, as most stores of others want it, and not in the host.',
      group: 'Connection',
      importance: 'medium',
      displayName: 'Bucket in the path',
    }),
};

export interface AwsConfig {
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  /** Empty: the key itself is what signs. */
  readonly roleArn: string;
  readonly externalId: string;
  readonly stsUrl?: string | undefined;
}
export interface StoreConfig extends AwsConfig {
  readonly bucket: string;
  readonly url: string;
  readonly pathStyle: boolean;
}

export const credentialsOf = ({ accessKeyId, secretAccessKey, sessionToken }: AwsConfig): AwsCredentials => ({
  accessKeyId,
  secretAccessKey,
  ...(sessionToken !== '' && { sessionToken }),
});

/** Of China and the rest of the world. */
export const awsHost = (service: string, region: string): string => `${service}.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`;
