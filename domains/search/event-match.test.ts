// What is refused, and how a native document is read. What searches find is held to SQL by cases.ts (api/live, store) and on real events (pipeline/publish).
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rowOf } from '../../api/live/enriched-row.ts';
import { compileFilter } from '../../api/live/match.ts';
import { plainContext, plainEvent } from '../../schemas/avro/plain.ts';
import type { Enriched } from '../../schemas/avro/types.gen.ts';
import { REFUSED } from './cases.ts';
import { enrichedFields, SearchedEvent } from './enriched.ts';
import { compileEventSearch, nativeValues } from './event-match.ts';
import { SearchError } from './error.ts';
import { parseSearch } from './syntax.ts';
import { event as anyEvent, search } from './test/arbitraries.ts';

const host = (name: string | undefined) => (name === undefined ? null : { name, id: null, ip: [], os: null });
const end = (ip: string | undefined, port: number | undefined) => ({ ip: ip ?? null, port: port ?? null, domain: null, mac: null, bytes: null, packets: null });

/** As a stage sees what `seedEvents` would store. */
function enrichedOf({ columns = {}, detail = {}, native }: SeedOf): Enriched {
  const column = (name: string) => columns[name] as never;
  const { labels, 'related.ip': relatedIp, 'dns.response_code': responseCode, 'network.bytes': bytes, ...ecs } = detail as Readonly<Record<string, never>>;
  const question = column('dns_question') ?? null;
  return {
    event: plainEvent({
      dataset: column('dataset') ?? '',
      message: column('message') ?? null,
      category: column('category') ?? [],
      severity: column('severity') ?? null,
      host: host(column('host_name')),
      user: { name: column('user_name') ?? null, id: null, domain: null, email: null },
      source: end(column('source_ip'), column('source_port')),
      destination: end(column('destination_ip'), undefined),
      dns: { questionName: question, questionType: null, responseCode: responseCode ?? null, answers: [] },
      network: { transport: null, protocol: null, direction: null, communityId: null, bytes: bytes ?? null, packets: null },
      labels: labels ?? {},
      ecs,
      native: Buffer.from(JSON.stringify(native)),
    }),
    context: plainContext({ relatedIp: relatedIp ?? [] }),
  };
}
type SeedOf = typeof anyEvent extends fc.Arbitrary<infer T> ? T : never;

function ignoringRefusal<T>(ask: () => T): T | 'refused' {
  try {
    return ask();
  } catch (error) {
    if (error instanceof SearchError) return 'refused';
    throw error;
  }
}

describe('a search of events', () => {
  it.each(REFUSED)('is refused for %s', (_name, text, at) => {
    const refusal = (() => {
      try {
        return compileEventSearch(parseSearch(text), enrichedFields);
      } catch (error) {
        return error;
      }
    })();
    expect(refusal).toBeInstanceOf(SearchError);
    expect((refusal as SearchError).at).toBe(at);
  });

  it('finds in an event on its way what it finds in its row', () => {
    let found = 0;
    fc.assert(
      fc.property(search, anyEvent, (tree, seed) => {
        const enriched = enrichedOf(seed);
        const row = rowOf(enriched);
        const asRow = ignoringRefusal(() => compileFilter({ search: tree }).search?.(row) ?? true);
        expect(ignoringRefusal(() => compileEventSearch(tree, enrichedFields)(new SearchedEvent(enriched)))).toBe(asRow);
        if (asRow === true) found += 1;
      }),
      { numRuns: 1_000, seed: 20_261_126 },
    );
    expect(found).toBeGreaterThan(100);
  });
});

describe('values of a native document', () => {
  it.each<[name: string, native: string, values: Record<string, readonly unknown[]>]>([
    ['have their names in lower case, wherever they stand', '{"A":1,"b":{"A":"x"}}', { a: ['1', 'x'], b: [{ A: 'x' }] }],
    ['keep the digits of numbers', '{"n":12345678901234567890,"m":1.0,"e":1e3}', { n: ['12345678901234567890'], m: ['1.0'], e: ['1e3'] }],
    ['are none for null and for what is empty', '{"a":null,"b":{},"c":[]}', {}],
    ['may be an empty text', '{"a":""}', { a: [''] }],
    ['may be true or false', '{"a":true}', { a: [true] }],
    ['may have the names of things of JavaScript', '{"constructor":"x","toString":"y"}', { constructor: ['x'], tostring: ['y'] }],
    ['are none where it is no JSON', '{"a":1', {}],
  ])('%s', (_name, native, values) => {
    const found = [...nativeValues(native)].filter(([key]) => key !== ''); // the document itself has no name
    expect(Object.fromEntries(found)).toEqual(values);
  });

  it('come of any text without a throw', () => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (text) => nativeValues(text) instanceof Map));
  });
});
