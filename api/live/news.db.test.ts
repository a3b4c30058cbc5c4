// What a listener hears, against a real PostgreSQL: whatever commits in whatever order, and wherever it listens again.
import fc from 'fast-check';
import type { PoolClient } from 'pg';
import pino from 'pino';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { openPool } from '../../store/connect.ts';
import { endProcess, heartbeat } from '../../store/queries/live.ts';
import { inOrganization } from '../database.ts';
import { openTestDatabase, serverUrl } from '../test/database.ts';
import type { TestDatabase } from '../test/database.ts';
import { hexId, seedAlerts, seedFindings, seedOrganization } from '../test/seed.ts';
import { eventually } from '../test/eventually.ts';
import { readCursor, writeCursor } from './cursor.ts';
import { LiveNews } from './news.ts';
import type { News } from './news.ts';
import { Presence } from './presence.ts';

const log = pino({ level: 'silent' });
const nobodyTells = () => ({ stop: () => {} });

describe.skipIf(serverUrl === '')('live news', () => {
  let database: TestDatabase;
  const running: { readonly stop: () => Promise<void> }[] = [];
  const run = <T>(organization: string, work: Parameters<ReturnType<typeof inOrganization>>[1]) =>
    inOrganization(database.pool, { isDown: () => false, onDown: () => () => {} })(organization, work) as Promise<T>;

  beforeAll(async () => {
    database = await openTestDatabase();
    await seedOrganization(database.owner, 'other');
    await seedAlerts(
      database.owner,
      Array.from({ length: 20 }, (_, n) => ({ n })),
    );
    await seedAlerts(database.owner, [{ n: 100, organization: 'other' }]);
  });
  afterEach(async () => {
    for (const each of running.splice(0)) await each.stop();
  });
  afterAll(() => database.drop());

  /** One process of the API, as far as it tells news. */
  async function openProcess(): Promise<LiveNews> {
    const news = new LiveNews({ openListener: database.openListener, run, log, every: nobodyTells, retryMs: 20 });
    running.push(news);
    news.start();
    await eventually(() => expect(news.cursor()).not.toBeNull());
    return news;
  }

  /** Listens, and goes on where it was when it comes back. */
  class Listener {
    readonly revisions = new Map<string, number>();
    readonly heard: News[] = [];
    cursor: string | null = null;
    resets = 0;
    #leave = () => {};

    async join(news: LiveNews, organization = 'default'): Promise<void> {
      const held: News[] = [];
      let isHolding = true;
      this.#leave = news.listen(organization, { onNews: (item) => (isHolding ? held.push(item) : this.#take(item)), onReset: () => (this.resets += 1) });
      const since = this.cursor;
      this.cursor ??= news.cursor();
      const missed = since === null ? undefined : await news.missed(organization, since, ['alert', 'finding']);
      if (missed === null) this.resets += 1;
      if (missed) this.#take(missed);
      isHolding = false;
      for (const item of held) this.#take(item);
    }

    leave(): void {
      this.#leave();
    }

    #take(news: News): void {
      this.heard.push(news);
      for (const { id, revision } of news.alerts) this.revisions.set(id, revision);
      this.cursor = news.cursor;
    }
  }

  const revise = (client: Pick<PoolClient, 'query'>, n: number) =>
    client.query(`UPDATE goshawk.alert SET revision = revision + 1, changed_at = now() WHERE id = decode($1, 'hex')`, [hexId(n)]);

  it('misses nothing over reconnects to several processes, in whatever order transactions commit', async () => {
    const processes = [await openProcess(), await openProcess()];
    const MARKER = 19; // changed to see how far the processes have read: what commits before it is heard before it
    const watchers = [new Listener(), new Listener()];
    for (const [index, watcher] of watchers.entries()) await watcher.join(processes[index]!);
    const readAll = async () => {
      await revise(database.owner, MARKER);
      const { rows } = await database.owner.query<{ revision: number }>(`SELECT revision FROM goshawk.alert WHERE id = decode($1, 'hex')`, [hexId(MARKER)]);
      await eventually(() => expect(watchers.map(({ revisions }) => revisions.get(hexId(MARKER)))).toEqual([rows[0]!.revision, rows[0]!.revision]));
    };
    const server = openPool({ databaseUrl: database.url, max: 3 });
    const writers = await Promise.all(Array.from({ length: 3 }, () => server.connect()));
    const step = fc.oneof(
      fc.record({ do: fc.constant('write' as const), writer: fc.nat(2), alert: fc.nat(5) }),
      fc.record({ do: fc.constantFrom('commit' as const, 'rollback' as const), writer: fc.nat(2) }),
      fc.record({ do: fc.constant('leave' as const) }),
      fc.record({ do: fc.constant('read' as const) }),
      fc.record({ do: fc.constant('come' as const), process: fc.nat(1) }),
    );
    try {
      await fc.assert(
        fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 25 }), async (steps) => {
          const listener = new Listener();
          await listener.join(processes[0]!);
          const began = new Map((await database.owner.query<{ id: string; revision: number }>(REVISIONS)).rows.map(({ id, revision }) => [id, revision]));
          let isThere = true;
          const isOpen = [false, false, false];
          const end = async (writer: number, how: 'COMMIT' | 'ROLLBACK') => {
            if (isOpen[writer]) await writers[writer]!.query(how);
            isOpen[writer] = false;
          };
          for (const each of steps) {
            if (each.do === 'write') {
              if (!isOpen[each.writer]) await writers[each.writer]!.query('BEGIN');
              isOpen[each.writer] = true;
              await revise(writers[each.writer]!, each.writer * 6 + each.alert); // its own alerts: nobody waits for another
            } else if (each.do === 'leave') {
              if (isThere) listener.leave();
              isThere = false;
            } else if (each.do === 'come') {
              if (!isThere) await listener.join(processes[each.process]!);
              isThere = true;
            } else if (each.do === 'read') await readAll();
            else await end(each.writer, each.do === 'commit' ? 'COMMIT' : 'ROLLBACK');
          }
          for (const writer of [0, 1, 2]) await end(writer, 'COMMIT');
          if (!isThere) await listener.join(processes[1]!);
          await readAll();
          listener.leave();
          const { rows } = await database.owner.query<{ id: string; revision: number }>(REVISIONS);
          expect(listener.resets).toBe(0);
          const changed = rows.filter(({ id, revision }) => revision !== began.get(id));
          for (const { id, revision } of changed) expect([id, listener.revisions.get(id)]).toEqual([id, revision]);
        }),
        { numRuns: 20 },
      );
    } finally {
      for (const writer of writers) writer.release();
      await server.end();
    }
  });

  it('tells what commits late although its place in the sequence is before what was told', async () => {
    const news = await openProcess();
    const listener = new Listener();
    await listener.join(news);
    const writer = await database.owner.connect();
    await writer.query('BEGIN');
    await revise(writer, 0);
    await revise(database.owner, 1);
    await eventually(() => expect(listener.revisions.has(hexId(1))).toBe(true));
    listener.leave();
    await writer.query('COMMIT');
    writer.release();
    await listener.join(news);
    await eventually(() => expect(listener.revisions.has(hexId(0))).toBe(true));
  });

  it('goes on where it was after the connection broke', async () => {
    const news = await openProcess();
    const listener = new Listener();
    await listener.join(news);
    await database.owner.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%' OR query LIKE '%api.live_%' AND pid <> pg_backend_pid()`,
    );
    await revise(database.owner, 2);
    await eventually(() => expect(listener.revisions.has(hexId(2))).toBe(true));
  });

  it('tells each organization its own, and shared sets of rules to all', async () => {
    const news = await openProcess();
    const [mine, theirs] = [new Listener(), new Listener()];
    await mine.join(news);
    await theirs.join(news, 'other');
    await revise(database.owner, 3);
    await revise(database.owner, 100);
    await database.owner.query(`INSERT INTO goshawk.rule_set (number, organization, made_by) VALUES (7001, '', 'files'), (7002, 'other', 'ann')`);
    await eventually(() => {
      expect(mine.heard.flatMap(({ ruleSets }) => ruleSets)).toEqual([{ number: 7001, by: 'files', isShared: true }]);
      expect(theirs.heard.flatMap(({ ruleSets }) => ruleSets)).toEqual([
        { number: 7001, by: 'files', isShared: true },
        { number: 7002, by: 'ann', isShared: false },
      ]);
      expect([...mine.revisions.keys()]).toEqual([hexId(3)]);
      expect([...theirs.revisions.keys()]).toEqual([hexId(100)]);
    });
  });

  it('tells who begins to listen while it reads for others', async () => {
    const reading = Promise.withResolvers<void>();
    const goOn = Promise.withResolvers<void>();
    let isHeld = false;
    const holding: typeof run = async (organization, work) => {
      if (isHeld && organization === 'default') {
        reading.resolve();
        await goOn.promise;
      }
      return run(organization, work);
    };
    const news = new LiveNews({ openListener: database.openListener, run: holding, log, every: nobodyTells });
    running.push(news);
    news.start();
    await eventually(() => expect(news.cursor()).not.toBeNull());
    const [first, late] = [new Listener(), new Listener()];
    await first.join(news);
    isHeld = true;
    await database.owner.query('UPDATE goshawk.alert SET revision = revision + 1');
    await reading.promise;
    await late.join(news, 'other');
    goOn.resolve();
    await eventually(() => expect([first.revisions.has(hexId(8)), [...late.revisions.keys()]]).toEqual([true, [hexId(100)]]));
  });

  it("shows another organization nothing for somebody else's cursor", async () => {
    const news = await openProcess();
    const cursor = news.cursor()!;
    await revise(database.owner, 4);
    const watcher = new Listener();
    await watcher.join(news);
    await revise(database.owner, 5);
    await eventually(() => expect(watcher.revisions.has(hexId(5))).toBe(true));
    expect((await news.missed('other', cursor, ['alert']))?.alerts).toEqual([]);
    expect((await news.missed('default', cursor, ['alert']))?.alerts.map(({ id }) => id)).toEqual(expect.arrayContaining([hexId(4)]));
  });

  it('tells of findings, new and revised', async () => {
    const news = await openProcess();
    const listener = new Listener();
    await listener.join(news);
    await seedFindings(database.owner, [{ n: 1, columns: { title: 'One' } }]);
    await database.owner.query(`UPDATE goshawk.finding SET title = 'Another' WHERE id = decode($1, 'hex')`, [hexId(1)]);
    await eventually(() => expect(listener.heard.flatMap(({ findings }) => findings).at(-1)?.title).toBe('Another'));
  });

  it.each<[name: string, cursor: (now: string) => string]>([
    ['of another life of the database', (now) => writeCursor({ ...readCursor(now), epoch: '1-1' })],
    ['from before what was forgotten', (now) => writeCursor({ ...readCursor(now), snapshot: '3:3:' })],
  ])('says that what was missed is not known for a cursor %s', async (_name, cursorOf) => {
    const news = await openProcess();
    await database.owner.query(`UPDATE goshawk.live_floor SET xid = greatest(xid, '5')`);
    news.listen('default', { onNews: () => {} });
    const fresh = await openProcess();
    expect(await fresh.missed('default', cursorOf(fresh.cursor()!), ['alert'])).toBeNull();
  });

  it('says so too when too much was missed', async () => {
    const news = await openProcess();
    const cursor = news.cursor()!;
    await database.owner.query(`SELECT goshawk.tell_change('default', 'alert', lpad(to_hex(n), 32, '0'), '{}') FROM generate_series(1000, 2001) n`);
    const listener = new Listener();
    await listener.join(news);
    await revise(database.owner, 6);
    await eventually(() => expect(listener.revisions.has(hexId(6))).toBe(true));
    expect(await news.missed('default', cursor, ['alert'])).toBeNull();
    expect((await news.missed('default', cursor, ['finding']))?.findings).toEqual([]);
  });

  it('forgets old changes, and knows then that older cursors miss some', async () => {
    const news = await openProcess();
    const cursor = news.cursor()!;
    await revise(database.owner, 7);
    await database.owner.query(`UPDATE goshawk.live_change SET at = now() - interval '25 hours'`);
    await news.trim();
    expect((await database.owner.query<{ count: number }>('SELECT count(*) FROM goshawk.live_change')).rows[0]!.count).toBe(0);
    const fresh = await openProcess();
    expect(await fresh.missed('default', cursor, ['alert'])).toBeNull();
    await revise(database.owner, 7);
    await news.trim();
    expect((await database.owner.query<{ count: number }>('SELECT count(*) FROM goshawk.live_change')).rows[0]!.count).toBeGreaterThan(0);
  });

  describe('presence', () => {
    const openPresence = (n: number) => {
      const presence = new Presence({ run, log, processId: `00000000-0000-4000-8000-00000000000${n}`, every: nobodyTells });
      running.push(presence);
      return presence;
    };
    const place = { organization: 'default', room: 'alert:1', user: 'ann' };
    const names = async (presence: Presence, organization = 'default') => (await presence.present(organization, 'alert:1')).map(({ user }) => user);

    it('is of all processes together, each user once, and of one organization', async () => {
      const [one, two] = [openPresence(1), openPresence(2)];
      const leave = [
        one.enter(place),
        one.enter(place),
        two.enter(place),
        two.enter({ ...place, user: 'bob' }),
        two.enter({ ...place, organization: 'other', user: 'eve' }),
      ];
      await Promise.all([one.beat(), two.beat()]);
      expect(new Set(await names(one))).toEqual(new Set(['ann', 'bob']));
      expect(await names(two, 'other')).toEqual(['eve']);
      leave[0]!();
      leave[0]!();
      leave[2]!();
      await Promise.all([one.beat(), two.beat()]);
      expect(new Set(await names(one))).toEqual(new Set(['ann', 'bob']));
      leave[1]!();
      await one.beat();
      expect(await names(two)).toEqual(['bob']);
      await two.stop();
      expect(await names(one)).toEqual([]);
    });

    it('forgets the visitors of a process that is not heard of, until it is again', async () => {
      const [one, two] = [openPresence(3), openPresence(4)];
      one.enter(place);
      await one.beat();
      await database.owner.query(`UPDATE goshawk.live_process SET seen_at = now() - interval '31 seconds'`);
      await two.beat();
      expect(await names(two)).toEqual([]);
      await one.beat();
      expect(await names(two)).toEqual(['ann']);
    });

    it('is told to those who listen, when somebody comes and when a process ends', async () => {
      const news = await openProcess();
      const heard: unknown[] = [];
      news.listen('default', { onNews: () => {}, onState: (notice) => heard.push(notice) });
      openPresence(5).enter(place);
      await eventually(() => expect(heard).toEqual([{ organization: 'default', presence: 'alert:1' }]));
      await run('default', (sql) => endProcess(sql, '00000000-0000-4000-8000-000000000005'));
      await eventually(() => expect(heard).toHaveLength(2));
      await run('default', (sql) => heartbeat(sql, '00000000-0000-4000-8000-000000000009', 30));
      expect(heard).toHaveLength(2);
    });
  });
});

const REVISIONS = `SELECT encode(id, 'hex') AS id, revision FROM goshawk.alert WHERE organization = 'default'`;
