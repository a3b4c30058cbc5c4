import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inOrganization } from '../database.ts';
import { openTestDatabase, serverUrl } from '../test/database.ts';
import type { TestDatabase } from '../test/database.ts';
import { storedAnswers } from './idempotency-answers.ts';
import type { Answer, Answers, Claim, Scope } from './idempotency-answers.ts';

const always = { isDown: () => false, onDown: () => () => {} };
const ANSWER: Answer = { status: 201, headers: { location: '/v2/things/1' }, body: '{"token":"ghs_secret"}', isBytes: false };

describe.skipIf(serverUrl === '')('answers kept in the database', () => {
  let database: TestDatabase;
  let answers: Answers;
  beforeAll(async () => {
    database = await openTestDatabase();
    await database.owner.query(`INSERT INTO goshawk.organization (id, name) VALUES ('other', 'Other')`);
    answers = storedAnswers(inOrganization(database.pool, always));
  });
  afterAll(() => database.drop());

  const scope = (key: string, more: Partial<Scope> = {}): Scope => ({
    organization: 'default',
    of: 'u POST /v2/things',
    key,
    requestHash: Buffer.alloc(32, 1),
    ...more,
  });
  async function claimed(at: Scope): Promise<Extract<Claim, { outcome: 'claimed' }>> {
    const claim = await answers.claim(at);
    if (claim.outcome !== 'claimed') throw new Error(claim.outcome);
    return claim;
  }

  it('are told again, by another process too', async () => {
    await (await claimed(scope('a'))).keep(ANSWER);
    const another = storedAnswers(inOrganization(database.pool, always));
    expect(await another.claim(scope('a'))).toEqual({ outcome: 'answered', answer: ANSWER });
  });

  it.each<[name: string, more: Partial<Scope>, outcome: string]>([
    ['of the same request', {}, 'in_progress'],
    ['with another request', { requestHash: Buffer.alloc(32, 2) }, 'reused'],
    ['of another caller', { of: 'v POST /v2/things' }, 'claimed'],
    ['of another organization', { organization: 'other' }, 'claimed'],
  ])('are for one request: a key %s meanwhile', async (name, more, outcome) => {
    await claimed(scope(name));
    expect((await answers.claim(scope(name, more))).outcome).toBe(outcome);
  });

  it('are claimed by one of many who ask at once', async () => {
    const outcomes = await Promise.all(Array.from({ length: 12 }, async () => (await answers.claim(scope('many'))).outcome));
    expect(outcomes.toSorted()).toEqual(['claimed', ...Array.from({ length: 11 }, () => 'in_progress')]);
  });

  it('are not kept of what failed: it is done again', async () => {
    await (await claimed(scope('failed'))).release();
    await claimed(scope('failed'));
  });

  it('pass to somebody else when whoever worked on one has died, and not back', async () => {
    const dead = await claimed(scope('dead'));
    await database.owner.query('UPDATE goshawk.idempotency SET claimed_until = now()');
    const next = await claimed(scope('dead'));
    await dead.keep({ ...ANSWER, body: 'too late' });
    await dead.release();
    await next.keep(ANSWER);
    expect(await answers.claim(scope('dead'))).toMatchObject({ answer: ANSWER });
  });

  it('are forgotten after a day, and cleared away by those who come later', async () => {
    await (await claimed(scope('old'))).keep(ANSWER);
    await database.owner.query(`UPDATE goshawk.idempotency SET expires_at = now() - interval '1 second'`);
    await claimed(scope('old'));
    for (let n = 0; n < 10; n += 1) await claimed(scope(`new ${n}`));
    const { rows } = await database.owner.query('SELECT count(*) AS count FROM goshawk.idempotency WHERE expires_at < now()');
    expect(rows).toEqual([{ count: 0 }]);
  });

  it('cannot be read by who reads the table', async () => {
    await (await claimed(scope('key-of-the-caller'))).keep(ANSWER);
    const { rows } = await database.owner.query<Record<string, unknown>>('SELECT * FROM goshawk.idempotency');
    const all = rows.flatMap((row) => Object.values(row)).map((value) => (Buffer.isBuffer(value) ? value.toString('latin1') : String(value)));
    expect(all.some((text) => /ghs_secret|key-of-the-caller/.test(text))).toBe(false);
    await expect(database.pool.query('SELECT * FROM goshawk.idempotency')).rejects.toMatchObject({ code: '42501' });
  });
});
