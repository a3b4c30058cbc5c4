// Findings and alerts into Google Cloud's Security Command Center, API version 2.
import { z } from 'zod';
import type { SinkConnector } from '../_sink/index.ts';
import { areTogether, TOGETHER, tlsOptions } from '../_sink/tls.ts';
import { openScc, problemsOf } from './sink.ts';
import { openRequests, patience } from '../_sink/request-options.ts';

export const config = z
  .strictObject({
    parent: z
      .string()
      .regex(/^(organizations|folders|projects)\/[\w-]+\/sources\/\d+\/locations\/[a-z0-9-]+$/, 'organizations/<o>/sources/<s>/locations/global')
      .meta({
        displayName: 'Source',
        description: 'Source that the findings are of, with its location. Make it once, by `gcloud scc sources create`.',
        group: 'Google Cloud',
        importance: 'high',
        width: 'long',
        examples: ['organizations/123456789012/sources/4567/locations/global'],
      }),
    credentials: z
      .string()
      .min(1)
      .meta({
        displayName: 'Credentials',
        description: 'Key file of a service account, the whole JSON text of it, as `${file:/path}`.',
        group: 'Google Cloud',
        importance: 'high',
        secret: true,
      }),
    resourceName: z
      .string()
      .max(512)
      .default('')
      .meta({
        displayName: 'Resource',
        description:
          'Full name of the resource that findings are listed under. It cannot change for a finding, so it is the same for all. Empty: the organization, folder or project of `parent`.',
        group: 'Google Cloud',
        importance: 'low',
        examples: ['//cloudresourcemanager.googleapis.com/projects/my-project'],
      }),
    url: z
      .url({ protocol: /^https?$/ })
      .default('https://securitycenter.googleapis.com')
      .meta({
        displayName: 'Address',
        description: 'Address of the API: another one for regional endpoints and private access.',
        group: 'Google Cloud',
        importance: 'low',
      }),
    maxInFlight: openRequests(64, 8, 'Requests that are open at once, each of one finding.'),
    timeoutMs: patience(120_000),
    ...tlsOptions,
  })
  .refine(areTogether, TOGETHER);
export type SccConfig = z.infer<typeof config>;

const scc: SinkConnector<SccConfig> = { name: 'gcp-scc', type: 'sink', version: '1.0.0', config, duplicates: 'identified', check: problemsOf, sink: openScc };
export default scc;
