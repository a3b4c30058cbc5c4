// Documents as raw logs into Google SecOps (Chronicle API, logs:import).
import { z } from 'zod';
import type { SinkConnector } from '../_sink/index.ts';
import { areTogether, TOGETHER, tlsOptions } from '../_sink/tls.ts';
import { openSecOps, problemsOf } from './sink.ts';
import { openRequests, patience, waitOption } from '../_sink/request-options.ts';

export const config = z
  .strictObject({
    instance: z
      .string()
      .regex(/^projects\/[\w-]+\/locations\/[a-z0-9-]+\/instances\/[\w-]+$/, 'projects/<p>/locations/<l>/instances/<i>')
      .meta({
        displayName: 'Instance',
        description: 'Instance that takes the logs: project, location and customer id, as the SecOps settings show them.',
        group: 'Google SecOps',
        importance: 'high',
        width: 'long',
        examples: ['projects/my-project/locations/eu/instances/01234567-89ab-cdef-0123-456789abcdef'],
      }),
    logType: z
      .string()
      .regex(/^[A-Z][A-Z0-9_]{1,62}$/, 'GOSHAWK_ECS')
      .meta({
        displayName: 'Log type',
        description: 'Log type whose parser makes UDM of the documents. Make one of your own for ECS or OCSF documents.',
        group: 'Google SecOps',
        importance: 'high',
        examples: ['GOSHAWK_ECS'],
      }),
    credentials: z
      .string()
      .min(1)
      .meta({
        displayName: 'Credentials',
        description: 'Key file of a service account, the whole JSON text of it, as `${file:/path}`.',
        group: 'Google SecOps',
        importance: 'high',
        secret: true,
      }),
    forwarder: z
      .string()
      .regex(/^[\w-]*$/, 'The id alone.')
      .default('')
      .meta({
        displayName: 'Forwarder',
        description: 'Id of the forwarder that the logs are said to come from. Empty: none.',
        group: 'Google SecOps',
        importance: 'medium',
      }),
    namespace: z
      .string()
      .max(200)
      .default('')
      .meta({ displayName: 'Namespace', description: 'Environment namespace of all logs. Empty: none.', group: 'Google SecOps', importance: 'low' }),
    apiVersion: z
      .enum(['v1alpha', 'v1beta', 'v1'])
      .default('v1alpha')
      .meta({ displayName: 'Version', description: 'Version of the Chronicle API.', group: 'Google SecOps', importance: 'low' }),
    url: z
      .url({ protocol: /^https?$/ })
      .optional()
      .meta({
        displayName: 'Address',
        description: 'Address of the API. Empty: `https://<location>-chronicle.googleapis.com`.',
        group: 'Google SecOps',
        importance: 'low',
        examples: ['https://chronicle.eu.rep.googleapis.com'],
      }),
    maxBatchRecords: z
      .int()
      .min(1)
      .max(10_000)
      .default(1_000)
      .meta({ displayName: 'Logs a request', description: 'Most logs of a request.', group: 'Delivery', importance: 'low' }),
    maxBatchBytes: z
      .int()
      .min(4_096)
      .max(4_000_000)
      .default(1_000_000)
      .meta({
        displayName: 'Bytes a request',
        description: 'Most bytes of a request, in which documents take a third more than by themselves.',
        group: 'Delivery',
        importance: 'low',
      }),
    lingerMs: waitOption,
    maxInFlight: openRequests(32, 4),
    timeoutMs: patience(300_000),
    ...tlsOptions,
  })
  .refine(areTogether, TOGETHER);
export type SecOpsConfig = z.infer<typeof config>;

const secOps: SinkConnector<SecOpsConfig> = {
  name: 'google-secops',
  type: 'sink',
  version: '1.0.0',
  config,
  duplicates: 'repeated',
  check: problemsOf,
  sink: openSecOps,
};
export default secOps;
