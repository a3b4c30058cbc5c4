// Schemas that records were written with and this process has not read yet: a stage waits for them in place.
import type { Codec } from '../../schemas/avro/codec.ts';
import type { Logger } from 'pino';
import type { Decoder } from './input.ts';
import type { RawRecord } from './port.ts';
import { backoffMs, sleep } from '../core/wall-clock.ts';
import type { WallClock } from '../core/wall-clock.ts';

export interface SchemaWait {
  readonly decoder: Decoder;
  readonly codec: Codec;
  readonly clock: WallClock;
  readonly log: Logger;
  /** Called after each pause. */
  readonly beat: () => Promise<void>;
  readonly closing: AbortSignal;
}

/** Loads what records [at, to) need. One that the registry does not know is left out: its record is then rejected. */
export async function loadSchemas(
  records: readonly RawRecord[],
  at: number,
  to: number,
  { decoder, codec, clock, log, beat, closing }: SchemaWait,
): Promise<void> {
  for (let i = at; i < to; i++) {
    const id = decoder.missing(records[i]!.value);
    if (id === undefined) continue;
    for (let attempt = 0; ; attempt++) {
      try {
        await codec.load(id);
        break;
      } catch (error) {
        if ((error as { code?: unknown }).code === 'UNKNOWN_SCHEMA') break;
        log.warn({ err: error, schemaId: id }, 'A schema cannot be had for now; the stage waits.');
        await sleep(clock, backoffMs(attempt), closing);
        await beat();
      }
    }
  }
}
