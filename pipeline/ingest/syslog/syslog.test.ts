import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Event } from '../../../schemas/avro/types.gen.ts';
import type { Ingestor } from '../index.ts';
import { decoded, nativeOf, openTestIngestor, TELEMETRY } from '../test/records.ts';
import type { SyslogMessage } from '../kit/rfc5424.ts';
import { readRfc3164 } from '../kit/rfc3164.ts';
import { readRfc5424 } from '../kit/rfc5424.ts';

let ingestor: Ingestor;
beforeAll(async () => {
  ingestor = await openTestIngestor();
});
const eventOf = (line: string): Event => decoded(ingestor, [line])[0]!;

describe('RFC 5424', () => {
  it('gives every part', () => {
    const event = eventOf('<165>1 2003-08-24T05:14:15.000003-07:00 Host.Example evntslog 7 ID47 [a@1 x="1" y="q\\"\\]\\\\"][b@2] \uFEFFhello');
    expect(event).toMatchObject({
      time: Date.parse('2003-08-24T12:14:15Z') * 1000 + 3,
      severity: 20,
      host: { name: 'host.example' },
      process: { name: 'evntslog', pid: 7 },
      code: 'ID47',
      message: 'hello',
      dataset: 'syslog.other',
      product: '',
    });
    expect(nativeOf(event)).toMatchObject({
      priority: 165,
      facility: 20,
      severity: 5,
      version: 1,
      hostname: 'Host.Example',
      procid: '7',
      structured_data: { 'a@1': { x: '1', y: 'q"]\\' }, 'b@2': {} },
      message: 'hello',
    });
  });
  it.each<[name: string, line: string, expected: Partial<SyslogMessage>]>([
    ['a fault in the host: the rest is message', '<1>1 - \u00e9 a b c - x', { hostname: null, message: '\u00e9 a b c - x', fault: 'no hostname' }],
    ['a lower-case zone', '<1>1 2003-08-24T05:14:15z h a - - -', { timestamp: null, fault: 'no timestamp' }],
    ['a leap second', '<1>1 2016-12-31T23:59:60Z h a - - -', { fault: 'no timestamp' }],
    ['seven digits of fraction', '<1>1 2016-12-31T23:59:00.1234567Z h a - - -', { fault: 'no timestamp' }],
    ['an id that occurs twice', '<1>1 - - - - - [a x="1"][a] m', { fault: 'a structured data id that occurs twice' }],
    ['a parameter that does not end', '<1>1 - - - - - [a x="1] m', { fault: 'a parameter value that does not end, or holds an unescaped bracket' }],
    [
      'a backslash that escapes nothing stays',
      '<1>1 - - - - - [a x="\\n"] m',
      { fault: 'a backslash that escapes nothing', structuredData: new Map([['a', new Map([['x', '\\n']])]]), message: 'm' },
    ],
    ['line breaks in the message', '<1>1 - - - - - - a\nb', { fault: null, message: 'a\nb' }],
  ])('%s', (_name, line, expected) => {
    expect(readRfc5424(line)).toMatchObject(expected);
  });
  it.each(['<192>1 - - - - - -', '<01>1 - - - - - -', '<1>0 - - - - - -', '<1> - - - - -', '1 - -', '<>1 - -', ''])('is not begun by %s', (line) => {
    expect(readRfc5424(line)).toBeUndefined();
  });
  it('reads back what it was given', () => {
    const name = fc.stringMatching(/^[!-~]{1,20}$/).filter((text) => text !== '-');
    const id = fc.stringMatching(/^[A-Za-z0-9@.]{1,20}$/);
    const data = fc.uniqueArray(fc.tuple(id, fc.uniqueArray(fc.tuple(id, fc.string()), { selector: ([key]) => key, maxLength: 3 })), {
      selector: ([key]) => key,
      minLength: 1,
      maxLength: 3,
    });
    fc.assert(
      fc.property(fc.nat(191), name, name, name, name, data, fc.string({ minLength: 1 }), (priority, hostname, appName, procId, msgId, elements, message) => {
        const written = elements
          .map(([key, parameters]) => `[${key}${parameters.map(([n, value]) => ` ${n}="${value.replaceAll(/["\\\]]/g, '\\$&')}"`).join('')}]`)
          .join('');
        expect(readRfc5424(`<${priority}>1 - ${hostname} ${appName} ${procId} ${msgId} ${written} ${message}`)).toEqual({
          priority,
          version: 1,
          timestamp: null,
          hostname,
          appName,
          procId,
          msgId,
          structuredData: new Map(elements.map(([key, parameters]) => [key, new Map(parameters)])),
          message: message.replace(/^\uFEFF/, '') || null,
          fault: null,
        });
      }),
      { numRuns: 300 },
    );
  });
});

