import { z } from 'zod';

export const config = z.strictObject({
  ownRules: z.boolean().default(true).meta({ description: 'Run the rules of this project, in detections/.' }),
  directories: z
    .array(z.string())
    .default([])
    .meta({
      description:
        'Further folders with Sigma rules, correlations and filters, read with all folders below them; the relay reads them, and changes run without a restart of stages.',
    }),
  license: z.string().default('').meta({ description: 'Licence of the rules in `directories` that name none, for example DRL-1.1. Findings carry it.' }),
  reference: z
    .string()
    .default('')
    .meta({
      description:
        'Link to the rule set in `directories`, for example https://github.com/SigmaHQ/sigma. Findings carry it, as the Detection Rule License asks.',
    }),
  experimental: z
    .enum(['draft', 'test', 'production'])
    .default('draft')
    .meta({
      description:
        'State that rules of files begin with whose status is experimental; stable and test ones are in production. Drafts are shadows: stored, but never part of an alert.',
    }),
  findingsPerHour: z
    .int()
    .min(1)
    .default(10_000)
    .meta({
      description:
        'Findings of one rule in one organization, task and hour of append time. Beyond it the rule is a shadow until the hour ends: its findings are drafts, and a finding says so.',
    }),
  candidatesPerSecond: z
    .int()
    .min(1)
    .default(5000)
    .meta({
      description:
        'Events a second of which the condition of one rule may have to be asked, in one organization and task, over ten seconds of append time. Beyond it the rule is a shadow until the hour ends, and a finding says so.',
    }),
  retiredRules: z.boolean().default(false).meta({ description: 'Run rules whose status is deprecated or unsupported, too.' }),
  placeholders: z
    .record(z.string(), z.array(z.union([z.string(), z.number()])))
    .default({})
    .meta({ description: 'Values of `%name%` in rules that use `expand`, by name. A rule whose placeholder has none is refused.' }),
});
export type DetectConfig = z.infer<typeof config>;
