// Who else looks at something, over all processes of the API. Each process keeps its own visitors in a table and says every few seconds that it lives;
// one that does not is taken for gone, and its visitors with it.
import type { Logger } from 'pino';
import { endProcess, enterRoom, heartbeat, leaveRoom, presentIn } from '../../store/queries/live.ts';
import type { PresentUser } from '../../store/queries/live.ts';
import type { InOrganization } from '../database.ts';
import type { Every } from './every.ts';
import { every } from './every.ts';

const BEAT_MS = 10_000;
const SILENCE_SECONDS = 30;

export interface PresenceOptions {
  readonly run: InOrganization;
  readonly log: Logger;
  /** A UUID of this life of the process. */
  readonly processId: string;
  readonly every?: Every;
}
interface Place {
  readonly organization: string;
  readonly room: string;
  readonly user: string;
}

export class Presence {
  readonly #options: PresenceOptions;
  /** Sockets of one user in one room; the table has one row for them. */
  readonly #here = new Map<string, { readonly place: Place; count: number }>();
  /** Writes of one process go one after the other, so that a coming never overtakes a going. */
  #written: Promise<void> = Promise.resolve();
  #beating: { readonly stop: () => void } | undefined;

  constructor(options: PresenceOptions) {
    this.#options = options;
  }

  start(): void {
    this.#beating ??= (this.#options.every ?? every)(BEAT_MS, () => void this.beat());
  }

  /** @returns Called when the socket has left the room. */
  enter(place: Place): () => void {
    const key = JSON.stringify([place.organization, place.room, place.user]);
    const entry = this.#here.get(key) ?? { place, count: 0 };
    this.#here.set(key, entry);
    entry.count += 1;
    if (entry.count === 1) this.#write(place, (sql, id) => enterRoom(sql, id, place.room, place.user));
    let isGone = false;
    return () => {
      if (isGone) return;
      isGone = true;
      entry.count -= 1;
      if (entry.count > 0) return;
      this.#here.delete(key);
      this.#write(place, (sql, id) => leaveRoom(sql, id, place.room, place.user));
    };
  }

  /** Who came first in front. */
  present(organization: string, room: string): Promise<readonly PresentUser[]> {
    return this.#options.run(organization, (sql) => presentIn(sql, room));
  }

  /** Says that this process lives; every few seconds. After the others took it for gone, its visitors come again. Never rejects. */
  beat(): Promise<void> {
    const { run, processId } = this.#options;
    return this.#enqueue(async () => {
      if (await run('default', (sql) => heartbeat(sql, processId, SILENCE_SECONDS))) return;
      for (const { place } of this.#here.values()) await run(place.organization, (sql) => enterRoom(sql, processId, place.room, place.user));
    });
  }

  /** Takes all visitors of this process with it. */
  async stop(): Promise<void> {
    this.#beating?.stop();
    await this.#enqueue(() => this.#options.run('default', (sql) => endProcess(sql, this.#options.processId)));
  }

  #write({ organization }: Place, write: (sql: Parameters<Parameters<InOrganization>[1]>[0], processId: string) => Promise<void>): void {
    void this.#enqueue(() => this.#options.run(organization, (sql) => write(sql, this.#options.processId)));
  }

  /** While the database is away nobody sees who is here; the beat after that makes up for it. */
  #enqueue(work: () => Promise<void>): Promise<void> {
    this.#written = this.#written.then(work).catch((error: unknown) => {
      this.#options.log.debug({ reason: String(error) }, 'Who is in a room could not be written for now.');
    });
    return this.#written;
  }
}
