import { z } from 'zod';

export const config = z
  .strictObject({
    paneSeconds: z.int().min(1).max(300).default(10).meta({ description: 'Length of a pane in seconds of stream time; windows are made of whole panes.' }),
    windowSeconds: z.array(z.int().min(60)).default([300, 3600]).meta({ description: 'Lengths of the windows in seconds; multiples of the pane.' }),
    distinctLimit: z
      .int()
      .min(16)
      .max(65_536)
      .default(1024)
      .meta({ description: 'Distinct values kept per entity and pane; a count that reaches it says "at least".' }),
    maxHeld: z
      .int()
      .min(1_000)
      .default(1_000_000)
      .meta({
        description:
          'Most that a task keeps: one for each distinct value, eight for each entity and pane or window; about 64 bytes each. What is new beyond it is left out, and its record counted as dropped, over-limit.',
      }),
    retentionSeconds: z
      .int()
      .min(0)
      .default(1200)
      .meta({
        description:
          'How long after its end a window still takes late panes, in seconds of stream time of the slowest dataset. What comes later is dropped, late.',
      }),
  })
  .refine(({ paneSeconds, windowSeconds }) => windowSeconds.every((length) => length % paneSeconds === 0), {
    message: 'must be multiples of paneSeconds',
    path: ['windowSeconds'],
  });
export type FeaturesConfig = z.infer<typeof config>;
