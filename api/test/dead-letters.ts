// Dead letters as stages set them aside, and the relay's note of them.
import { indexDeadLetters } from '../relay/dead-letter-index.ts';
import { topics } from '../../topologies/topics.ts';
import type { TestApi } from './api.ts';
import type { TestDatabase } from './database.ts';

export interface SeedLetter {
  readonly organization?: string;
  readonly code?: string;
  readonly stage?: string;
  readonly message?: string;
  /** `raw.<organization>.zeek` unless given. */
  readonly topic?: string;
  readonly value: string | Buffer;
  readonly headers?: Readonly<Record<string, string>>;
}

/** On partition 0, one after the other. */
export async function setAside(api: TestApi, letters: readonly SeedLetter[]): Promise<void> {
  await api.broker
    .producer()
    .send(
      letters.map(
        ({
          organization = 'default',
          code = 'DECODE_FAILED',
          stage = 'ingest',
          message = 'Not JSON.',
          topic = `raw.${organization}.zeek`,
          value,
          headers,
        }) => ({
          topic: topics.deadLetters.name,
          partition: 0,
          key: null,
          value: Buffer.from(value),
          headers: Object.entries({
            ...headers,
            '__streams.errors.topic': topic,
            '__streams.errors.partition': '1',
            '__streams.errors.offset': '42',
            '__streams.errors.message': message,
            '__goshawk.errors.stage': stage,
            '__goshawk.errors.version': '1.0.0',
            '__goshawk.errors.code': code,
            '__goshawk.errors.organization': organization,
          }).map(([name, text]) => [name, Buffer.from(text)] as const),
        }),
      ),
    );
}

/** What the relay does by itself every half second. @returns Records noted */
export const noteAll = (database: TestDatabase, api: TestApi): Promise<number> =>
  indexDeadLetters({
    pool: database.owner,
    admin: api.broker.admin(),
    reader: api.broker.reader(),
    codec: api.codec,
    forgotten: new Map(),
    signal: new AbortController().signal,
  });
