import { auditHead, newestAudit } from '../../../store/queries/audit.ts';
import type { AuditFilter, AuditHeadRow, AuditRow } from '../../../store/queries/audit.ts';
import { withoutNul } from '../../event-filter.ts';
import { ApiProblem } from '../../gate/problem.ts';
import { pageSize } from '../../paging.ts';
import type { ApiContext } from '../context.ts';

interface FilterInput {
  readonly actor?: string | null;
  readonly action?: string | null;
  readonly object?: string | null;
  readonly from?: number | null;
  readonly to?: number | null;
}
interface ListArgs {
  readonly first?: number | null;
  readonly after?: string | null;
  readonly filter?: FilterInput | null;
}

export default {
  Query: {
    async auditEntries(_root: unknown, { first, after, filter }: ListArgs, { read }: ApiContext) {
      const size = pageSize(first);
      const rows = await read((sql) => newestAudit(sql, filterOf(filter), parseSeq(after), size + 1));
      const edges = rows.slice(0, size).map((node) => ({ cursor: String(node.seq), node }));
      return { edges, pageInfo: { hasNextPage: rows.length > size, endCursor: edges.at(-1)?.cursor ?? null } };
    },
    auditState: async (_root: unknown, _args: unknown, { read }: ApiContext) => (await read(auditHead)) ?? null,
  },
  AuditEntry: { hash: ({ hash }: AuditRow) => hash.toString('hex') },
  AuditState: { hash: ({ hash }: AuditHeadRow) => hash.toString('hex') },
};

function parseSeq(cursor: string | null | undefined): number | null {
  if (cursor === null || cursor === undefined || cursor === '') return null;
  if (/^[1-9]\d{0,14}$/.test(cursor)) return Number(cursor);
  throw new ApiProblem('INVALID_CURSOR', 'Take the cursor from the page before, or leave it out to begin at the top.', {
    errors: [{ pointer: '/after', detail: 'Not a cursor.' }],
  });
}

function filterOf(input: FilterInput | null | undefined): AuditFilter {
  const { from, to } = input ?? {};
  const texts = (['actor', 'action', 'object'] as const).flatMap((name) => {
    const value = input?.[name];
    return typeof value === 'string' ? [[name, withoutNul(value, `/filter/${name}`)]] : [];
  });
  return { ...Object.fromEntries(texts), ...(typeof from === 'number' && { from }), ...(typeof to === 'number' && { to }) };
}
