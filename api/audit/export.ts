// An audit as a file: a JSON document a line, with what each row's hash covers, so that it can be checked anywhere. The first line says whose
// it is, the last one how many there were: a file that was cut off is told from a whole one.
import { z } from 'zod';
import { ConfigError } from '../../pipeline/core/errors.ts';
import type { AuditRow } from '../../store/queries/audit.ts';
import { isoOf } from '../time.ts';
import type { ChainRow } from './verify.ts';

const FORMAT = 'goshawk-audit/1';
const hex = z.string().regex(/^[0-9a-f]{64}$/);
const header = z.object({ format: z.literal(FORMAT), organization: z.string() });
const trailer = z.object({ end: z.literal(true), rows: z.int() });
const exported = z.object({
  seq: z.int(),
  at: z.string(),
  micros: z.int(),
  actor: z.string(),
  action: z.string(),
  object: z.string(),
  detail: z.unknown(),
  previousHash: hex,
  hash: hex,
  hashed: z.string(),
});

/** Lines with their ends. */
export async function* exportLines(organization: string, pages: AsyncIterable<readonly AuditRow[]>): AsyncGenerator<string, void, undefined> {
  let rows = 0;
  yield `${JSON.stringify({ format: FORMAT, organization } satisfies z.infer<typeof header>)}\n`;
  for await (const page of pages) {
    rows += page.length;
    for (const row of page) yield `${JSON.stringify(documentOf(row))}\n`;
  }
  yield `${JSON.stringify({ end: true, rows } satisfies z.infer<typeof trailer>)}\n`;
}

const documentOf = ({ at, previousHash, hash, hashed, ...row }: AuditRow): z.infer<typeof exported> => ({
  ...row,
  at: isoOf(at),
  micros: at,
  previousHash: previousHash.toString('hex'),
  hash: hash.toString('hex'),
  hashed,
});

/**
 * Reads such a file; rows are read as they are asked for.
 * @throws ConfigError INVALID_USAGE, here or from `rows`, where it is no such file or was cut off.
 */
export async function readExport(lines: AsyncIterable<string>): Promise<{ readonly organization: string; readonly rows: AsyncIterable<readonly ChainRow[]> }> {
  const iterator = lines[Symbol.asyncIterator]();
  const first = await iterator.next();
  const head = first.done === true ? undefined : parsed(header, first.value);
  if (head === undefined) throw new ConfigError('INVALID_USAGE', `The file does not begin as one of \`audit export\` does, with {"format":"${FORMAT}",...}.`);
  return { organization: head.organization, rows: rowsOf(iterator) };
}

async function* rowsOf(lines: AsyncIterator<string>): AsyncGenerator<readonly ChainRow[], void, undefined> {
  let number = 1;
  for (let next = await lines.next(); next.done !== true; next = await lines.next()) {
    number++;
    const end = parsed(trailer, next.value);
    if (end !== undefined) {
      if (end.rows !== number - 2)
        throw new ConfigError('INVALID_USAGE', `The last line says ${end.rows} rows, and there are ${number - 2}: lines were taken out or put in.`);
      return;
    }
    const row = parsed(exported, next.value);
    if (row === undefined) throw new ConfigError('INVALID_USAGE', `Line ${number} is no row of an audit.`, { line: number });
    yield [{ ...row, at: row.micros, previousHash: Buffer.from(row.previousHash, 'hex'), hash: Buffer.from(row.hash, 'hex') }];
  }
  throw new ConfigError('INVALID_USAGE', `The file ends after line ${number} without its last line: it was cut off. Export it again.`);
}

function parsed<T>(schema: z.ZodType<T>, line: string): T | undefined {
  try {
    return schema.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
}