describe('RFC 3164', () => {
  it.each<[line: string, expected: object]>([
    [
      "<34>Oct 11 22:14:15 mymachine su: 'su root' failed for lonvick on /dev/pts/8",
      {
        host: { name: 'mymachine' },
        process: { name: 'su', pid: null },
        outcome: 'failure',
        user: { name: 'lonvick' },
        targetUser: { name: 'root' },
        timeSource: 'year_assumed',
      },
    ],
    [
      'Jan 22 07:53:01 h.example CRON[31051]: (root) CMD (touch /var/run/x)',
      { dataset: 'linux.cron', logsource: { service: ['cron', 'syslog'] }, user: { name: 'root' }, process: { pid: 31_051, commandLine: 'touch /var/run/x' } },
    ],
    [
      '2020-05-31T00:00:45.698463+00:00 localhost rsyslogd:  message repeated',
      { host: { name: 'localhost' }, message: 'message repeated', timeSource: 'sensor', time: Date.parse('2020-05-31T00:00:45Z') * 1000 + 698_463 },
    ],
    ['Nov 18 08:30:20 kernel: [997.3] sda2', { host: null, process: { name: 'kernel' }, message: '[997.3] sda2', dataset: 'linux.kernel' }],
    ['Dec 31 17:54:32 h /sbin/anacron[1234]: x', { process: { name: 'anacron', executable: '/sbin/anacron', pid: 1234 } }],
    ["Jan 22 07:54:32 h Job `cron.daily' terminated", { host: { name: 'h' }, process: null, message: "Job `cron.daily' terminated" }],
    ['Feb 29 01:15:43: --- last message repeated 5 times ---', { host: null, message: '--- last message repeated 5 times ---' }],
    ['<189>Jan  5 10:00:00 sw1 %SYS-CONFIG_I: Configured', { dataset: 'syslog.other', product: '', host: { name: 'sw1' } }],
    ['<13>no time at all', { message: 'no time at all', labels: { fault: 'no timestamp' }, timeSource: 'appended' }],
    [
      '<38>May  1 2021 11:00:00 10.0.0.1 app: x',
      { host: { name: '10.0.0.1', ip: ['10.0.0.1'] }, timeSource: 'zone_assumed', time: Date.parse('2021-05-01T11:00:00Z') * 1000 },
    ],
  ])('%s', (line, expected) => {
    expect(eventOf(line)).toMatchObject(expected);
  });
  it('is not claimed for text that only begins with a word', () => {
    expect(eventOf('MMM 22 07:54:32 h x: y').dataset).toBe('unparsed');
  });
});

describe('what Linux programs say', () => {
  const said = (program: string, message: string) => eventOf(`<38>1 2026-01-01T00:00:00Z h ${program} 7 - - ${message}`);
  it.each<[program: string, message: string, expected: object]>([
    [
      'sshd',
      'Accepted password for anna from 192.168.1.3 port 58803 ssh2',
      {
        category: ['authentication', 'session'],
        type: ['info'],
        outcome: 'success',
        user: { name: 'anna' },
        source: { ip: '192.168.1.3', port: 58_803 },
        logsource: { service: ['sshd', 'auth', 'syslog'] },
        product: 'linux',
        dataset: 'linux.auth',
      },
    ],
    [
      'sshd',
      'Failed password for invalid user bob from 2001:0DB8::1 port 22 ssh2',
      { outcome: 'failure', user: { name: 'bob' }, source: { ip: '2001:db8::1', port: 22 }, action: 'ssh_login' },
    ],
    ['sshd', 'Invalid user x from 10.0.0.9 port 3', { outcome: 'failure', user: { name: 'x' }, source: { ip: '10.0.0.9', port: 3 } }],
    [
      'sshd',
      'Connection closed by authenticating user root 10.0.0.9 port 55 [preauth]',
      { user: { name: 'root' }, source: { ip: '10.0.0.9', port: 55 }, type: ['connection', 'end'] },
    ],
    [
      'sshd',
      'pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=10.0.0.1  user=root',
      { outcome: 'failure', user: { name: 'root' }, source: { ip: '10.0.0.1' } },
    ],
    ['sshd', 'pam_unix(sshd:session): session opened for user root(uid=0) by (uid=0)', { category: ['session'], type: ['start'], user: { name: 'root' } }],
    [
      'sudo',
      '  anna : TTY=pts/0 ; PWD=/home/anna ; USER=root ; COMMAND=/bin/cat /etc/shadow',
      {
        category: ['process'],
        outcome: 'success',
        user: { name: 'anna' },
        targetUser: { name: 'root' },
        process: { name: 'sudo', pid: 7, commandLine: '/bin/cat /etc/shadow', workingDirectory: '/home/anna' },
      },
    ],
    ['sudo', 'bob : user NOT in sudoers ; TTY=pts/1 ; PWD=/ ; USER=root ; COMMAND=/bin/ls', { outcome: 'failure', user: { name: 'bob' } }],
    [
      'useradd',
      'new user: name=eve, UID=1001, GID=1001, home=/home/eve, shell=/bin/sh',
      { category: ['iam'], type: ['user', 'creation'], targetUser: { name: 'eve', id: '1001' } },
    ],
    ['groupadd', 'new group: name=ops, GID=1002', { type: ['group', 'creation'], ecs: { 'group.name': 'ops', 'group.id': '1002' } }],
    ['userdel', "delete user 'eve'", { type: ['user', 'deletion'], targetUser: { name: 'eve' } }],
    ['systemd-logind', 'New session 12 of user root.', { category: ['session'], user: { name: 'root' } }],
    ['su', 'FAILED su for root by anna', { outcome: 'failure', user: { name: 'anna' }, targetUser: { name: 'root' } }],
    ['sshd', 'Server listening on 0.0.0.0 port 22.', { category: [], user: null, source: null }],
  ])('%s: %s', (program, message, expected) => {
    expect(said(program, message)).toMatchObject(expected);
  });
});

