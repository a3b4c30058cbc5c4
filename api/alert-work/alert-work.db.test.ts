// Changes of alerts against the database: undo, who came first, bulk by filter, notes, history, and what goes out to the stream.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openTestApi } from '../test/api.ts';
import type { Loose, TestApi } from '../test/api.ts';
import { openTestDatabase, serverUrl } from '../test/database.ts';
import type { TestDatabase } from '../test/database.ts';
import { hexId, seedAlerts, seedOrganization } from '../test/seed.ts';

const WORK = 'id status verdict verdictReason assignee labels workRevision changeId';

describe.skipIf(serverUrl === '')('work on alerts', () => {
  let database: TestDatabase;
  let api: TestApi;
  let next = 100;
  let one: string;
  let two: string;
  beforeAll(async () => {
    database = await openTestDatabase();
    await seedOrganization(database.owner, 'other');
    api = await openTestApi(database);
  });
  afterAll(async () => {
    await api.close();
    await database.drop();
  });
  beforeEach(async () => {
    [one, two] = [hexId(next++), hexId(next++)];
    await seedAlerts(
      database.owner,
      [next - 2, next - 1].map((n) => ({ n, columns: { title: `Batch ${next}`, group_key: `group ${n}` } })),
    );
  });
  const as = async (user: string, query: string, variables: Record<string, unknown> = {}, organization = 'default') => {
    const token = await api.token(['analyst'], organization, user);
    const headers = { authorization: `Bearer ${token}` };
    return (await api.app.inject({ method: 'POST', url: '/graphql', headers, payload: { query, variables } })).json();
  };
  const change = (ids: readonly string[], wanted: object, { user = 'ada', expected }: { user?: string; expected?: object[] } = {}) =>
    as(
      user,
      `mutation ($ids: [ID!]!, $change: AlertChange!, $expected: [ExpectedAlert!]) { updateAlerts(ids: $ids, change: $change, expected: $expected) { ${WORK} } }`,
      { ids, change: wanted, expected },
    );
  const undo = (changeId: string, user = 'ada') => as(user, `mutation ($id: ID!) { undoAlertChange(changeId: $id) { ${WORK} } }`, { id: changeId });
  const alert = async (id: string, fields = WORK) => (await as('ada', `query ($id: ID!) { alert(id: $id) { ${fields} } }`, { id })).data.alert;
  const codeOf = ({ errors }: Loose) => errors?.[0]?.extensions.code;
  const decisions = async (id: string) =>
    (await database.owner.query(`SELECT key, payload FROM goshawk.outbox WHERE topic = 'ref.decisions.v1' AND payload->>'id' = $1 ORDER BY id`, [id])).rows;

  it('brings each alert of a bulk change back to how it was, with its note, and the undoing too', async () => {
    await change([two], { status: 'acknowledged', assignee: 'bob', addLabels: ['Kept ', 'b'] });
    const done = await change([one, two], {
      status: 'closed',
      verdict: 'benign',
      verdictReason: 'a scan',
      assignee: 'ada',
      removeLabels: ['b'],
      note: 'Same scanner.',
    });
    const [{ changeId }] = done.data.updateAlerts;
    expect(done.data.updateAlerts).toMatchObject([
      { status: 'closed', verdict: 'benign', verdictReason: 'a scan', labels: [], changeId },
      { status: 'closed', verdict: 'benign', labels: ['kept'], workRevision: 2, changeId },
    ]);
    const back = await undo(changeId);
    expect(back.data.undoAlertChange.toSorted((a: Loose, b: Loose) => (a.id < b.id ? -1 : 1))).toMatchObject([
      { status: 'open', verdict: null, verdictReason: null, assignee: null, labels: [], workRevision: 2 },
      { status: 'acknowledged', verdict: null, assignee: 'bob', labels: ['b', 'kept'], workRevision: 3 },
    ]);
    expect((await alert(one, 'notes { text }')).notes).toEqual([]);
    expect(codeOf(await undo(changeId)), 'it was taken back already').toBe('CONFLICT');
    const [undone] = back.data.undoAlertChange;
    expect((await undo(undone.changeId)).data.undoAlertChange).toMatchObject([{ status: 'closed' }, { status: 'closed' }]);
  });

  it('undoes nothing of a change when somebody changed one of its alerts since, and shows that one', async () => {
    const [{ changeId }] = (await change([one, two], { status: 'closed', verdict: 'benign' })).data.updateAlerts;
    await change([two], { assignee: 'bob' }, { user: 'bob' });
    const refused = await undo(changeId);
    expect(codeOf(refused)).toBe('CONFLICT');
    expect(refused.errors[0].extensions.conflicts).toEqual([
      { id: two, workRevision: 2, status: 'closed', verdict: 'benign', verdictReason: null, assignee: 'bob', labels: [], changedBy: 'bob' },
    ]);
    expect(await alert(one)).toMatchObject({ status: 'closed', workRevision: 1 });
  });

  it('refuses a change of what was changed since it was looked at, and says how it is now', async () => {
    await change([one], { status: 'acknowledged', assignee: 'bob' }, { user: 'bob' });
    const late = await change(
      [one, two],
      { status: 'closed' },
      {
        expected: [
          { id: one, workRevision: 0 },
          { id: two, workRevision: 0 },
        ],
      },
    );
    expect(codeOf(late)).toBe('CONFLICT');
    expect(late.errors[0].extensions.conflicts).toMatchObject([{ id: one, workRevision: 1, assignee: 'bob', changedBy: 'bob' }]);
    expect(await alert(two)).toMatchObject({ status: 'open', workRevision: 0 });
    expect(codeOf(await change([one], { status: 'closed' }, { expected: [{ id: one, workRevision: 1 }] }))).toBeUndefined();
  });

  it('lets one of many at once win, and tells the others', async () => {
    const all = await Promise.all(
      Array.from({ length: 6 }, (_, n) =>
        change(
          [one, two],
          { assignee: `user${n}` },
          {
            expected: [
              { id: one, workRevision: 0 },
              { id: two, workRevision: 0 },
            ],
          },
        ),
      ),
    );
    expect(all.map(codeOf).filter((code) => code === undefined).length).toBe(1);
    expect(all.map(codeOf).filter((code) => code === 'CONFLICT').length).toBe(5);
    expect([(await alert(one)).workRevision, (await alert(two)).workRevision]).toEqual([1, 1]);
  });

  it('writes nothing for what is as wanted already', async () => {
    await change([one], { status: 'closed', verdict: 'benign' });
    const before = await decisions(one);
    const again = await change([one], { status: 'closed', verdict: 'benign' });
    expect(again.data.updateAlerts).toMatchObject([{ workRevision: 1 }]);
    expect(await decisions(one)).toEqual(before);
  });

  it('changes all that a filter means, once the caller knows how many, and undoes them together', async () => {
    await change([two], { status: 'closed', verdict: 'benign' });
    const filter = { search: `"Batch ${next}"` };
    const wanted = { status: 'acknowledged', assignee: 'ada' };
    const preview = async () =>
      (
        await as(
          'ada',
          'query ($filter: AlertFilter!, $change: AlertChange!) { alertChangePreview(filter: $filter, change: $change) { matching changing unchanged refused most } }',
          { filter, change: wanted },
        )
      ).data.alertChangePreview;
    const changeAll = (count: number) =>
      as(
        'ada',
        'mutation ($filter: AlertFilter!, $change: AlertChange!, $count: Int!) { updateAlertsByFilter(filter: $filter, change: $change, count: $count) { changeId changed } }',
        { filter, change: wanted, count },
      );
    expect(await preview()).toEqual({ matching: 2, changing: 1, unchanged: 0, refused: 1, most: 1000 });
    const refused = await changeAll(2);
    expect([codeOf(refused), refused.errors[0].extensions.refused]).toEqual(['CONFLICT', [{ id: two, code: 'NO_SUCH_MOVE', status: 'closed' }]]);
    expect(await alert(one)).toMatchObject({ status: 'open' });

    await change([two], { status: 'open' });
    expect(codeOf(await changeAll(1)), 'another number than the caller saw').toBe('CONFLICT');
    const { changeId, changed } = (await changeAll(2)).data.updateAlertsByFilter;
    expect(changed).toBe(2);
    expect(await preview()).toMatchObject({ changing: 0, unchanged: 2 });
    expect((await undo(changeId)).data.undoAlertChange).toMatchObject([{ status: 'open' }, { status: 'open' }]);
  });

  it('publishes what was decided, and nothing of what the stream need not know', async () => {
    await change([one], { assignee: 'ada', addLabels: ['x'], note: 'Looking.' });
    expect(await decisions(one)).toEqual([]);
    await change([one], { status: 'closed', verdict: 'false_positive', verdictReason: 'a scan' });
    await change([one], { status: 'open' });
    const rows = await decisions(one);
    expect(rows.map(({ payload }) => [payload.status, payload.verdict, payload.reason, payload.decidedBy, payload.groupKey])).toEqual([
      ['closed', 'false_positive', 'a scan', 'ada', `group ${next - 2}`],
      ['open', null, null, 'ada', `group ${next - 2}`],
    ]);
    expect(rows.map(({ key, payload }) => key === `${one}|${payload.validFrom}`)).toEqual([true, true]);
    expect(rows[1].payload.validFrom).toBeGreaterThan(rows[0].payload.validFrom);
  });

  it('tells who did what, from the audit', async () => {
    const [{ changeId }] = (await change([one], { status: 'closed', verdict: 'benign', note: 'A scan.' })).data.updateAlerts;
    const [{ changeId: undoing }] = (await undo(changeId, 'bob')).data.undoAlertChange;
    const { history } = await alert(one, 'history { by action changeId undoes note fields { name before after } }');
    const byName = (a: Loose, b: Loose) => (a.name < b.name ? -1 : 1);
    expect(history.map((deed: Loose) => ({ ...deed, fields: deed.fields.toSorted(byName) }))).toEqual([
      {
        by: 'bob',
        action: 'alert.change',
        changeId: undoing,
        undoes: changeId,
        note: null,
        fields: [
          { name: 'status', before: 'closed', after: 'open' },
          { name: 'verdict', before: 'benign', after: null },
        ],
      },
      {
        by: 'ada',
        action: 'alert.change',
        changeId,
        undoes: null,
        note: 'A scan.',
        fields: [
          { name: 'status', before: 'open', after: 'closed' },
          { name: 'verdict', before: null, after: 'benign' },
        ],
      },
    ]);
  });

  it('edits a note of its author, keeps what it said, and takes it back', async () => {
    await change([one], { note: 'A scna.' });
    const [{ id }] = (await alert(one, 'notes { id }')).notes;
    const edit = (text: string, user = 'ada', revision: number | null = null) =>
      as(
        user,
        'mutation ($id: ID!, $text: String!, $revision: Int) { editAlertNote(noteId: $id, text: $text, revision: $revision) { notes { by text revision editedAt before { text } } } }',
        { id, text, revision },
      );
    expect(codeOf(await edit('Mine now.', 'bob'))).toBe('FORBIDDEN');
    expect(codeOf(await edit(' '))).toBe('INVALID_REQUEST');
    await edit('A scan.');
    expect(codeOf(await edit('Old.', 'ada', 1))).toBe('CONFLICT');
    const { notes } = (await edit('A scan of ours.', 'ada', 2)).data.editAlertNote;
    expect(notes).toMatchObject([
      { by: 'ada', text: 'A scan of ours.', revision: 3, editedAt: expect.any(String), before: [{ text: 'A scna.' }, { text: 'A scan.' }] },
    ]);
    const remove = (user: string) => as(user, 'mutation ($id: ID!) { removeAlertNote(noteId: $id) { notes { text } } }', { id });
    expect(codeOf(await remove('bob'))).toBe('FORBIDDEN');
    expect((await remove('ada')).data.removeAlertNote).toEqual({ notes: [] });
    expect(codeOf(await remove('ada'))).toBe('NOT_FOUND');
  });

  it("shows and changes nothing of another organization's", async () => {
    const [{ changeId }] = (await change([one], { note: 'Mine.', status: 'closed' })).data.updateAlerts;
    const [{ id }] = (await alert(one, 'notes { id }')).notes;
    const other = (query: string) => as('eve', query, {}, 'other');
    expect(codeOf(await other(`mutation { undoAlertChange(changeId: "${changeId}") { id } }`))).toBe('NOT_FOUND');
    expect(codeOf(await other(`mutation { editAlertNote(noteId: "${id}", text: "x") { id } }`))).toBe('NOT_FOUND');
    expect(codeOf(await other(`mutation { removeAlertNote(noteId: "${id}") { id } }`))).toBe('NOT_FOUND');
    expect((await other('{ alertChangePreview(filter: {}, change: { status: closed }) { matching } }')).data.alertChangePreview).toEqual({ matching: 0 });
    expect(await alert(one)).toMatchObject({ status: 'closed', workRevision: 1 });
  });

  it('finds by verdict, assignee and labels', async () => {
    await change([one], { status: 'closed', verdict: 'benign', assignee: 'zoe', addLabels: ['phish', 'vip'] });
    const find = async (filter: object) =>
      (
        await as('ada', 'query ($filter: AlertFilter) { alerts(first: 200, filter: $filter) { edges { node { id } } } }', {
          filter: { search: `"Batch ${next}"`, ...filter },
        })
      ).data.alerts.edges.map(({ node }: Loose) => node.id);
    expect(await find({ labels: ['vip', 'PHISH'] })).toEqual([one]);
    expect(await find({ labels: ['vip', 'other'] })).toEqual([]);
    expect(await find({ verdict: ['benign', 'true_positive'] })).toEqual([one]);
    expect(await find({ assignee: ['zoe'] })).toEqual([one]);
    expect(await find({ assignee: [null] })).toEqual([two]);
    expect((await find({ assignee: [null, 'zoe'] })).length).toBe(2);
    expect(await find({ search: `"Batch ${next}" label:ph*` })).toEqual([one]);
  });
});
