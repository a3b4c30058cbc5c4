// All rooms of this process. A room is there while somebody is in it, once for all who ask for the same.
import type { Logger } from 'pino';
import type { z } from 'zod';
import { healthOf } from '../../store/queries/sensor-health.ts';
import { pageOfSensors } from '../../store/queries/sensors.ts';
import type { Principal } from '../auth/tokens.ts';
import type { DeadLetters } from '../dead-letters.ts';
import type { InOrganization } from '../database.ts';
import { readEventFilter } from '../event-filter.ts';
import { eventDocument } from '../event-view.ts';
import { ApiProblem } from '../gate/problem.ts';
import type { PipelineMonitor } from '../pipeline/monitor.ts';
import { healthDocument } from '../sensors/view.ts';
import type { Every } from './every.ts';
import type { LiveNews } from './news.ts';
import { alertRoom, alertsRoom, assetRoom, findingsRoom, KINDS, organizationRoom, rulesRoom } from './news-rooms.ts';
import type { Presence } from './presence.ts';
import { alertFilter, eventFilter, findingFilter, HELP } from './protocol.ts';
import type { RoomName } from './protocol.ts';
import { Room } from './room.ts';
import type { Member, Source } from './room.ts';
import { stateSource } from './state-room.ts';
import type { EventTail } from './tail.ts';

const COUNTERS_MS = 2_000;
const SENSORS_MS = 10_000;
const LETTERS_MS = 6_000;
const MOST_SENSORS = 500;

export interface HubOptions {
  readonly news: LiveNews;
  readonly presence: Presence;
  readonly run: InOrganization;
  readonly tail: EventTail;
  readonly monitor: PipelineMonitor;
  readonly deadLetters: DeadLetters;
  readonly log: Logger;
  readonly wallMicros: () => number;
  readonly every?: Every;
}
export interface Joined {
  /** Where the member is now; null for rooms that keep no past, and until the database was reached first. */
  readonly cursor: string | null;
  /**
   * What a cursor of before lacks; null when it is too much, or not known any more.
   * @throws ApiProblem INVALID_CURSOR, DATABASE_UNAVAILABLE; INVALID_REQUEST for rooms that keep no past.
   */
  readonly missed: (since: string) => Promise<readonly Buffer[] | null>;
  readonly leave: () => void;
}

export class RoomHub {
  readonly #options: HubOptions;
  readonly #rooms = new Map<string, Room>();

  constructor(options: HubOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#rooms.size;
  }

  /** @throws ApiProblem INVALID_REQUEST for a filter that the room has not; NOT_FOUND, RATE_LIMITED, SearchError. */
  async join({ organization, user }: Principal, name: RoomName, filter: unknown, member: Member): Promise<Joined> {
    const wanted = sourceOf(name, filter);
    const key = JSON.stringify([organization, name.text, wanted.filter ?? null]);
    let room = this.#rooms.get(key);
    if (room === undefined) {
      const source = await wanted.source(this.#options, organization);
      room = this.#rooms.get(key) ?? new Room(name.text, source); // another may have come meanwhile
      this.#rooms.set(key, room);
    }
    const there = room;
    // In one turn: whatever is published from here on reaches the member, and the cursor says from where.
    const cursor = there.keepsPast ? this.#options.news.cursor() : null;
    there.join(member);
    const unseen = name.id === null ? () => {} : this.#options.presence.enter({ organization, room: name.text, user });
    return {
      cursor,
      missed: (since) => this.#missed(organization, name, there, since),
      leave: () => {
        unseen();
        if (!there.leave(member)) this.#rooms.delete(key);
      },
    };
  }

  async #missed(organization: string, name: RoomName, room: Room, since: string): Promise<readonly Buffer[] | null> {
    const kinds = KINDS[name.kind as keyof typeof KINDS] as (typeof KINDS)[keyof typeof KINDS] | undefined;
    if (kinds === undefined)
      throw new ApiProblem('INVALID_REQUEST', `The room ${name.kind} keeps no past. Join it without a cursor; lists of the API tell what was.`);
    const news = await this.#options.news.missed(organization, since, kinds);
    return news === null ? null : room.messagesOf(news);
  }
}

interface Wanted {
  readonly filter?: unknown;
  readonly source: (options: HubOptions, organization: string) => Source | Promise<Source>;
}

