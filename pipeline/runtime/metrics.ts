// What the runtime counts. Labels are closed sets: names of stages, topics, reasons and codes.
import { Counter, Gauge, Histogram } from 'prom-client';
import type { Registry } from 'prom-client';

export type RuntimeMetrics = ReturnType<typeof runtimeMetrics>;
const made = new WeakMap<Registry, RuntimeMetrics>();

/** The runtime's metrics in a registry, made once for each. */
export function metricsOf(registry: Registry): RuntimeMetrics {
  let metrics = made.get(registry);
  if (metrics === undefined) made.set(registry, (metrics = runtimeMetrics(registry)));
  return metrics;
}

function runtimeMetrics(registry: Registry) {
  const registers = [registry];
  const counter = <L extends string>(name: string, help: string, labelNames: readonly L[]) =>
    new Counter({ name, help, labelNames: [...labelNames], registers });
  const gauge = <L extends string>(name: string, help: string, labelNames: readonly L[]) => new Gauge({ name, help, labelNames: [...labelNames], registers });
  return {
    read: counter('stage_read_records_total', 'Input records whose outcome has committed: passed, dropped and rejected together.', ['stage']),
    passed: counter('stage_passed_records_total', 'Input records a stage passed on, or looked at without anything to add.', ['stage']),
    dropped: counter(
      'stage_dropped_records_total',
      'Input records a stage chose not to pass on. On purpose, hence not an error; see stage_rejected_records_total for those.',
      ['stage', 'reason'],
    ),
    rejected: counter('stage_rejected_records_total', 'Input records that became dead letters, by the code of the error.', ['stage', 'code']),
    sourcePauses: counter('stage_source_pauses_total', 'Times a raw topic was left alone for a while because too much of it was refused.', ['stage']),
    emitted: counter('stage_emitted_records_total', 'Outputs of timers, which have no input record.', ['stage']),
    written: counter('stage_written_records_total', 'Records written to topics, dead letters included, changelogs and watermarks not.', ['stage', 'topic']),
    commits: counter('stage_commits_total', 'Transactions by outcome: committed, aborted (read again) or fenced (another member has the partitions).', [
      'stage',
      'outcome',
    ]),
    commitSeconds: new Histogram({
      name: 'stage_commit_seconds',
      help: 'Time from the begin of a transaction to its commit.',
      labelNames: ['stage'],
      buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
      registers,
    }),
    commitRecords: new Histogram({
      name: 'stage_commit_records',
      help: 'Input records in one transaction.',
      labelNames: ['stage'],
      buckets: [1, 10, 100, 500, 1000, 2000, 4000, 8000],
      registers,
    }),
    lag: gauge('stage_lag_records', 'Offsets between what was read and the last stable offset, markers included, over the partitions of this process.', [
      'stage',
    ]),
    tasks: gauge('stage_tasks', 'Tasks of a stage in this process.', ['stage']),
    restores: counter(
      'stage_restores_total',
      'Tasks that began to read their state from changelogs or outputs. One that a rebalance gives back keeps its state and counts nowhere.',
      ['stage'],
    ),
    restored: counter('stage_restored_records_total', 'Records read from changelogs and outputs to bring stores back.', ['stage']),
    restoreLeft: gauge('stage_restore_left_records', 'Offsets of changelogs and outputs still to be read before all tasks of this process have their state.', [
      'stage',
    ]),
    restoreSeconds: gauge('stage_restore_seconds', 'How long the last restore of a task took.', ['stage']),
    pauses: counter('stage_pauses_total', 'Times a stage paused its input, by the reason.', ['stage', 'reason']),
    watermark: gauge(
      'stage_watermark_seconds',
      'Event time, in seconds since 1970, before which nothing more is expected: the least over the tasks of this process.',
      ['stage'],
    ),
    told: counter(
      'stage_watermarks_total',
      'Watermarks told to the partitions downstream, by why: the watermark moved, or nothing came and silence was declared.',
      ['stage', 'reason'],
    ),
    loaded: counter('loader_loaded_records_total', 'Records handed to a loader in batches that it made durable.', ['loader']),
    refused: counter('loader_refused_records_total', 'Records that could not be decoded, handed to the loader to be set aside.', ['loader']),
    loads: counter('loader_loads_total', 'Batches of work by outcome: loaded, retried or fenced.', ['loader', 'outcome']),
    loadSeconds: new Histogram({
      name: 'loader_load_seconds',
      help: 'Time of one load.',
      labelNames: ['loader'],
      buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
      registers,
    }),
    loaderLag: gauge('loader_lag_records', 'Offsets between what is durable and the last stable offset, over the partitions of this process.', ['loader']),
    referenceLag: gauge('reference_lag_seconds', 'How long ago this process last knew that it has all reference records.', []),
    referenceRows: gauge('reference_rows', 'Reference records in memory, with those that were replaced or removed within the last hour.', ['table']),
    referenceRecords: counter('reference_records_total', 'Reference records read.', ['table']),
  };
}
