// Registry and database of a piece, to be taken away and given back.
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Part } from '../local/part.ts';
import { killGroup } from '../local/part.ts';
import { findPort } from '../local/ports.ts';
import { ensureDatabase, preparePostgres, startPostgres } from '../local/postgres.ts';
import { registryUrl, startRegistry } from '../local/registry.ts';
import type { Place } from './place.ts';

export interface Server {
  /** The same after each start. */
  readonly url: string;
  readonly pid: () => number;
  readonly isRunning: () => boolean;
  readonly start: () => Promise<void>;
  readonly stop: () => Promise<void>;
  readonly kill: () => Promise<void>;
}

const START_TRIES = 6;
const RETRY_MS = 500;

interface Started {
  readonly part: Part;
  readonly isReady: Promise<void>;
}
async function serverOf(url: string, begin: () => Started | Promise<Started>): Promise<Server> {
  let part: Part | undefined;
  let isRunning = false;
  const end = async (how: (running: Part) => unknown) => {
    if (part === undefined) return;
    await how(part);
    await part.exited;
  };
  const server: Server = {
    url,
    pid: () => part?.pid ?? -1,
    isRunning: () => isRunning,
    async start() {
      for (let round = 1; ; round++) {
        const started = await begin();
        part = started.part;
        isRunning = true;
        void part.exited.then(() => {
          isRunning = false;
        });
        try {
          return await started.isReady;
        } catch (error) {
          if (round === START_TRIES || isRunning) throw error;
          await delay(RETRY_MS); // what a kill left behind is still ending
        }
      }
    },
    stop: () => end((running) => running.stop()),
    kill: () => end((running) => killGroup(running.pid)),
  };
  await server.start();
  return server;
}

export async function openSchemaRegistry(place: Place): Promise<Server> {
  const [port, managementPort] = [await findPort(place.taken), await findPort(place.taken)];
  const { java, jars, temporary } = place;
  const spec = { folder: join(place.folder, 'registry'), jars, java, port, managementPort, temporary };
  return serverOf(registryUrl(port), () => startRegistry(spec, place.parts, place.signal));
}

/** Durable: what it has acknowledged outlives kill -9. */
export async function openDatabase(place: Place): Promise<Server> {
  const prepared = await preparePostgres(join(place.folder, 'postgres'), place.postgres, place.signal);
  let url = '';
  const server = await serverOf('', () => startPostgres(prepared, { isDurable: true }, place.parts, place.signal));
  url = await ensureDatabase(prepared.socketFolder);
  return { ...server, url };
}
