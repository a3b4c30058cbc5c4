import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Event } from '../../../schemas/avro/types.gen.ts';
import type { Ingestor } from '../index.ts';
import { decoded, nativeOf, openTestIngestor } from '../test/records.ts';
import { flattenEvent } from './flatten.ts';
import { hashesOf } from './sysmon.ts';
import { xmlEvents } from './xml.ts';

let ingestor: Ingestor;
beforeAll(async () => {
  ingestor = await openTestIngestor();
});
const eventOf = (document: unknown): Event => decoded(ingestor, [typeof document === 'string' ? document : JSON.stringify(document)])[0]!;

const SYSTEM = {
  Provider: { '#attributes': { Name: 'Microsoft-Windows-Sysmon', Guid: 'G' } },
  EventID: 1,
  Version: 5,
  Level: 4,
  TimeCreated: { '#attributes': { SystemTime: '2025-10-25T13:44:33.440907Z' } },
  EventRecordID: 77,
  Correlation: null,
  Execution: { '#attributes': { ProcessID: 3308, ThreadID: 4008 } },
  Channel: 'Microsoft-Windows-Sysmon/Operational',
  Computer: 'DC.attackrange.local',
  Security: { '#attributes': { UserID: 'S-1-5-18' } },
};
const nested = (data: object, system: object = {}) => ({ Event: { System: { ...SYSTEM, ...system }, EventData: data } });
const sysmon = (id: number, data: object) => eventOf(nested(data, { EventID: id }));
const security = (id: number, data: object, system: object = {}) =>
  eventOf(
    nested(data, {
      EventID: id,
      Channel: 'Security',
      Provider: { '#attributes': { Name: 'Microsoft-Windows-Security-Auditing' } },
      Keywords: '0x8020000000000000',
      ...system,
    }),
  );

describe('flattenEvent', () => {
  const flat = (event: object) => flattenEvent(event as never);
  it.each<[name: string, event: object, expected: object]>([
    [
      'joins attributes of System',
      { System: SYSTEM },
      {
        Provider_Name: 'Microsoft-Windows-Sysmon',
        Provider_Guid: 'G',
        EventID: 1,
        TimeCreated: '2025-10-25T13:44:33.440907Z',
        Execution_ThreadID: 4008,
        Security_UserID: 'S-1-5-18',
      },
    ],
    [
      'reads attributes with an at sign',
      { System: { Provider: { '@Name': 'P' }, TimeCreated: { '@SystemTime': 'T' } } },
      { Provider_Name: 'P', TimeCreated: 'T' },
    ],
    ['reads attributes as plain members', { System: { Provider: { Name: 'P' } } }, { Provider_Name: 'P' }],
    [
      'reads attributes apart from their element',
      { System: { EventID: 7, EventID_attributes: { Qualifiers: 16384 } } },
      { EventID: 7, EventID_Qualifiers: 16384 },
    ],
    [
      'reads an event id with qualifiers',
      { System: { EventID: { '#text': 7, '#attributes': { Qualifiers: 16384 } } } },
      { EventID: 7, EventID_Qualifiers: 16384 },
    ],
    ['takes blanks out of names of data', { EventData: { 'Threat Name': 'EICAR' } }, { ThreatName: 'EICAR' }],
    [
      'reads a list of named data',
      { EventData: { Data: [{ '#attributes': { Name: 'A' }, '#text': '1' }, { '@Name': 'B', '#text': '2' }, { '@Name': 'C' }] } },
      { A: '1', B: '2', C: '' },
    ],
    ['keeps unnamed data as a list', { EventData: { Data: ['one', 'two'], Binary: 'ff' } }, { Data: ['one', 'two'], Binary: 'ff' }],
    ['keeps one unnamed value as it is', { EventData: { Data: { '#text': ['one', 'two'] } } }, { Data: ['one', 'two'] }],
    [
      'takes user data like event data',
      { UserData: { LogFileCleared: { '#attributes': { xmlns: 'x' }, SubjectUserName: 'bob', Channel: 'System' } } },
      { SubjectUserName: 'bob', Channel: 'System' },
    ],
    ['takes the rendered message', { RenderingInfo: { Message: 'text', Level: 'Information' } }, { Message: 'text', RenderingInfo_Level: 'Information' }],
    ['gives a name to the data when System has it too', { System: { Version: 5 }, EventData: { Version: '15.0' } }, { Version: '15.0', System_Version: 5 }],
  ])('%s', (_name, event, expected) => {
    expect(flat(event)).toMatchObject(expected);
  });
  it('keeps names that objects have by themselves as data', () => {
    const document = JSON.parse('{"System":{},"EventData":{"__proto__":"x","constructor":"y"}}') as object;
    expect(JSON.stringify(flat(document))).toBe('{"__proto__":"x","constructor":"y"}');
  });
});

