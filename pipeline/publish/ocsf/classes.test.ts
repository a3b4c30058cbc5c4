// Which class and activity an event gets: the rows are the specification.
import { describe, expect, it } from 'vitest';
import { plainContext, plainEvent } from '../../../schemas/avro/plain.ts';
import type { Event } from '../../../schemas/avro/types.gen.ts';
import { eventDocument } from './index.ts';

const host = { name: 'srv-1', id: null, ip: [], os: 'windows' } as const;
const end = (ip: string | null, more: Partial<NonNullable<Event['source']>> = {}) => ({
  ip,
  port: null,
  domain: null,
  mac: null,
  bytes: null,
  packets: null,
  ...more,
});
const source = end('10.0.0.5');
const native = (fields: object) => Buffer.from(JSON.stringify(fields));
const dns = { questionName: 'example.org', questionType: 'A', responseCode: null, answers: [] } as const;
const sysmon = { dataset: 'windows.sysmon', product: 'windows', host } as const;
const registry = { path: 'HKLM\\A\\b', key: 'HKLM\\A', value: 'b', data: null } as const;
const http = { method: 'POST', status: 200, userAgent: null, referrer: null } as const;

describe('the class and activity', () => {
  it.each<[name: string, event: Partial<Event>, uid: number, activity: number]>([
    ['of a process that starts is a launch', { category: ['process'], type: ['start'], host }, 1007, 1],
    ['of a process that ends is a termination', { category: ['process'], type: ['end'], host }, 1007, 2],
    ['of a process that opens another (Sysmon 10) is an opening', { ...sysmon, code: '10', category: ['process'], type: ['access'] }, 1007, 3],
    ['of a thread in another process (Sysmon 8) is an injection', { ...sysmon, code: '8', category: ['process'], type: ['change'] }, 1007, 4],
    ['of a library is a module', { category: ['library'], type: ['start'], host }, 1005, 1],
    ['of a driver is a kernel extension', { category: ['driver'], type: ['start'], host }, 1002, 1],
    ['of a file on a machine is the file system', { category: ['file'], type: ['creation'], host }, 1001, 1],
    ['of a file on a machine that is not named, too', { category: ['file'], type: ['deletion'], product: 'linux' }, 1001, 4],
    ['of a file that a service keeps is file hosting', { category: ['file'], type: ['access'], action: 'download' }, 6006, 2],
    [
      'of a handle to an object is a Windows resource',
      { dataset: 'windows.security', code: '4663', category: ['process'], type: ['access'], host },
      201_003,
      1,
    ],
    ['of a value of the registry is set', { category: ['registry'], type: ['change'], registry: { ...registry, data: '1' }, host }, 201_002, 2],
    ['of a key of the registry is made', { category: ['registry'], type: ['creation'], registry, host }, 201_001, 1],
    ['of a service that is installed', { dataset: 'windows.system', code: '7045', category: ['configuration'], type: ['creation'], host }, 201_004, 1],
    [
      'of a task that is registered',
      { dataset: 'windows.security', code: '4698', category: ['iam', 'configuration'], type: ['admin', 'creation'], host },
      1006,
      1,
    ],
    ['of a log that is cleared', { dataset: 'windows.security', action: 'audit-log-cleared', category: ['iam'], type: ['admin', 'change'], host }, 1008, 1],
    [
      'of a script',
      { dataset: 'windows.powershell', code: '4104', category: ['process'], type: ['info'], native: native({ ScriptBlockText: 'Get-Process' }) },
      1009,
      1,
    ],
    ['of a script without its text is that of a process', { dataset: 'windows.powershell', code: '4104', category: ['process'], type: ['info'] }, 1007, 0],
    ['of a logon', { category: ['authentication'], type: ['start'] }, 3002, 1],
    ['of a session that ends is a logoff', { category: ['session'], type: ['end'] }, 3002, 2],
    [
      'of somebody who becomes somebody else is a logon',
      { category: ['authentication'], type: ['start'], targetUser: { name: 'root', id: null, domain: null, email: null } },
      3002,
      1,
    ],
    ['of a Kerberos ticket', { dataset: 'windows.security', code: '4768', category: ['authentication'], type: ['start'] }, 3002, 3],
    [
      'of privileges of a logon',
      {
        dataset: 'windows.security',
        code: '4672',
        category: ['iam'],
        type: ['admin'],
        native: native({ PrivilegeList: 'SeDebugPrivilege\r\n\t\tSeTcbPrivilege' }),
      },
      3003,
      1,
    ],
    ['of a user that is made', { category: ['iam'], type: ['user', 'creation'], host }, 3001, 1],
    ['of a user that is locked out', { category: ['iam'], type: ['user', 'change'], action: 'locked-out-user-account', host }, 3001, 9],
    ['of a user that is unlocked', { category: ['iam'], type: ['user', 'change'], action: 'unlocked-user-account', host }, 3001, 12],
    ['of a password that is reset', { category: ['iam'], type: ['user', 'change'], action: 'reset-password', host }, 3001, 4],
    ['of a member that is added', { category: ['iam'], type: ['group', 'change'], action: 'added-member-to-group', host }, 3006, 3],
    ['of a call of an interface', { category: ['api'], type: ['deletion'], action: 'DeleteTrail' }, 6003, 4],
    ['of an audit log of a service is a call', { category: ['configuration'], type: ['change'], action: 'repo.rename' }, 6003, 3],
    ['of the settings of a machine', { category: ['configuration'], type: ['change'], action: 'config_i', host }, 5019, 1],
    ['of a connection that is opened', { category: ['network'], type: ['connection', 'start'], source }, 4001, 1],
    ['of a flow with its bytes is traffic', { category: ['network'], type: ['connection', 'end'], source: end('10.0.0.5', { bytes: 5 }) }, 4001, 6],
    ['of a connection that is denied is a refusal', { category: ['network'], type: ['connection', 'denied'], source }, 4001, 5],
    ['of a name that is asked for', { category: ['network'], type: ['protocol'], dns, source }, 4003, 1],
    ['of a name with its answer', { category: ['network'], type: ['protocol'], dns: { ...dns, responseCode: 'NXDOMAIN' }, source }, 4003, 2],
    ['of a name that a machine asks for without a connection', { ...sysmon, code: '22', category: ['network'], type: ['protocol'], dns }, 4003, 1],
    ['of a request', { category: ['web'], type: ['access'], http, source }, 4002, 6],
    ['of a request that a firewall for the web stopped', { category: ['intrusion_detection'], type: ['denied'], http, source }, 4002, 6],
    ['of an error of a web server', { category: ['web'], type: ['error'] }, 6008, 1],
    ['of SSH', { dataset: 'zeek.ssh', category: ['network', 'authentication'], type: ['protocol', 'start'], source }, 4007, 1],
    ['of RDP', { dataset: 'zeek.rdp', category: ['network', 'authentication'], type: ['protocol', 'start'], source }, 4005, 6],
    ['of SMB', { dataset: 'zeek.smb_files', category: ['network', 'file'], type: ['protocol'], action: 'SMB::FILE_OPEN', source }, 4006, 2],
    ['of FTP', { dataset: 'zeek.ftp', category: ['network'], type: ['protocol'], action: 'RETR', source }, 4008, 2],
    ['of DHCP', { dataset: 'zeek.dhcp', category: ['network'], type: ['protocol'], source }, 4004, 0],
    ['of a mail', { category: ['email'], type: ['info'], ecs: { 'email.from.address': 'ada@example.org' } }, 4009, 0],
    ['of a mail without addresses is none', { category: ['email'], type: ['info'] }, 0, 0],
    ['of a network log without ends is none', { category: ['network'], type: ['info'] }, 0, 0],
    ['of a package', { category: ['package'], type: ['installation'], ecs: { 'package.name': 'curl' } }, 6002, 1],
    ['of what a sensor knows of a machine', { kind: 'state', category: ['host'], type: ['info'], host }, 5001, 2],
    [
      "of a sensor's alert is a finding, whatever it is about",
      { kind: 'alert', category: ['network', 'intrusion_detection'], type: ['allowed'], source },
      2004,
      1,
    ],
    ['of what nobody could read is none', {}, 0, 0],
  ])('%s', (_name, event, uid, activity) => {
    const document = eventDocument(plainEvent(event), plainContext());
    expect([document.class_uid, document.activity_id, document.type_uid]).toEqual([uid, activity, uid * 100 + activity]);
  });

  it('names the kind of object that a handle is for', () => {
    const event = plainEvent({ dataset: 'windows.security', code: '4656', native: native({ ObjectType: 'Key', ObjectName: '\\REGISTRY\\A' }) });
    expect(eventDocument(event, plainContext())).toMatchObject({ win_resource: { type_id: 25, type: 'Key', name: '\\REGISTRY\\A' } });
  });

  it('says who became whom', () => {
    const account = { id: null, domain: null, email: null };
    const event = plainEvent({
      category: ['authentication'],
      type: ['start'],
      host,
      user: { ...account, name: 'ada' },
      targetUser: { ...account, name: 'root' },
    });
    expect(eventDocument(event, plainContext())).toMatchObject({
      user: { name: 'root' },
      actor: { user: { name: 'ada' } },
      dst_endpoint: { hostname: 'srv-1' },
    });
    expect(eventDocument({ ...event, targetUser: null }, plainContext())).toMatchObject({ user: { name: 'ada' } });
    expect(eventDocument({ ...event, targetUser: null }, plainContext()).actor).toBeUndefined();
  });

  it("is 99 with the sensor's own word where the class has none", () => {
    expect(eventDocument(plainEvent({ category: ['network'], type: ['info'], action: 'weird', source }), plainContext())).toMatchObject({
      activity_id: 99,
      activity_name: 'weird',
      type_name: 'Network Activity: Other',
    });
  });
});
