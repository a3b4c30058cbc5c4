import type { Registry } from 'prom-client';
import { Counter } from 'prom-client';

export type CountRows = (loader: string, stored: number, duplicates: number, rejected: number) => void;

/** Called once per load. */
export function rowCounter(registry: Registry | undefined): CountRows {
  const rows = new Counter({
    name: 'persist_rows_total',
    help: 'Records by what became of them in the database.',
    labelNames: ['loader', 'outcome'], // outcome: stored | duplicate | rejected
    registers: registry === undefined ? [] : [registry],
  });
  return (loader, stored, duplicates, rejected) => {
    if (stored > 0) rows.inc({ loader, outcome: 'stored' }, stored);
    if (duplicates > 0) rows.inc({ loader, outcome: 'duplicate' }, duplicates);
    if (rejected > 0) rows.inc({ loader, outcome: 'rejected' }, rejected);
  };
}