describe('the native document', () => {
  it('of a flat agent is its own bytes', () => {
    const line = '{ "EventID":1, "Channel":"Security", "Hostname":"H", "Keywords":-9223372036854775808 }';
    expect(Buffer.from(eventOf(line).native).toString()).toBe(line);
  });
  it('of a nested agent keeps numbers that JSON.parse would round', () => {
    expect(
      nativeOf(eventOf('{"Event":{"System":{"EventID":1,"Channel":"c","Computer":"h","EventRecordID":12345678901234567890},"EventData":{"X":1}}}'))
        .EventRecordID,
    ).toBe('12345678901234567890');
  });
  it('of Winlogbeat has the names that rules use, and the rest below beat', () => {
    const event = eventOf({
      '@timestamp': '2026-01-01T00:00:00.123Z',
      message: 'm',
      agent: { id: 'a' },
      event: { created: '2026-01-01T00:00:05Z' },
      winlog: {
        event_id: '4624',
        channel: 'Security',
        provider_name: 'P',
        computer_name: 'H',
        record_id: 9,
        keywords: ['Audit Success'],
        event_data: { TargetUserName: 'anna', IpAddress: '10.0.0.1' },
        api: 'wineventlog',
      },
    });
    expect(nativeOf(event)).toMatchObject({
      EventID: '4624',
      Provider_Name: 'P',
      Computer: 'H',
      EventRecordID: 9,
      TargetUserName: 'anna',
      Message: 'm',
      beat: { agent: { id: 'a' }, winlog: { api: 'wineventlog' } },
    });
    expect(event).toMatchObject({
      user: { name: 'anna' },
      source: { ip: '10.0.0.1' },
      outcome: 'success',
      time: Date.UTC(2026, 0, 1) * 1000 + 123_000,
      observedAt: Date.UTC(2026, 0, 1, 0, 0, 5) * 1000,
      host: { name: 'h' },
    });
  });
});

describe('log sources', () => {
  it.each<[channel: string, id: number, service: readonly string[], category: readonly string[], dataset: string]>([
    ['Microsoft-Windows-Sysmon/Operational', 1, ['sysmon'], ['process_creation'], 'windows.sysmon'],
    ['Microsoft-Windows-Sysmon/Operational', 12, ['sysmon'], ['registry_event', 'registry_add', 'registry_delete'], 'windows.sysmon'],
    ['Microsoft-Windows-Sysmon/Operational', 13, ['sysmon'], ['registry_event', 'registry_set'], 'windows.sysmon'],
    ['Microsoft-Windows-Sysmon/Operational', 99, ['sysmon'], [], 'windows.sysmon'],
    ['Security', 4688, ['security'], ['process_creation'], 'windows.security'],
    ['Security', 4624, ['security'], [], 'windows.security'],
    ['Windows PowerShell', 400, ['powershell-classic'], ['ps_classic_start'], 'windows.powershell-classic'],
    ['Microsoft-Windows-PowerShell/Operational', 4104, ['powershell'], ['ps_script'], 'windows.powershell'],
    ['System', 7045, ['system'], [], 'windows.system'],
    ['Microsoft-Windows-Windows Defender/Operational', 1116, ['windefend'], ['antivirus'], 'windows.windefend'],
    ['Vendor-Made/Up', 1, [], [], 'windows.other'],
    ['constructor', 1, [], [], 'windows.other'],
  ])('%s %s', (channel, id, service, category, dataset) => {
    expect(eventOf({ EventID: id, Channel: channel, Hostname: 'h', SourceName: 's' })).toMatchObject({
      product: 'windows',
      logsource: { service, category },
      dataset,
    });
  });
});

