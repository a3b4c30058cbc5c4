import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import { listenForInterruption } from './interruption.ts';

function interrupted() {
  const source = new EventEmitter();
  let nowMs = 0;
  let forced = 0;
  const interruption = listenForInterruption(source as NodeJS.Process, () => nowMs);
  interruption.onForce(() => forced++);
  return {
    interruption,
    signal: (name: string, atMs: number) => {
      nowMs = atMs;
      source.emit(name);
    },
    forced: () => forced,
  };
}

describe('interruption', () => {
  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
    ['disconnect', 143],
  ])('%s asks for exit code %i', (name, code) => {
    const { interruption, signal } = interrupted();
    expect(interruption.code()).toBeNull();
    signal(name, 0);
    expect(interruption.signal.aborted).toBe(true);
    expect(interruption.code()).toBe(code);
  });

  it('takes one Ctrl-C that arrives three times for one, and one a second later for impatience', () => {
    const { interruption, signal, forced } = interrupted();
    for (const at of [0, 2, 5]) signal('SIGINT', at);
    expect(forced()).toBe(0);
    signal('SIGTERM', 1000);
    expect(forced()).toBe(1);
    expect(interruption.code()).toBe(130);
  });
});
