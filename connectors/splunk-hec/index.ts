// Splunk, by its HTTP Event Collector, with and without indexer acknowledgement. Splunk keeps what it is sent twice: each event has the field
// `goshawk_id`, by which a search finds it.
import type { SinkConnector } from '../_sink/index.ts';
import { check } from './check.ts';
import { config } from './config.ts';
import type { HecConfig } from './config.ts';
import { openSink } from './send.ts';

const splunkHec: SinkConnector<HecConfig> = {
  name: 'splunk-hec',
  type: 'sink',
  version: '1.0.0',
  config,
  duplicates: 'repeated',
  check,
  sink: async (options, deps) => openSink(options, deps),
};
export default splunkHec;
export { config };
