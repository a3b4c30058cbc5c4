import { resolve } from 'node:path';
import type { Command } from 'commander';
import { loadProcessConfig, loadTopologyFile } from '../../local/config.ts';
import { openPreview } from '../../local/preview.ts';
import { ConfigError } from '../../pipeline/core/errors.ts';
import type { DeadLetter, DeadLetterFilter } from '../../pipeline/core/dead-letter.ts';
import type { Broker, Offsets } from '../../pipeline/runtime/port.ts';
import { lettersEnd, readLetters } from '../../pipeline/runtime/redrive/letters.ts';
import type { Preview, Verdict } from '../../pipeline/runtime/redrive/preview.ts';
import { parsePositive } from '../numbers.ts';
import { openClients } from '../clients.ts';
import type { Io } from '../command.ts';
import { installationIdFor, requireConnection } from '../connection.ts';
import { filterOf, parseIds, withFilter } from './filter.ts';
import type { FilterOptions } from './filter.ts';
import { printable } from './list.ts';

interface Options extends FilterOptions {
  readonly data?: string;
  readonly config?: string;
  readonly limit: number;
}

export function registerPreview(parent: Command, io: Io): void {
  withFilter(parent.command('preview'))
    .description('What the stages, with the options of now, would make of them. Nothing is written')
    .argument('[ids...]', 'partition:offset, as list prints them (default: all that the options choose)', parseIds)
    .option('--config <file>', 'options of the stages (default: goshawk.yaml in the project, if there)')
    .option('--limit <number>', 'how many to try', parsePositive, 10_000)
    .option('--json', 'NDJSON: one line per dead letter, with what would come out')
    .action(async (ids: readonly string[], options: Options) => {
      const { limit, config: configFile } = options;
      const connection = requireConnection(['kafkaBrokers', 'registryUrl'], options);
      const file = await loadTopologyFile('telemetry');
      const config = loadProcessConfig(file, process.env, configFile === undefined ? undefined : resolve(configFile));
      await using clients = await openClients(connection, io);
      const { broker, codec } = clients;
      const filter = filterOf(options, ids);
      const ends = await lettersEnd(broker.admin());
      const stages = await stagesOf(broker, filter, ends, limit, io.interruption.signal);
      const installationId = connection.installationId ?? (await installationIdFor(broker));
      await using opened = await openPreview({ file, config, broker, codec, installationId, log: io.log() }, stages);
      const sums = await tryAll(opened.preview, broker, filter, ends, limit, io);
      if (io.json) return;
      if (sums.size === 0) return io.print('There are no such dead letters.');
      for (const [line, count] of [...sums].sort((a, b) => b[1] - a[1])) io.print(`${String(count).padStart(8)}  ${line}`);
      io.print('Send them again with ./goshawk dead-letters redrive and the same options.');
    });
}

/** Only their stages are opened. */
async function stagesOf(broker: Broker, filter: DeadLetterFilter, ends: Offsets, limit: number, signal: AbortSignal): Promise<readonly string[]> {
  if (filter.stage !== undefined) return [filter.stage];
  const stages = new Set<string>();
  let count = 0;
  for await (const { letter } of readLetters(broker, filter, ends, signal)) {
    stages.add(letter.stage);
    if (++count === limit) break;
  }
  return [...stages];
}

/** @returns Records by what would become of them. */
async function tryAll(preview: Preview, broker: Broker, filter: DeadLetterFilter, ends: Offsets, limit: number, io: Io): Promise<ReadonlyMap<string, number>> {
  const sums = new Map<string, number>();
  let count = 0;
  for await (const { letter, record } of readLetters(broker, filter, ends, io.interruption.signal)) {
    const verdict = await preview.of(letter, record);
    if (io.json) io.print(JSON.stringify({ id: letter.id, stage: letter.stage, was: letter.code, ...verdict }, forJson));
    else {
      const line = sentenceOf(letter, verdict);
      sums.set(line, (sums.get(line) ?? 0) + 1);
      if (filter.ids !== undefined) for (const output of outputLines(letter, verdict)) io.print(output);
    }
    if (++count === limit) break;
  }
  return sums;
}

function sentenceOf({ stage, code: was }: DeadLetter, { outcome, code, message, isSame, outputs }: Verdict): string {
  const before = `${stage}: ${was}`;
  switch (outcome) {
    case 'passed':
      return `${before} -> would pass${outputs.length === 0 ? ', with no output' : `, to ${[...new Set(outputs.map(({ topic }) => topic))].join(', ')}`}`;
    case 'dropped':
      return `${before} -> would be dropped (${code})`;
    case 'rejected':
      return isSame ? `${before} -> would fail again for the same reason` : `${before} -> would fail with ${code}: ${printable(message ?? '').slice(0, 200)}`;
    case 'undecided':
      return `${before} -> cannot be told: ${message}`;
    default:
      throw new ConfigError('INVALID_USAGE', `Unknown outcome ${String(outcome satisfies never)}`);
  }
}

function* outputLines({ id }: DeadLetter, { outputs, message }: Verdict): Generator<string> {
  if (message !== null) yield `${id}  ${printable(message)}`;
  for (const { topic, key, value } of outputs) yield `${id}  ${topic}  ${key ?? '(no key)'}  ${JSON.stringify(value, forJson)}`;
}

/** Bytes as text: native documents are mostly JSON. */
function forJson(_name: string, value: unknown): unknown {
  const bytes = value as { type?: unknown; data?: unknown } | null;
  if (value instanceof Uint8Array) return Buffer.from(value).toString('utf8');
  if (typeof value === 'bigint') return String(value);
  if (bytes !== null && typeof value === 'object' && bytes.type === 'Buffer' && Array.isArray(bytes.data))
    return Buffer.from(bytes.data as number[]).toString('utf8');
  return value;
}