describe('Sysmon', () => {
  it('1: the process, its parent, its user and its hashes', () => {
    const event = sysmon(1, {
      UtcTime: '2025-10-25 13:44:33.433',
      ProcessGuid: '{1}',
      ProcessId: 7112,
      Image: 'C:\\Windows\\reg.exe',
      CommandLine: 'reg query',
      CurrentDirectory: 'C:\\',
      User: 'RANGE\\anna',
      OriginalFileName: 'reg.exe',
      Hashes: 'SHA1=AA,MD5=BB,SHA256=CC,IMPHASH=DD',
      ParentProcessGuid: '{2}',
      ParentProcessId: 6304,
      ParentImage: 'C:\\cmd.exe',
      ParentCommandLine: 'cmd',
    });
    expect(event).toMatchObject({
      time: Date.UTC(2025, 9, 25, 13, 44, 33) * 1000 + 440_907,
      category: ['process'],
      type: ['start'],
      code: '1',
      provider: 'Microsoft-Windows-Sysmon',
      host: { name: 'dc.attackrange.local', os: 'windows' },
      user: { name: 'anna', domain: 'RANGE' },
      process: {
        name: 'reg.exe',
        executable: 'C:\\Windows\\reg.exe',
        pid: 7112,
        entityId: '{1}',
        commandLine: 'reg query',
        workingDirectory: 'C:\\',
        hash: { sha1: 'aa', md5: 'bb', sha256: 'cc', imphash: 'dd' },
        parent: { name: 'cmd.exe', pid: 6304, entityId: '{2}', commandLine: 'cmd' },
      },
      ecs: { 'process.pe.original_file_name': 'reg.exe', 'log.level': 'information' },
      message: 'Process created: reg query',
    });
  });
  it.each<[id: number, data: object, expected: object]>([
    [
      3,
      {
        SourceIp: '10.0.0.1',
        SourcePort: '50000',
        DestinationIp: 'FE80:0:0:0:0:0:0:1',
        DestinationPort: 443,
        Protocol: 'tcp',
        Initiated: 'true',
        DestinationHostname: 'x',
      },
      { source: { ip: '10.0.0.1', port: 50000 }, destination: { ip: 'fe80::1', port: 443, domain: 'x' }, network: { transport: 'tcp', direction: 'egress' } },
    ],
    [
      7,
      { ImageLoaded: 'C:\\a.dll', Hashes: 'MD5=AA', Signed: 'true', SignatureStatus: 'Valid' },
      { category: ['library'], file: { path: 'C:\\a.dll', extension: 'dll', hash: { md5: 'aa' } }, ecs: { 'file.code_signature.exists': 'true' } },
    ],
    [
      10,
      { SourceImage: 'C:\\a.exe', SourceProcessGUID: '{1}', SourceProcessId: '5', TargetImage: 'C:\\lsass.exe' },
      { process: { executable: 'C:\\a.exe', pid: 5, entityId: '{1}' }, message: 'Process accessed: a.exe -> C:\\lsass.exe' },
    ],
    [11, { TargetFilename: 'C:\\Users\\a\\X.PS1' }, { category: ['file'], type: ['creation'], file: { name: 'X.PS1', extension: 'ps1' } }],
    [12, { EventType: 'DeleteKey', TargetObject: 'HKLM\\A\\B' }, { type: ['deletion'], registry: { path: 'HKLM\\A\\B', key: 'HKLM\\A', value: 'B' } }],
    [13, { TargetObject: 'HKLM\\A\\B', Details: 'DWORD (0x1)' }, { type: ['change'], registry: { data: 'DWORD (0x1)' } }],
    [
      22,
      { QueryName: 'example.com', QueryStatus: '0', QueryResults: 'type:  5 cdn.example.com;::ffff:1.2.3.4;2001:db8::1;' },
      { dns: { questionName: 'example.com', responseCode: 'NOERROR', answers: ['cdn.example.com', '1.2.3.4', '2001:db8::1'] }, outcome: 'success' },
    ],
    [22, { QueryName: 'no.example', QueryStatus: '9003', QueryResults: '-' }, { dns: { responseCode: 'NXDOMAIN', answers: [] }, outcome: 'failure' }],
    [27, { TargetFilename: 'C:\\x.exe' }, { outcome: 'failure' }],
  ])('%s: %j', (id, data, expected) => {
    expect(sysmon(id, data)).toMatchObject(expected);
  });
  it.each([
    ['-', null],
    ['IMPHASH=00000000000000000000000000000000', null],
    ['d41d8cd98f00b204e9800998ecf8427e', { md5: 'd41d8cd98f00b204e9800998ecf8427e' }],
  ])('reads the hashes %s', (written, expected) => {
    if (expected === null) expect(hashesOf(written)).toBeNull();
    else expect(hashesOf(written)).toMatchObject(expected);
  });
});

