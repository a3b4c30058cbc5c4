import { vi } from 'vitest';

/** Tries until `work` throws no more; a busy machine is no failure, so for ten seconds. */
export const eventually = <T>(work: () => T | Promise<T>): Promise<T> => vi.waitFor(work, { timeout: 10_000, interval: 5 });
