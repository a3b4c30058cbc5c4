import { z } from 'zod';
import { coverageOf, familyOf, navigatorLayer, techniqueOf } from '../../../domains/attack/index.ts';
import type { Coverage, CoveredTechnique, TaggedRule } from '../../../domains/attack/index.ts';
import { tacticsOf, techniquesOf } from '../../../domains/sigma/index.ts';
import { SEVERITIES } from '../../../store/queries/findings.ts';
import { pageOfRules, ruleById, ruleRefusals, versionsOfRule } from '../../../store/queries/rules.ts';
import type { RuleFilter, RuleRow, StoredRuleKind, StoredRuleState } from '../../../store/queries/rules.ts';
import { taggedRules } from '../../../store/queries/rule-counts.ts';
import type { CoverageRow } from '../../../store/queries/rule-counts.ts';
import type { Severity } from '../../../schemas/avro/types.gen.ts';
import { withoutNul } from '../../event-filter.ts';
import { pageSize } from '../../paging.ts';
import { checkedInput } from '../../rules/checked-input.ts';
import { parseTitleCursor, titleCursorOf } from '../../rules/cursor.ts';
import { partsOf } from '../../rules/explained-parts.ts';
import type { ExplainedPart } from '../../rules/explained-parts.ts';
import { hoursOf } from '../../rules/hours.ts';
import { newRule, ruleChange, ruleText } from '../../rules/register.ts';
import { isoOf } from '../../time.ts';
import type { ApiContext } from '../context.ts';

interface FilterInput {
  readonly search?: string | null;
  readonly state?: readonly StoredRuleState[] | null;
  readonly minLevel?: Severity | null;
  readonly kind?: readonly StoredRuleKind[] | null;
  readonly origin?: 'file' | 'api' | null;
  readonly technique?: string | null;
  readonly hasHits?: boolean | null;
}
interface HoursArgs {
  readonly hours?: number | null;
}
interface TextArgs {
  readonly text: string;
}
const textOf = (text: string): string => checkedInput(z.strictObject({ text: ruleText }), { text }, 'input').text;
const DAY_HOURS = 24;
const HOUR = 3_600_000_000;
const severityOf = ({ level }: { readonly level: number }): Severity => SEVERITIES[level] ?? 'informational';

