// Asks an HTTP API for what is new, page by page, and keeps where it stands: audit logs, scanners, cloud services.
import { z } from 'zod';
import type { SourceConnector } from '../_source/index.ts';
import { config } from './config.ts';
import type { HttpPollerConfig } from './config.ts';
import { placeSchema } from './place.ts';

const httpPoller: SourceConnector<HttpPollerConfig> = {
  name: 'http-poller',
  type: 'source',
  version: '1.0.0',
  config,
  checkPosition: (partition, position) => {
    if (partition.source !== 'http-poller' || Object.keys(partition).length > 1) return 'The partition is {"source":"http-poller"}.';
    const found = placeSchema.safeParse(position);
    return found.success ? null : z.prettifyError(found.error);
  },
  source: async (given, deps) => (await import('./poll.ts')).openPoller(given, deps),
};
export default httpPoller;
