// What may be hunted for, by REST, GraphQL and command line alike.
import { z } from 'zod';
import { MAX_INDICATORS, readIndicators } from '../../domains/hunt/index.ts';
import { SEVERITIES } from '../../store/queries/findings.ts';
import { parseSearch } from '../../domains/search/syntax.ts';
import { Parameters, searchCondition } from '../../store/queries/search/sql.ts';
import { text, time } from '../rest/kit.ts';

const list = text(1_000_000).transform((value, context) => {
  const { indicators, refused } = readIndicators(value);
  for (const { line, text: given, reason } of refused.slice(0, 20))
    context.addIssue({ code: 'custom', message: `Line ${line}, "${given.slice(0, 60)}": ${reason}` });
  if (refused.length > 20) context.addIssue({ code: 'custom', message: `And ${refused.length - 20} lines more.` });
  if (indicators.length === 0 && refused.length === 0) context.addIssue({ code: 'custom', message: 'Name at least one indicator.' });
  if (indicators.length > MAX_INDICATORS)
    context.addIssue({ code: 'custom', message: `At most ${MAX_INDICATORS} indicators; these are ${indicators.length}.` });
  return indicators;
});

/** What is asked before a hunt begins. */
export const huntQuestion = z
  .strictObject({
    indicators: list
      .optional()
      .meta({
        description:
          'Addresses, networks, domains, hashes and URLs, one a line; `evil[.]example` and `hxxp://` are understood. Lines that begin with # say nothing.',
      }),
    query: text(2_000).optional().meta({ description: 'A search; either this or indicators.' }),
    datasets: z.array(text(200).min(1)).max(100).default([]).meta({ description: 'Empty: all.' }),
    from: time.meta({ description: 'ISO 8601 with a zone: the first event time that counts.' }),
    to: time.optional().meta({ description: 'ISO 8601 with a zone: events from here on do not count. Now, unless given.' }),
  })
  .refine(({ indicators, query }) => (indicators === undefined) !== (query === undefined), { message: 'Either indicators or a query.', path: ['query'] });

/** What begins one. */
export const newHunt = huntQuestion.safeExtend({
  name: text(200)
    .refine((value) => value.trim() !== '', 'Needs a name.')
    .meta({ description: 'What findings of a search are called.' }),
  severity: z.enum(SEVERITIES).default('medium').meta({ description: 'Of what it finds.' }),
  makesAlerts: z.boolean().default(false).meta({ description: 'Whether what it finds becomes alerts. Else it is shown as findings only.' }),
});
export type HuntQuestion = z.output<typeof huntQuestion>;
export type NewHunt = z.output<typeof newHunt>;

/** @throws SearchError when it cannot be read, or its fields cannot be tested so; null for what would find everything */
export function checkedQuery(query: string): string | null {
  const search = parseSearch(query);
  if (search.kind === 'all') return null;
  searchCondition(search, new Parameters());
  return query.trim();
}
