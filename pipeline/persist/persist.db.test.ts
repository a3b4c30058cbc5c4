import { createHash } from 'node:crypto';
import type { Pool } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { plainContext, plainEvent } from '../../schemas/avro/plain.ts';
import type { Alert, Enriched, Event, Feature, Finding } from '../../schemas/avro/types.gen.ts';
import { openClient, openPool } from '../../store/connect.ts';
import { nameTermOf, termOf } from '../../store/queries/search/terms.ts';
import type { FreshDatabase } from '../../store/test/fresh-database.ts';
import { freshDatabase, serverUrl } from '../../store/test/fresh-database.ts';
import { batchOf, expectLedger, loaders } from './test/log.ts';

const TIME = 1_700_000_000_123_456;
const idOf = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, 32);
const enriched = (name: string, fields: Partial<Event> = {}): Enriched => ({
  event: plainEvent({ id: idOf(name), time: TIME, organization: name.split(' ')[0] as string, ...fields }),
  context: plainContext(),
});
const incompressible = Array.from({ length: 100 }, (_one, index) => idOf(`x${index}`)).join('');
const host = (name: string | null) => ({ name, id: null, ip: [], os: null });

describe.skipIf(serverUrl === '')('persist', () => {
  let database: FreshDatabase;
  let pool: Pool;
  beforeAll(async () => {
    database = await freshDatabase();
    pool = openPool({ databaseUrl: database.url, role: 'goshawk_stages', max: 6 });
  });
  afterAll(async () => {
    await pool?.end();
    await database?.drop();
  });
  const rowsOf = async (sql: string, ...values: unknown[]) => (await database.owner.query<Record<string, unknown>>(sql, values)).rows;
  const count = async (organization: string) => (await rowsOf('SELECT count(*) AS n FROM goshawk.event WHERE organization = $1', organization))[0]?.n;
  /** A loader of its own group, opened on partition 0 of `topic`. */
  const opened = async (topic: string, generation = 1, committed = new Map<string, number>()) => {
    const all = loaders(pool, { group: topic, committed: () => Promise.resolve(committed) });
    const positions = await all.events.open([{ topic, partition: 0 }], generation);
    return { loader: all.events, positions };
  };

  it('stores every field of an event: columns, detail and the native document', async () => {
    const { loader } = await opened('whole');
    const event = plainEvent({
      id: idOf('whole'),
      time: TIME,
      organization: 'whole',
      dataset: 'windows.sysmon',
      sensor: 'dc1',
      product: 'windows',
      idSource: 'sensor',
      contentHash: '00ff',
      timeSource: 'zone_assumed',
      observedAt: TIME + 7,
      logsource: { category: ['process_creation'], service: ['sysmon'] },
      kind: 'alert',
      category: ['process', 'host'],
      type: ['start'],
      outcome: 'success',
      action: 'run',
      code: '1',
      provider: 'Sysmon',
      severity: 99,
      message: 'quote " back \\ tab \t nul \0',
      host: { name: 'h', id: 'hid', ip: ['10.0.0.1'], os: 'windows' },
      user: { name: 'u', id: 'S-1', domain: 'D', email: 'u@d' },
      targetUser: { name: 't', id: 'S-2', domain: null, email: null },
      source: { ip: '192.0.2.1', port: 65_535, domain: 'a', mac: 'm', bytes: 2 ** 40, packets: 1 },
      destination: { ip: 'fe80::1%eth0', port: 0, domain: null, mac: null, bytes: null, packets: null },
      network: { transport: 'tcp', protocol: 'dns', direction: 'egress', communityId: '1:x', bytes: 1, packets: 2 },
      process: {
        name: 'p.exe',
        executable: 'C:\\p.exe',
        commandLine: 'p "x"',
        pid: 4,
        entityId: '{g}',
        workingDirectory: 'C:\\',
        hash: { md5: 'm5', sha1: 's1', sha256: 's256', imphash: 'imp' },
        parent: { name: 'q.exe', executable: 'C:\\q.exe', commandLine: 'q', pid: 3, entityId: '{h}', workingDirectory: '/' },
      },
      file: { path: '/f', name: 'f', extension: 'x', size: 5, hash: { md5: null, sha1: null, sha256: 'fs', imphash: 'fi' } },
      registry: { path: 'HKLM\\a', key: 'a', value: 'v', data: 'd' },
      dns: { questionName: 'q.example', questionType: 'A', responseCode: 'NOERROR', answers: ['1.1.1.1', '2.2.2.2'] },
      http: { method: 'GET', status: 200, userAgent: 'ua', referrer: 'r' },
      url: { original: 'http://x/y?z', domain: 'x', path: '/y', query: 'z' },
      tls: { serverName: 'sn', version: '1.3', ja3: 'j3', ja3s: 'j3s', ja4: 'j4', subject: 'su', issuer: 'is' },
      rule: { id: '7', name: 'r', category: 'c', version: '2' },
      cloud: { provider: 'aws', accountId: '1', region: 'eu', service: 's3' },
      ecs: { 'user_agent.name': 'curl', 'process.pid': 'not this', __proto__x: 'y' },
      labels: { sample: 'true', 'a"b': 'c' },
      native: Buffer.from('{"Event":"é"}'),
      provenance: { topic: 'raw.whole.x', partition: 3, offset: 2 ** 40, index: 2, appendedAt: TIME + 1, parser: 'windows', parserVersion: 4 },
    });
    const context = plainContext({
      sourceGeo: { countryIsoCode: 'SE', countryName: 'Sweden', asNumber: 64_500, asOrganization: 'Example' },
      hostAsset: { id: 'a1', name: 'web', owner: 'ann', criticality: 3, validFrom: 5 },
      sourceZone: 'lan',
      relatedIp: ['10.0.0.1', '192.0.2.1'],
      relatedUser: ['u'],
      versions: { geo: '2026' },
    });
    await loader.load([batchOf('whole', 0, 0, [{ event, context }])]);
    const [row] = await rowsOf('SELECT * FROM goshawk.event WHERE organization = $1', 'whole');
    expect(row).toMatchObject({
      event_time: TIME,
      id: Buffer.from(idOf('whole'), 'hex'),
      dataset: 'windows.sysmon',
      sensor: 'dc1',
      product: 'windows',
      kind: 'alert',
      category: ['process', 'host'],
      type: ['start'],
      outcome: 'success',
      action: 'run',
      code: '1',
      provider: 'Sysmon',
      severity: 99,
      message: 'quote " back \\ tab \t nul \ufffd',
      host_name: 'h',
      user_name: 'u',
      target_user_name: 't',
      source_ip: '192.0.2.1',
      source_port: 65_535,
      destination_ip: null,
      destination_port: 0,
      process_name: 'p.exe',
      process_executable: 'C:\\p.exe',
      process_command_line: 'p "x"',
      file_path: '/f',
      dns_question: 'q.example',
      url_domain: 'x',
      rule_name: 'r',
      raw_topic: 'raw.whole.x',
      raw_partition: 3,
      raw_offset: 2 ** 40,
      appended_at: TIME + 1,
      parser: 'windows',
      parser_version: 4,
      native: '{"Event":"é"}',
    });
    expect(row?.detail).toEqual({
      'goshawk.content_hash': '00ff',
      'goshawk.id_source': 'sensor',
      'goshawk.time_source': 'zone_assumed',
      'goshawk.index': 2,
      'goshawk.logsource.category': ['process_creation'],
      'goshawk.logsource.service': ['sysmon'],
      'event.created': '2023-11-14T22:13:20.123463Z',
      'user_agent.name': 'curl',
      __proto__x: 'y',
      'host.id': 'hid',
      'host.ip': ['10.0.0.1'],
      'host.os.type': 'windows',
      'user.id': 'S-1',
      'user.domain': 'D',
      'user.email': 'u@d',
      'user.target.id': 'S-2',
      'source.domain': 'a',
      'source.mac': 'm',
      'source.bytes': 2 ** 40,
      'source.packets': 1,
      'destination.address': 'fe80::1%eth0',
      'network.transport': 'tcp',
      'network.protocol': 'dns',
      'network.direction': 'egress',
      'network.community_id': '1:x',
      'network.bytes': 1,
      'network.packets': 2,
      'process.pid': 4,
      'process.entity_id': '{g}',
      'process.working_directory': 'C:\\',
      'process.hash.md5': 'm5',
      'process.hash.sha1': 's1',
      'process.hash.sha256': 's256',
      'process.pe.imphash': 'imp',
      'process.parent.name': 'q.exe',
      'process.parent.executable': 'C:\\q.exe',
      'process.parent.command_line': 'q',
      'process.parent.pid': 3,
      'process.parent.entity_id': '{h}',
      'process.parent.working_directory': '/',
      'file.name': 'f',
      'file.extension': 'x',
      'file.size': 5,
      'file.hash.sha256': 'fs',
      'file.pe.imphash': 'fi',
      'registry.path': 'HKLM\\a',
      'registry.key': 'a',
      'registry.value': 'v',
      'registry.data.strings': 'd',
      'dns.question.type': 'A',
      'dns.response_code': 'NOERROR',
      'dns.answers.data': ['1.1.1.1', '2.2.2.2'],
      'http.request.method': 'GET',
      'http.response.status_code': 200,
      'user_agent.original': 'ua',
      'http.request.referrer': 'r',
      'url.original': 'http://x/y?z',
      'url.path': '/y',
      'url.query': 'z',
      'tls.client.server_name': 'sn',
      'tls.version': '1.3',
      'tls.client.ja3': 'j3',
      'tls.server.ja3s': 'j3s',
      'tls.client.ja4': 'j4',
      'tls.server.subject': 'su',
      'tls.server.issuer': 'is',
      'rule.id': '7',
      'rule.category': 'c',
      'rule.version': '2',
      'cloud.provider': 'aws',
      'cloud.account.id': '1',
      'cloud.region': 'eu',
      'cloud.service.name': 's3',
      'source.geo.country_iso_code': 'SE',
      'source.geo.country_name': 'Sweden',
      'source.as.number': 64_500,
      'source.as.organization.name': 'Example',
      'goshawk.host.asset.id': 'a1',
      'goshawk.host.asset.name': 'web',
      'goshawk.host.asset.owner': 'ann',
      'goshawk.host.asset.criticality': 3,
      'goshawk.host.asset.valid_from': 5,
      'goshawk.source.zone': 'lan',
      'related.ip': ['10.0.0.1', '192.0.2.1'],
      'related.user': ['u'],
      'goshawk.context': { geo: '2026' },
      labels: { sample: 'true', 'a"b': 'c' },
    });
  });

  describe('owners', () => {
    it('begin where nothing is stored, then where the last load ended', async () => {
      const { loader, positions } = await opened('begin');
      expect(positions).toEqual([]);
      await loader.load([batchOf('begin', 0, 40, [enriched('begin 1')])]); // a topic whose first 40 records are gone
      expect((await opened('begin', 2)).positions).toEqual([{ topic: 'begin', partition: 0, next: 41 }]);
    });

    it('are fenced by a later generation, and store nothing then', async () => {
      const { loader: before } = await opened('zombie', 1);
      await before.load([batchOf('zombie', 0, 0, [enriched('zombie 1')])]);
      const { loader: after } = await opened('zombie', 2);
      await expect(before.load([batchOf('zombie', 0, 1, [enriched('zombie 2')])])).rejects.toMatchObject({ name: 'FencedError', code: 'OFFSETS_FENCED' });
      expect(await count('zombie')).toBe(1);
      await after.load([batchOf('zombie', 0, 1, [enriched('zombie 3')])]);
      expect(await count('zombie')).toBe(2);
    });

    it('are fenced when their range is not the next one', async () => {
      const { loader } = await opened('range');
      await loader.load([batchOf('range', 0, 0, [enriched('range 1')])]);
      await expect(loader.load([batchOf('range', 0, 2, [enriched('range 2')])])).rejects.toMatchObject({ code: 'OFFSETS_FENCED' });
      expect(await count('range')).toBe(1);
    });

    it('take it as done when the same range is loaded again: the answer to its commit was lost', async () => {
      const { loader } = await opened('again');
      const batch = batchOf('again', 0, 0, [enriched('again 1')]);
      await loader.load([batch]);
      await loader.load([batch]);
      expect(await count('again')).toBe(1);
      await expectLedger(database.owner, 'again', [[1]]);
    });

    it('of a past generation are refused while the group has offsets', async () => {
      await opened('past', 5);
      await expect(opened('past', 4, new Map([['past/0', 1]]))).rejects.toMatchObject({ name: 'FencedError', code: 'OFFSETS_FENCED' });
    });

    it('of a new group by the same name, which counts from 1 again, go on', async () => {
      const { loader } = await opened('reborn', 5);
      await loader.load([batchOf('reborn', 0, 0, [enriched('reborn 1')])]);
      const { loader: reborn, positions } = await opened('reborn', 1);
      expect(positions).toEqual([{ topic: 'reborn', partition: 0, next: 1 }]);
      await reborn.load([batchOf('reborn', 0, 1, [enriched('reborn 2')])]);
      expect(await count('reborn')).toBe(2);
    });
  });

  describe('refused and repeated rows', () => {
    it('are counted, and the refused ones are set aside with their reason', async () => {
      const { loader } = await opened('mixed');
      await loader.load([
        batchOf('mixed', 0, 0, [
          enriched('mixed 1'),
          enriched('mixed 2', { host: host(incompressible) }),
          enriched('mixed 1'),
          enriched('mixed 3', { id: 'not hex' }),
          enriched('mixed 4', { severity: 70_000 }),
          enriched('mixed 5', { host: host(`${incompressible}2`) }),
        ]),
      ]);
      expect(await count('mixed')).toBe(1);
      expect(await rowsOf('SELECT stage, partition, "offset", code FROM goshawk.dead_letter_outbox WHERE topic = $1 ORDER BY "offset"', 'mixed')).toEqual([
        { stage: 'persist', partition: 0, offset: 1, code: 'INVALID_EVENT' },
        { stage: 'persist', partition: 0, offset: 3, code: 'INVALID_EVENT' },
        { stage: 'persist', partition: 0, offset: 4, code: 'INVALID_EVENT' },
        { stage: 'persist', partition: 0, offset: 5, code: 'INVALID_EVENT' },
      ]);
      expect(await rowsOf('SELECT records, passed, dropped, rejected FROM goshawk.stage_ledger WHERE topic = $1', 'mixed')).toEqual([
        { records: 6, passed: 1, dropped: { duplicate: 1 }, rejected: { INVALID_EVENT: 4 } },
      ]);
    });

    it('are refused all of them when all are bad', async () => {
      const { loader } = await opened('bad');
      await loader.load([
        batchOf(
          'bad',
          0,
          0,
          Array.from({ length: 33 }, (_one, index) => enriched(`bad ${index}`, { host: host(`${incompressible}${index}`) })),
        ),
      ]);
      expect(await count('bad')).toBe(0);
      expect((await rowsOf('SELECT FROM goshawk.dead_letter_outbox WHERE topic = $1', 'bad')).length).toBe(33);
    });

    it('keep the bytes of what could not even be decoded', async () => {
      const { loader } = await opened('garbage');
      await loader.load([
        {
          topic: 'garbage',
          partition: 0,
          from: 0,
          next: 1,
          records: [],
          refused: [
            {
              position: { topic: 'garbage', partition: 0, offset: 0 },
              key: Buffer.from('k'),
              value: Buffer.from([0, 1, 2]),
              headers: [['h', Buffer.from([255])]],
              code: 'DECODE_FAILED',
              message: 'no \0 Avro',
            },
          ],
        },
      ]);
      expect(await rowsOf('SELECT key, value, headers, code, message FROM goshawk.dead_letter_outbox WHERE topic = $1', 'garbage')).toEqual([
        { key: Buffer.from('k'), value: Buffer.from([0, 1, 2]), headers: [['h', '/w==']], code: 'DECODE_FAILED', message: 'no \ufffd Avro' },
      ]);
      await expectLedger(database.owner, 'garbage', [[1]]);
    });

    it('list their whole values for searches, native and typed', async () => {
      const { loader } = await opened('listed');
      const native = Buffer.from(JSON.stringify({ Image: 'C:\\Cmd.exe', Deep: [{ Level: 4711 }], at: '2026-01-01T00:00:00Z', short: 'ab' }));
      const url = { original: 'http://u.down.evil.example/x', domain: null, path: null, query: null };
      const plain = enriched('listed 1', { native, dataset: 'Listed.Set', url });
      const value = { ...plain, context: { ...plain.context, relatedHosts: ['A.deep.host.corp.example'] } };
      await loader.load([batchOf('listed', 0, 0, [value])]);
      const [row] = await rowsOf('SELECT organization, terms FROM goshawk.event WHERE organization = $1', 'listed');
      const { organization: own, terms } = row as { readonly organization: string; readonly terms: readonly number[] };
      const isListed = (text: string, organization = own) => terms.includes(termOf(organization, text) ?? Number.NaN);
      expect(['c:\\cmd.exe', '4711', 'LISTED.set'].map((text) => isListed(text))).toEqual([true, true, true]);
      expect(['Image', 'ab', '2026-01-01T00:00:00Z', 'cmd.exe', value.event.contentHash].map((text) => isListed(text))).toEqual([
        false,
        false,
        false,
        false,
        false,
      ]);
      expect(isListed('4711', 'another')).toBe(false);
      const isNamed = (name: string) => terms.includes(nameTermOf(own, name) ?? Number.NaN);
      expect(['corp.example', 'deep.host.corp.example', 'evil.example', 'other.example'].map(isNamed)).toEqual([true, true, true, false]);
    });

    it('are counted by minute only once', async () => {
      const { loader } = await opened('minutes');
      const values = ['1', '2', '3'].map((name, index) => enriched(`minutes ${name}`, { time: TIME + index * 30_000_000, severity: index === 2 ? null : 5 }));
      await loader.load([batchOf('minutes', 0, 0, values)]);
      await loader.load([batchOf('minutes', 0, 3, values)]);
      await loader.load([batchOf('minutes', 0, 6, [enriched('minutes 4'), ...values])]);
      expect(
        await rowsOf(
          `SELECT api.micros(minute) AS minute, severity, sum(events)::bigint AS events FROM goshawk.event_count WHERE organization = 'minutes' GROUP BY 1, 2 ORDER BY 1, 2`,
        ),
      ).toEqual([
        { minute: 1_699_999_980_000_000, severity: 5, events: 2 },
        { minute: 1_699_999_980_000_000, severity: null, events: 1 },
        { minute: 1_700_000_040_000_000, severity: null, events: 1 },
      ]);
    });
  });

  it('stores events of any age, and again when retention dropped their day meanwhile', async () => {
    const { loader } = await opened('ages');
    const DAY = 86_400_000_000;
    const old = (name: string, days: number) => enriched(`ages ${name}`, { time: TIME - days * DAY });
    await loader.load([batchOf('ages', 0, 0, [old('1', 3_000), old('2', 2_999), old('3', -400), old('4', 0)])]);
    await database.age(10_000);
    const [dropped] = await rowsOf(`SELECT goshawk.drop_before('event', '2017-01-01') AS n`);
    expect(dropped?.n).toBe(database.tier === 'plain' ? 1 : 2); // one partition for the month of both, or a chunk each
    expect(await count('ages')).toBe(2);
    await loader.load([batchOf('ages', 0, 4, [old('5', 3_000)])]);
    expect(await count('ages')).toBe(3);
  });

  describe('alerts, findings, features', () => {
    it('tell listeners when they are there to be read', async () => {
      const all = loaders(pool, { group: 'notify' });
      await all.alerts.open([{ topic: 'alerts', partition: 0 }], 1);
      await all.findings.open([{ topic: 'findings', partition: 0 }], 1);
      const listener = openClient({ databaseUrl: database.url });
      await listener.connect();
      const heard: [channel: string, payload: unknown][] = [];
      listener.on('notification', ({ channel, payload }) => heard.push([channel, JSON.parse(payload ?? '')]));
      await listener.query('LISTEN goshawk_live');
      await all.findings.load([batchOf('findings', 0, 0, [finding('f1')])]);
      await all.findings.load([batchOf('findings', 0, 1, [finding('f1'), finding('f2')])]); // the second time by staging
      await all.alerts.load([batchOf('alerts', 0, 0, [alert('a1', 1), alert('a1', 2)])]);
      await listener.query('SELECT 1'); // notifications come before the answer
      await listener.end();
      expect(heard).toEqual([1, 2, 3].map(() => ['goshawk_live', {}])); // one for each load
      expect(await rowsOf(`SELECT kind, id FROM goshawk.live_change WHERE id = ANY ($1) ORDER BY seq`, [idOf('f1'), idOf('f2'), idOf('a1')])).toEqual([
        { kind: 'finding', id: idOf('f1') },
        { kind: 'finding', id: idOf('f2') },
        { kind: 'alert', id: idOf('a1') },
      ]);
      expect(await rowsOf(`SELECT proname FROM pg_proc WHERE prosrc LIKE '%goshawk\\_alert''%'`)).toEqual([]); // whom nobody heard
      expect(
        await rowsOf(`SELECT rule_id, severity, tags, entities, events, supersedes FROM goshawk.finding WHERE id = decode($1, 'hex')`, idOf('f1')),
      ).toEqual([
        {
          rule_id: 'rule',
          severity: 4,
          tags: ['attack.t1059'],
          entities: [{ type: 'host', value: 'h' }],
          events: finding('f1').events,
          supersedes: Buffer.from(idOf('f0'), 'hex'),
        },
      ]);
    });

    it("an older revision of an alert changes nothing, and people's work stays", async () => {
      const all = loaders(pool, { group: 'revisions' });
      await all.alerts.open([{ topic: 'revisions', partition: 0 }], 1);
      await all.alerts.load([batchOf('revisions', 0, 0, [alert('a2', 2)])]);
      await database.owner.query(
        `BEGIN; SET LOCAL goshawk.organization = 'default'; SELECT api.change_alert('ann', decode('${idOf('a2')}', 'hex'), status => 'acknowledged'); COMMIT`,
      );
      await all.alerts.load([batchOf('revisions', 0, 1, [alert('a2', 1)])]);
      await all.alerts.load([batchOf('revisions', 0, 2, [alert('a2', 3)])]);
      expect(
        await rowsOf(
          `SELECT a.revision, w.status FROM goshawk.alert a JOIN goshawk.alert_work w ON w.alert_id = a.id WHERE a.id = decode($1, 'hex')`,
          idOf('a2'),
        ),
      ).toEqual([{ revision: 3, status: 'acknowledged' }]);
    });

    it('an alert asks once for the evidence of each event', async () => {
      const all = loaders(pool, { group: 'due' });
      await all.alerts.open([{ topic: 'due', partition: 0 }], 1);
      await all.alerts.load([batchOf('due', 0, 0, [alert('a3', 1, ['e1'])])]);
      await all.alerts.load([batchOf('due', 0, 1, [alert('a3', 2, ['e1', 'e2'])])]);
      expect(
        await rowsOf(
          `SELECT encode(event_id, 'hex') AS id, event_time, raw_topic, raw_offset FROM goshawk.evidence_due WHERE alert_id = decode($1, 'hex') ORDER BY event_id = decode($2, 'hex')`,
          idOf('a3'),
          idOf('e2'),
        ),
      ).toEqual([
        { id: idOf('e1'), event_time: TIME, raw_topic: 'raw.default.x', raw_offset: 9 },
        { id: idOf('e2'), event_time: TIME, raw_topic: 'raw.default.x', raw_offset: 9 },
      ]);
    });

    it('a later revision of a finding replaces the one before, also within a load, and an earlier one changes nothing', async () => {
      const all = loaders(pool, { group: 'revised' });
      const change = { code: 'extended', event: eventRef('late'), before: null, after: { time: TIME, lastTime: TIME, eventCount: 2 } } as const;
      const revised = (revision: number): Finding => ({
        ...finding('revised'),
        eventCount: revision,
        revisable: { revision, settlesAt: TIME + 1, isWithdrawn: revision === 4, change: revision === 1 ? null : change },
      });
      const found = () =>
        rowsOf(`SELECT event_count, revision, revisable->'change'->>'code' AS code FROM goshawk.finding WHERE id = decode('${idOf('revised')}', 'hex')`);
      await all.findings.open([{ topic: 'revised', partition: 0 }], 1);
      await all.findings.load([batchOf('revised', 0, 0, [revised(1)])]);
      expect(await found()).toEqual([{ event_count: 1, revision: 1, code: null }]);
      await all.findings.load([batchOf('revised', 0, 1, [revised(2), revised(3)])]);
      expect(await found()).toEqual([{ event_count: 3, revision: 3, code: 'extended' }]);
      await all.findings.load([batchOf('revised', 0, 3, [revised(2)])]);
      expect(await found()).toEqual([{ event_count: 3, revision: 3, code: 'extended' }]);
    });

    it('a later state of a feature replaces the one before, also within a load', async () => {
      const all = loaders(pool, { group: 'features' });
      await all.features.open([{ topic: 'features', partition: 0 }], 1);
      await all.features.load([batchOf('features', 0, 0, [feature(1), feature(2)])]);
      await all.features.load([batchOf('features', 0, 2, [feature(3)])]);
      expect(await rowsOf('SELECT events, distinct_ports FROM goshawk.feature')).toEqual([{ events: 3, distinct_ports: 7 }]);
    });
  });

  it('says that it may be tried again when the server is away', async () => {
    const away = openPool({ databaseUrl: 'postgresql://goshawk@127.0.0.1:1/none', max: 1 });
    const all = loaders(away, { group: 'away' });
    await expect(all.events.open([{ topic: 'away', partition: 0 }], 1)).rejects.toMatchObject({ name: 'RetryableError', code: 'DATABASE_UNAVAILABLE' });
    await expect(all.events.load([batchOf('away', 0, 0, [enriched('away 1')])])).rejects.toMatchObject({
      name: 'RetryableError',
      code: 'DATABASE_UNAVAILABLE',
    });
    await away.end();
  });
});

