// The way back from an identity provider that one has signed out at. This tab alone remembers it, so that no link can claim it.
const KEY = 'goshawk.signed-out';

/** @param state Goes there and comes back; null when the address has none: then nothing is noted. */
export function noteSignOut(state: string | null, organization: string | undefined): void {
  if (state !== null) sessionStorage.setItem(KEY, JSON.stringify({ state, organization }));
}

/** The organization that was signed out of, when the browser comes back with the state that it left with; null otherwise. */
export function signedOutOf(state: string | undefined): string | null {
  const noted = sessionStorage.getItem(KEY);
  if (state === undefined || noted === null) return null;
  const { state: known, organization = 'default' } = JSON.parse(noted) as { readonly state: string; readonly organization?: string };
  return known === state ? organization : null;
}
