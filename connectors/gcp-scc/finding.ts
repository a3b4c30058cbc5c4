// A finding or alert as Security Command Center has it.
import type { FindingFacts, Level } from '../_sink/finding-document.ts';

/** As it is sent; `name` stands in the path. */
export type SccFinding = Readonly<Record<string, unknown>>;

/** There is none below LOW. */
const SEVERITIES: Readonly<Record<Level, string>> = { informational: 'LOW', low: 'LOW', medium: 'MEDIUM', high: 'HIGH', critical: 'CRITICAL' };
const TACTICS: ReadonlySet<string> = new Set([
  'RECONNAISSANCE',
  'RESOURCE_DEVELOPMENT',
  'INITIAL_ACCESS',
  'EXECUTION',
  'PERSISTENCE',
  'PRIVILEGE_ESCALATION',
  'DEFENSE_EVASION',
  'CREDENTIAL_ACCESS',
  'DISCOVERY',
  'LATERAL_MOVEMENT',
  'COLLECTION',
  'COMMAND_AND_CONTROL',
  'EXFILTRATION',
  'IMPACT',
]);

/** 1 to 32 letters and digits: an id of ours as it is, since those have 32. */
export const findingIdOf = (id: string): string => id.replaceAll(/[^A-Za-z0-9]/g, '').slice(0, 32);

/**
 * What may not change (`category`, `resourceName`) is the same for all revisions: titles and entities of an alert grow with it.
 *
 * @param resourceName Full name of the resource that all findings are listed under.
 * @param appendedMs Append time of the record: no finding may be of the future.
 * @see google.cloud.securitycenter.v2.Finding
 */
export function sccFinding(facts: FindingFacts, resourceName: string, appendedMs: number): SccFinding {
  const { kind, title, description, level, revision, lastMs } = facts;
  const [tactic, ...others] = facts.tactics.map((name) => name.toUpperCase().replaceAll(/[^A-Z]+/g, '_')).filter((name) => TACTICS.has(name));
  return {
    resourceName,
    category: kind === 'alert' ? 'GOSHAWK_ALERT' : 'GOSHAWK_FINDING',
    // Of the first revision when it was seen; of a later one when it was made.
    eventTime: new Date(revision > 1 ? appendedMs : Math.min(lastMs, appendedMs)).toISOString(),
    severity: SEVERITIES[level],
    findingClass: 'THREAT',
    description: description === null || description === title ? title : `${title}\n${description}`,
    ...(tactic !== undefined && { mitreAttack: { primaryTactic: tactic, ...(others.length > 0 && { additionalTactics: others }) } }),
    ...(isWebAddress(facts.reference) && { externalUri: facts.reference }),
    sourceProperties: {
      id: facts.id,
      revision,
      organization: facts.organization,
      title,
      severity: level,
      score: facts.score,
      rules: facts.ruleIds,
      techniques: facts.techniques,
      tags: facts.tags,
      entities: facts.entities,
      event_count: facts.eventCount,
      first_seen: new Date(facts.firstMs).toISOString(),
      last_seen: new Date(lastMs).toISOString(),
      withdrawn: facts.isWithdrawn,
    },
  };
}

const isWebAddress = (text: string | null): boolean => text !== null && /^https?:\/\/[^\s]+$/.test(text) && URL.canParse(text);
