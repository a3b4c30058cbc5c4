// Chance that can be repeated: everything a run does by chance comes from its seed.
import { hash } from 'node:crypto';

export interface Random {
  /** 0 up to, not including, 1. */
  readonly next: () => number;
  /** A whole number of [from, to]. */
  readonly between: (from: number, to: number) => number;
  readonly pick: <T>(items: readonly T[]) => T;
  readonly chance: (probability: number) => boolean;
}

/** Mulberry32 over a hash of the parts: another name gives another stream, so that one part's draws do not shift another's. */
export function openRandom(...parts: readonly (string | number)[]): Random {
  let state = Number.parseInt(hash('sha256', parts.join('|'), 'hex').slice(0, 8), 16);
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
  return {
    next,
    between: (from, to) => from + Math.floor(next() * (to - from + 1)),
    pick: (items) => items[Math.floor(next() * items.length)]!,
    chance: (probability) => next() < probability,
  };
}
