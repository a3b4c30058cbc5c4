import { ConfigError } from '../pipeline/core/errors.ts';
import type { Admin } from '../pipeline/runtime/port.ts';
import { mismatches } from '../topologies/settings.ts';
import type { Settings } from '../pipeline/core/topic-settings.ts';

/**
 * Creates what is missing and looks at what is there.
 * @returns names of the topics that were created.
 * @throws ConfigError TOPIC_MISMATCH that names every topic and setting that differs in a way that matters. Nothing is created then.
 */
export async function ensureTopics(admin: Admin, wanted: readonly Settings[], replicationFactor: number): Promise<readonly string[]> {
  const existing = await admin.topics();
  const there = wanted.filter(({ name }) => existing.has(name));
  const found = await Promise.all(there.map(async (settings) => mismatches(settings, existing.get(settings.name) ?? 0, await admin.configs(settings.name))));
  const problems = found.flat().map(({ topic, setting, wanted: want, found: have }) => `${topic}: ${setting} is ${have}, the catalogue wants ${want}`);
  if (problems.length > 0)
    throw new ConfigError(
      'TOPIC_MISMATCH',
      `Topics exist with other settings; change them, or the catalogue:\n${problems.map((problem) => `  ${problem}`).join('\n')}`,
      { problems },
    );
  const missing = wanted.filter(({ name }) => !existing.has(name));
  if (missing.length > 0) await admin.createTopics(missing, replicationFactor);
  return missing.map(({ name }) => name);
}
