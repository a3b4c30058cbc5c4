import { z } from 'zod';

export const config = z.strictObject({
  reorderMs: z
    .int()
    .min(0)
    .max(60_000)
    .default(2000)
    .meta({
      description: 'Longest wait of a match in the reorder buffer, in milliseconds of append time. A later one that belongs before it makes a revision.',
    }),
  matchesPerGroup: z
    .int()
    .min(10)
    .max(20_000)
    .default(500)
    .meta({ description: 'Matches kept per group, or twice what a condition counts up to where that is more; beyond it the oldest are given up and counted.' }),
  matchesPerRule: z
    .int()
    .min(100)
    .default(200_000)
    .meta({
      description:
        'Matches kept per correlation, organization and task. Beyond it the groups that were silent longest are given up and counted, and the correlation is a shadow until the hour of append time ends: what it finds is a draft, and a finding says so.',
    }),
  groupsPerRule: z.int().min(10).default(100_000).meta({ description: 'The same for open groups.' }),
});
export type CorrelateConfig = z.infer<typeof config>;