describe.skipIf(TELEMETRY === undefined)('the cases of go-syslog', () => {
  interface Case {
    readonly id: string;
    readonly input?: string;
    readonly valid: boolean;
    readonly expected?: Parts;
    readonly best_effort?: Parts;
  }
  interface Parts {
    readonly Facility: number;
    readonly Severity: number;
    readonly Priority: number;
    readonly Timestamp: string | null;
    readonly Hostname: string | null;
    readonly Appname: string | null;
    readonly ProcID: string | null;
    readonly MsgID: string | null;
    readonly Message: string | null;
    readonly Version?: number;
    readonly StructuredData?: Readonly<Record<string, object>> | null;
  }
  const cases = (file: string) =>
    (TELEMETRY === undefined
      ? []
      : readFileSync(join(TELEMETRY, 'permissive/linux', file), 'utf8')
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line) as Case)
    ).filter(({ input }) => input !== undefined);
  const data = (message: SyslogMessage) =>
    message.structuredData === null ? null : Object.fromEntries(Array.from(message.structuredData, ([id, parameters]) => [id, Object.fromEntries(parameters)]));
  const parts = (message: SyslogMessage) => ({
    Facility: message.priority! >> 3,
    Severity: message.priority! & 7,
    Priority: message.priority,
    Hostname: message.hostname,
    Appname: message.appName,
    ProcID: message.procId,
    MsgID: message.msgId,
    Version: message.version,
    StructuredData: data(message),
  });
  /** RFC 5424 6.3.3 keeps a backslash that escapes nothing; go-syslog refuses it. */
  const OTHERWISE = new Set(['rfc5424/115']);

  it('are valid where it says so, with the same parts, and keep as much as it does where not', () => {
    let count = 0;
    for (const { id, input, valid, expected, best_effort: rest } of cases('go-syslog-rfc5424.cases.jsonl')) {
      if (OTHERWISE.has(id)) continue;
      count++;
      const read = readRfc5424(input!);
      expect([id, read !== undefined && read.fault === null]).toEqual([id, valid]);
      const wanted = expected ?? rest;
      if (wanted === undefined) continue;
      const { Timestamp, Message, ...others } = wanted;
      expect([id, read === undefined ? undefined : parts(read)]).toEqual([id, others]);
      expect([id, read!.timestamp === null]).toEqual([id, Timestamp === null]);
      if (Timestamp !== null) expect([id, Date.parse(read!.timestamp!)]).toEqual([id, Date.parse(Timestamp)]);
      if (valid) expect([id, read!.message]).toEqual([id, Message?.replace(/^\uFEFF/, '') || null]);
    }
    expect(count).toBeGreaterThan(290);
  });
  it('of RFC 3164 come out as it says', () => {
    for (const { id, input, expected } of cases('go-syslog-rfc3164.cases.jsonl')) {
      const { priority, hostname, appName, procId, message } = readRfc3164(input!, Date.UTC(2024, 2, 14) * 1000)!.message;
      const { Priority, Hostname, Appname, ProcID, Message } = expected!;
      expect([id, priority, hostname, appName, procId, message]).toEqual([id, Priority, Hostname, Appname, ProcID, Message]);
    }
  });
});

describe('what rsyslog forwards unless told otherwise: a priority, then an ISO time', () => {
  it('is no RFC 5424', () => {
    const event = eventOf('<38>2026-10-11T22:14:15.003Z web01 sshd[12]: Accepted password for anna from 192.0.2.1 port 22 ssh2');
    expect(event).toMatchObject({
      time: Date.UTC(2026, 9, 11, 22, 14, 15, 3) * 1000,
      host: { name: 'web01' },
      user: { name: 'anna' },
      outcome: 'success',
      labels: {},
    });
    expect(event.ecs).toMatchObject({
      'host.hostname': 'web01',
      'log.syslog.hostname': 'web01',
      'log.syslog.appname': 'sshd',
      'log.syslog.procid': '12',
      'log.syslog.priority': '38',
      'log.syslog.facility.code': '4',
      'log.syslog.severity.code': '6',
    });
    expect(event.ecs['log.syslog.version']).toBeUndefined();
  });
  it('still is RFC 5424 when its version is no year', () => {
    expect(eventOf('<38>202 2026-10-11T22:14:15.003Z web01 app 7 ID - x').ecs['log.syslog.version']).toBe('202');
  });
});
it('leaves out a name that is empty', () => {
  expect(eventOf('<38>Oct 11 22:14:15 web01 sudo: bob : TTY=pts/0 ; PWD=/ ; USER= ; COMMAND=/bin/ls').ecs['user.effective.name']).toBeUndefined();
});
