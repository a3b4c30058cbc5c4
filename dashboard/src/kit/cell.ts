// One value that components can read and outsiders can set.
import { useSyncExternalStore } from 'react';

export interface Cell<V> {
  readonly get: () => V;
  readonly set: (value: V) => void;
  /** Calls back after each change until the returned function is called. */
  readonly subscribe: (listener: () => void) => () => void;
}

export function cell<V>(initial: V): Cell<V> {
  let current = initial;
  const listeners = new Set<() => void>();
  return {
    get: () => current,
    set: (value) => {
      if (Object.is(value, current)) return;
      current = value;
      for (const listener of listeners) listener();
    },
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

export function useCell<V>(source: Cell<V>): V {
  return useSyncExternalStore(source.subscribe, source.get);
}
