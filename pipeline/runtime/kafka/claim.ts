import type { Claim } from '../port.ts';

/** As user data of a member's subscription: JSON, since people read it with the group tools; a few bytes per task. */
export const encodeClaim = (claim: Claim | null): Buffer => (claim === null ? Buffer.alloc(0) : Buffer.from(JSON.stringify(claim)));

/** @returns null for what is no claim: members of other versions and programs send other data, or none. */
export function decodeClaim(userData: Buffer | null): Claim | null {
  if (userData === null || userData.length === 0) return null;
  let data: unknown;
  try {
    data = JSON.parse(userData.toString());
  } catch {
    return null;
  }
  if (typeof data !== 'object' || data === null) return null;
  const { generationId, numbers } = data as Partial<Record<keyof Claim, unknown>>;
  const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
  return isCount(generationId) && Array.isArray(numbers) && numbers.every(isCount) ? { generationId, numbers } : null;
}
