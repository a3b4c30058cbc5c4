import { describe, expect, it } from 'vitest';
import { openSalter } from './salt.ts';

const salted = (record: string, salt = 'a') => openSalter(salt).salt(record);

describe('salt', () => {
  it.each([
    ['record numbers', '{"RecordNumber":2581831,"EventID":10}', /^\{"RecordNumber":(?!2581831,)\d+,"EventID":10\}$/],
    ['64-bit flow ids', '{"flow_id":1127398650588751,"pcap_cnt":678537}', /^\{"flow_id":(?!1127398650588751,)\d+,"pcap_cnt":678537\}$/],
    [
      'CloudTrail ids',
      '{"eventID":"875240ac-e821-4fc6-a311-8c352a1d20f5","requestID":"GXK985FFMWTE90RA"}',
      /^\{"eventID":"(?!875240ac)[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}","requestID":"(?!GXK)[0-9A-F]{16}"\}$/,
    ],
    [
      'Zeek uids',
      '{"uid":"Cvf4XX17hSAgXDdGEd","conn_uids":["CF37FuG0Jho600cAa"],"name":"Cvf4XX17hSAgXDdGEd"}',
      /^\{"uid":"C(?!vf4)[0-9a-f]{17}","conn_uids":\["C(?!F37)[0-9a-f]{16}"\],"name":"Cvf4XX17hSAgXDdGEd"\}$/,
    ],
    [
      'nothing that is no id',
      '{"id_orig_h":"10.0.1.6","SHA1":"CFFFFFFFFFFFFFFFFFFF","ProviderGuid":"{5770385F-C22A-43E0-BF4C-06F5698FFBD9}"}',
      /^\{"id_orig_h":"10\.0\.1\.6","SHA1":"CFFFFFFFFFFFFFFFFFFF","ProviderGuid":"\{5770385F-C22A-43E0-BF4C-06F5698FFBD9\}"\}$/,
    ],
  ])('changes %s', (_, record, expected) => {
    expect(salted(record)).toMatch(expected);
    expect(() => void JSON.parse(salted(record))).not.toThrow();
  });

  it('changes a process id in the fields and in the message alike', () => {
    const { ProcessGuid, Message } = JSON.parse(
      salted('{"ProcessGuid":"{d273d0f0-e868-5f64-2700-000000000800}","Message":"ProcessGuid: {D273D0F0-E868-5F64-2700-000000000800}"}'),
    ) as Record<string, string>;
    expect(ProcessGuid).not.toContain('d273d0f0');
    expect(Message).toBe(`ProcessGuid: ${ProcessGuid}`);
  });

  it('keeps equal ids equal within a salt and makes them differ between salts', () => {
    const conn = '{"uid":"Cvf4XX17hSAgXDdGEd","service":"dns"}';
    const uid = (record: string) => (JSON.parse(record) as { uid: string }).uid;
    expect(uid(salted(conn))).toBe(uid(salted('{"uid":"Cvf4XX17hSAgXDdGEd","query":"x"}')));
    expect(salted(conn, 'a')).not.toBe(salted(conn, 'b'));
  });

  it('changes Zeek TSV by the names of its header', () => {
    const salter = openSalter('a');
    salter.salt('#fields\tts\tuid\thost');
    expect(salter.salt('1588205199.8\tCvf4XX17hSAgXDdGEd\tCvf4XX17hSAgXDdGEd')).toMatch(/^1588205199\.8\tC(?!vf4)[0-9a-f]{17}\tCvf4XX17hSAgXDdGEd$/);
  });
});
