// What a reader chose for this browser: theme, density and time zone. Kept in local storage.
import { cell, useCell } from './cell.ts';

export interface Preferences {
  readonly theme: 'system' | 'dark' | 'light';
  readonly density: 'dense' | 'comfortable';
  /** `local`, or an IANA name such as `UTC`. */
  readonly zone: string;
}

const KEY = 'goshawk.preferences';
const initial: Preferences = { theme: 'system', density: 'dense', zone: 'local' };

/** Unreadable or foreign content counts as nothing chosen. */
function read(): Preferences {
  try {
    const saved = JSON.parse(localStorage.getItem(KEY) ?? '{}') as Partial<Preferences>;
    return {
      theme: saved.theme === 'dark' || saved.theme === 'light' ? saved.theme : initial.theme,
      density: saved.density === 'comfortable' ? 'comfortable' : initial.density,
      zone: typeof saved.zone === 'string' && isZone(saved.zone) ? saved.zone : initial.zone,
    };
  } catch {
    return initial;
  }
}

export function isZone(zone: string): boolean {
  if (zone === 'local') return true;
  try {
    return new Intl.DateTimeFormat('en-GB', { timeZone: zone }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

const light = matchMedia('(prefers-color-scheme: light)');
export const preferences = cell<Preferences>(read());
/** The theme that is shown now, with `system` resolved. */
export const shownTheme = cell<'dark' | 'light'>('dark');

function apply(): void {
  const { theme, density } = preferences.get();
  const shown = theme === 'system' ? (light.matches ? 'light' : 'dark') : theme;
  document.documentElement.dataset['theme'] = shown;
  document.documentElement.dataset['density'] = density;
  shownTheme.set(shown);
}

/** Follows the choice and the system from here on. */
export function watchPreferences(): void {
  apply();
  light.addEventListener('change', apply);
  preferences.subscribe(() => {
    localStorage.setItem(KEY, JSON.stringify(preferences.get()));
    apply();
  });
  window.addEventListener('storage', (event) => {
    if (event.key === KEY) preferences.set(read());
  });
}

export function choose(change: Partial<Preferences>): void {
  preferences.set({ ...preferences.get(), ...change });
}

export const usePreferences = () => useCell(preferences);
export const useZone = () => useCell(preferences).zone;
