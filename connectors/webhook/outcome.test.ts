import { describe, expect, it } from 'vitest';
import { ConfigError } from '../../pipeline/core/errors.ts';
import { outcomeOf } from './outcome.ts';

const NOW = Date.UTC(2026, 10, 21);
const said = (status: number, { count = 1, headers = {}, body = '' } = {}) => {
  try {
    const outcome = outcomeOf({ status, headers, body: Buffer.from(body) }, count, NOW);
    if (typeof outcome === 'string' || !('kind' in outcome)) return outcome;
    return outcome.kind === 'retry' && outcome.isAmbiguous ? 'ambiguous' : outcome.kind;
  } catch (error) {
    return error instanceof ConfigError ? error.code : error;
  }
};

describe('the answer of a receiver', () => {
  it.each<[status: number, outcome: string]>([
    [200, 'delivered'],
    [202, 'delivered'],
    [204, 'delivered'],
    [299, 'delivered'],
    [300, 'SINK_MISCONFIGURED'],
    [304, 'SINK_MISCONFIGURED'],
    [400, 'rejected'],
    [401, 'SINK_MISCONFIGURED'],
    [403, 'SINK_MISCONFIGURED'],
    [404, 'SINK_MISCONFIGURED'],
    [405, 'SINK_MISCONFIGURED'],
    [408, 'ambiguous'],
    [409, 'rejected'],
    [410, 'SINK_MISCONFIGURED'],
    [413, 'rejected'],
    [415, 'rejected'],
    [422, 'rejected'],
    [425, 'retry'],
    [429, 'retry'],
    [500, 'ambiguous'],
    [501, 'SINK_MISCONFIGURED'],
    [502, 'ambiguous'],
    [503, 'retry'],
    [504, 'ambiguous'],
    [599, 'ambiguous'],
    [700, 'ambiguous'],
  ])('%i is %s', (status, outcome) => {
    expect(said(status)).toBe(outcome);
  });

  it.each([400, 413, 422])('%i of several documents parts them', (status) => {
    expect(said(status, { count: 2 })).toBe('apart');
  });

  it.each<[name: string, retryAfter: string, afterMs: number | undefined]>([
    ['seconds', '30', 30_000],
    ['a date', new Date(NOW + 90_000).toUTCString(), 90_000],
    ['a date that has passed', new Date(NOW - 90_000).toUTCString(), 0],
    ['more than an hour, which is cut', '86400', 3_600_000],
    ['words', 'later', undefined],
  ])('Retry-After in %s', (_name, retryAfter, afterMs) => {
    expect(outcomeOf({ status: 429, headers: { 'retry-after': retryAfter }, body: Buffer.alloc(0) }, 1, NOW)).toMatchObject(
      afterMs === undefined ? { kind: 'retry' } : { kind: 'retry', afterMs },
    );
  });

  it('says what the receiver said of what it refuses, in one short line', () => {
    const outcome = outcomeOf({ status: 422, headers: {}, body: Buffer.from(`no\n\u0000field "x" ${'y'.repeat(900)}`) }, 1, NOW) as {
      readonly message: string;
    };
    expect(outcome.message).toMatch(/^The receiver answers 422: no field "x" y+$/);
    expect(outcome.message.length).toBeLessThan(250);
  });
});
