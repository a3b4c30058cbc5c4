// A value of a field. A click offers to filter for it, to filter it out, the page of the entity that it names, and to copy it.
import { useNavigate } from '@tanstack/react-router';
import { DropdownMenu } from 'radix-ui';
import { createContext, useContext, useRef, type ReactNode } from 'react';
import { useMay } from '../administration/may.ts';
import { cell, useCell } from './cell.ts';
import { copyText } from './copy.tsx';
import { entityTypeOf, isHuntable } from './entity-fields.ts';
import { entityIcon, Icon } from './icon.tsx';
import { shorten } from './numbers.ts';
import './menu.css';

export interface ValueActions {
  readonly filter: (field: string, value: string, isNegated: boolean) => void;
  /** Where there is a list whose columns are chosen. */
  readonly columns?: { readonly has: (field: string) => boolean; readonly toggle: (field: string) => void };
}
/** What filtering means where a value stands: narrowing the search at hand, or opening one. */
export const ValueContext = createContext<ValueActions>({ filter: () => undefined });

interface Open {
  readonly field: string;
  readonly value: string;
  readonly anchor: HTMLElement;
  readonly actions: ValueActions;
}
const open = cell<Open | null>(null);

interface ValueProps {
  readonly field: string;
  readonly value: string;
  /** What is shown instead of the value itself. */
  readonly children?: ReactNode;
  /** Longer values are cut in the middle; the end of them when absent. */
  readonly length?: number;
}

export function Value({ field, value, children, length }: ValueProps) {
  const actions = useContext(ValueContext);
  return (
    <button
      type="button"
      className="value"
      title={value}
      aria-haspopup="menu"
      onClick={(event) => {
        event.stopPropagation();
        open.set({ field, value, anchor: event.currentTarget, actions });
      }}
    >
      {children ?? (length === undefined ? value : shorten(value, length))}
    </button>
  );
}

/** The one menu behind all values; stands once, at the root. */
export function ValueMenu() {
  const shown = useCell(open);
  const navigate = useNavigate();
  const mayHunt = useMay()('hunts:run');
  const type = shown === null ? null : entityTypeOf(shown.field);
  const kept = useRef<Open | null>(null);
  if (shown !== null) kept.current = shown;
  const rect = shown?.anchor.getBoundingClientRect();
  return (
    <DropdownMenu.Root open={shown !== null} modal={false} onOpenChange={(isOpen) => !isOpen && open.set(null)}>
      <DropdownMenu.Trigger asChild>
        <span
          aria-hidden="true"
          tabIndex={-1}
          style={{ position: 'fixed', pointerEvents: 'none', left: rect?.left ?? 0, top: rect?.top ?? 0, width: rect?.width ?? 0, height: rect?.height ?? 0 }}
        />
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content
          className="menu"
          align="start"
          sideOffset={4}
          collisionPadding={8}
          aria-label={shown === null ? 'Value' : `${shown.field} ${shown.value}`}
          onCloseAutoFocus={(event) => {
            event.preventDefault();
            kept.current?.anchor.focus({ preventScroll: true });
          }}
        >
          {shown !== null && (
            <>
              <DropdownMenu.Label className="menu-label">
                <span className="faint">{shown.field}</span>
                <code>{shorten(shown.value, 60)}</code>
              </DropdownMenu.Label>
              <DropdownMenu.Item className="menu-item" onSelect={() => shown.actions.filter(shown.field, shown.value, false)}>
                <Icon name="plus" />
                Filter for
              </DropdownMenu.Item>
              <DropdownMenu.Item className="menu-item" onSelect={() => shown.actions.filter(shown.field, shown.value, true)}>
                <Icon name="minus" />
                Filter out
              </DropdownMenu.Item>
              {shown.actions.columns !== undefined && (
                <DropdownMenu.Item className="menu-item" onSelect={() => shown.actions.columns?.toggle(shown.field)}>
                  <Icon name="table" />
                  {shown.actions.columns.has(shown.field) ? 'Not as a column' : 'Show as a column'}
                </DropdownMenu.Item>
              )}
              {type !== null && (
                <DropdownMenu.Item
                  className="menu-item"
                  onSelect={() => void navigate({ to: '/entities/$type/$value', params: { type, value: shown.value }, search: {} })}
                >
                  <Icon name={entityIcon(type)} />
                  All that is known of it
                </DropdownMenu.Item>
              )}
              {mayHunt && isHuntable(shown.field) && (
                <DropdownMenu.Item className="menu-item" onSelect={() => void navigate({ to: '/hunts/new', search: { indicators: shown.value } })}>
                  <Icon name="hunt" />
                  Hunt for it in the past
                </DropdownMenu.Item>
              )}
              <DropdownMenu.Separator className="menu-line" />
              <DropdownMenu.Item className="menu-item" onSelect={() => void copyText(shown.value)}>
                <Icon name="copy" />
                Copy value
              </DropdownMenu.Item>
            </>
          )}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}
