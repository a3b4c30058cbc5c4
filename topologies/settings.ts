// What the catalogue asks of a topic on a broker, and how a topic that exists differs from it.
import type { TopicDeclaration } from './topics.ts';
import { rawTopic, sinkTopic, topics } from './topics.ts';

/** As the broker port takes it. */
export interface Settings {
  readonly name: string;
  readonly partitions: number;
  readonly config: Readonly<Record<string, string>>;
}

const MINUTE_MS = 60_000;
const SEGMENTS_IN_RETENTION = 4; // retention deletes whole closed segments, so a segment closes well before it is due
const SEGMENT_BYTES = 268_435_456;

/** `name` where the declaration stands for a family (`raw.*`). */
export function settingsOf(topic: TopicDeclaration<unknown>, partitions: number, name: string = topic.name): Settings {
  const { cleanup, retentionMs, retentionBytes, maxMessageBytes } = topic;
  const byTime =
    cleanup === 'delete'
      ? {
          'retention.ms': String(retentionMs),
          'retention.bytes': String(retentionBytes),
          'segment.bytes': String(SEGMENT_BYTES),
          'segment.ms': String(Math.max(10 * MINUTE_MS, Math.floor(retentionMs / SEGMENTS_IN_RETENTION))),
        }
      : {};
  return {
    name,
    partitions: topic.partitions ?? partitions,
    config: { 'cleanup.policy': cleanup, 'max.message.bytes': String(maxMessageBytes), 'message.timestamp.type': 'LogAppendTime', ...byTime },
  };
}

/** Sources whose raw topics an installation has from the start. Others come with their sensors. */
export const SOURCES = ['windows', 'suricata', 'zeek', 'cloudtrail', 'syslog', 'gateway-http'] as const;

/** Every topic of an installation with these organizations, changelogs aside: the runtime makes those. */
export function installationTopics({
  organizations = ['default'],
  partitions,
}: {
  readonly organizations?: readonly string[];
  readonly partitions: number;
}): readonly Settings[] {
  const { raw, ...fixed } = topics;
  return [
    ...organizations.flatMap((organization) => SOURCES.map((source) => settingsOf(raw, partitions, rawTopic(organization, source)))),
    ...Object.values(fixed).map((topic) => settingsOf(topic, partitions)),
    ...organizations.map((organization) => settingsOf(sinkTopic(organization, 'ecs'), partitions)),
  ];
}

/** A setting that differs in a way that loses or breaks something. Retention is the operator's own choice and not among them. */
export interface Mismatch {
  readonly topic: string;
  readonly setting: string;
  readonly wanted: string;
  readonly found: string;
}

export function mismatches(wanted: Settings, partitions: number, config: Readonly<Record<string, string>>): readonly Mismatch[] {
  const differ = (setting: string, found: string | undefined, isFine: boolean): readonly Mismatch[] =>
    isFine
      ? []
      : [{ topic: wanted.name, setting, wanted: setting === 'partitions' ? String(wanted.partitions) : (wanted.config[setting] ?? ''), found: found ?? '' }];
  const same = (setting: string) => differ(setting, config[setting], config[setting] === wanted.config[setting]);
  const largest = 'max.message.bytes';
  return [
    ...differ('partitions', String(partitions), partitions === wanted.partitions),
    ...same('cleanup.policy'),
    ...same('message.timestamp.type'),
    ...differ(largest, config[largest], Number(config[largest]) >= Number(wanted.config[largest])),
  ];
}
