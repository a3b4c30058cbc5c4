// What an error of the runtime's Kafka client says of the records that were to be written. Its codes: pipeline/runtime/port.ts; numbers are the protocol's.
import { ConfigError, FatalError, RecordError, RetryableError } from '../../pipeline/core/errors.ts';
import type { Settled } from '../_sink/index.ts';
import { rejected } from '../_sink/index.ts';

const UNKNOWN_TOPIC = 3;

/** Of one record that was sent alone, or of a batch of which one is refused: null then means that the error is not about records. */
export function refusedRecord(error: unknown): Settled | null {
  if (!(error instanceof RecordError)) return null;
  return error.code === 'RECORD_TOO_LARGE'
    ? rejected('MESSAGE_TOO_LARGE', 'The record exceeds what the topic takes (max.message.bytes).')
    : rejected('INVALID_RECORD', error.message);
}

/**
 * For a whole call. @param isSent False as long as nothing can have been appended.
 * @returns RetryableError SINK_UNAVAILABLE, ConfigError SINK_MISCONFIGURED, or what it was given, when that is a bug.
 */
export function failedCall(error: unknown, isSent: boolean): Error {
  if (error instanceof ConfigError)
    return error.code === 'SINK_MISCONFIGURED' ? error : new ConfigError('SINK_MISCONFIGURED', error.message, error.details, { cause: error });
  if (error instanceof FatalError) return new ConfigError('SINK_MISCONFIGURED', error.message, error.details, { cause: error });
  if (!(error instanceof RetryableError)) return error as Error;
  if (error.details.code === UNKNOWN_TOPIC) return unknownTopic(error.message, error);
  // Numbers for a producer are asked for before its first record leaves.
  const isAmbiguous = isSent && error.details.doing !== 'begin to produce';
  return new RetryableError('SINK_UNAVAILABLE', error.message, { isAmbiguous }, { cause: error });
}

export const unknownTopic = (what: string, cause?: unknown): ConfigError =>
  new ConfigError(
    'SINK_MISCONFIGURED',
    `${what}: the far cluster has no such topic, or the user may not see it. Create it there, or permit the user to describe and write it.`,
    {},
    { cause },
  );
