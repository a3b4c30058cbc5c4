// What the rules say about recordings whose label somebody else wrote. The table is recorded-attacks.golden.md; `npx vitest run -u` rewrites it.
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { RuleCases } from '../cli/rule-cases.ts';
import { parseRuleSet } from '../domains/sigma/index.ts';
import type { RuleSet } from '../domains/sigma/index.ts';
import { OWN_RULES, readRuleFiles } from '../pipeline/detect/open-rules.ts';
import type { Finding } from '../schemas/avro/types.gen.ts';

const DATA = process.env.GOSHAWK_TEST_DATA;
const TELEMETRY = `${DATA}/telemetry/`;

/** Recordings without a finding of their label, and why. An entry that is no longer true fails. */
const MISSED: ReadonlyMap<string, string> = new Map([
  [
    'credential_access__psh_windows_vault_web_credentials',
    'labelled as process injection (T1055), but nothing in it injects: PowerShell reads the vault, and "Web Credential Read From the Windows Vault" (T1555.004) says so',
  ],
  [
    'aws.execution.ec2-launch-unusual-instances',
    'labelled as execution; "Launch of Instances Denied" finds it, under the tactics that ATT&CK gives T1578.002',
  ],
]);

/** Not recorded for their attacks: examples of vendors and test lines of decoders. */
const ORDINARY = [
  'permissive/multi/sc4s-syslog-products.cases.jsonl',
  'permissive/multi/datadog-core.cases.jsonl',
  'permissive/multi/datadog-extras.cases.jsonl',
  'permissive/linux/go-syslog-rfc3164.cases.jsonl',
  'permissive/linux/go-syslog-rfc5424.cases.jsonl',
  'permissive/linux/metron-syslog3164.cases.jsonl',
  'permissive/linux/plaso-syslog',
  'permissive/linux/plaso-audit_enriched.log',
  'permissive/network-devices/metron-asa.cases.jsonl',
  'permissive/network-devices/metron-paloalto.log',
  'permissive/google-workspace/invictus-login.jsonl',
  'permissive/google-workspace/invictus-user_accounts.jsonl',
  'permissive/spire/spire-logs.cases.jsonl',
  'permissive/web/metron-squid.cases.jsonl',
  'permissive/web/plaso-apache_access.log',
  'permissive/web/plaso-iis10.log',
  'permissive/zeek/metron-bro.cases.jsonl',
];

interface Labelled {
  readonly id: string;
  readonly input?: unknown;
  readonly technique?: string;
  readonly attack?: readonly string[] | null;
  readonly should_match?: boolean;
}
interface Row {
  readonly recording: string;
  readonly label: string;
  readonly titles: readonly string[];
}
const state = {} as { set: RuleSet; runner: RuleCases; tags: ReadonlyMap<string, readonly string[]> };
beforeAll(async () => {
  if (DATA === undefined) return;
  state.set = parseRuleSet(await readRuleFiles(OWN_RULES));
  state.runner = await RuleCases.open(state.set);
  state.tags = new Map([...state.set.rules, ...state.set.correlations].map(({ key, tags }) => [key, tags.map((tag) => tag.toLowerCase())]));
});