export default {
  Query: {
    async rules(
      _root: unknown,
      args: { readonly first?: number | null; readonly after?: string | null; readonly filter?: FilterInput | null },
      { read, services: { wallMicros } }: ApiContext,
    ) {
      const size = pageSize(args.first);
      const rows = await read((sql) => pageOfRules(sql, filterOf(args.filter, wallMicros()), parseTitleCursor(args.after), size + 1));
      const edges = rows.slice(0, size).map((node) => ({ cursor: titleCursorOf(node), node }));
      return { edges, pageInfo: { hasNextPage: rows.length > size, endCursor: edges.at(-1)?.cursor ?? null } };
    },
    rule: async (_root: unknown, { id }: { readonly id: string }, { read }: ApiContext) => (await read((sql) => ruleById(sql, withoutNul(id, '/id')))) ?? null,
    ruleRefusals: (_root: unknown, _args: unknown, { read }: ApiContext) => read(ruleRefusals),
    coverage: async (_root: unknown, args: HoursArgs, context: ApiContext) => (await readCoverage(context, args)).techniques,
    coverageLayer: async (_root: unknown, args: HoursArgs, context: ApiContext) =>
      JSON.stringify(layerOf(await readCoverage(context, args), context.services.wallMicros()), null, 2),
    ruleProblems: (_root: unknown, { text, id }: TextArgs & { readonly id?: string | null }, { principal, services }: ApiContext) =>
      services.ruleTrials.problems(principal, textOf(text), typeof id === 'string' ? withoutNul(id, '/id') : null),
    ruleTrial: (_root: unknown, { text, ...args }: TextArgs & HoursArgs, { principal, services }: ApiContext) =>
      services.ruleTrials.attempt(principal, textOf(text), hoursOf(args, 1)),
    ruleExplanation: async (_root: unknown, { text, eventId }: TextArgs & { readonly eventId: string }, { principal, services }: ApiContext) => {
      const explanation = await services.ruleTrials.explain(principal, textOf(text), eventId);
      return { matches: explanation.matches, parts: partsOf(explanation) };
    },
  },
  Mutation: {
    addRule: (_root: unknown, { input }: { readonly input: unknown }, { principal, services }: ApiContext) =>
      services.rules.add(principal, checkedInput(newRule, input, 'input')),
    updateRule: (_root: unknown, { id, change }: { readonly id: string; readonly change: unknown }, { principal, services }: ApiContext) =>
      services.rules.change(principal, withoutNul(id, '/id'), checkedInput(ruleChange, change, 'change')),
    retireRule: (_root: unknown, { id, version }: { readonly id: string; readonly version?: number | null }, { principal, services }: ApiContext) =>
      services.rules.retire(principal, withoutNul(id, '/id'), version ?? null),
  },
  Rule: {
    level: severityOf,
    origin: ({ file }: RuleRow) => (file === null ? 'api' : 'file'),
    description: ({ head }: RuleRow) => head.description,
    author: ({ head }: RuleRow) => head.author,
    license: ({ head }: RuleRow) => head.license,
    references: ({ head }: RuleRow) => head.references,
    falsepositives: ({ head }: RuleRow) => head.falsepositives,
    logsource: ({ head }: RuleRow) => head.logsource,
    techniques: ({ tags }: RuleRow) => techniquesOf(tags),
    versions: ({ id }: RuleRow, _args: unknown, { read }: ApiContext) => read((sql) => versionsOfRule(sql, id)),
    shadowedBecause: ({ id }: RuleRow, _args: unknown, { loaders }: ApiContext) => loaders.rules.shadowedBecause.load(id),
    hits: async ({ id }: RuleRow, args: HoursArgs, { loaders }: ApiContext) => (await loaders.rules.hits.load({ id, hours: hoursOf(args) })).hits,
    suppressed: async ({ id }: RuleRow, args: HoursArgs, { loaders }: ApiContext) => (await loaders.rules.hits.load({ id, hours: hoursOf(args) })).suppressed,
    noise: async ({ id }: RuleRow, args: HoursArgs, { loaders }: ApiContext) => {
      const hours = hoursOf(args);
      const [{ hits }, all] = await Promise.all([loaders.rules.hits.load({ id, hours }), loaders.rules.allHits.load(hours)]);
      return all === 0 ? 0 : hits / all;
    },
    lastHitAt: ({ id }: RuleRow, _args: unknown, { loaders }: ApiContext) => loaders.rules.lastHit.load(id),
    verdicts: ({ id }: RuleRow, _args: unknown, { loaders }: ApiContext) => loaders.rules.verdicts.load(id),
  },
  TechniqueCoverage: {
    name: ({ technique, title }: CoveredTechnique) => title ?? technique,
    family: ({ technique }: CoveredTechnique) => techniqueOf(familyOf(technique))?.name ?? familyOf(technique),
    hits: hitsOf,
  },
  CoveringRule: { level: severityOf },
  ExplainedPart: {
    has: ({ has }: ExplainedPart) => (has === 'null' ? 'null_value' : has), // `null` is no name for a value of an enum
  },
  ExplainedValue: { value: ({ value }: { readonly value: string | number | boolean | null }) => String(value) },
};

function filterOf(input: FilterInput | null | undefined, now: number): RuleFilter {
  const { search, state, minLevel, kind, origin, technique, hasHits } = input ?? {};
  return {
    ...(typeof search === 'string' && search !== '' && { search: withoutNul(search, '/filter/search') }),
    ...(Array.isArray(state) && { state }),
    ...(typeof minLevel === 'string' && { minLevel: SEVERITIES.indexOf(minLevel) }),
    ...(Array.isArray(kind) && { kind }),
    ...(typeof origin === 'string' && { isOfFile: origin === 'file' }),
    ...(typeof technique === 'string' && technique !== '' && { technique: withoutNul(technique, '/filter/technique') }),
    ...(hasHits === true && { hitSince: now - DAY_HOURS * HOUR }),
  };
}

/** A rule that runs, as coverage counts it. Which products' events it reads is not asked here. */
type Covering = TaggedRule & CoverageRow & { readonly id: string; readonly hits: number };
const coveringRule = (row: CoverageRow): Covering => ({
  ...row,
  id: row.ruleId,
  key: row.ruleId,
  origin: 'installation',
  products: [],
  techniques: techniquesOf(row.tags),
  tactics: tacticsOf(row.tags),
});
function hitsOf({ rules }: CoveredTechnique<Covering>): number {
  return rules.reduce((sum, { hits }) => sum + hits, 0);
}

async function readCoverage({ read, services: { wallMicros } }: ApiContext, args: HoursArgs): Promise<Coverage<Covering>> {
  const since = wallMicros() - hoursOf(args) * HOUR;
  return coverageOf((await read((sql) => taggedRules(sql, since))).map(coveringRule));
}

/** What it scores is in production; other rules are named with their state. */
const layerOf = (coverage: Coverage<Covering>, wallMicros: number) =>
  navigatorLayer(coverage, {
    name: 'Goshawk coverage',
    description: `Rules in production by technique, as of ${isoOf(wallMicros)}`,
    counts: ({ state }) => state === 'production',
    label: ({ title, state }) => (state === 'production' ? title : `${title} (${state})`),
    facts: (technique) => ({ findings: hitsOf(technique) }),
  });
