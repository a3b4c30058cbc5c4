import { expect, it } from 'vitest';
import { decoded, openTestIngestor } from '../test/records.ts';

const SIGN_IN = {
  time: '2024-06-10T06:13:20.1234567Z',
  category: 'SignInLogs',
  operationName: 'Sign-in activity',
  resourceId: '/tenants/T1/providers/Microsoft.aadiam',
  tenantId: 'T1',
  resultType: '50126',
  callerIpAddress: '192.0.2.7:51000',
};
const PROPERTIES = { userPrincipalName: 'alice@example.com', userId: 'u-1', status: { errorCode: 50126, failureReason: 'Invalid password.' } };

it.each<[name: string, properties: unknown]>([
  ['an object', PROPERTIES],
  ['its text', JSON.stringify(PROPERTIES)],
])('reads properties that are %s', async (_name, properties) => {
  const [event] = decoded(await openTestIngestor(), [Buffer.from(JSON.stringify({ ...SIGN_IN, properties }))]);
  expect(event).toMatchObject({
    dataset: 'azure.signinlogs',
    time: Date.UTC(2024, 5, 10, 6, 13, 20) * 1000 + 123_456,
    outcome: 'failure',
    user: { name: 'alice@example.com', id: 'u-1' },
    source: { ip: '192.0.2.7', port: 51_000 },
    message: 'Sign-in by alice@example.com failed: Invalid password.',
  });
});

it('splits what an Event Hub carries, each record by its own kind', async () => {
  const activity = {
    time: '2024-06-10T06:13:21Z',
    category: 'Administrative',
    operationName: 'Microsoft.Compute/disks/delete',
    resourceId: '/SUBSCRIPTIONS/S1/X',
    resultType: 'Success',
  };
  const events = decoded(await openTestIngestor(), [Buffer.from(JSON.stringify({ records: [SIGN_IN, activity, { other: 1 }] }))]);
  expect(events.map(({ dataset, cloud }) => [dataset, cloud?.accountId ?? null])).toEqual([
    ['azure.signinlogs', null],
    ['azure.activitylogs', 's1'], // ids of resources ignore case
    ['unparsed', null],
  ]);
});