describe('Security', () => {
  const SUBJECT = { SubjectUserName: 'admin', SubjectDomainName: 'CORP', SubjectUserSid: 'S-1-5-21-1' };
  const TARGET = { TargetUserName: 'anna', TargetDomainName: 'CORP', TargetUserSid: 'S-1-5-21-2' };
  it.each<[name: string, id: number, data: object, system: object, expected: object]>([
    [
      'a logon is about its target',
      4624,
      { ...SUBJECT, ...TARGET, IpAddress: '::ffff:10.0.0.7', IpPort: '51000', WorkstationName: 'WS' },
      {},
      {
        user: { name: 'anna', id: 'S-1-5-21-2' },
        targetUser: null,
        source: { ip: '10.0.0.7', port: 51000, domain: 'WS' },
        outcome: 'success',
        action: 'logged-in',
        category: ['authentication'],
      },
    ],
    [
      'a failed logon',
      4625,
      { ...TARGET, TargetUserSid: 'S-1-0-0', IpAddress: '-' },
      { Keywords: '0x8010000000000000' },
      { outcome: 'failure', user: { name: 'anna', id: null }, source: null, action: 'logon-failed' },
    ],
    ['a failure in decimal keywords', 4673, SUBJECT, { Keywords: -9218868437227405312 }, { outcome: 'failure' }],
    [
      'a reset password is done by the subject to the target',
      4724,
      { ...SUBJECT, TargetUserName: 'anna', TargetSid: 'S-1-5-21-2' },
      {},
      { user: { name: 'admin' }, targetUser: { name: 'anna', id: 'S-1-5-21-2' }, type: ['user', 'change'] },
    ],
    [
      'a member of a group',
      4728,
      { ...SUBJECT, TargetUserName: 'Domain Admins', MemberName: 'CN=Anna,OU=x', MemberSid: 'S-1-5-21-3' },
      {},
      { user: { name: 'admin' }, targetUser: { name: 'Anna', id: 'S-1-5-21-3' }, ecs: { 'group.name': 'Domain Admins' }, type: ['group', 'change'] },
    ],
    [
      'a new process',
      4688,
      { ...SUBJECT, NewProcessName: 'C:\\a.exe', NewProcessId: '0x1f4', ProcessId: '0x10', CommandLine: 'a -b', ParentProcessName: 'C:\\p.exe' },
      {},
      { process: { executable: 'C:\\a.exe', pid: 500, commandLine: 'a -b', parent: { executable: 'C:\\p.exe', pid: 16 } } },
    ],
    [
      'a connection that was allowed',
      5156,
      {
        Application: '\\device\\x.exe',
        ProcessID: '4',
        Direction: '%%14593',
        SourceAddress: '10.0.0.1',
        SourcePort: '1',
        DestAddress: '10.0.0.2',
        DestPort: '2',
        Protocol: '6',
      },
      {},
      { source: { ip: '10.0.0.1' }, destination: { port: 2 }, network: { transport: 'tcp', direction: 'egress' }, process: { pid: 4 } },
    ],
    ['a ticket that was refused', 4768, { ...TARGET, Status: '0x6' }, { Keywords: '0x0' }, { outcome: 'failure' }],
    [
      'a share',
      5145,
      { ...SUBJECT, ShareName: '\\\\*\\C$', RelativeTargetName: 'a\\b.txt', IpAddress: '10.0.0.3' },
      {},
      { file: { path: 'a\\b.txt' }, source: { ip: '10.0.0.3' } },
    ],
    ['an event that nobody described', 9999, SUBJECT, {}, { message: 'Security event 9999: admin', category: [] }],
  ])('%s', (_name, id, data, system, expected) => {
    expect(security(id, data, system)).toMatchObject(expected);
  });
});

