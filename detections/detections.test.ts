import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { readCases, RuleCases } from '../cli/rule-cases.ts';
import { OWN_RULES, readRuleFiles } from '../pipeline/detect/open-rules.ts';
import { parseRuleSet } from '../domains/sigma/index.ts';
import type { RuleSet } from '../domains/sigma/index.ts';
import type { Finding } from '../schemas/avro/types.gen.ts';

const SAMPLES = fileURLToPath(new URL('../examples/sample/', import.meta.url));
const TELEMETRY = process.env.GOSHAWK_TEST_DATA === undefined ? undefined : `${process.env.GOSHAWK_TEST_DATA}/telemetry`;

const state = {} as { set: RuleSet; runner: RuleCases };
beforeAll(async () => {
  state.set = parseRuleSet(await readRuleFiles(OWN_RULES));
  state.runner = await RuleCases.open(state.set);
});
const all = () => [...state.set.rules, ...state.set.correlations];

describe('our rules', () => {
  it('are all accepted, without a warning', () => {
    expect([state.set.refusals, state.set.warnings]).toEqual([[], []]);
  });

  it('are more than 150 that find something by themselves, besides correlations, for all kinds of sensors', () => {
    expect(state.set.rules.filter(({ isAlerting, level }) => isAlerting && level !== 'informational').length).toBeGreaterThanOrEqual(150);
    expect(state.set.correlations.length).toBeGreaterThanOrEqual(50);
    const products = new Set(state.set.rules.map(({ logsource: { product, category } }) => product ?? category));
    expect([...products]).toEqual(
      expect.arrayContaining(['aws', 'azure', 'docker', 'firewall', 'fortigate', 'gcp', 'github', 'kubernetes', 'linux', 'm365', 'okta', 'paloalto', 'spire', 'suricata', 'webserver', 'windows', 'zeek']),
    );
  });

  it('say who wrote them, under which licence, and which technique they see', () => {
    for (const rule of all()) {
      expect(rule, rule.title).toMatchObject({ author: 'Goshawk', license: 'Apache-2.0', status: 'stable', id: expect.stringMatching(/^[0-9a-f-]{36}$/), description: expect.any(String) });
      expect(rule.tags.some((tag) => /^attack\.t\d{4}/.test(tag)), `${rule.title}: a technique`).toBe(true);
    }
  });

  it('have at least one case that fires and one that stays quiet', async () => {
    const withCases = new Map((await readCases(OWN_RULES)).map(({ ruleFile, cases }) => [ruleFile, cases]));
    for (const file of new Set(all().map((rule) => rule.file))) {
      const cases = withCases.get(file) ?? [];
      expect([file, cases.some(({ match }) => match), cases.some(({ match }) => !match)]).toEqual([file, true, true]);
    }
    expect([...withCases.keys()].filter((file) => !all().some((rule) => rule.file === file))).toEqual([]);
  });

  it('do what their cases say', async () => {
    const results = (await readCases(OWN_RULES)).flatMap((file) => state.runner.run(file));
    expect(results.filter(({ problem }) => problem !== null)).toEqual([]);
    expect(results.length).toBeGreaterThan(2 * new Set(all().map((rule) => rule.file)).size - 1);
  }, 60_000);
});

/** Lines of a recording; of a file of cases their inputs. */
function records(file: string): readonly string[] {
  const text = (file.endsWith('.gz') ? gunzipSync(readFileSync(file)) : readFileSync(file)).toString('utf8');
  const lines = text.split('\n').filter((line) => line !== '');
  if (!file.includes('.cases.')) return lines;
  return lines.map((line) => (JSON.parse(line) as { readonly input?: unknown }).input).filter((input) => input !== undefined && input !== '').map((input) => (typeof input === 'string' ? input : JSON.stringify(input)));
}
const hitsOf = (file: string): readonly Finding[] => state.runner.findings(state.runner.events(records(file)));

