import Table from 'cli-table3';
import { InvalidArgumentError } from 'commander';
import type { Command } from 'commander';
import type { DeadLetter } from '../../pipeline/core/dead-letter.ts';
import { lettersEnd, readLetters } from '../../pipeline/runtime/redrive/letters.ts';
import { openClients } from '../clients.ts';
import type { Io } from '../command.ts';
import { requireConnection } from '../connection.ts';
import { filterOf, withFilter } from './filter.ts';
import type { FilterOptions } from './filter.ts';

const BLOCK_LINES = 500; // a write of its own for each line would take longer than reading them

const parseLimit = (text: string): number => {
  if (!/^\d{1,6}$/.test(text)) throw new InvalidArgumentError('It must be a whole number.');
  return Number(text);
};

export function registerList(parent: Command, io: Io): void {
  withFilter(parent.command('list'))
    .description('Counts by reason, then the newest; nothing of their content')
    .option('--limit <number>', 'how many to list', parseLimit, 20)
    .option('--json', 'NDJSON, all of them')
    .action(async (options: FilterOptions & { data?: string; limit: number }) => {
      await using clients = await openClients(requireConnection(['kafkaBrokers'], options), io);
      const { broker } = clients;
      const admin = broker.admin();
      const summary = new Summary(options.limit);
      const lines: string[] = [];
      for await (const { letter } of readLetters(broker, filterOf(options), await lettersEnd(admin), io.interruption.signal)) {
        if (!io.json) summary.add(letter);
        else if (lines.push(JSON.stringify(lineOf(letter))) === BLOCK_LINES) io.print(lines.splice(0).join('\n'));
      }
      if (lines.length > 0) io.print(lines.join('\n'));
      if (!io.json) for (const line of summary.lines()) io.print(line);
    });
}

/** A dead letter as `list --json` prints it: everything that its headers say, nothing of what it holds. */
export function lineOf({ id, at, code, stage, version, message, position, organization, attempt, firstFailureMs, schemaId, bytes, without }: DeadLetter) {
  return {
    id,
    at: iso(at),
    code,
    stage,
    version,
    message,
    ...position,
    organization,
    attempt,
    firstFailure: iso(firstFailureMs * 1000),
    schemaId,
    bytes,
    ...(without === '' ? {} : { without }),
  };
}
const MAX_MICROS = 8.64e18; // what a Date can hold; the header may say anything
const iso = (micros: number): string => (micros / 1000 <= MAX_MICROS / 1000 ? new Date(Math.floor(micros / 1000)).toISOString() : '');

const MAX_REASONS = 1_000; // labels are ours, but the topic may hold what others wrote

/** Counts and the newest, in memory that does not grow with the number of dead letters. */
class Summary {
  readonly #counts = new Map<string, number>();
  readonly #limit: number;
  #newest: DeadLetter[] = [];

  constructor(limit: number) {
    this.#limit = limit;
  }

  add(letter: DeadLetter): void {
    const reason = `${letter.stage}|${letter.code}|${letter.version}`;
    const key = this.#counts.has(reason) || this.#counts.size < MAX_REASONS ? reason : '(others)||';
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
    this.#newest.push(letter);
    if (this.#newest.length > 2 * this.#limit + 100) this.#cut();
  }

  *lines(): Generator<string> {
    if (this.#counts.size === 0) {
      yield 'There are no such dead letters.';
      return;
    }
    const style = { head: [], border: [] };
    const reasons = new Table({ head: ['stage', 'reason', 'version', 'records'], style, colAligns: ['left', 'left', 'left', 'right'] });
    for (const [reason, count] of [...this.#counts].sort((a, b) => b[1] - a[1])) reasons.push([...reason.split('|'), String(count)]);
    yield reasons.toString();
    this.#cut();
    if (this.#newest.length === 0) return;
    const list = new Table({ head: ['id', 'at', 'reason', 'from', 'what happened'], style, colWidths: [null, null, null, null, 70], wordWrap: true });
    for (const { id, at, code, position, message } of this.#newest)
      list.push([id, iso(at), code, `${position.topic}/${position.partition}@${position.offset}`, printable(message).slice(0, 300)]);
    yield list.toString();
  }

  #cut(): void {
    this.#newest.sort((a, b) => b.at - a.at || b.offset - a.offset);
    this.#newest = this.#newest.slice(0, this.#limit);
  }
}

/** Text of a record in a terminal: what would move the cursor or change colours shows as U+FFFD. */
export const printable = (text: string): string => text.replaceAll(/(?![\t\n])\p{Cc}/gu, '\ufffd');