const eventRef = (name: string) => ({ id: idOf(name), time: TIME, dataset: 'd', topic: 'raw.default.x', partition: 0, offset: 9 });
const finding = (name: string): Finding => ({
  id: idOf(name),
  organization: 'default',
  time: TIME,
  lastTime: TIME,
  kind: 'rule',
  ruleId: 'rule',
  ruleVersion: 'v',
  title: 'T',
  description: null,
  author: 'A',
  license: null,
  reference: null,
  severity: 'critical',
  status: 'test',
  tags: ['attack.t1059'],
  groupKey: 'g',
  entities: [{ type: 'host', value: 'h' }],
  fields: [{ name: 'Image', value: 'x' }],
  events: [eventRef('e1')],
  eventCount: 1,
  supersedes: idOf('f0'),
  reason: null,
  revisable: null,
  ruleSet: 0,
  suppressedBy: null,
});
const alert = (name: string, revision: number, events: readonly string[] = []): Alert => ({
  id: idOf(name),
  organization: 'default',
  revision,
  time: TIME,
  lastTime: TIME,
  title: 'T',
  severity: 'low',
  groupKey: 'g',
  score: 10,
  ruleIds: ['rule'],
  tags: [],
  entities: [],
  findings: [{ id: idOf('f1'), ruleId: 'rule', time: TIME }],
  findingCount: 1,
  events: events.map(eventRef),
  eventCount: events.length,
  reason: 'opened',
  changes: [],
});
const feature = (events: number): Feature => ({
  organization: 'default',
  entityType: 'host',
  entity: 'h',
  windowStart: TIME,
  windowMicros: 300_000_000,
  events,
  failures: 0,
  bytesOut: 0,
  bytesIn: 0,
  distinctDestinations: 0,
  distinctPorts: 7,
  distinctUsers: 0,
  distinctActions: 0,
});
