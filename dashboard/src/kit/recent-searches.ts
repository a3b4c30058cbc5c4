// Searches that were asked in this browser, newest first, until whoever asked signs out.
const KEY = 'goshawk.searches';
const MOST = 8;

/** What cannot be read counts as none. */
export function recentSearches(): readonly string[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(KEY) ?? '[]');
    return Array.isArray(kept) ? kept.filter((text): text is string => typeof text === 'string').slice(0, MOST) : [];
  } catch {
    return [];
  }
}

export function noteSearch(text: string): void {
  if (text === '') return;
  localStorage.setItem(KEY, JSON.stringify([text, ...recentSearches().filter((other) => other !== text)].slice(0, MOST)));
}

export const forgetSearches = (): void => localStorage.removeItem(KEY);
