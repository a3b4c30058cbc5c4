// Documents to a file, each once: with the bytes it is kept how far each partition has come, so what is offered again is known.
import { join } from 'node:path';
import type { BatchLimits, Outcome, Sink, SinkDeps, SinkRecord } from '../_sink/index.ts';
import { PRESENT } from '../_sink/index.ts';
import { disk as realDisk } from './disk.ts';
import type { Disk } from './disk.ts';
import { isOlder, readJournal } from './journal.ts';
import type { Reached } from './journal.ts';
import type { LinesOf } from './lines.ts';
import { lock as realLock } from './lock.ts';
import type { Lock } from './lock.ts';
import { LogFile } from './log-file.ts';
import type { Rotation } from './log-file.ts';
import { failedFile } from './outcome.ts';
import { foldersOf, placeOf } from './place.ts';
import type { Place } from './place.ts';

export interface FileSinkOptions {
  readonly path: string;
  readonly linesOf: LinesOf;
  readonly rotation: Rotation;
  readonly limits: Pick<BatchLimits, 'maxRecords' | 'maxBytes' | 'lingerMs'>;
}
/** What of this machine it uses; tests bring their own. */
export interface Machine {
  readonly disk: Disk;
  readonly lock: Lock;
}

export async function openFileSink(
  { path, linesOf, rotation, limits }: FileSinkOptions,
  { task, organization, fileFolders, generation = () => 0, now }: Pick<SinkDeps, 'task' | 'organization' | 'fileFolders' | 'generation' | 'now'>,
  { disk, lock }: Machine = { disk: realDisk, lock: realLock },
): Promise<Sink> {
  const place = await placeOf(path, task, foldersOf(organization, fileFolders), disk).catch((error: unknown) => {
    throw failedFile(error, path);
  });
  /** One thing after the other: writes, and giving the file up when another asks for it. */
  let working: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const done = working.then(work);
    working = done.catch(() => {});
    return done;
  };
  let held: { readonly log: LogFile; readonly unlock: () => Promise<void> } | null = null;
  let others: ReadonlyMap<string, Reached> = new Map();
  let seenGeneration: number | null = null;

  const giveUp = () =>
    inTurn(async () => {
      const given = held;
      held = null;
      await given?.log.close();
      await given?.unlock();
    });
  /** The file, as whoever had it before has left it. */
  const hold = async (): Promise<LogFile> => {
    if (held !== null) return held.log;
    const unlock = await lock(place.path, giveUp);
    try {
      const log = await LogFile.open(place, disk, rotation, now());
      held = { log, unlock };
      seenGeneration = null;
      return log;
    } catch (error) {
      await unlock();
      throw error;
    }
  };
  /** How far a partition has come, in this file or in that of another task, which may have had it until now. */
  const reachedOf = async (key: string, log: LogFile): Promise<Reached | undefined> => {
    const current = generation();
    if (current !== seenGeneration) {
      others = await reachedByOthers(place, disk);
      seenGeneration = current;
    }
    return later(log.reached.get(key), others.get(key));
  };
  const write = async (records: readonly SinkRecord[]): Promise<readonly Outcome[]> => {
    const log = await hold();
    const { topic, partition } = records[0]!.position;
    const key = `${topic}/${partition}`;
    const reached = await reachedOf(key, log);
    const isThere = ({ position, timestampMs }: SinkRecord) => reached !== undefined && position.offset < reached.next && timestampMs <= reached.timestampMs;
    const missing = records.filter((record) => !isThere(record));
    if (missing.length === 0) return records.map(() => PRESENT);
    const upToBytes = missing.reduce((sum, { value }) => sum + value.length + 1, 0);
    const { bytes, outcomes } = linesOf(missing, await log.prepare(upToBytes, now()));
    const next = missing.at(-1)!.position.offset + 1;
    // The clocks of two brokers may differ, so the last is not always the latest.
    const timestampMs = missing.reduce((latest, record) => Math.max(latest, record.timestampMs), reached?.timestampMs ?? 0);
    await log.append(bytes, new Map([[key, { next, timestampMs }]]));
    const written = new Map(missing.map((record, n) => [record, outcomes[n]!]));
    return records.map((record) => written.get(record) ?? PRESENT);
  };
  const orFailed = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await work;
    } catch (error) {
      throw failedFile(error, place.path);
    }
  };

  await orFailed(inTurn(hold));
  return {
    // In order: how far a partition has come can then be said in one number.
    isTakenBack: true, // how far a partition has come is in the journal of whoever has it
    limits: { ...limits, maxInFlight: 1, perPartition: true },
    send: (records) => orFailed(inTurn(() => write(records))),
    close: giveUp,
  };
}

async function reachedByOthers(place: Place, disk: Disk): Promise<ReadonlyMap<string, Reached>> {
  const reached = new Map<string, Reached>();
  const names = (await disk.names(place.folder)).filter((name) => place.isJournal(name) && join(place.folder, name) !== place.journal);
  for (const name of names)
    for (const [key, found] of (await readJournal(join(place.folder, name), disk))?.reached ?? []) reached.set(key, later(found, reached.get(key))!);
  return reached;
}

function later(a: Reached | undefined, b: Reached | undefined): Reached | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return isOlder(a, b) ? b : a;
}
