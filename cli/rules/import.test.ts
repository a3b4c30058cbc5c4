// There and back: rules in Wazuh's form, written for this test, become Sigma, and find what they would find there.
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readRuleFiles } from '../../pipeline/detect/open-rules.ts';
import { parseRuleSet } from '../../domains/sigma/index.ts';
import { RuleCases } from '../rule-cases.ts';
import { runRules } from './test/run.ts';

const folder = mkdtempSync(join(tmpdir(), 'goshawk-import-'));
const xml = join(folder, 'local.xml');
const out = join(folder, 'sigma');
const RULES = `<!-- -- -->
<group name="local,sshd,">
  <rule id="100100" level="5">
    <decoded_as>sshd</decoded_as>
    <match>Failed password|Invalid user</match>
    <description>Logon refused</description>
    <mitre><id>T1110</id></mitre>
  </rule>
  <rule id="100101" level="0"><if_sid>100100</if_sid><match>for monitor from</match><description>Known</description></rule>
  <rule id="100102" level="9"><if_sid>100100</if_sid><regex>user \\w+-\\d\\d from</regex><description>Odd name</description></rule>
  <rule id="100103" level="10" frequency="3" timeframe="120"><if_matched_sid>100100</if_matched_sid><same_source_ip /><description>Guessing</description></rule>
  <rule id="100104" level="12" frequency="3" timeframe="120"><if_matched_sid>100100</if_matched_sid><same_source_ip /><different_user /><description>Spraying</description></rule>
  <rule id="100105" level="6"><decoded_as>sshd</decoded_as><match>^Accepted password</match><description>Logon</description></rule>
  <rule id="100106" level="13" timeframe="120"><if_matched_sid>100100</if_matched_sid><if_sid>100105</if_sid><same_source_ip /><description>Guessed</description></rule>
</group>
<group name="local,windows,">
  <rule id="100200" level="7">
    <if_sid>60000</if_sid>
    <field name="win.system.eventID">^4625$|^4771$</field>
    <field name="win.eventdata.targetUserName" type="pcre2">^adm</field>
    <description>Administrator refused</description>
  </rule>
  <rule id="100201" level="7"><if_sid>60000</if_sid><field name="win.eventdata.image" type="pcre2">(?&lt;!x)y</field><description>Looks behind</description></rule>
</group>
`;
let code = 0;
let said: readonly string[] = [];
const state = {} as { cases: RuleCases };
beforeAll(async () => {
  writeFileSync(xml, RULES);
  const ran = await runRules(['import', '--from', 'wazuh', xml, '--out', out]);
  code = ran.code;
  said = ran.out;
  const set = parseRuleSet(await readRuleFiles(out));
  expect([set.refusals, set.warnings]).toEqual([[], []]);
  state.cases = await RuleCases.open(set);
});
afterAll(() => rmSync(folder, { recursive: true }));

const line = (second: number, message: string) => `<38>Oct 11 22:14:${String(second).padStart(2, '0')} web01 sshd[123]: ${message}`;
const refused = (second: number, user: string, ip = '203.0.113.9') => line(second, `Failed password for ${user} from ${ip} port 4222 ssh2`);
const logon = (id: number, user: string) => ({ EventID: id, Channel: 'Security', Hostname: 'h', TargetUserName: user });
const found = (...records: (string | Record<string, unknown>)[]) =>
  state.cases
    .findings(state.cases.events(records))
    .map(({ title }) => title)
    .sort();

it('names what cannot be said, with its place, and ends with 1', () => {
  expect(code).toBe(1);
  expect(said[0]).toMatch(/^refused {2}.*local\.xml:23 rule 100201: .*no regular expression that runs in linear time/);
  expect(said.at(-1)).toBe(`7 documents are in ${out}; 1 rules could not be said in Sigma.`);
  expect(readdirSync(out)).toEqual([100, 102, 103, 104, 105, 106, 200].map((id) => `wazuh-100${id}.yml`));
});

describe('the rules find', () => {
  it.each<[name: string, records: readonly (string | Record<string, unknown>)[], titles: readonly string[]]>([
    ['one refusal', [refused(1, 'eve')], ['Logon refused']],
    ['nothing in what a child of level 0 takes', [refused(1, 'monitor')], []],
    ['the child alone where it asks for more', [line(1, 'Invalid user bob-12 from 203.0.113.9 port 1')], ['Odd name']],
    [
      'guessing at the third of one address',
      [1, 2, 3].map((second) => refused(second, 'eve')),
      ['Guessing', 'Logon refused', 'Logon refused', 'Logon refused'],
    ],
    [
      'no guessing from three addresses',
      [1, 2, 3].map((second) => refused(second, 'eve', `203.0.113.${second}`)),
      ['Logon refused', 'Logon refused', 'Logon refused'],
    ],
    [
      'spraying at the third user',
      [1, 2, 3].map((second) => refused(second, `u${second}`)),
      ['Guessing', 'Logon refused', 'Logon refused', 'Logon refused', 'Spraying'],
    ],
    ['a logon by its beginning', [line(1, 'Accepted password for eve from 203.0.113.9 port 1 ssh2')], ['Logon']],
    ['a refusal, then a logon', [refused(1, 'eve'), line(2, 'Accepted password for eve from 203.0.113.9 port 1 ssh2')], ['Guessed', 'Logon', 'Logon refused']],
    ['no refusal after a logon', [line(1, 'Accepted password for eve from 203.0.113.9 port 1 ssh2'), refused(2, 'eve')], ['Logon', 'Logon refused']],
    ['an event of Windows by number and name', [logon(4625, 'adm1'), logon(4624, 'adm1'), logon(4771, 'bob')], ['Administrator refused']],
  ])('%s', (_name, records, titles) => {
    expect(found(...records)).toEqual(titles);
  });
});

it.each<[name: string, args: readonly string[]]>([
  ['a file that is not there', ['--from', 'wazuh', '/nowhere.xml', '--out', out]],
  ['another tool', ['--from', 'splunk', xml, '--out', out]],
  ['a log source of another form', ['--from', 'wazuh', xml, '--out', out, '--logsource', 'x=y']],
  ['a field of another form', ['--from', 'wazuh', xml, '--out', out, '--field', 'x']],
])('refuses %s', async (_name, args) => {
  await expect(runRules(['import', ...args])).rejects.toThrow();
});
