// The table of a panel: it scrolls by itself, and its head stays.
import type { ReactNode } from 'react';
import './table.css';

/** A heading; that of numbers stands above their last digit. */
export type Column = string | { readonly ofNumbers: string };

export interface TableProps {
  /** Said by a screen reader of the part that scrolls. */
  readonly label: string;
  readonly columns: readonly Column[];
  /** Rows. Cells of numbers have the class `n`. */
  readonly children: ReactNode;
  /** Below the last row, scrolled with it. */
  readonly end?: ReactNode;
}

export function Table({ label, columns, children, end }: TableProps) {
  return (
    <div className="table-scroll" tabIndex={0} role="region" aria-label={label}>
      <table className="table">
        <thead>
          <tr>
            {columns.map((column) =>
              typeof column === 'string' ? (
                <th key={column} scope="col">
                  {column}
                </th>
              ) : (
                <th key={column.ofNumbers} scope="col" className="n">
                  {column.ofNumbers}
                </th>
              ),
            )}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
      {end}
    </div>
  );
}