describe('over the recorded attacks', () => {
  it('the rules fire on what they were written for', () => {
    const byRecording = new Map(globSync('*/*.gz', { cwd: SAMPLES }).sort().map((file) => [file, hitsOf(`${SAMPLES}${file}`)]));
    const fired = new Set([...byRecording.values()].flat().map(({ ruleId }) => ruleId));
    expect(fired.size).toBeGreaterThanOrEqual(60);
    for (const kind of ['event_count', 'value_count', 'temporal']) expect(state.set.correlations.some(({ type, key }) => type === kind && fired.has(key)), kind).toBe(true);
    const titles = (recording: string) => new Set([...byRecording].filter(([file]) => file.includes(recording)).flatMap(([, findings]) => findings.map(({ title }) => title)));
    for (const [recording, title] of [
      ['comsvcs', 'LSASS Memory Dumped Through comsvcs.dll'], ['esentutl', 'Registry Hive or Directory Database Copied With esentutl'], ['vault', 'Web Credential Read From the Windows Vault'], ['netsh', 'Inbound Firewall Rule Added With netsh'],
      ['installutil', 'Code Run Through InstallUtil'], ['cmstp', 'Connection Profile Installed Silently by cmstp'], ['hh_local', 'Command Interpreter Started by a Compiled Help File'], ['mavinject', 'Library Injected With mavinject'],
      ['getdomaingroup', 'Directory Queried by a Program in a User\'s Folder'], ['httplistener', 'HTTP Server Library Loaded by PowerShell'], ['sharpsc_query', 'Service Manager Reached Over the Network'], ['dcom', 'Remote COM Object Asked For by a Program in a User\'s Folder'],
      ['CVE-2020-1472', 'Machine Password Set by an Anonymous Logon'], ['herpaderping', 'Vault Library Loaded by a Script Engine or a Program of a User'], ['ec2-proxy', 'Buckets Listed, Then Objects Read, With the Role of an Instance'],
      ['stratus-detonations', 'Trail Deleted or Stopped'], ['apt29', 'Archive Uploaded Through WebDAV'], ['wrccdc', 'Trojan Activity Seen by Suricata'], ['honeypot', 'One Host Scanned for Many Services'],
    ] as const) expect([...titles(recording)], recording).toContain(title);
  }, 60_000);

  it.skipIf(TELEMETRY === undefined)('false hits on the other recordings are few, and printed', () => {
    const labels = new Map((JSON.parse(readFileSync(`${TELEMETRY}/permissive/otrf-labels.json`, 'utf8')) as { file: string; attack: string[] | null }[]).map(({ file, attack }) => [file, attack]));
    const files = globSync(['permissive/windows/otrf/*.gz', 'permissive/zeek/apt29-day1/*.jsonl', 'copyleft/zeek/**/*.{log,jsonl}', 'permissive/aws/panther-aws-cloudtrail.cases.jsonl', 'copyleft/windows/*.cases.jsonl', 'permissive/linux/*.{log,cases.jsonl}', 'copyleft/suricata/*.jsonl'], { cwd: TELEMETRY }).sort();
    const tagsOf = new Map(all().map((rule) => [rule.key, rule.tags.flatMap((tag) => /^attack\.(t\d{4})/.exec(tag)?.[1]?.toUpperCase() ?? [])]));
    let events = 0;
    let beside = 0;
    for (const file of files) {
      const lines = records(`${TELEMETRY}/${file}`);
      const decoded = state.runner.events(lines);
      events += decoded.length;
      const techniques = labels.get(file)?.map((technique) => technique.slice(0, 5));
      const counts = Map.groupBy(state.runner.findings(decoded), ({ title, ruleId }) => {
        const isLabelled = techniques !== undefined && tagsOf.get(ruleId)!.some((technique) => techniques.includes(technique));
        return `${isLabelled ? ' ' : '*'} ${title}`;
      });
      if (counts.size > 0) console.log(`${file}: ${techniques?.join(' ') ?? 'not labelled'}\n${[...counts].map(([title, findings]) => `  ${title}: ${findings.length}`).join('\n')}`);
      for (const [title, findings] of counts) if (title.startsWith('*') && techniques !== undefined) beside += findings.length;
    }
    console.log(`${events} events; ${beside} findings of labelled recordings are of another technique than the label (marked *).`);
    expect(beside).toBeLessThan(120);
  }, 120_000);
});