describe('the other channels', () => {
  it('PowerShell shows the script', () => {
    expect(
      eventOf(nested({ ScriptBlockText: '\nInvoke-Thing\n-x', Path: 'C:\\a.ps1' }, { EventID: 4104, Channel: 'Microsoft-Windows-PowerShell/Operational' })),
    ).toMatchObject({ message: 'Invoke-Thing', file: { path: 'C:\\a.ps1' }, action: 'script-block-logged' });
  });
  it('PowerShell says what became of its engine, as Windows shows it', () => {
    const Data = ['Available', 'None', '\tNewEngineState=Available\r\n\tPreviousEngineState=None\r\n\r\n\tSequenceNumber=13'];
    expect(eventOf(nested({ Data }, { EventID: 400, Channel: 'Windows PowerShell' }))).toMatchObject({
      message: 'Engine state is changed from None to Available.',
      action: 'engine-started',
    });
  });
  it('keeps the syslog header of an event of Sysmon for Linux', () => {
    const line =
      'Jun  7 03:10:01 host-1 sysmon: <Event><System><Provider Name="Linux-Sysmon" Guid="{ff032593-a8d3-4f13-b0d6-01fc615a0f97}"/><EventID>5</EventID><Channel>Linux-Sysmon/Operational</Channel></System><EventData></EventData></Event>';
    expect(nativeOf(decoded(ingestor, [line])[0]!)).toMatchObject({ raw: line, syslog: { hostname: 'host-1' } });
  });
  it('System names the service that was installed', () => {
    expect(
      eventOf(
        nested(
          { ServiceName: 'evil', ImagePath: 'C:\\e.exe' },
          { EventID: 7045, Channel: 'System', Provider: { '#attributes': { Name: 'Service Control Manager' } } },
        ),
      ),
    ).toMatchObject({ message: 'service-installed: evil', ecs: { 'service.name': 'evil' }, file: { path: 'C:\\e.exe' } });
  });
  it('Defender raises an alert', () => {
    expect(
      eventOf(
        nested(
          { 'Threat Name': 'EICAR', 'Threat ID': 7, 'Severity ID': '5', Path: 'file:_C:\\e.com', 'Detection User': 'A\\b' },
          { EventID: 1116, Channel: 'Microsoft-Windows-Windows Defender/Operational' },
        ),
      ),
    ).toMatchObject({ kind: 'alert', severity: 95, rule: { name: 'EICAR', id: '7' }, file: { path: 'C:\\e.com' }, user: { name: 'b' } });
  });
});

describe('time and id', () => {
  const flat = (over: object) => eventOf({ EventID: 1, Channel: 'Security', Hostname: 'h', SourceName: 's', ...over });
  const at = (iso: string) => Date.parse(iso) * 1000;
  it.each<[name: string, over: object, time: number, timeSource: string]>([
    ["System's time", { TimeCreated: '2020-10-28T07:19:03.511Z', UtcTime: '2020-10-28 07:19:03.500' }, at('2020-10-28T07:19:03.511Z'), 'sensor'],
    [
      "Sysmon's own time, where System's has no zone",
      { TimeCreated: '2020-10-19 12:28:44.333', UtcTime: '2020-10-19 16:28:44.331' },
      at('2020-10-19T16:28:44.331Z'),
      'sensor',
    ],
    [
      'a local time, moved by what the agent tells of its zone',
      { EventTime: '2020-09-17 17:31:45', EventReceivedTime: '2020-09-17 17:31:48', '@timestamp': '2020-09-17T21:31:48.061Z' },
      at('2020-09-17T21:31:45Z'),
      'sensor',
    ],
    ['a local time alone, taken for UTC', { TimeCreated: '2020-10-19 12:28:44.333' }, at('2020-10-19T12:28:44.333Z'), 'zone_assumed'],
    ["the agent's time, when there is no other", { '@timestamp': '2020-09-17T21:31:48.061Z' }, at('2020-09-17T21:31:48.061Z'), 'sensor'],
  ])('%s', (_name, over, time, timeSource) => {
    expect(flat(over)).toMatchObject({ time, timeSource });
  });
  it('the id is that of computer, channel and record', () => {
    const id = (over: object) => flat({ TimeCreated: '2020-10-28T07:19:03Z', RecordNumber: 5, ...over }).id;
    expect(flat({ TimeCreated: '2020-10-28T07:19:03Z', RecordNumber: 5 }).idSource).toBe('sensor');
    expect(id({ Message: 'x' })).toBe(id({}));
    expect(new Set([id({}), id({ RecordNumber: 6 }), id({ Hostname: 'i' }), id({ Channel: 'System' }), id({ TimeCreated: '2021-10-28T07:19:03Z' })]).size).toBe(
      5,
    );
  });
});

