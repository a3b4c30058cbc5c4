// The ticker's duty: closes the books once a minute and keeps what they say.
import type { StoredBook } from '../../domains/ledger/index.ts';
import { consumerKey } from '../../domains/ledger/index.ts';
import type { Break } from '../../domains/ledger/index.ts';
import type { ClosingRow } from '../../store/ledger.ts';
import { loadBook, loadStageLedger, saveClosing } from '../../store/ledger.ts';
import { closeBooks } from './bookkeeper.ts';
import type { StatementDeps } from './statement.ts';

/** A function that closes the books and stores sums, breaks and position together; it returns the new breaks. Of several at once the last wins. */
export function bookkeeping(deps: StatementDeps): () => Promise<readonly Break[]> {
  let saved = new Map<string, string>();
  return async () => {
    const start = await loadBook<StoredBook>(deps.pool);
    const at = deps.wallMicros();
    const { book, position, closed, breaks } = await closeBooks(start, { ...deps, storedEntries: (known) => loadStageLedger(deps.pool, known) });
    const rows = closed.map(({ compared: _compared, ...row }): ClosingRow => row);
    const texts = new Map(rows.map((row) => [consumerKey(row), JSON.stringify(row)]));
    const changed = rows.filter((row) => saved.get(consumerKey(row)) !== texts.get(consumerKey(row)));
    await saveClosing(deps.pool, { position, book: book.stored(), rows: changed, breaks }, at);
    saved = texts;
    return breaks;
  };
}
