import { writeFileSync } from 'node:fs';
import { hostname, userInfo } from 'node:os';
import { resolve } from 'node:path';
import { InvalidArgumentError } from 'commander';
import type { Command } from 'commander';
import type { Pool } from 'pg';
import { isErrorHeader, parseLetterId } from '../../pipeline/core/dead-letter.ts';
import type { DeadLetter } from '../../pipeline/core/dead-letter.ts';
import { ConfigError, ERROR_CODES } from '../../pipeline/core/errors.ts';
import type { Headers, RawRecord } from '../../pipeline/runtime/port.ts';
import { lettersEnd, readLetters } from '../../pipeline/runtime/redrive/letters.ts';
import { withOrganization } from '../../store/connect.ts';
import { appendAudit } from '../../store/queries/users.ts';
import { openClients } from '../clients.ts';
import type { Io } from '../command.ts';
import { requireConnection } from '../connection.ts';
import { parsePositive } from '../numbers.ts';
import { lineOf, printable } from './list.ts';

type Form = 'text' | 'hex';
interface Options {
  readonly as: Form;
  readonly bytes: number;
  readonly raw?: string;
  readonly data?: string;
}
const DEFAULT_BYTES = 4096;

export function registerShow(parent: Command, io: Io): void {
  parent
    .command('show')
    .description('One of them whole, content included: it may hold secrets, so each look is written to the audit')
    .argument('<id>', 'partition:offset, as list prints it')
    .option('--as <form>', 'text or hex', parseForm, 'text')
    .option('--bytes <number>', 'how much of the value to print', parsePositive, DEFAULT_BYTES)
    .option('--raw <file>', 'write the value to a file, byte for byte')
    .option('--data <folder>', 'the installation to look at')
    .option('--json', 'one JSON document; bytes as base64, whole')
    .action(async (id: string, options: Options) => {
      if (parseLetterId(id) === undefined)
        throw new ConfigError('INVALID_USAGE', `"${id}" is no id of a dead letter: it is partition:offset, as list prints it.`);
      await using clients = await openClients(requireConnection(['kafkaBrokers', 'databaseUrl'], options), io);
      const ends = await lettersEnd(clients.broker.admin());
      for await (const { letter, record } of readLetters(clients.broker, { ids: [id] }, ends, io.interruption.signal)) {
        await audit(clients.database, letter, options.raw === undefined ? 'shown' : 'written to a file');
        if (options.raw !== undefined) {
          writeFileSync(resolve(options.raw), record.value ?? '', { mode: 0o600 });
          io.print(`${record.value?.length ?? 0} bytes are in ${resolve(options.raw)}.`);
        } else if (io.json) io.print(JSON.stringify(documentOf(letter, record)));
        else for (const line of linesOf(letter, record, options)) io.print(line);
        return;
      }
      io.print(`There is no dead letter ${id}: it was never there, or its retention is over.`);
      process.exitCode = 1;
    });
}

function parseForm(text: string): Form {
  if (text !== 'text' && text !== 'hex') throw new InvalidArgumentError('It is text or hex.');
  return text;
}

export const cliActor = (): string => `${userInfo().username}@${hostname()}`;

/** Before anything is shown. Of an organization that the database does not know, in the first one's audit. */
async function audit(pool: Pool, letter: DeadLetter, how: string): Promise<void> {
  const write = (organization: string) =>
    withOrganization(pool, organization, (sql) =>
      appendAudit(sql, cliActor(), 'dead-letter.show', letter.id, { how, from: 'command line', organization: letter.organization }),
    );
  try {
    await write(letter.organization || 'default');
  } catch (error) {
    if ((error as { code?: unknown }).code !== '23503') throw error; // no such organization
    await write('default');
  }
}

function documentOf(letter: DeadLetter, { key, value, headers }: RawRecord) {
  const base64 = (bytes: Buffer | null) => bytes?.toString('base64') ?? null;
  return {
    ...lineOf(letter),
    explanation: explanationOf(letter.code),
    key: base64(key),
    value: base64(value),
    headers: headers.map(([name, bytes]) => [name, bytes.toString('base64')]),
  };
}

const explanationOf = (code: string): string =>
  (ERROR_CODES as Readonly<Record<string, string>>)[code] ?? 'Written by something that is not a stage of Goshawk.';

function* linesOf(letter: DeadLetter, { key, value, headers }: RawRecord, { as, bytes }: Options): Generator<string> {
  for (const [name, text] of Object.entries(lineOf(letter))) yield `${name.padEnd(14)} ${printable(String(text))}`;
  yield `${'meaning'.padEnd(14)} ${explanationOf(letter.code)}`;
  yield `${'key'.padEnd(14)} ${key === null ? '(none)' : printable(key.toString('utf8'))}`;
  yield* headerLines(headers.filter(([name]) => !isErrorHeader(name) && name !== 'appended'));
  const trace = headers.findLast(([name]) => name === '__streams.errors.stacktrace')?.[1].toString('utf8') ?? '';
  if (letter.code === 'UNEXPECTED' && trace !== '') yield `\n${printable(trace)}`;
  yield '';
  if (value === null) return yield '(no value)';
  const shown = value.subarray(0, bytes);
  yield as === 'hex' ? hexDump(shown) : printable(shown.toString('utf8'));
  if (shown.length < value.length) yield `(${value.length - shown.length} bytes more: --bytes ${value.length}, or --raw FILE)`;
}

const MAX_HEADERS = 50;
function* headerLines(headers: Headers): Generator<string> {
  for (const [name, value] of headers.slice(0, MAX_HEADERS)) yield `${'header'.padEnd(14)} ${printable(name)}: ${headerText(value)}`;
  if (headers.length > MAX_HEADERS) yield `(${headers.length - MAX_HEADERS} headers more: --json has them all)`;
}
const MAX_HEADER_TEXT = 200;
function headerText(value: Buffer): string {
  const text = value.toString('utf8');
  const isText = Buffer.from(text).equals(value) && printable(text) === text;
  const whole = isText ? text : `0x${value.toString('hex')}`;
  return whole.length > MAX_HEADER_TEXT ? `${whole.slice(0, MAX_HEADER_TEXT)}... (${value.length} bytes)` : whole;
}

/** As `hexdump -C` prints it. */
export function hexDump(bytes: Buffer): string {
  const lines: string[] = [];
  for (let at = 0; at < bytes.length; at += 16) {
    const row = bytes.subarray(at, at + 16);
    const hex = [...row].map((byte) => byte.toString(16).padStart(2, '0'));
    const text = [...row].map((byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.')).join('');
    lines.push(`${at.toString(16).padStart(8, '0')}  ${hex.slice(0, 8).join(' ').padEnd(23)}  ${hex.slice(8).join(' ').padEnd(23)}  |${text}|`);
  }
  return lines.join('\n');
}
