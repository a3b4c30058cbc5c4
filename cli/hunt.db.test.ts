// The commands as a person types them, against an API with a database of its own.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pino from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { doHunts } from '../api/hunt/work.ts';
import { openTestDatabase, serverUrl } from '../api/test/database.ts';
import type { TestDatabase } from '../api/test/database.ts';
import { NOON, seedEvents, seedFindings } from '../api/test/seed.ts';
import { openPool } from '../store/connect.ts';
import { openCommandLine } from './test/command-line.ts';
import type { CommandLine } from './test/command-line.ts';

describe.skipIf(serverUrl === '')('goshawk hunt', () => {
  let database: TestDatabase;
  let commandLine: CommandLine;
  const folder = mkdtempSync(join(tmpdir(), 'goshawk-hunt-'));
  beforeAll(async () => {
    database = await openTestDatabase();
    await seedEvents(database.owner, [{ n: 1, columns: { dns_question: 'evil.example' } }, { n: 2 }]);
    commandLine = await openCommandLine(database, 'hunt', ['analyst']);
  });
  afterAll(async () => {
    rmSync(folder, { recursive: true });
    await commandLine.close();
    await database.drop();
  });
  const hunt = (...words: string[]) => commandLine.run(...words);

  it('says the cost, begins, shows what was found, and ends', { timeout: 240_000 }, async () => {
    const list = join(folder, 'list.txt');
    writeFileSync(list, '# from a report\nevil[.]example\n');
    const asked = ['start', '--name', 'Old list', '--indicators', list, '--from', '2026-02-01T00:00:00Z'];
    const dry = await hunt(...asked);
    expect([dry.code, dry.stdout]).toEqual([
      0,
      '2 events; all are read one after the other, about 1 s.\nThere are so few events that reading them one after the other costs less than looking up the values.\nNothing was begun: add --execute.\n',
    ]);
    const begun = await hunt(...asked, '--execute', '--json');
    const { id } = (JSON.parse(begun.stdout) as { hunt: { id: string } }).hunt;

    const stages = openPool({ databaseUrl: database.url, role: 'goshawk_stages', max: 2 });
    for (let isRunning = true; isRunning;) {
      await doHunts(stages, { log: pino({ level: 'silent' }), signal: new AbortController().signal, wallMicros: () => NOON });
      isRunning = (await database.owner.query(`SELECT FROM goshawk.hunt WHERE state = 'running'`)).rows.length > 0;
    }
    await stages.end();
    const { rows } = await database.owner.query<{ id: Buffer }>('SELECT finding_id AS id FROM goshawk.hunt_match');
    await seedFindings(database.owner, [
      { n: 1, columns: { id: rows[0]!.id, title: 'evil.example seen in the past', fields: '[{"name":"dns.question.name","value":"evil.example"}]' } },
    ]);

    const shown = await hunt('show', id);
    expect(shown.stdout).toMatch(/Old list: done, 100 % of 2 events[\s\S]*1 found, 1 of them new[\s\S]*dns\.question\.name: evil\.example/);
    expect((await hunt('list')).stdout).toMatch(/Old list.*done.*100 %/);
    expect(await hunt('cancel', id)).toMatchObject({ code: 2, stderr: expect.stringContaining('is done') as string });
  });

  it.each<[name: string, words: string[], code: number, said: RegExp]>([
    ['a time that is none', ['start', '--name', 'n', '--query', 'x', '--from', 'yesterday'], 2, /ISO 8601/],
    ['a file that there is not', ['start', '--name', 'n', '--indicators', '/nowhere/list', '--from', '7d'], 2, /cannot be read/],
    ['a line that is no indicator', ['start', '--name', 'n', '--indicators', fileURLToPath(import.meta.url), '--from', '7d'], 2, /Line 1/],
    ['a hunt that there is not', ['show', '00000000-0000-4000-8000-000000000000'], 2, /no hunt of this id/],
  ])('refuses %s', { timeout: 120_000 }, async (_name, words, code, said) => {
    expect(await hunt(...words)).toMatchObject({ code, stderr: expect.stringMatching(said) as string });
  });
});
