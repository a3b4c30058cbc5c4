// `rules match`: which rules a line of a file meets.
import type { Command } from 'commander';
import { nativeRecords } from '../../local/native-files.ts';
import { RecordError } from '../../pipeline/core/errors.ts';
import { aliasesOf } from '../../pipeline/detect/aliases.ts';
import { Engine } from '../../pipeline/detect/match/engine.ts';
import { rawTopic } from '../../topologies/topics.ts';
import type { Io } from '../command.ts';
import { byteLines, GivenEvents, isLineFile } from '../event-lines.ts';
import { asDocument, openReader } from './records.ts';
import { placed, readSet } from './rule-files.ts';

const MAX_LINE_BYTES = 8 * 1_048_576;

interface Options {
  readonly rules: string;
  readonly events: string;
  readonly gate: boolean;
}

export function registerMatch(parent: Command, io: Io): void {
  parent
    .command('match')
    .description('For each line of a file the rules that it meets, as {"id","rules":[...]}')
    .requiredOption('--rules <path>', 'file or folder with Sigma rules')
    .requiredOption('--events <file>', 'native or canonical events, or {"id","logsource":{...},"event":{...}}; - is stdin')
    .option('--no-gate', 'ask every rule of every event, whatever its log source')
    .action((options: Options) => match(io, options));
}

async function match(io: Io, { rules, events, gate }: Options): Promise<void> {
  const set = await readSet([rules]);
  for (const refusal of set.refusals) io.report.say('refused', `Refused ${placed(refusal)}.`, { ...refusal });
  const engine = new Engine(set.rules, { isGated: gate, aliasesOf });
  const given = new GivenEvents();
  const { read } = await openReader(rawTopic('default', 'rules'));
  let number = 0;
  const answer = (line: Uint8Array): string | undefined => {
    number += 1;
    try {
      // Events without a log source go through ingest, which says what they are.
      const event = given.read(line);
      const documents = event === undefined ? read(line, 0).map(asDocument) : [event];
      const met = documents.flatMap(({ logsource, event: document }) => engine.match(logsource, document).map(({ rule }) => rule.id ?? rule.key));
      return JSON.stringify({ id: event?.id ?? idIn(line) ?? String(number), rules: met.length > 1 ? [...new Set(met)] : met });
    } catch (error) {
      if (!(error instanceof RecordError || error instanceof SyntaxError)) throw error;
      process.exitCode = 1;
      io.report.say('refused', `Line ${number}: ${error.message}.`, { line: number, reason: error.message });
      return undefined;
    }
  };
  for await (const lines of (await isLineFile(events)) ? byteLines(events) : oneByOne(events)) {
    if (io.interruption.signal.aborted) return;
    const answers = lines.map(answer).filter((one) => one !== undefined);
    if (answers.length > 0) io.print(answers.join('\n'));
  }
}

async function* oneByOne(file: string): AsyncIterable<readonly Uint8Array[]> {
  for await (const record of nativeRecords(file, MAX_LINE_BYTES)) yield [Buffer.from(record)];
}

/** What a document that came without its log source calls its id. */
function idIn(line: Uint8Array): string | undefined {
  try {
    const { id } = JSON.parse(Buffer.from(line).toString('utf8')) as { readonly id?: unknown };
    return typeof id === 'string' || typeof id === 'number' ? String(id) : undefined;
  } catch {
    return undefined;
  }
}
