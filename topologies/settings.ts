// What the catalogue asks of a topic on a broker, and how a topic that exists differs from it.
import type { Settings } from '../pipeline/core/topic-settings.ts';
import { OWN_SOURCE } from '../pipeline/core/sensor.ts';
import { settingsOf } from '../pipeline/core/topic-settings.ts';
import { rawTopic, sinkTopic, topics } from './topics.ts';

/** Sources whose raw topics an installation has from the start. Others come with their sensors. */
export const SOURCES = ['windows', 'suricata', 'zeek', 'cloudtrail', 'syslog', 'gateway-http', OWN_SOURCE] as const;

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
