// Findings and alerts into AWS Security Hub.
import { z } from 'zod';
import { awsOptions } from '../_aws/options.ts';
import type { SinkConnector } from '../_sink/index.ts';
import { areTogether, TOGETHER, tlsOptions } from '../_sink/tls.ts';
import { openSecurityHub, problemsOf } from './sink.ts';
import { openRequests, patience, waitOption } from '../_sink/request-options.ts';

export const config = z
  .strictObject({
    ...awsOptions,
    region: z
      .string()
      .regex(/^[a-z]{2}(-[a-z]+)+-\d$/, 'A region such as eu-central-1.')
      .meta({
        displayName: 'Region',
        description: 'Region whose Security Hub takes the findings.',
        group: 'Connection',
        importance: 'high',
        examples: ['eu-central-1'],
      }),
    accountId: z
      .string()
      .regex(/^\d{12}$/, 'Twelve digits.')
      .meta({
        displayName: 'Account',
        description: 'Account that the findings are for: that of the access key or of the role, unless `productArn` is one of a partner.',
        group: 'Connection',
        importance: 'high',
        examples: ['123456789012'],
      }),
    productArn: z
      .string()
      .regex(/^(arn:aws(-[a-z-]+)?:securityhub:[^\s]+)?$/, 'arn:aws:securityhub:...')
      .default('')
      .meta({ displayName: 'Product', description: 'ARN of the product. Empty: the default product of the account.', group: 'Connection', importance: 'low' }),
    url: z
      .url({ protocol: /^https?$/ })
      .optional()
      .meta({
        displayName: 'Address',
        description: 'Address of the service, for a VPC endpoint. Empty: that of the region. Internal addresses must be allowed first (`outbound.allow`).',
        group: 'Connection',
        importance: 'low',
      }),
    maxBatchRecords: z
      .int()
      .min(1)
      .max(100)
      .default(100)
      .meta({ displayName: 'Findings a request', description: 'Most findings of a request. AWS takes 100.', group: 'Delivery', importance: 'low' }),
    lingerMs: waitOption,
    maxInFlight: openRequests(8, 2, 'Requests that are open at once. AWS takes 10 a second, and 30 in a burst, from all of an account.'),
    timeoutMs: patience(120_000),
    ...tlsOptions,
  })
  .refine(areTogether, TOGETHER);
export type SecurityHubConfig = z.infer<typeof config>;

const securityHub: SinkConnector<SecurityHubConfig> = {
  name: 'aws-security-hub',
  type: 'sink',
  version: '1.0.0',
  config,
  duplicates: 'identified',
  check: problemsOf,
  sink: openSecurityHub,
};
export default securityHub;
