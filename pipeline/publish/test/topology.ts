// Raw records to documents, as the topology of the installation wires it, with one rule.
import { parseRuleSet } from '../../../domains/sigma/index.ts';
import { flow } from '../../../topologies/telemetry/flow.ts';
import { alert, config as alertConfig } from '../../alert/index.ts';
import { defineTopology, stage } from '../../core/topology.ts';
import { config as detectConfig, detect } from '../../detect/index.ts';
import { openEngine } from '../../detect/open-rules.ts';
import { config as enrichConfig, enrich } from '../../enrich/index.ts';
import { config as ingestConfig, ingest } from '../../ingest/index.ts';
import { config as validateConfig, validate } from '../../validate/index.ts';
import type { PublishConfig } from '../index.ts';
import { config, publishAlerts, publishEvents, publishFindings } from '../index.ts';

export const RAW = ['raw.acme.test', 'raw.other.test'] as const;
const RULES = parseRuleSet([
  {
    file: 'own.yml',
    text: 'title: Image\nid: one\nstatus: stable\nlevel: high\ntags: [attack.t1003.002]\nlogsource: {product: windows}\ndetection: {s: {EventID: 7}, condition: s}\n',
  },
]);

export async function topologyOf(options: Partial<PublishConfig>) {
  const publish = config.parse({ eventKinds: ['*'], ...options });
  return defineTopology('documents', [
    stage(await ingest(ingestConfig.parse({}), { installation: 'one' }), flow.ingest),
    stage(validate(validateConfig.parse({ maxPastDays: 10_000 })), flow.validate),
    stage(await enrich(enrichConfig.parse({})), flow.enrich),
    stage(detect(detectConfig.parse({}), { set: RULES, engine: openEngine(RULES, { isGated: false }), isOwn: () => true }), flow.detect),
    stage(alert(alertConfig.parse({ revisionsPerMinute: 1000 }), { isLane: false }), flow.alert),
    stage(publishEvents(publish), flow['publish-events']),
    stage(publishFindings(publish), flow['publish-findings']),
    stage(publishAlerts(publish), flow['publish-alerts']),
  ]);
}
