import { expect, it } from 'vitest';
import { decoded, openTestIngestor } from '../test/records.ts';

const ACTIVITY = `{"kind":"admin#reports#activity","id":{"time":"2024-06-10T06:13:20.123Z","uniqueQualifier":"-42","applicationName":"admin","customerId":"C1"},
  "actor":{"email":"admin@example.com","profileId":"1"},"ipAddress":"192.0.2.1","events":[
  {"type":"USER_SETTINGS","name":"CREATE_USER","parameters":[{"name":"USER_EMAIL","value":"new@example.com"},{"name":"n","intValue":"9007199254740993"}]},
  {"type":"GROUP_SETTINGS","name":"ADD_GROUP_MEMBER","parameters":[{"name":"USER_EMAIL","value":"new@example.com"}]}],"etag":"\\"x\\""}`;
const native = (bytes: Uint8Array): { readonly events: readonly unknown[]; readonly etag: string } => JSON.parse(Buffer.from(bytes).toString()) as never;

it('makes an event of each of the events of an activity: what they share in both, nothing of one lost or changed', async () => {
  const events = decoded(await openTestIngestor(), [Buffer.from(ACTIVITY)]);
  expect(events.map(({ dataset, action, category, type, targetUser }) => [dataset, action, category, type, targetUser?.name])).toEqual([
    ['google_workspace.admin', 'CREATE_USER', ['iam'], ['creation', 'user'], 'new@example.com'],
    ['google_workspace.admin', 'ADD_GROUP_MEMBER', ['iam'], ['creation', 'group'], 'new@example.com'],
  ]);
  expect(new Set(events.map(({ id }) => id)).size).toBe(2);
  expect(events.flatMap((event) => native(event.native).events)).toEqual((JSON.parse(ACTIVITY) as { events: unknown[] }).events);
  expect(events.map((event) => native(event.native).etag)).toEqual(['"x"', '"x"']);
  expect(Buffer.from(events[0]!.native).toString()).toContain('"9007199254740993"');
});

it('makes events of the activities of an answer, and keeps what is none', async () => {
  const events = decoded(await openTestIngestor(), [Buffer.from(`{"kind":"admin#reports#activities","items":[${ACTIVITY},{"other":1}]}`)]);
  expect(events.map(({ dataset }) => dataset)).toEqual(['google_workspace.admin', 'google_workspace.admin', 'unparsed']);
});
