// What Apache Kafka Connect itself answered; recorded by scripts/record-kafka-connect.ts.
import { readFileSync } from 'node:fs';
import type { Answer } from './dialogue.ts';

export const recorded = JSON.parse(readFileSync(new URL('kafka-connect.recorded.json', import.meta.url), 'utf8')) as {
  readonly source: string;
  readonly answers: Readonly<Record<string, Answer>>;
};
