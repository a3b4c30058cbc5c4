// Rows of an export as the API sends them, newest first; a connection that ends goes on behind the last row that came.
import { setTimeout as sleep } from 'node:timers/promises';
import type { ExportRow } from '../../api/export/columns.ts';
import { FatalError } from '../../pipeline/core/errors.ts';

/** What is asked; the same in every request of one export. */
export interface ExportQuestion {
  readonly search?: string | undefined;
  /** ISO 8601. */
  readonly from?: string | undefined;
  /** Exclusive. Always there: what comes while the export runs is not part of it. */
  readonly to: string;
  /** Without the id, which is always asked for. */
  readonly columns: readonly string[];
  /** Rows in all; null for all there are. */
  readonly limit: number | null;
}
/** A page of rows, and the id of its last one, behind which the next begins. */
export interface ExportPage {
  readonly rows: readonly ExportRow[];
  readonly last: string;
}
export interface ExportSource {
  /** Rejects with ConfigError for what the API refuses; with TypeError or FatalError for what may be tried again. */
  readonly request: (params: URLSearchParams) => Promise<Response>;
  /** Says that it is tried again. */
  readonly onRetry: (reason: string) => void;
  readonly signal: AbortSignal;
  /** Between tries; for tests. */
  readonly retryMs?: number;
}

/** Rows of one request: as many as the API gives. */
const MOST_ROWS = 1_000_000;
const PAGE_ROWS = 1_000;
const TRIES = 5;
const RETRY_MS = 1_000;

/** @param after Id of the row behind which it begins; null for the newest. @throws FatalError PART_DIED when the API stays away */
export async function* exportPages(question: ExportQuestion, after: string | null, source: ExportSource): AsyncGenerator<ExportPage, void, undefined> {
  let at = after;
  let left = question.limit ?? Number.POSITIVE_INFINITY;
  for (let failures = 0; left > 0;) {
    const wanted = Math.min(left, MOST_ROWS);
    let came = 0;
    try {
      for await (const page of pagesOf(await source.request(paramsOf(question, at, wanted)))) {
        came += page.rows.length;
        left -= page.rows.length;
        at = page.last;
        failures = 0;
        yield page;
      }
      if (came < wanted) return;
    } catch (error) {
      if (source.signal.aborted || !mayPass(error)) throw error;
      failures += 1;
      const reason = (error as Error).message;
      if (failures >= TRIES) throw new FatalError('PART_DIED', `The API does not answer (${reason}).`, {}, { cause: error });
      source.onRetry(reason);
      await sleep((source.retryMs ?? RETRY_MS) * 2 ** (failures - 1), undefined, { signal: source.signal });
    }
  }
}

/** No answer, one that ended before its end (what `fetch` rejects with), or one that says that the API is not itself. */
const mayPass = (error: unknown): boolean => error instanceof TypeError || error instanceof FatalError;

function paramsOf({ search, from, to, columns }: ExportQuestion, after: string | null, limit: number): URLSearchParams {
  return new URLSearchParams({
    format: 'ndjson',
    columns: [...new Set(['id', ...columns])].join(','),
    limit: String(limit),
    to,
    ...(from !== undefined && { from }),
    ...(search !== undefined && search !== '' && { search }),
    ...(after !== null && { after }),
  });
}

async function* pagesOf(response: Response): AsyncGenerator<ExportPage, void, undefined> {
  let rows: ExportRow[] = [];
  for await (const line of linesOf(response)) {
    rows.push(JSON.parse(line) as ExportRow);
    if (rows.length < PAGE_ROWS) continue;
    yield pageOf(rows);
    rows = [];
  }
  if (rows.length > 0) yield pageOf(rows);
}
const pageOf = (rows: readonly ExportRow[]): ExportPage => ({ rows, last: String(rows.at(-1)!['id']) });

/** Whole lines only: what an ended connection leaves of one is asked for again. */
async function* linesOf(response: Response): AsyncGenerator<string, void, undefined> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of response.body ?? []) {
    const lines = `${rest}${decoder.decode(chunk, { stream: true })}`.split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
}
