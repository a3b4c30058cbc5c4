// A finding or alert in the AWS Security Finding Format.
import type { FindingFacts, Level } from '../_sink/finding-document.ts';

export interface AwsPlace {
  readonly region: string;
  readonly accountId: string;
  readonly productArn: string;
}
/** As it is sent; only the fields that a provider may set. */
export interface AwsFinding extends Readonly<Record<string, unknown>> {
  readonly Id: string;
}

const LABELS: Readonly<Record<Level, string>> = { informational: 'INFORMATIONAL', low: 'LOW', medium: 'MEDIUM', high: 'HIGH', critical: 'CRITICAL' };
/** Categories of the namespace TTPs; other tactics have none there. */
const TACTICS: Readonly<Record<string, string>> = {
  'initial-access': 'TTPs/Initial Access',
  execution: 'TTPs/Execution',
  persistence: 'TTPs/Persistence',
  'privilege-escalation': 'TTPs/Privilege Escalation',
  'defense-evasion': 'TTPs/Defense Evasion',
  'credential-access': 'TTPs/Credential Access',
  discovery: 'TTPs/Discovery',
  'lateral-movement': 'TTPs/Lateral Movement',
  collection: 'TTPs/Collection',
  'command-and-control': 'TTPs/Command and Control',
  exfiltration: 'Effects/Data Exfiltration',
  impact: 'Effects/Data Destruction',
};
const MAX_RESOURCES = 32;
const MAX_TYPES = 50;
/** Of a value in ProductFields. */
const MAX_VALUE = 2_048;

/**
 * @param updatedMs When this revision was made: Security Hub takes an update only when it is later than the last one. The append time is the same in every replay
 *   and later for each revision.
 * @see AWS, "AWS Security Finding Format": required attributes, and FindingProviderFields for what people may change afterwards.
 */
export function awsFinding(facts: FindingFacts, { region, accountId, productArn }: AwsPlace, updatedMs: number): AwsFinding {
  const { title, level } = facts;
  const types = [...new Set(facts.tactics.map((tactic) => TACTICS[tactic] ?? 'TTPs'))].slice(0, MAX_TYPES);
  return {
    SchemaVersion: '2018-10-08',
    Id: cut(facts.id, 512),
    ProductArn: productArn,
    ProductName: 'Goshawk',
    CompanyName: 'Goshawk',
    Region: region,
    AwsAccountId: accountId,
    GeneratorId: cut(facts.ruleIds[0] ?? 'goshawk', 512),
    CreatedAt: iso(Math.min(facts.firstMs, updatedMs)),
    UpdatedAt: iso(updatedMs),
    FirstObservedAt: iso(facts.firstMs),
    LastObservedAt: iso(Math.max(facts.firstMs, facts.lastMs)),
    Title: cut(title, 256),
    Description: cut(facts.description === null || facts.description.trim() === '' ? title : facts.description, 1_024),
    Resources: resources(facts, region, accountId),
    ProductFields: productFields(facts),
    RecordState: facts.isWithdrawn ? 'ARCHIVED' : 'ACTIVE',
    FindingProviderFields: { Severity: { Label: LABELS[level], Original: level }, Types: types.length > 0 ? types : ['Unusual Behaviors'] },
    ...(isWebAddress(facts.reference) && { SourceUrl: facts.reference }),
  };
}

/** At least one is asked for: where nothing is known, it is the organization. */
function resources({ entities, organization }: FindingFacts, region: string, accountId: string): readonly object[] {
  const named = entities.slice(0, MAX_RESOURCES).map(({ type, value }) => {
    if (type === 'host' && /^i-[0-9a-f]{8,17}$/.test(value))
      return {
        Type: 'AwsEc2Instance',
        Id: `arn:${partitionOf(region)}:ec2:${region}:${accountId}:instance/${value}`,
        Partition: partitionOf(region),
        Region: region,
      };
    return { Type: 'Other', Id: cut(value, 512), Details: { Other: { entityType: type } } };
  });
  return named.length > 0
    ? named
    : [{ Type: 'Other', Id: cut(organization === '' ? 'goshawk' : organization, 512), Details: { Other: { entityType: 'organization' } } }];
}

function productFields(facts: FindingFacts): Readonly<Record<string, string>> {
  const fields: Readonly<Record<string, string>> = {
    'goshawk/goshawk/kind': facts.kind,
    'goshawk/goshawk/organization': facts.organization,
    'goshawk/goshawk/revision': String(facts.revision),
    'goshawk/goshawk/score': facts.score === null ? '' : String(facts.score),
    'goshawk/goshawk/rules': facts.ruleIds.join(' '),
    'goshawk/goshawk/techniques': facts.techniques.join(' '),
    'goshawk/goshawk/tags': facts.tags.join(' '),
    'goshawk/goshawk/eventCount': String(facts.eventCount),
  };
  return Object.fromEntries(Object.entries(fields).flatMap(([name, value]) => (value === '' ? [] : [[name, cut(value, MAX_VALUE)]])));
}

export const partitionOf = (region: string): string => (region.startsWith('cn-') ? 'aws-cn' : region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws');

const iso = (ms: number): string => new Date(ms).toISOString();
/** Characters are counted as AWS does, by UTF-16; none is halved. */
const cut = (text: string, length: number): string =>
  text.length <= length
    ? text
    : `${text
        .slice(0, length - 1)
        .toWellFormed()
        .replace(/\uFFFD$/, '')}…`;
const isWebAddress = (text: string | null): boolean => text !== null && /^https?:\/\/[^\s]+$/.test(text) && URL.canParse(text);
