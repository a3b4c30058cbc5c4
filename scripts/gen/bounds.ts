// What every buffer, queue, cache and store may hold. Numbers are read from the options and from the constants in the code, so that the page
// cannot say what is no longer so: a constant that was renamed stops `npm run gen`.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectFolder } from '../../local/project.ts';
import { ownSections } from '../../local/config.ts';
import { flow, PERSIST } from '../../topologies/telemetry/flow.ts';
import { ofApi } from './bounds/api.ts';
import { size } from './bounds/bound.ts';
import { ofStages } from './bounds/stages.ts';
import type { Generator } from './files.ts';

const bounds = [...ofStages, ...ofApi];

/** Partitions of what a stage reads: its tasks. */
const settings = [
  { name: 'embedded', partitions: ownSections.kafka.parse({}).partitions },
  { name: 'chart', partitions: Number(/^partitions: (\d+)/m.exec(readFileSync(join(projectFolder, 'helm/goshawk/values.yaml'), 'utf8'))?.[1]) },
];

const stageNames: readonly string[] = [...Object.keys(flow), PERSIST];
function mostOf(stage: string, tasks: number): number {
  return bounds
    .filter(({ stages }) => stages === stage || (stages === 'every stage' && stage !== 'API') || (Array.isArray(stages) && stages.includes(stage)))
    .reduce((sum, { bytes, perTask }) => sum + (bytes ?? 0) * (perTask ? tasks : 1), 0);
}

const INTRODUCTION = `# What may be held in memory

Written by \`npm run gen\` from the options and the constants of the code. Every buffer, queue, cache and store of the running product has a bound.
What is behind waits on disk, in the topics: a burst makes lag there, not memory here. Sizes are of what is held, as it arrives or is kept; objects around
it, garbage not yet collected and the code itself come on top: reckon with 150 MiB for an idle process, and give V8 a limit with \`NODE_OPTIONS=--max-old-space-size\`
that leaves room. A task is a stage on one partition number; per-task bounds are divided among as many processes as share the stage.

| what | where | at most | when it is full |
|---|---|---|---|
`;

export default {
  name: 'bounds',
  generate() {
    const rows = bounds.map(
      ({ what, file, most, bytes, perTask, stages, atBound }) =>
        `| ${what} (${Array.isArray(stages) ? stages.join(', ') : String(stages)}) | \`${file}\` | ${most}${bytes === null ? '' : ` = **${size(bytes)}${perTask ? ' a task' : ''}**`} | ${atBound} |`,
    );
    const sums = [...stageNames, 'API'].map((stage) => `| ${stage} | ${settings.map(({ partitions }) => size(mostOf(stage, partitions))).join(' | ')} |`);
    const totals = settings.map(({ partitions }) => size([...stageNames, 'API'].reduce((sum, stage) => sum + mostOf(stage, partitions), 0)));
    const head = settings.map(({ name, partitions }) => `${name}, ${partitions} partitions`).join(' | ');
    return new Map([
      [
        'docs/reference/bounds.md',
        `${INTRODUCTION}${rows.join('\n')}

## Sums

When every bound in bold is reached at the same moment, with all tasks of a stage in one process; what follows from rules and reference rows is not in it. An installation at rest
holds a few MiB of it. A task of ingest is one partition number over all raw topics.

| stage | ${head} |
|---|--:|--:|
${sums.join('\n')}
| **all** | ${totals.map((total) => `**${total}**`).join(' | ')} |

The servers beside them: the embedded broker is started with \`-Xmx512m\`, the registry with \`-Xmx400m\`; PostgreSQL takes its \`shared_buffers\` (128 MB unless configured) and a few MiB
for each of the connections, of which each process opens at most \`database.poolSize\`.
`,
      ],
    ]);
  },
} satisfies Generator;
