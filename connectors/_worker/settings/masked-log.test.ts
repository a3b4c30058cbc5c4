import pino from 'pino';
import { describe, expect, it } from 'vitest';
import { ConfigError } from '../../../pipeline/core/errors.ts';
import { maskOf } from './mask.ts';
import { maskedLog } from './masked-log.ts';

const SECRET = 'c0ffee12';
function logged(use: (log: pino.Logger) => void): { readonly text: string; readonly lines: readonly Record<string, unknown>[] } {
  let text = '';
  const log = pino({ level: 'trace', serializers: { err: pino.stdSerializers.errWithCause } }, { write: (line: string) => void (text += line) });
  use(maskedLog(log, maskOf([SECRET])));
  const lines = text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  return { text, lines };
}

describe('a masked log', () => {
  it.each<[string, (log: pino.Logger) => void]>([
    ['in a message', (log) => log.info(`with ${SECRET}`)],
    ['in what fills a message', (log) => log.info('with %s', SECRET)],
    ['in a field', (log) => log.warn({ url: `https://x/?t=${SECRET}` }, 'Refused.')],
    ['within a field', (log) => log.warn({ request: { headers: [`Bearer ${SECRET}`] } }, 'Refused.')],
    ['in an error', (log) => log.error({ err: new Error(`401 for ${SECRET}`) }, 'Refused.')],
    ['in what an error knows', (log) => log.error({ err: new ConfigError('SINK_MISCONFIGURED', 'no', { token: SECRET }) }, 'Refused.')],
    ['in its cause', (log) => log.error({ err: new Error('no', { cause: new Error(SECRET) }) }, 'Refused.')],
    ['as an error alone', (log) => log.error(new Error(SECRET))],
    ['by a child', (log) => log.child({ token: SECRET }).debug({ again: SECRET }, SECRET)],
  ])('holds no secret %s', (_where, use) => {
    const { text, lines } = logged(use);
    expect(lines).toHaveLength(1);
    expect(text).toContain('***');
    expect(text).not.toContain(SECRET);
  });

  it('says all else as it is', () => {
    const { lines } = logged((log) =>
      log.child({ connector: 'x' }).warn({ code: 'A', count: 3, at: null, err: new ConfigError('SINK_MISCONFIGURED', 'why', { status: 401 }) }, 'Refused.'),
    );
    expect(lines[0]).toMatchObject({
      connector: 'x',
      level: 40,
      code: 'A',
      count: 3,
      at: null,
      msg: 'Refused.',
      err: { type: 'ConfigError', message: 'why', code: 'SINK_MISCONFIGURED', details: { status: 401 } },
    });
  });

  it('leaves what it is given alone', () => {
    const error = new Error(SECRET);
    logged((log) => log.error({ err: error }));
    expect(error.message).toBe(SECRET);
  });

  it('ends where things go round', () => {
    const round: Record<string, unknown> = { token: SECRET };
    round['self'] = round;
    expect(logged((log) => log.info(round, 'Round.')).text).not.toContain(SECRET);
  });
});
