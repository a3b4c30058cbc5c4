import type { ClientBase } from '../../store/connect.ts';
import type { Position } from '../core/index.ts';

/** A record set aside. The bytes are given where the loader has them; else the relay reads them at the position. */
export interface DeadLetter {
  readonly position: Position;
  readonly code: string;
  readonly message: string;
  readonly key?: Uint8Array | null;
  readonly value?: Uint8Array | null;
  readonly headers?: readonly (readonly [name: string, value: Uint8Array])[];
  /** How many records it stands for; 1 unless given. */
  readonly records?: number;
}

const MESSAGE_CHARACTERS = 1_000;

/** In the transaction of the load; a record that was set aside before stays as it was. */
export async function setAside(client: ClientBase, stage: string, letters: readonly DeadLetter[]): Promise<void> {
  if (letters.length === 0) return;
  await client.query(
    `
    INSERT INTO goshawk.dead_letter_outbox (stage, topic, partition, "offset", key, value, headers, code, message)
    SELECT $1, t.* FROM unnest($2::text[], $3::int[], $4::bigint[], $5::bytea[], $6::bytea[], $7::jsonb[], $8::text[], $9::text[]) AS t
    ON CONFLICT (stage, topic, partition, "offset") DO NOTHING`,
    [
      stage,
      letters.map(({ position }) => position.topic),
      letters.map(({ position }) => position.partition),
      letters.map(({ position }) => position.offset),
      letters.map(({ key }) => bufferOf(key)),
      letters.map(({ value }) => bufferOf(value)),
      letters.map(({ headers }) =>
        headers === undefined ? null : JSON.stringify(headers.map(([name, value]) => [name.replaceAll('\0', '\ufffd'), Buffer.from(value).toString('base64')])),
      ),
      letters.map(({ code }) => code),
      letters.map(({ message }) => message.replaceAll('\0', '\ufffd').slice(0, MESSAGE_CHARACTERS)),
    ],
  );
}

const bufferOf = (bytes: Uint8Array | null | undefined): Buffer | null =>
  bytes === null || bytes === undefined ? null : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
