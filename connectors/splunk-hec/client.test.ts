// Splunk's own logging library takes the stand-in for HEC.
import splunk from 'splunk-logging';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openHec, TOKEN } from './test/stand-in.ts';
import type { Hec } from './test/stand-in.ts';

describe("Splunk's logging library", () => {
  let hec: Hec;
  beforeAll(async () => {
    hec = await openHec({ indexes: ['main'] });
  });
  afterAll(() => hec.close());

  /** @returns What the library was answered for a batch of events with these metadata, or its error. */
  const sent = (token: string, ...all: readonly object[]) =>
    new Promise<unknown>((resolve) => {
      const logger = new splunk.Logger({ token, url: hec.url, maxBatchCount: all.length });
      logger.error = (error: unknown) => resolve((error as { code?: unknown }).code ?? error);
      for (const [n, metadata] of all.entries()) logger.send({ message: { n }, metadata, severity: 'info' }, (_error, _response, body) => resolve(body));
    });

  it('is told that its events were taken', async () => {
    expect(await sent(TOKEN, { host: 'h1', index: 'main' }, { host: 'h2' })).toEqual({ text: 'Success', code: 0 });
    expect(hec.events.map(({ envelope }) => [envelope.host, envelope.event])).toEqual([
      ['h1', { message: { n: 0 }, severity: 'info' }],
      ['h2', { message: { n: 1 }, severity: 'info' }],
    ]);
  });

  it.each<[name: string, token: string, metadata: object, code: number]>([
    ['a token is wrong', 'wrong', {}, 4],
    ['an index is not there', TOKEN, { index: 'absent' }, 7],
  ])('is told that %s', async (_name, token, metadata, code) => {
    expect(await sent(token, metadata)).toBe(code);
  });
});
