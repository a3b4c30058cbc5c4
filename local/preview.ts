// The stages of this installation as they are now, for trying dead letters on: for the command line and the API.
import type { Logger } from 'pino';
import { Registry } from 'prom-client';
import { metricsOf } from '../pipeline/runtime/metrics.ts';
import type { Broker } from '../pipeline/runtime/port.ts';
import { Preview } from '../pipeline/runtime/redrive/preview.ts';
import { openReferenceReader } from '../pipeline/runtime/reference-reader.ts';
import { systemClock } from '../pipeline/core/wall-clock.ts';
import type { TryLetters } from '../api/deps.ts';
import type { Codec } from '../schemas/avro/codec.ts';
import type { TopologyFile } from '../topologies/open.ts';
import { stageNames } from '../topologies/telemetry/flow.ts';
import { refTables } from '../topologies/topics.ts';
import type { ProcessConfig } from './config.ts';

export interface PreviewDeps {
  readonly file: TopologyFile;
  readonly config: ProcessConfig;
  readonly broker: Broker;
  readonly codec: Codec;
  readonly installationId: string;
  readonly log: Logger;
}
export interface OpenPreview extends AsyncDisposable {
  readonly preview: Preview;
}

/** @param stages Whose dead letters are asked about. Opening detect loads the rules, which takes seconds. */
export async function openPreview({ file, config, broker, codec, installationId, log }: PreviewDeps, stages: readonly string[]): Promise<OpenPreview> {
  const registry = new Registry();
  const { topology, close } = await file.open(config.topology, {
    installationId,
    databaseUrl: null,
    stages: stages.filter((name) => name !== 'persist'),
    log,
    metrics: registry,
    committed: async () => new Map(),
  });
  const reference = await openReferenceReader({
    broker,
    codec,
    tables: Object.values(refTables),
    topicName: (name) => name,
    clock: systemClock,
    log,
    metrics: metricsOf(registry),
  }).catch(async (error: unknown) => {
    await close();
    throw error;
  });
  return {
    preview: new Preview({ topology, codec, reference: reference.data }),
    async [Symbol.asyncDispose]() {
      await reference.close();
      await close();
    },
  };
}

/** For a process that is asked now and then: a stage is opened when its first dead letter is asked about, and stays. */
export function openTrials(deps: PreviewDeps): { readonly tryLetter: TryLetters; readonly close: () => Promise<void> } {
  const opened = new Map<string, Promise<OpenPreview>>();
  const previewFor = (stage: string): Promise<OpenPreview> => {
    let preview = opened.get(stage);
    if (preview === undefined) {
      preview = openPreview(deps, [stage]);
      opened.set(stage, preview);
      preview.catch(() => opened.delete(stage)); // the next one tries again
    }
    return preview;
  };
  return {
    tryLetter: async (letter, record) => (await previewFor(KNOWN_STAGES.has(letter.stage) ? letter.stage : '')).preview.of(letter, record),
    async close() {
      for (const preview of await Promise.allSettled(opened.values())) if (preview.status === 'fulfilled') await preview.value[Symbol.asyncDispose]();
    },
  };
}
const KNOWN_STAGES: ReadonlySet<string> = new Set(stageNames); // a dead letter may name anything
