// A dead letter that was sent again carries where it came from. Believed only where nobody but our own principals may write: on topics of our
// stages, and on `raw.<organization>.redriven`. A sensor that writes this header to its own topic is not listened to.
import { REDRIVEN_HEADER } from './dead-letter.ts';
import type { LetterRecord } from './dead-letter.ts';
import type { Position } from './index.ts';

export interface Redriven {
  /** The stage that refused the record. Others that read the topic have had it. */
  readonly stage: string;
  /** `partition:offset` on dead-letters.v1. */
  readonly letter: string;
  /** How often it has failed before. */
  readonly attempt: number;
  readonly firstFailureMs: number;
  /** Where the record lay first. */
  readonly position: Position;
}

const RAW = /^raw\.([^.]+)\.redriven$/;
/** The topic through which raw records of an organization are sent again, or undefined for another name. */
export const redrivenOrganization = (topic: string): string | undefined => RAW.exec(topic)?.[1];

export function redrivenHeader({ stage, letter, attempt, firstFailureMs, position }: Redriven): readonly [name: string, value: Buffer] {
  const { topic, partition, offset } = position;
  return [REDRIVEN_HEADER, Buffer.from(JSON.stringify([stage, letter, attempt, firstFailureMs, topic, partition, offset]))];
}

/** Undefined when there is none, or none of ours. */
export function redrivenOf(headers: LetterRecord['headers']): Redriven | undefined {
  for (let i = headers.length - 1; i >= 0; i--) {
    const header = headers[i]!;
    if (header[0] === REDRIVEN_HEADER) return parse(header[1].toString('utf8'));
  }
  return undefined;
}

function parse(text: string): Redriven | undefined {
  try {
    const [stage, letter, attempt, firstFailureMs, topic, partition, offset] = JSON.parse(text) as readonly unknown[];
    if (typeof stage !== 'string' || typeof letter !== 'string' || typeof topic !== 'string') return undefined;
    if (![attempt, firstFailureMs, partition, offset].every((number) => Number.isSafeInteger(number))) return undefined;
    return {
      stage,
      letter,
      attempt: attempt as number,
      firstFailureMs: firstFailureMs as number,
      position: { topic, partition: partition as number, offset: offset as number },
    };
  } catch {
    return undefined;
  }
}