function sourceOf(name: RoomName, input: unknown): Wanted {
  switch (name.kind) {
    case 'alerts': {
      const filter = read(alertFilter, input);
      return { filter, source: (options, organization) => alertsRoom({ ...options, organization }, filter) };
    }
    case 'findings': {
      const filter = read(findingFilter, input);
      return { filter, source: (options, organization) => findingsRoom({ ...options, organization }, filter) };
    }
    case 'events': {
      const filter = read(eventFilter, input);
      return { filter, source: ({ tail }, organization) => tailSource(tail, organization, filter) };
    }
  }
  if (input !== undefined) throw new ApiProblem('INVALID_REQUEST', `The room ${name.kind} has no filter. ${HELP}`);
  switch (name.kind) {
    case 'organization':
      return { source: (options, organization) => organizationRoom({ ...options, organization }) };
    case 'rules':
      return { source: (options, organization) => rulesRoom({ ...options, organization }) };
    case 'alert':
      return { source: (options, organization) => withPresence(alertRoom({ ...options, organization }, name.id!), options, organization, name.text) };
    case 'asset':
      return {
        source: async (options, organization) => withPresence(await assetRoom({ ...options, organization }, name.id!), options, organization, name.text),
      };
    case 'incident':
      throw new ApiProblem('NOT_OFFERED', 'Incidents are not there yet; the room will tell of one when they are.');
    case 'counters':
      return {
        source: ({ monitor, ...options }, organization) => stateSource({ ...options, organization, everyMs: COUNTERS_MS, read: () => counters(monitor) }),
      };
    case 'system':
      return {
        source: ({ monitor, ...options }, organization) => stateSource({ ...options, organization, everyMs: COUNTERS_MS, read: () => system(monitor) }),
      };
    case 'sensors':
      return {
        source: (options, organization) =>
          stateSource({ ...options, organization, everyMs: SENSORS_MS, notice: 'sensors', read: () => sensors(options, organization) }),
      };
    case 'dead-letters':
      return {
        source: ({ deadLetters, ...options }, organization) =>
          stateSource({ ...options, organization, everyMs: LETTERS_MS, notice: 'dead-letters', read: () => letters(deadLetters, organization) }),
      };
  }
}

function read<T>(schema: z.ZodType<T>, input: unknown): T | undefined {
  if (input === undefined) return undefined;
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  const errors = parsed.error.issues.map((issue) => ({ pointer: `/filter/${issue.path.join('/')}`, detail: issue.message }));
  throw new ApiProblem('INVALID_REQUEST', `${errors[0]?.detail ?? 'The filter is not valid.'} ${HELP}`, { errors });
}

async function counters(monitor: PipelineMonitor): Promise<object> {
  const { state, stages } = await monitor.snapshot();
  return { state, stages: stages.map(({ name, lag, inPerSecond }) => ({ name, lag, inPerSecond })) };
}

async function system(monitor: PipelineMonitor): Promise<object> {
  const { state, parts } = await monitor.snapshot();
  return { state, parts };
}

const sensors = async ({ run, wallMicros }: HubOptions, organization: string): Promise<object> => ({
  sensors: await run(organization, async (sql) => {
    const rows = await pageOfSensors(sql, {}, null, MOST_SENSORS);
    const ids = rows.map(({ id }) => id);
    const health = new Map((await healthOf(sql, ids, wallMicros())).map((row) => [row.sensorId, row]));
    return rows.flatMap((row) => {
      const own = health.get(row.id);
      return own === undefined ? [] : [{ id: row.id, name: row.name, ...healthDocument(row, own, wallMicros()) }];
    });
  }),
});

async function letters(deadLetters: DeadLetters, organization: string): Promise<object> {
  const { counts, refused } = await deadLetters.overview(organization);
  return { counts, refused };
}

/** The tail promises nothing: what comes while nobody is in the room, or above the bound, is not told. */
function tailSource(tail: EventTail, organization: string, filter: z.infer<typeof eventFilter> | undefined): Source {
  return {
    open(say, fail) {
      const batches = tail.watch(organization, readEventFilter(filter));
      void (async () => {
        for await (const { events, leftOut } of batches) say({ events: events.map(eventDocument), leftOut });
      })().catch(fail);
      return { close: () => void batches.return() };
    },
  };
}

/** Beside what the room is about: who is in it, over all processes. */
function withPresence(source: Source, { news, presence, log }: HubOptions, organization: string, room: string): Source {
  return {
    open(say, fail) {
      const inner = source.open(say, fail);
      let present: object | null = null;
      const look = async () => {
        const users = await presence.present(organization, room);
        present = { present: users.map(({ user }) => user) };
        say(present);
      };
      const unlisten = news.listen(organization, {
        onNews: () => {},
        onState: (notice) => {
          if ('presence' in notice && notice.presence === room)
            look().catch((error: unknown) => log.debug({ reason: String(error) }, 'Who is in a room could not be read for now.'));
        },
      });
      return {
        ...inner,
        close() {
          unlisten();
          inner.close();
        },
        current: () => present,
      };
    },
  };
}
