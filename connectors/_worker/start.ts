// Where a sink connector begins: committed as the offsets of its group before its first task, so that every restart finds the same place.
import { FatalError } from '../../pipeline/core/errors.ts';
import { tpKey } from '../../pipeline/runtime/port.ts';
import type { Admin, TopicPartition } from '../../pipeline/runtime/port.ts';
import { isTopicOf } from './caller.ts';
import { conflict } from './refusal.ts';
import { topicPattern } from './settings/common-config.ts';
import type { CommonConfig } from './settings/common-config.ts';

export interface StartOptions {
  readonly group: string;
  readonly common: Pick<CommonConfig, 'topics' | 'topicsRegex' | 'start'>;
  /** Asked for by the configuration: an earlier connector of that name is forgotten. Else it goes on where that one was, as in Kafka Connect. */
  readonly isExplicit: boolean;
  readonly organization: string;
}

/** All partitions of the topics that a sink reads and that there are. Whoever named them was asked then whether they may; a pattern finds those of its organization. */
export async function partitionsOf(admin: Admin, { common, organization }: Pick<StartOptions, 'common' | 'organization'>): Promise<readonly TopicPartition[]> {
  const isWanted = topicPattern(common);
  return [...(await admin.topics())]
    .filter(([topic]) => isWanted(topic) && (common.topicsRegex === '' || isTopicOf(organization, topic)))
    .flatMap(([topic, count]) => Array.from({ length: count }, (_, partition) => ({ topic, partition })));
}

/** Of topics that come to be later it reads everything. @throws Refusal 409 while tasks of an earlier connector of that name still end. */
export async function setStart(admin: Admin, options: StartOptions): Promise<void> {
  const { group, common, isExplicit } = options;
  const partitions = await partitionsOf(admin, options);
  const committed = isExplicit ? new Map<string, number>() : await admin.committed(group, partitions);
  const open = partitions.filter((tp) => !committed.has(tpKey(tp)));
  if (open.length === 0) return;
  const { start } = common;
  const at = start === 'now' ? 'latest' : start === 'earliest' ? 'earliest' : { timestampMs: start };
  const offsets = await admin.offsets(open, at);
  await admin.setCommitted(group, offsets).catch((error: unknown) => {
    if (!(error instanceof FatalError)) throw error;
    throw conflict(`The tasks of an earlier connector of this name have not ended yet, or others use its group ${group}. Ask again.`);
  });
}
