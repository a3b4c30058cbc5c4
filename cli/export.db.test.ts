// The command as a person types it, against an API with a database of its own.
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestDatabase, serverUrl } from '../api/test/database.ts';
import type { TestDatabase } from '../api/test/database.ts';
import { seedEvents } from '../api/test/seed.ts';
import { openCommandLine } from './test/command-line.ts';
import type { CommandLine } from './test/command-line.ts';

describe.skipIf(serverUrl === '')('goshawk export', () => {
  let database: TestDatabase;
  let commandLine: CommandLine;
  const folder = mkdtempSync(join(tmpdir(), 'goshawk-export-'));
  beforeAll(async () => {
    database = await openTestDatabase();
    await seedEvents(
      database.owner,
      Array.from({ length: 3 }, (_, n) => ({ n, columns: { host_name: `web${n}` } })),
    );
    commandLine = await openCommandLine(database, 'export', ['analyst']);
  });
  afterAll(async () => {
    rmSync(folder, { recursive: true });
    await commandLine.close();
    await database.drop();
  });
  const goshawk = (...words: string[]) => commandLine.run(...words);

  it('writes what is found, and writes over nothing', { timeout: 240_000 }, async () => {
    const output = join(folder, 'events.csv');
    const words = ['--search', 'host.name:(web1 or web2)', '--from', '2026-02-01T00:00:00Z', '--format', 'csv', '--columns', 'host.name', '--output', output];
    const written = await goshawk(...words);
    expect([written.code, written.stdout]).toEqual([0, `2 events in ${output}\n`]);
    expect(readFileSync(output, 'utf8')).toBe('host.name\r\nweb2\r\nweb1\r\n');
    expect(await goshawk(...words)).toMatchObject({ code: 2, stderr: `${output} is there already. Name another file, or delete it.\n` });
  });

  it('says what the API refuses, and what is missing then', { timeout: 240_000 }, async () => {
    const output = join(folder, 'refused.ndjson');
    const { code, stdout } = await goshawk('--search', 'source.ip:localhost', '--output', output, '--json');
    expect([code, JSON.parse(stdout)]).toEqual([
      1,
      {
        file: `${output}.part`,
        format: 'ndjson',
        rows: 0,
        bytes: 0,
        isComplete: false,
        last: null,
        reason: expect.stringContaining('`source.ip` is an address') as string,
      },
    ]);
    expect([existsSync(output), existsSync(`${output}.part.json`)]).toEqual([false, false]);
    expect(await goshawk('--search', 'x', '--resume', '--output', output)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('leave out --search') as string,
    });
  });
});
