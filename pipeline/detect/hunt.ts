// What a hunt found in stored events, as a finding. It comes by the way of every record, so it is in the ledger and a replay gives it again.
import { readTold } from '../../domains/hunt/index.ts';
import { OWN_SOURCE } from '../core/sensor.ts';
import type { Event, Finding } from '../../schemas/avro/types.gen.ts';
import { rawTopic } from '../../topologies/topics.ts';

type HuntEvent = Pick<Event, 'organization' | 'native'> & { readonly provenance: { readonly topic: string } };

/** Undefined for what only says that it is of a hunt, which rules are asked about: the topic tells, where nobody but the platform writes. */
export function huntFindingOf({ organization, native, provenance }: HuntEvent): readonly Finding[] | undefined {
  if (provenance.topic !== rawTopic(organization, OWN_SOURCE)) return undefined;
  const told = readTold(native);
  if (told === undefined) return [];
  const { hunt, id, finding } = told;
  const { event, ...about } = finding;
  return [
    {
      ...about,
      id,
      organization,
      time: event.time,
      lastTime: event.time,
      kind: 'hunt',
      ruleVersion: hunt,
      author: null,
      license: null,
      reference: null,
      tags: [],
      events: [event],
      eventCount: 1,
      supersedes: null,
      reason: null,
      revisable: null,
      ruleSet: 0,
      suppressedBy: null,
    },
  ];
}
