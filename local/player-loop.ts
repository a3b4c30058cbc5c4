// The player as a process: plays twice a second until it is ended.
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import { PipelineError } from '../pipeline/core/errors.ts';
import type { Broker } from '../pipeline/runtime/port.ts';
import { SOURCES } from '../topologies/settings.ts';
import { rawTopic } from '../topologies/topics.ts';
import { openPlayer, RATES } from './player.ts';
import { projectFolder } from './project.ts';
import { loadRecording } from './recording.ts';

export interface PlayerLoopOptions {
  readonly broker: Broker;
  readonly dataFolder: string;
  readonly log: Logger;
  /** Gets what ends the loop; it resolves when the last batch is acknowledged and noted. */
  readonly onOpen: (close: () => Promise<void>) => void;
  readonly onReady: () => void;
}

const TURN_MS = 500;
const RETRY_MS = 2000;

/** Resolves when it was closed. The broker may go away and come back meanwhile. */
export async function playForEver({ broker, dataFolder, log, onOpen, onReady }: PlayerLoopOptions): Promise<void> {
  const sample = join(projectFolder, 'examples/sample');
  const sources = SOURCES.filter((source) => RATES[source] !== undefined);
  const recordings = await Promise.all(sources.map((source) => loadRecording(sample, source, RATES[source] ?? 1)));
  const admin = broker.admin();
  const counts = await admin.topics();
  const player = openPlayer({
    recordings: recordings.filter(({ source }) => counts.has(rawTopic('default', source))),
    producer: broker.producer(),
    partitions: (topic) => counts.get(topic) ?? 1,
    placesFile: join(dataFolder, 'player.json'),
    salt: randomBytes(6).toString('hex'),
  });
  const closing = new AbortController();
  const { promise: closed, resolve: isClosed } = Promise.withResolvers<void>();
  onOpen(() => {
    closing.abort();
    return closed;
  });
  onReady();
  let isAway = false;
  while (!closing.signal.aborted) {
    try {
      await player.play(Date.now());
      if (isAway) log.info('The broker answers again; the recordings play on.');
      isAway = false;
    } catch (error) {
      if (!(error instanceof PipelineError)) throw error;
      if (!isAway) log.warn({ code: error.code }, 'The broker does not answer; the recordings wait.');
      isAway = true;
    }
    await delay(isAway ? RETRY_MS : TURN_MS, undefined, { signal: closing.signal }).catch(() => {});
  }
  isClosed();
}
