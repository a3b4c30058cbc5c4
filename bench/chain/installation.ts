// What a benchmark of a whole installation looks at.
import type { ChildProcess } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Broker } from '../../pipeline/runtime/port.ts';
import { tpKey } from '../../pipeline/runtime/port.ts';
import { flow } from '../../topologies/telemetry/flow.ts';

/** Process ids of the parts of an installation, by name. */
export function partsOf(data: string): Record<string, number> {
  const files = readdirSync(join(data, 'parts')).filter((name) => name.endsWith('.json'));
  return Object.fromEntries(
    files.map((file) => [file.replace('.json', ''), (JSON.parse(readFileSync(join(data, 'parts', file), 'utf8')) as { pid: number }).pid]),
  );
}

/** Offsets not yet read, to the last stable one, by stage. */
export async function lags(broker: Broker): Promise<Record<string, number>> {
  const admin = broker.admin();
  const topics = await admin.topics();
  const sums: Record<string, number> = {};
  for (const [stage, { from }] of Object.entries(flow)) {
    const inputs = [...topics].filter(([name]) => (from.name.endsWith('*') ? name.startsWith(from.name.slice(0, -1)) : name === from.name));
    const partitions = inputs.flatMap(([topic, count]) => Array.from({ length: count }, (_unused, partition) => ({ topic, partition })));
    const [ends, committed] = [await admin.offsets(partitions, 'stable'), await admin.committed(`goshawk.${stage}`, partitions)];
    sums[stage] = partitions.reduce((sum, tp) => sum + Math.max(0, (ends.get(tpKey(tp)) ?? 0) - (committed.get(tpKey(tp)) ?? 0)), 0);
  }
  return sums;
}

export async function firstLine(child: ChildProcess, wanted: RegExp): Promise<void> {
  for await (const line of createInterface({ input: child.stdout! })) if (wanted.test(line)) return;
  throw new Error('up ended before it was ready');
}
