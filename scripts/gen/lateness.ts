import { LATENESS } from '../../pipeline/core/lateness.ts';
import type { Generator } from './files.ts';

const span = (micros: number): string => {
  const seconds = micros / 1_000_000;
  return seconds >= 60 && seconds % 60 === 0 ? `${seconds / 60} min` : `${seconds} s`;
};

const TEXT = `# Lateness

Written by \`npm run gen\` from \`pipeline/core/lateness.ts\`. How long after its time an event of a dataset is still expected. The longest name
that fits holds. Of what clouds deliver it is what their vendors say, with a margin; none of it was measured. \`time.latenessSeconds\` of the configuration sets other values, by dataset or prefix:

\`\`\`yaml
time:
  latenessSeconds: { aws.cloudtrail: 3600, 'acme.*': 120 }
\`\`\`
`;

const WHAT = `
What follows from it:

- The watermark of a dataset is the highest event time of each raw partition less its lateness. A correlation waits for the datasets that its
  rules read and for no others, and live at most for \`correlate.reorderMs\` of append time.
- A match may be as much older than the watermark as the timespan of the correlation and the largest lateness of its datasets. Until then it is
  taken into account as if it had come in time, and a finding that it makes, changes or breaks is a new revision that says so. What is older goes to
  \`late.v1\` with the rule in it, and is counted as dropped, \`late\`.
- A correlation keeps matches for twice its timespan and lateness, so that every window that a late match can still change is whole; at most
  \`correlate.matchesPerGroup\` of a group and \`correlate.matchesPerRule\` of a rule.
- An event stamped more than \`validate.maxFutureMinutes\` ahead of the broker's clock is a dead letter, \`FUTURE_TIMESTAMP\`, and moves no watermark.
- A dataset that sends nothing for 30 s holds nobody back, and waits for no slower one: its watermark follows that of the furthest dataset, as far as append time.
- Features of a window go out when its first dataset has passed the end of the window, and again, revised, for each that brings something later:
  a dataset that is hours late holds up its own part only. A window is kept until \`features.retentionSeconds\` after the slowest dataset has passed its end; what
  comes later counts nowhere and is dropped as \`late\`. A dataset that comes in bursts with longer pauses than 30 s counts as idle between them: set the retention
  above its lateness if its part matters.
- A rule that names no product may read any dataset: its correlations keep matches for the largest lateness in this table.
`;

export default {
  name: 'lateness',
  generate() {
    const rows = [...LATENESS]
      .sort((a, b) => (a.datasets < b.datasets ? -1 : 1))
      .map(
        ({ datasets, lateness, because, source }) =>
          `| \`${datasets}\` | ${span(lateness)} | ${because} | ${source === undefined ? '' : `[vendor](${source})`} |`,
      );
    return new Map([['docs/reference/lateness.md', `${TEXT}\n| dataset | may be late by | | says |\n|---|---|---|---|\n${rows.join('\n')}\n${WHAT}`]]);
  },
} satisfies Generator;
