// Persist writes rows with code of its own; what the tail shows must be what a search shows once the event is stored.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EVENT_COLUMNS, writeEvent } from '../../pipeline/persist/event-rows.ts';
import { plainContext, plainEvent } from '../../schemas/avro/plain.ts';
import type { Enriched } from '../../schemas/avro/types.gen.ts';
import { withOrganization } from '../../store/connect.ts';
import { copyIn } from '../../store/copy-in.ts';
import { CopyRows } from '../../store/copy.ts';
import { eventsByIds } from '../../store/queries/events.ts';
import { openTestDatabase, serverUrl } from '../test/database.ts';
import type { TestDatabase } from '../test/database.ts';
import { hexId, NOON } from '../test/seed.ts';
import { rowOf } from './enriched-row.ts';

const hash = { md5: 'a1', sha1: 'b2', sha256: 'c3', imphash: 'd4' };
const asset = { id: 'asset-1', name: 'Web server', owner: 'web team', criticality: 3, validFrom: NOON };
const geo = { countryIsoCode: 'DE', countryName: 'Germany', asNumber: 64_496, asOrganization: 'Example' };

/** Every field has a value. */
const full: Enriched = {
  event: plainEvent({
    id: hexId(1),
    time: NOON + 123_456,
    organization: 'default',
    dataset: 'windows.sysmon',
    sensor: 'dc01',
    product: 'windows',
    logsource: { category: ['process_creation'], service: ['sysmon'] },
    provenance: { topic: 'raw.default.windows', partition: 3, offset: 42, index: 2, appendedAt: NOON + 999_999, parser: 'windows', parserVersion: 4 },
    timeSource: 'zone_assumed',
    idSource: 'sensor',
    contentHash: '0011223344556677',
    observedAt: NOON + 1,
    kind: 'alert',
    category: ['process'],
    type: ['start', 'info'],
    outcome: 'success',
    action: 'created',
    code: '1',
    provider: 'Microsoft-Windows-Sysmon',
    severity: 47,
    message: 'Process created: "x"\n\u{1F600}',
    host: { name: 'web01', id: 'host-id', ip: ['10.0.0.1', 'fe80::1'], os: 'windows' },
    user: { name: 'Root', id: 'S-1', domain: 'CORP', email: 'root@example.org' },
    targetUser: { name: 'Guest', id: 'S-2', domain: 'LOCAL', email: 'guest@example.org' },
    source: { ip: '10.1.2.3', port: 50_000, domain: 'src.example', mac: '00-11-22-33-44-55', bytes: 1_000, packets: 10 },
    destination: { ip: '2001:db8::1', port: 443, domain: 'dst.example', mac: '66-77-88-99-AA-BB', bytes: 2_000, packets: 20 },
    network: { transport: 'tcp', protocol: 'tls', direction: 'outbound', communityId: '1:x', bytes: 3_000, packets: 30 },
    process: {
      name: 'cmd.exe',
      executable: 'C:\\cmd.exe',
      commandLine: 'cmd /c',
      pid: 7,
      entityId: '{p}',
      workingDirectory: 'C:\\',
      hash,
      parent: { name: 'p.exe', executable: 'C:\\p.exe', commandLine: 'p', pid: 6, entityId: '{q}', workingDirectory: 'C:\\w' },
    },
    file: { path: 'C:\\f.txt', name: 'f.txt', extension: 'txt', size: 12, hash },
    registry: { path: 'HKLM\\a\\b', key: 'HKLM\\a', value: 'b', data: '1' },
    dns: { questionName: 'q.example', questionType: 'A', responseCode: 'NOERROR', answers: ['192.0.2.1'] },
    http: { method: 'GET', status: 200, userAgent: 'curl', referrer: 'r' },
    url: { original: 'http://u.example/p?q', domain: 'u.example', path: '/p', query: 'q' },
    tls: { serverName: 's.example', version: '1.3', ja3: 'j3', ja3s: 'j3s', ja4: 'j4', subject: 'CN=s', issuer: 'CN=i' },
    rule: { id: '1', name: 'Rule', category: 'c', version: '2' },
    cloud: { provider: 'aws', accountId: '12', region: 'eu', service: 's3' },
    ecs: { 'event.module': 'sysmon', 'host.os.version': '10' },
    labels: { sample: 'true' },
    native: Buffer.from('{"EventID":1,"big":12345678901234567890}'),
  }),
  context: plainContext({
    sourceGeo: geo,
    destinationGeo: geo,
    hostAsset: asset,
    sourceAsset: asset,
    destinationAsset: { ...asset, owner: null },
    sourceZone: 'inside',
    destinationZone: 'outside',
    relatedIp: ['10.1.2.3'],
    relatedUser: ['root'],
    relatedHosts: ['web01'],
    relatedHash: ['a1'],
    versions: { geo: '2026' },
  }),
};
const bare: Enriched = { event: plainEvent({ id: hexId(2), time: NOON, organization: 'default', native: Buffer.from('{}') }), context: plainContext() };
const odd: Enriched = {
  event: plainEvent({
    id: hexId(3),
    time: NOON + 1,
    organization: 'default',
    source: { ip: 'not-an-address', port: null, domain: null, mac: null, bytes: null, packets: null },
    destination: { ip: 'fe80::1%eth0', port: null, domain: null, mac: null, bytes: null, packets: null },
    native: Buffer.from('"text"'),
  }),
  context: plainContext(),
};

describe.skipIf(serverUrl === '')('an event on the tail is as it will be stored', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await openTestDatabase();
    await database.owner.query(`SELECT goshawk.prepare_days('event', ARRAY['2026-03-01']::date[])`);
    const rows = new CopyRows();
    for (const enriched of [full, bare, odd]) {
      rows.beginRow(EVENT_COLUMNS.length);
      writeEvent(rows, enriched);
      rows.endRow();
    }
    const client = await database.owner.connect();
    await copyIn(client, 'goshawk.event', EVENT_COLUMNS.join(', '), [rows.slice(0, 3)]);
    client.release();
  });
  afterAll(() => database.drop());

  it.each([
    ['with every field', full],
    ['with none', bare],
    ['with addresses that are none', odd],
  ])('%s', async (_name, enriched) => {
    const { time, id } = enriched.event;
    const [stored] = await withOrganization(database.pool, 'default', (sql) => eventsByIds(sql, [{ time, id }]));
    expect({ ...rowOf(enriched), storedAt: stored?.storedAt }).toEqual(stored);
  });
});