function lines(file: string): readonly string[] {
  const bytes = readFileSync(TELEMETRY + file);
  return (file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8').split('\n').filter((line) => line !== '');
}
const cases = (file: string): readonly Labelled[] => lines(file).map((line) => JSON.parse(line) as Labelled);
const nativeOf = ({ input }: Labelled): readonly string[] => (input === undefined || input === '' ? [] : [typeof input === 'string' ? input : JSON.stringify(input)]);
const findingsOf = (records: readonly string[]): readonly Finding[] => state.runner.findings(state.runner.events(records));
/** Rules that are tagged with one of these, each once. */
const titlesOf = (findings: readonly Finding[], tags: readonly string[]): readonly string[] =>
  [...new Set(findings.filter(({ ruleId }) => tags.some((tag) => state.tags.get(ruleId)?.some((own) => own === tag || own.startsWith(`${tag}.`)))).map(({ title }) => title))].sort();

/** Recordings of Security-Datasets: a technique or a sub-technique of the label is enough, for labels name both. */
function recordings(): readonly Row[] {
  const labels = JSON.parse(readFileSync(`${TELEMETRY}permissive/otrf-labels.json`, 'utf8')) as readonly { readonly file: string; readonly attack: readonly string[] | null }[];
  return labels
    .filter(({ attack }) => attack !== null)
    .map(({ file, attack }) => ({
      recording: file.split('/').at(-1)!.replace(/\.(jsonl\.gz|log)$/, ''),
      label: attack!.join(' '),
      titles: titlesOf(findingsOf(file.endsWith('.log') ? [lines(file).join('\n')] : lines(file)), attack!.map((technique) => `attack.${technique.slice(0, 5).toLowerCase()}`)),
    }))
    .sort((a, b) => (a.recording < b.recording ? -1 : 1));
}

/** Detonations of Stratus Red Team: their labels are a platform, a tactic and a name of their own, so a rule of that tactic must fire. */
function detonations(): readonly Row[] {
  const byName = Map.groupBy(cases('permissive/aws/cloudtrail-stratus-detonations.cases.jsonl'), ({ technique }) => technique!);
  return [...byName]
    .map(([recording, all]) => {
      const tactic = recording.split('.')[1]!;
      return { recording, label: tactic, titles: titlesOf(findingsOf(all.flatMap(nativeOf)), [`attack.${tactic}`]) };
    })
    .sort((a, b) => (a.recording < b.recording ? -1 : 1));
}

/** Single records that another rule set means to find, or means to leave alone, with the techniques that it names. */
function records(file: string): { readonly wanted: number; readonly found: number; readonly technique: number; readonly quiet: number; readonly loud: number } {
  let [wanted, found, technique, quiet, loud] = [0, 0, 0, 0, 0];
  for (const one of cases(file)) {
    const findings = findingsOf(nativeOf(one));
    if (one.should_match !== true) {
      quiet += 1;
      if (findings.length > 0) loud += 1;
      continue;
    }
    wanted += 1;
    if (findings.length > 0) found += 1;
    const tags = (one.attack ?? []).map((name) => `attack.${name.split(':').at(-1)!.slice(0, 5).toLowerCase()}`);
    if (titlesOf(findings, tags).length > 0) technique += 1;
  }
  return { wanted, found, technique, quiet, loud };
}

const cell = ({ recording, titles }: Row): string => (titles.length > 0 ? titles.join(', ') : `**missed**: ${MISSED.get(recording) ?? 'no reason given'}`);
const tableOf = (rows: readonly Row[]): string => rows.map((row) => `| ${row.recording} | ${row.label} | ${cell(row)} |`).join('\n');

describe.skipIf(DATA === undefined)('recorded attacks', () => {
  it('raise a finding of their label, or are listed as missed with the reason', async () => {
    const rows = [...recordings(), ...detonations()];
    expect(rows.filter(({ titles, recording }) => titles.length === 0 && !MISSED.has(recording)).map(({ recording }) => recording)).toEqual([]);
    expect([...MISSED.keys()].filter((name) => !rows.some(({ recording, titles }) => recording === name && titles.length === 0))).toEqual([]);
    const ordinary = ORDINARY.map((file) => {
      const natives = file.includes('.cases.') ? cases(file).flatMap(nativeOf) : lines(file);
      return { file, events: state.runner.events(natives).length, findings: findingsOf(natives) };
    });
    const events = ordinary.reduce((sum, one) => sum + one.events, 0);
    const findings = ordinary.flatMap((one) => one.findings);
    expect(findings.length / events).toBeLessThan(0.01);
    const page = [
      '# Recorded attacks',
      '',
      'Written by `recorded-attacks.test.ts` from recordings that others made and labelled. A finding counts when its rule is tagged with the technique of the label, or with its tactic where the label names no technique.',
      '',
      `${rows.filter(({ titles }) => titles.length > 0).length} of ${rows.length} are found.`,
      '',
      '| recording | label | rules that say so |\n|---|---|---|',
      tableOf(rows),
      '',
      '## Recordings made for other ends',
      '',
      'Examples of vendors and test lines of decoders. Some hold an attack all the same, such as the web shell in the access log.',
      '',
      `${findings.length} findings over ${events} events.`,
      '',
      '| recording | events | findings |\n|---|---|---|',
      ...ordinary.map((one) => `| ${one.file.split('/').slice(1).join('/')} | ${one.events} | ${countsOf(one.findings)} |`),
      '',
    ].join('\n');
    console.log(page);
    await expect(page).toMatchFileSnapshot('recorded-attacks.golden.md');
  }, 120_000);

  it('records of other rule sets are found or left alone, and counted', () => {
    const files = ['aws/panther-aws-cloudtrail', 'azure/panther-azure-audit', 'azure/panther-azure-monitoractivity', 'gcp/panther-gcp-auditlog', 'google-workspace/panther-gsuite-activityevent', 'identity/panther-okta-systemlog', 'k8s/panther-amazon-eks-audit'];
    const counts = files.map((file) => ({ file, ...records(`permissive/${file}.cases.jsonl`) }));
    for (const { file, wanted, found, technique, quiet, loud } of counts)
      console.log(`${file}: ${found} of ${wanted} raise a finding, ${technique} one of the same technique; ${loud} of ${quiet} near misses raise one`);
    const sum = (of: (one: (typeof counts)[number]) => number) => counts.reduce((all, one) => all + of(one), 0);
    console.log(`all: ${sum(({ found }) => found)} of ${sum(({ wanted }) => wanted)}; near misses ${sum(({ loud }) => loud)} of ${sum(({ quiet }) => quiet)}`);
    expect(sum(({ found }) => found)).toBeGreaterThan(0);
  }, 120_000);
});

const countsOf = (findings: readonly Finding[]): string =>
  [...Map.groupBy(findings, ({ title }) => title)].map(([title, all]) => `${title}: ${all.length}`).sort().join(', ') || '0';
