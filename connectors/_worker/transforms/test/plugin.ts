// A sink that has nothing to say, for what its transforms do.
import { z } from 'zod';
import { readConfig } from '../../settings/read.ts';
import { openSecrets } from '../../settings/secrets.ts';
import type { ConnectorConfig } from '../../settings/shapes.ts';
import type { TransformRecord, Transforms } from '../record.ts';

export const quiet = { name: 'quiet', type: 'sink', version: '1.0.0', config: z.strictObject({}) } as const;
const secrets = openSecrets({ secretFolders: [], secretVariables: [] }, 'default', {});

export async function transformsOf(config: ConnectorConfig): Promise<Transforms> {
  return (await readConfig(quiet, { name: 'x', 'connector.class': 'quiet', topics: 'sink.default.ecs.v1', ...config }, secrets)).transforms;
}

/** What matters of a record; the rest is plain. Text becomes bytes. */
export function recordOf(given: {
  readonly key?: string | null;
  readonly value?: string | null;
  readonly topic?: string;
  readonly headers?: readonly (readonly [string, string])[];
}): TransformRecord {
  const { key = 'k', value = '{"a":1}', topic = 'sink.default.ecs.v1', headers = [] } = given;
  return {
    topic,
    position: { topic: 'sink.default.ecs.v1', partition: 3, offset: 42 },
    id: 'id-1',
    kind: 'event',
    key: key === null ? null : Buffer.from(key),
    value: value === null ? null : Buffer.from(value),
    headers: headers.map(([name, text]) => [name, Buffer.from(text)] as const),
    timestampMs: 1_700_000_000_123,
  };
}
