import type { Micros } from '../../../pipeline/core/index.ts';
import type { EventRef, Severity } from '../../../schemas/avro/types.gen.ts';
import { countFindings, findingByHash, findingsByRule, pageOfFindings, SEVERITIES } from '../../../store/queries/findings.ts';
import type { FindingFilter, FindingRow, RuleCountRow } from '../../../store/queries/findings.ts';
import { parseSearch } from '../../../domains/search/syntax.ts';
import { namesOf, readRange } from '../../event-filter.ts';
import { parsePublicId, publicIdOf } from '../../event-view.ts';
import { pageOf, pageSize, readPage } from '../../paging.ts';
import type { PageArgs } from '../../paging.ts';
import { partsOf } from '../../rules/explained-parts.ts';
import type { ApiContext } from '../context.ts';

interface FilterInput {
  readonly from?: Micros | null;
  readonly to?: Micros | null;
  readonly minSeverity?: Severity | null;
  readonly ruleId?: readonly string[] | null;
  readonly drafts?: boolean | null;
  readonly suppressed?: boolean | null;
  readonly search?: string | null;
}

const severityOf = ({ severity }: { readonly severity: number }): Severity => SEVERITIES[severity] ?? 'informational';

/** What people see of a rule is what its finding carries: the rule that was, not the one that is. */
export const ruleOf = ({ ruleId, ruleVersion, title, tags, description, author, license, reference }: FindingRow) => ({
  id: ruleId,
  version: ruleVersion,
  title,
  tags,
  description,
  author,
  license,
  reference,
});

export default {
  Query: {
    async findings(_root: unknown, args: PageArgs & { readonly filter?: FilterInput | null }, { look }: ApiContext) {
      const page = readPage(args);
      const filter = filterOf(args.filter);
      const rows = await look((sql) => pageOfFindings(sql, filter, page.place, page.size + 1, page.isBackward));
      return pageOf(rows, page, ({ time, id }) => ({ at: time, id }));
    },
    // `supersedes` is the hash alone: the time of what was replaced is not known to what replaced it.
    finding: async (_root: unknown, { id }: { readonly id: string }, { loaders, read }: ApiContext) => {
      const ref = parsePublicId(id);
      if (ref !== null) return loaders.findings.load(ref);
      return /^[0-9a-f]{32}$/.test(id) ? ((await read((sql) => findingByHash(sql, id))) ?? null) : null;
    },
    findingsByRule: (
      _root: unknown,
      { from, to, first }: { readonly from: Micros; readonly to: Micros; readonly first?: number | null },
      { read }: ApiContext,
    ) => read((sql) => findingsByRule(sql, from, to, pageSize(first ?? 20))),
    findingCounts(_root: unknown, args: { readonly from: Micros; readonly to: Micros; readonly spanSeconds: number }, { read }: ApiContext) {
      const range = readRange(args.from, args.to, args.spanSeconds);
      return read((sql) => countFindings(sql, range));
    },
  },
  RuleCount: { severity: (row: RuleCountRow) => severityOf(row) },
  Finding: {
    id: publicIdOf,
    rule: ruleOf,
    severity: severityOf,
    matchedFields: (row: FindingRow) => row.fields,
    isWithdrawn: ({ revisable }: FindingRow) => revisable?.isWithdrawn ?? false,
    settlesAt: ({ revisable }: FindingRow) => revisable?.settlesAt ?? null,
    change: ({ revisable }: FindingRow) => revisable?.change ?? null,
    async explanation(finding: FindingRow, _args: unknown, { principal, loaders, services: { findingExplanations } }: ApiContext) {
      const eventsOf = (refs: readonly EventRef[]) => Promise.all(refs.map((ref) => loaders.events.load(ref)));
      const told = await findingExplanations.explain(principal.organization, finding, eventsOf);
      return 'rule' in told ? { rule: { matches: told.rule.matches, parts: partsOf(told.rule) } } : told;
    },
  },
  EventReference: { id: publicIdOf, event: (ref: EventRef, _args: unknown, { loaders }: ApiContext) => loaders.events.load(ref) },
};

function filterOf(input: FilterInput | null | undefined): FindingFilter {
  if (input === null || input === undefined) return {};
  const { from, to, minSeverity, ruleId, drafts, suppressed, search } = input;
  return {
    ...(typeof from === 'number' && { from }),
    ...(typeof to === 'number' && { to }),
    ...(typeof minSeverity === 'string' && { minSeverity: SEVERITIES.indexOf(minSeverity) }),
    ...(Array.isArray(ruleId) && { ruleId: namesOf(ruleId, '/filter/ruleId') }),
    ...(typeof drafts === 'boolean' && { drafts }),
    ...(typeof suppressed === 'boolean' && { suppressed }),
    ...(typeof search === 'string' && { search: parseSearch(search) }),
  };
}