describe('XML', () => {
  const XML = `<?xml version="1.0"?>\n<Events><Event xmlns="http://x"><System><Provider Name="Microsoft-Windows-Sysmon" Guid='G'/><EventID Qualifiers="0">23</EventID><TimeCreated SystemTime="2023-09-16T23:16:03.9863345Z"/><Channel>Microsoft-Windows-Sysmon/Operational</Channel><Computer>D</Computer></System>
    <EventData><!-- c --><Data Name="TargetFilename">C:\\a &amp; b.log</Data><Data Name="Empty"/><Data Name="X"><![CDATA[<y>]]></Data></EventData></Event></Events>`;
  it('becomes the same event as its JSON', () => {
    const event = eventOf(XML);
    expect(event).toMatchObject({
      dataset: 'windows.sysmon',
      code: '23',
      time: Date.parse('2023-09-16T23:16:03Z') * 1000 + 986_334,
      file: { path: 'C:\\a & b.log' },
    });
    expect(nativeOf(event)).toMatchObject({
      Provider_Name: 'Microsoft-Windows-Sysmon',
      EventID_Qualifiers: '0',
      TargetFilename: 'C:\\a & b.log',
      Empty: '',
      X: '<y>',
      raw: expect.stringMatching(/^<Event .*<\/Event>$/s) as string,
    });
  });
  it.each([
    '<Event>',
    '<Event><a></Event>',
    '<Event a=b></Event>',
    '<!DOCTYPE x><Event></Event>',
    'x<Event></Event>',
    '<Event><![CDATA[</Event>',
    '<a></a>',
    `${'<a>'.repeat(50)}<Event></Event>`,
  ])('that is none is refused: %s', (text) => {
    expect(typeof xmlEvents(text)).toBe('string');
  });
});

describe.skipIf(process.env.GOSHAWK_TEST_DATA === undefined)("recorded for SigmaHQ's rules, nested", () => {
  interface Case {
    readonly id: string;
    readonly raw: object;
  }
  interface Flat {
    readonly id: string;
    readonly event: Readonly<Record<string, unknown>>;
    readonly logsource: { readonly category?: readonly string[]; readonly service?: readonly string[] };
  }
  const lines = (file: string): readonly unknown[] =>
    readFileSync(join(process.env.GOSHAWK_TEST_DATA!, 'sigma', file), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown);
  /** What the flat form of the collection leaves out. */
  const BESIDE = /^(Provider_Guid|Correlation_.*)$/;

  it('becomes the flat events, name by name', () => {
    const flat = new Map((lines('events.ndjson') as readonly Flat[]).map((event) => [event.id, event]));
    const cases = lines('regression_raw.ndjson') as readonly Case[];
    expect(cases.length).toBeGreaterThan(70);
    for (const { id, raw } of cases) {
      const event = eventOf(raw);
      const native = Object.fromEntries(Object.entries(nativeOf(event)).filter(([name]) => !BESIDE.test(name)));
      const { event: expected, logsource } = flat.get(id)!;
      expect([id, native]).toEqual([id, expected]);
      expect([id, [...event.logsource.category].sort(), event.logsource.service]).toEqual([id, [...(logsource.category ?? [])].sort(), logsource.service]);
    }
  });
});
