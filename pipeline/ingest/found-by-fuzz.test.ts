// Changed records that once became events which could not be sent or were not ECS. `npm run bench -- fuzz` finds more.
import { beforeAll, expect, it } from 'vitest';
import { Codec } from '../../schemas/avro/codec.ts';
import { eventToEcs } from '../../schemas/avro/ecs.ts';
import { fixedIds } from '../../schemas/avro/registry.ts';
import { schemas } from '../../schemas/avro/types.gen.ts';
import type { Ingestor } from './index.ts';
import { problems } from './test/ecs-check.ts';
import { decoded, openTestIngestor } from './test/records.ts';

let ingestor: Ingestor;
beforeAll(async () => {
  ingestor = await openTestIngestor();
});

it.each<[what: string, record: string, parser: string]>([
  ['a serial number that no integer holds', 'type=CWD msg=audit(1783414661.335:99999999999999999999): cwd="/root"', 'auditd'],
  [
    'a time of observation that no clock has',
    '{"metadata":{"customerIDString":"c1","offset":947,"eventType":"DetectionSummaryEvent","eventCreationTime":99999999999999999999,"version":"1.0"},"event":{"ProcessStartTime":1714557599,"DetectName":"x"}}',
    'crowdstrike',
  ],
  ['a list that is a list already', '{"elb":"app/x","target_group_arn":"a","elb_status_code":"200","target_port_list":["192.0.2.1:80"]}', 'aws-elb'],
])('%s leaves the event whole', (_what, record, parser) => {
  const events = decoded(ingestor, [record]);
  expect(events.map(({ provenance }) => provenance.parser)).toEqual([parser]);
  const codec = new Codec(fixedIds());
  for (const event of events) {
    codec.encode(schemas.event, event);
    expect(problems(eventToEcs(event))).toEqual([]);
  }
});
