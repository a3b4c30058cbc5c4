// What can be set: one section per component, in goshawk.yaml or the environment.
import { z } from 'zod';
import { config as alert } from '../../pipeline/alert/index.ts';
import { config as correlate } from '../../pipeline/correlate/index.ts';
import { config as detect } from '../../pipeline/detect/index.ts';
import { config as enrich } from '../../pipeline/enrich/index.ts';
import { config as features } from '../../pipeline/features/index.ts';
import { config as ingest } from '../../pipeline/ingest/index.ts';
import { config as persist } from '../../pipeline/persist/index.ts';
import { config as publish } from '../../pipeline/publish/index.ts';
import { config as validate } from '../../pipeline/validate/index.ts';

const time = z.strictObject({
  latenessSeconds: z
    .record(z.string(), z.int().min(0).max(604_800))
    .default({})
    .meta({
      description:
        'How late events may be, in seconds by dataset or by prefix and `*`, in place of what docs/reference/lateness.md says. Correlations that read the dataset keep their state for so much longer.',
    }),
});

export const sections = { time, ingest, validate, enrich, detect, correlate, features, alert, persist, publish } as const;
