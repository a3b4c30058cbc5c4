// Starts a task of whatever kind: reads its configuration, secrets resolved, and hands it to delivery or pull.
import type { Logger } from 'pino';
import type { AllowList } from '../../outbound/allow-list.ts';
import type { Outbound } from '../../outbound/client.ts';
import type { Broker } from '../../pipeline/runtime/port.ts';
import type { LedgerEntry } from '../../schemas/avro/types.gen.ts';
import type { SourceConnector } from '../_source/index.ts';
import { isTopicOf } from './caller.ts';
import type { Catalogue, CatalogueOptions } from './catalogue.ts';
import type { WallClock } from '../../pipeline/core/wall-clock.ts';
import { sinkTasks } from './delivery/index.ts';
import { SourceTask } from './pull/source-task.ts';
import { maskedLog } from './settings/masked-log.ts';
import { isSink } from './settings/plugins.ts';
import type { StartTask, TaskSpec } from './task.ts';

export interface StartDeps {
  readonly broker: Broker;
  readonly catalogue: Catalogue;
  readonly outbound: Outbound;
  readonly allowOf: (organization: string) => Promise<AllowList>;
  readonly encodeEntry: (entry: LedgerEntry) => Buffer;
  /** Makes a raw topic that a source writes to and that is missing. */
  readonly createRawTopic: (name: string) => Promise<void>;
  readonly extra: CatalogueOptions['extra'];
  readonly clock: WallClock;
  readonly log: Logger;
}
const RETRY = { initialMs: 300, maxMs: 60_000 };

export function startTasks(deps: StartDeps): StartTask {
  const { catalogue } = deps;
  const startSink = sinkTasks({
    ...deps,
    mayFind: isTopicOf,
    async read({ config, organization }: TaskSpec) {
      const { plugin, settings } = await catalogue.read(config, organization);
      if (!isSink(plugin)) throw new TypeError(`${plugin.name} is no sink`);
      return { plugin, settings };
    },
  });
  return (spec) => (spec.type === 'sink' ? startSink(spec) : startSource(spec, deps));
}

async function startSource({ connector, task, organization, config, isPaused }: TaskSpec, deps: StartDeps) {
  const { broker, catalogue, outbound, allowOf, createRawTopic, clock, log } = deps;
  const { plugin, settings } = await catalogue.read(config, organization);
  const source = plugin as unknown as SourceConnector;
  const own = settings.connector as Parameters<SourceConnector['source']>[0];
  const started = new SourceTask({
    connector,
    task,
    organization,
    className: plugin.name,
    target: own,
    broker,
    createRawTopic,
    openSource: async (signal) =>
      source.source(own, {
        log: maskedLog(log.child({ connector, task }), settings.mask),
        outbound,
        allow: await allowOf(organization),
        connector,
        task,
        organization,
        signal,
        now: clock.nowMs,
      }),
    tolerance: settings.common.errors.tolerance,
    deadLetters: { topic: settings.common.errors.deadLetterTopic, hasHeaders: settings.common.errors.deadLetterContext },
    retry: RETRY,
    mask: settings.mask,
    isPaused,
    clock,
    random: Math.random,
    log: maskedLog(log, settings.mask),
  });
  started.start();
  return started;
}
