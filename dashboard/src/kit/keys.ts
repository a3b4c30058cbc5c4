// Keys of the whole page: one listener, and a list that `?` prints.
import { useLayoutEffect, useRef } from 'react';
import { cell } from './cell.ts';

export interface KeyBinding {
  /** `j`, `Enter`, `Escape`, or a sequence such as `g a`. A capital letter means with shift. */
  readonly keys: string;
  readonly label: string;
  readonly group: 'Anywhere' | 'Go to' | 'Lists' | 'Alerts' | 'Events' | 'Rules';
  readonly run: () => void;
}
type Layer = { current: readonly KeyBinding[] };

const SEQUENCE_MS = 1200;
const layers: Layer[] = [];
const version = cell(0);
let pending: { readonly key: string; readonly at: number } | undefined;

/** Where a person types or chooses, keys belong to that. */
function isBusy(target: EventTarget | null, key: string): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.closest('[role=dialog],[role=menu],[role=listbox]') !== null) return true;
  if (target.isContentEditable || target.closest('input:not([type=checkbox]),textarea,select') !== null) return true;
  return (key === 'Enter' || key === ' ') && target.closest('a,button,input,[role=button],summary') !== null;
}

function find(keys: string): KeyBinding | undefined {
  for (let i = layers.length - 1; i >= 0; i--) {
    const found = layers[i]?.current.find((binding) => binding.keys === keys);
    if (found !== undefined) return found;
  }
  return undefined;
}

function onKeyDown(event: KeyboardEvent): void {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || isBusy(event.target, event.key)) return;
  const sequence = pending !== undefined && event.timeStamp - pending.at < SEQUENCE_MS ? `${pending.key} ${event.key}` : undefined;
  pending = undefined;
  const found = (sequence === undefined ? undefined : find(sequence)) ?? find(event.key);
  if (found !== undefined) {
    event.preventDefault();
    found.run();
  } else if (layers.some((layer) => layer.current.some((binding) => binding.keys.startsWith(`${event.key} `)))) {
    pending = { key: event.key, at: event.timeStamp };
  }
}

/** Binds keys while the component is there. What was bound last wins, so a page can take a key over. */
export function useKeys(bindings: readonly KeyBinding[]): void {
  const layer = useRef(bindings);
  layer.current = bindings;
  useLayoutEffect(() => {
    if (layers.length === 0) window.addEventListener('keydown', onKeyDown);
    layers.push(layer);
    version.set(version.get() + 1);
    return () => {
      layers.splice(layers.indexOf(layer), 1);
      if (layers.length === 0) window.removeEventListener('keydown', onKeyDown);
      version.set(version.get() + 1);
    };
  }, []);
}

/** All that is bound now, each sequence once. */
export function boundKeys(): KeyBinding[] {
  const found = new Map<string, KeyBinding>();
  for (const layer of layers) for (const binding of layer.current) found.set(binding.keys, binding);
  return [...found.values()];
}
