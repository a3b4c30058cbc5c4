// Elasticsearch and OpenSearch, by their bulk API. Each document is created under its own id, so that one that is sent twice is there once.
import type { SinkConnector } from '../_sink/index.ts';
import { check } from './check.ts';
import { config } from './config.ts';
import type { ElasticsearchConfig } from './config.ts';
import { openSink } from './send.ts';

const elasticsearch: SinkConnector<ElasticsearchConfig> = {
  name: 'elasticsearch',
  type: 'sink',
  version: '1.0.0',
  config,
  duplicates: 'identified',
  check,
  sink: async (options, deps) => openSink(options, deps),
};
export default elasticsearch;
export { config };
