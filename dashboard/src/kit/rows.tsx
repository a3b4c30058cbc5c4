// A long list of which only the visible rows are in the page.
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useRef, type ReactNode, type RefObject } from 'react';
import { useMedia } from './media.ts';
import { usePreferences } from './preferences.ts';
import './rows.css';

interface RowsProps<T> {
  readonly label: string;
  readonly items: readonly T[];
  readonly keyOf: (item: T) => string;
  /** The cells, as `<span role="cell">`. */
  readonly row: (item: T, index: number) => ReactNode;
  readonly rowClass?: (item: T, index: number) => string;
  readonly head?: ReactNode;
  /** Columns as of `grid-template-columns`. */
  readonly columns: string;
  /** Pixels of a row; the density decides when absent. */
  readonly height?: number | undefined;
  readonly onRow?: (item: T, index: number) => void;
  /** The row under the keyboard; kept in view. */
  readonly cursor?: number;
  /** Called when the last rows come into view. */
  readonly onNearEnd?: () => void;
  /** Whether the first row is in view. */
  readonly onTop?: (isAtTop: boolean) => void;
  readonly end?: ReactNode;
  readonly scroller?: RefObject<HTMLDivElement | null>;
  readonly isHovered?: RefObject<boolean>;
}

export const useRowHeight = (): number => (usePreferences().density === 'dense' ? 32 : 40);

export function Rows<T>({
  label,
  items,
  keyOf,
  row,
  rowClass,
  head,
  columns,
  height,
  onRow,
  cursor,
  onNearEnd,
  onTop,
  end,
  scroller,
  isHovered,
}: RowsProps<T>) {
  const own = useRef<HTMLDivElement>(null);
  const ref = scroller ?? own;
  const usual = useRowHeight();
  const reduced = useMedia('(prefers-reduced-motion: reduce)');
  const size = height ?? usual;
  const list = useVirtualizer({
    count: items.length,
    getScrollElement: () => ref.current,
    estimateSize: () => size,
    getItemKey: (index) => {
      const item = items[index];
      return item === undefined ? index : keyOf(item);
    },
    overscan: 8,
  });
  useEffect(() => list.measure(), [size, list]);
  useEffect(() => {
    if (cursor !== undefined && cursor >= 0) list.scrollToIndex(cursor, { align: 'auto', behavior: 'auto' });
  }, [cursor, list, reduced]);

  const shown = list.getVirtualItems();
  const last = shown.at(-1)?.index ?? -1;
  useEffect(() => {
    if (items.length > 0 && last >= items.length - 10) onNearEnd?.();
  }, [last, items.length, onNearEnd]);

  return (
    <div
      className="rows"
      ref={ref}
      tabIndex={0}
      role="table"
      aria-label={label}
      aria-rowcount={items.length}
      style={{ '--columns': columns } as React.CSSProperties}
      onScroll={(event) => onTop?.(event.currentTarget.scrollTop < size / 2)}
      onPointerEnter={() => {
        if (isHovered !== undefined) isHovered.current = true;
      }}
      onPointerLeave={() => {
        if (isHovered !== undefined) isHovered.current = false;
      }}
    >
      {head !== undefined && (
        <div className="rows-head" role="rowgroup">
          <div className="rows-row" role="row">
            {head}
          </div>
        </div>
      )}
      <div className="rows-all" role="rowgroup" style={{ height: list.getTotalSize() }}>
        {shown.map((place) => {
          const item = items[place.index];
          if (item === undefined) return null;
          return (
            <div
              key={place.key}
              className={`rows-row rows-item ${place.index === cursor ? 'rows-cursor' : ''} ${rowClass?.(item, place.index) ?? ''}`}
              role="row"
              aria-rowindex={place.index + 1}
              style={{ height: size, transform: `translateY(${place.start}px)` }}
              onClick={(event) => {
                if (!(event.target as HTMLElement).closest('a,button,input,label')) onRow?.(item, place.index);
              }}
            >
              {row(item, place.index)}
            </div>
          );
        })}
      </div>
      {end}
    </div>
  );
}

/** The words of a column's head. */
export const Head = ({ children, className = '' }: { readonly children?: ReactNode; readonly className?: string }) => (
  <span role="columnheader" className={className}>
    {children}
  </span>
);
export const Cell = ({
  children,
  className = '',
  title,
}: {
  readonly children?: ReactNode;
  readonly className?: string;
  readonly title?: string | undefined;
}) => (
  <span role="cell" className={`cut ${className}`} title={title}>
    {children}
  </span>
);
