// Rules of files on their way out: what changes makes a set, what is refused is named.
import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openTestDatabase, serverUrl } from '../api/test/database.ts';
import type { TestDatabase } from '../api/test/database.ts';
import { config } from '../pipeline/detect/index.ts';
import { openPool, signedInAs } from '../store/connect.ts';
import type { Pool } from '../store/connect.ts';
import { publishRuleFiles } from './rule-files.ts';

const rule = (name: string, more = '') => `title: ${name}\nname: ${name}\n${more}logsource: {product: x}\ndetection: {s: {A: 1}, condition: s}\n`;
const log = pino({ level: 'silent' });

describe.skipIf(serverUrl === '')('rules of files', () => {
  const folder = mkdtempSync(join(tmpdir(), 'goshawk-rule-files-'));
  let database: TestDatabase;
  let pool: Pool;
  beforeAll(async () => {
    database = await openTestDatabase();
    pool = openPool({ databaseUrl: signedInAs(database.url, 'goshawk_stages'), role: 'goshawk_stages', max: 2 });
  });
  afterAll(async () => {
    rmSync(folder, { recursive: true });
    await pool.end();
    await database.drop();
  });
  beforeEach(async () => {
    await database.owner.query('TRUNCATE goshawk.rule, goshawk.rule_set, goshawk.rule_refusal, goshawk.outbox CASCADE');
  });
  const publish = (over: object = {}) => publishRuleFiles(config.parse({ ownRules: false, directories: [folder], ...over }), { pool, log });
  const rows = async (sql: string) => (await database.owner.query({ text: sql, rowMode: 'array' })).rows;

  it('make one set when they come, and none when nothing changed', async () => {
    mkdirSync(join(folder, 'below'), { recursive: true });
    writeFileSync(join(folder, 'a.yml'), `${rule('a')}---\n${rule('b', 'status: experimental\n')}`);
    writeFileSync(
      join(folder, 'below', 'c.yml'),
      `${rule('c', 'status: deprecated\n')}---\ntitle: no condition\nlogsource: {product: x}\ndetection: {s: {A: 1}}\n`,
    );
    writeFileSync(join(folder, 'd.yml'), rule('a'));
    expect(await publish()).toBe(1);
    expect(await rows(`SELECT id, state, text LIKE '%name: a%' FROM goshawk.rule ORDER BY id`)).toEqual([
      ['a', 'production', true],
      ['b', 'draft', false], // its own document, not the file
    ]);
    expect(await rows('SELECT file, document, title, reason FROM goshawk.rule_refusal ORDER BY file, reason')).toEqual([
      [join(folder, 'below', 'c.yml'), 2, 'no condition', 'there is no condition'],
      [join(folder, 'd.yml'), 1, 'a', expect.stringContaining('is already the id or name of')],
    ]);
    expect(await rows(`SELECT payload->>'ruleId' FROM goshawk.outbox ORDER BY id`)).toEqual([['a'], ['b'], ['@set']]);
    expect(await publish()).toBeNull();
    expect(await rows('SELECT count(*) FROM goshawk.rule_refusal')).toEqual([[2]]);
    writeFileSync(join(folder, 'a.yml'), rule('a', 'level: high\n'));
    expect(await publish()).toBe(2);
    expect(await rows(`SELECT payload->>'ruleId', payload->>'state' FROM goshawk.outbox WHERE payload->>'validFrom' = '2' ORDER BY id`)).toEqual([
      ['a', 'production'],
      ['b', 'retired'],
      ['@set', 'production'],
    ]);
  });

  it('keep the states that an organization gave them', async () => {
    writeFileSync(join(folder, 'a.yml'), rule('a'));
    await publish();
    await database.owner.query(`BEGIN; SET LOCAL goshawk.organization = 'default'; SELECT api.set_rule_state('ada', 'a', 'test', NULL); COMMIT`);
    writeFileSync(join(folder, 'a.yml'), rule('a', 'level: low\n'));
    expect(await publish()).toBe(3);
    const shown = async () =>
      (await database.owner.query(`BEGIN; SET LOCAL goshawk.organization = 'default'; SELECT state, level, version FROM api.rule; COMMIT`)) as unknown as {
        rows: object[];
      }[];
    expect((await shown())[2]!.rows).toEqual([{ state: 'test', level: 1, version: 3 }]);
  });

  it('include those of this project', { timeout: 60_000 }, async () => {
    expect(await publish({ ownRules: true, directories: [] })).toBe(1);
    const [[count, refused]] = (await rows(
      `SELECT (SELECT count(*) FROM goshawk.rule WHERE file LIKE 'detections/%'), (SELECT count(*) FROM goshawk.rule_refusal)`,
    )) as [[number, number]];
    expect(count).toBeGreaterThan(80);
    expect(refused).toBe(0);
  });
});
