import { hashId } from '../core/id.ts';
import type { Event, Finding } from '../../schemas/avro/types.gen.ts';

const RULE = 'goshawk.event-id-reused';
type Reused = Pick<Event, 'id' | 'time' | 'organization' | 'dataset' | 'sensor'> & {
  readonly provenance: Pick<Event['provenance'], 'topic' | 'partition' | 'offset'>;
};

/** One finding per event that came under an id already seen with other content; those of one sensor join one alert. */
export function idReused({ id, time, organization, dataset, sensor, provenance }: Reused): Finding {
  const groupKey = `${RULE}|${sensor}`;
  return {
    id: hashId(organization, RULE, groupKey, time, id, provenance.topic, provenance.partition, provenance.offset),
    organization,
    time,
    lastTime: time,
    kind: 'platform',
    ruleId: RULE,
    ruleVersion: '1',
    title: 'Event id used again with other content',
    description:
      'A sensor sent an event under an id that it had used within the last minutes for another event. Either it counts wrong, or somebody sends events in its name before it does. Both events were kept.',
    author: null,
    license: null,
    reference: null,
    severity: 'medium',
    status: 'production',
    tags: [],
    groupKey,
    entities: [{ type: 'sensor', value: sensor }],
    fields: [
      { name: 'event.id', value: id },
      { name: 'event.dataset', value: dataset },
    ],
    events: [{ id, time, dataset, ...provenance }],
    eventCount: 1,
    supersedes: null,
    reason: null,
    revisable: null,
    ruleSet: 0,
    suppressedBy: null,
  };
}
