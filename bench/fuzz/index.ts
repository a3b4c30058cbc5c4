import { availableParallelism } from 'node:os';
import type { Bench, Benchmark, Figure } from '../figure.ts';
import { cpuMicros } from '../figure.ts';
import { runCampaign } from './threads.ts';
import { accounted, BLOCK } from './trial.ts';

const MiB = 1_048_576;

export default {
  name: 'fuzz',
  description: 'Changed records of all formats through ingest: none crashes it or holds it up, and all are accounted for (--records, --seed, --from)',
  async run({ fuzz, say, signal }: Bench): Promise<readonly Figure[]> {
    const start = process.cpuUsage();
    const { tally, untried, heapGrowth } = await runCampaign({ ...fuzz, from: Math.floor(fuzz.from / BLOCK), threads: availableParallelism(), say, signal });
    const micros = cpuMicros(start);
    for (const wrong of tally.wrong) say(`Wrong: ${JSON.stringify(wrong)}`);
    const lost = tally.in - accounted(tally);
    if (tally.wrongs > 0 || lost !== 0 || untried > 0) process.exitCode = 1;
    const rejected = Object.entries(tally.rejected).map(([code, count]) => `${count} ${code}`);
    const fact = { baseline: null, unit: 'records' } as const;
    const none = { value: 0, isAtMost: true } as const;
    return [
      {
        ...fact,
        measure: 'records',
        value: tally.in,
        goal: null,
        note: `seed ${fuzz.seed}, from record ${fuzz.from}: ${tally.decoded} decoded, ${tally.unparsed} unparsed, ${rejected.join(', ') || 'none'} rejected, ${tally.told} headers and parts of groups; ${tally.events} events`,
      },
      {
        ...fact,
        measure: 'crashed, not sendable or not ECS',
        value: tally.wrongs,
        goal: none,
        note: 'each is printed above, with the block that shows it again',
      },
      { ...fact, measure: 'not accounted for', value: Math.abs(lost) + untried, goal: none, note: 'decoded + unparsed + rejected + headers = in' },
      { ...fact, unit: 'ms', measure: 'slowest record, CPU', value: tally.slowestMicros / 1000, goal: { value: 2_000, isAtMost: true }, note: tally.slowest },
      {
        ...fact,
        unit: 'us/record',
        measure: 'CPU, changing and checking included',
        value: micros / Math.max(1, tally.in),
        goal: null,
        note: `${availableParallelism()} threads`,
      },
      {
        ...fact,
        unit: 'MiB',
        measure: 'growth of memory',
        value: Math.max(0, ...heapGrowth) / MiB,
        goal: { value: 32, isAtMost: true },
        note: heapGrowth.length === 0 ? 'too few records to say' : 'heap after collection, from a quarter of the run to its end; the thread with most',
      },
    ];
  },
} satisfies Benchmark;
