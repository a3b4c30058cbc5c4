import { describe, expect, it } from 'vitest';
import { collectionOf } from './collector.ts';

describe('a collection', () => {
  it('tells what each part took, in the words of the line', () => {
    const { fields, action, durationNanos } = collectionOf(
      '[GC pause (G1 Evacuation Pause) (young), 0.0123 secs] [Parallel Time: 12.8 ms, GC Workers: 20] [Object Copy (ms): Min: 0.0, Avg: 3.2, Max: 8.1, Diff: 8.1, Sum: 64.2] [Clear CT: 1.5 ms] [Eden: 1.5G(2.0G)->0.0B(2.0G) Survivors: 512.0K->40.0M Heap: 370.5M(528.0M)->111.0M(528.0M)] [Times: user=0.17 sys=0.00, real=0.06 secs]',
    )!;
    expect([action, durationNanos]).toEqual(['pause', 12_300_000]);
    expect(fields).toEqual({
      gc: {
        action: 'pause',
        phase: '(G1 Evacuation Pause) (young)',
        parallel_time: '12.8',
        gc_workers: '20',
        object_copy: { min: '0.0', avg: '3.2', max: '8.1', diff: '8.1', sum: '64.2' },
        clear_ct: '1.5',
        eden_mb: { before: 1536, capacity_before: 2048, after: 0, capacity_after: 2048 },
        survivors_mb: { before: 0.5, after: 40 },
        heap_mb: { before: 370.5, capacity_before: 528, after: 111, capacity_after: 528 },
        times_s: { user: '0.17', sys: '0.00', real: '0.06' },
      },
    });
  });
  it('may be a step without parts', () => {
    expect(collectionOf('[GC concurrent-mark-end, 0.0272767 secs]')).toEqual({
      fields: { gc: { action: 'concurrent-mark-end' } },
      action: 'concurrent-mark-end',
      durationNanos: 27_276_700,
    });
  });
  it.each<[line: string, action: string, phase: string, heap: object, nanos: number]>([
    [
      '[Full GC (Allocation Failure) 211M->103M(512M), 0.3127840 secs]',
      'full-gc',
      '(Allocation Failure)',
      { before: 211, after: 103, capacity_after: 512 },
      312_784_000,
    ],
    [
      '[GC (Metadata GC Threshold) [PSYoungGen: 33280K->5118K(38400K)] 33280K->6144K(131072K), 0.0070712 secs] [Times: user=0.02 sys=0.00, real=0.01 secs]',
      'gc',
      '(Metadata GC Threshold)',
      { before: 32.5, after: 6, capacity_after: 128 },
      7_071_200,
    ],
  ])('of other collectors: %s', (line, action, phase, heap, nanos) => {
    expect(collectionOf(line)).toMatchObject({ fields: { gc: { action, phase, heap_mb: heap } }, action, durationNanos: nanos });
  });
  it.each(['', 'GC pause', '[GCX pause]', '[Eden: 1.0M->2.0M]'])('is not told by %j', (text) => {
    expect(collectionOf(text)).toBeUndefined();
  });
  it('is read in little time, however long and hostile its line', () => {
    const parts = ['[A (ms): Min: 1', '[Eden: 1.0M(1.0M)->1.0M(1.0M) ', 'Min: 1, ', '[', ' (a)', '[Times: user=1 ', 'A: 1 ms, ', '1', '1.0M->', ', 1'];
    const before = process.cpuUsage();
    for (const part of parts) collectionOf(`[GC pause (a) (b), 1.0 secs] ${part.repeat(Math.floor(200_000 / part.length))}`);
    expect(process.cpuUsage(before).user).toBeLessThan(2_000_000);
  });
});
