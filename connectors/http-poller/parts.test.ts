import { describe, expect, it } from 'vitest';
import { config } from './config.ts';
import httpPoller from './index.ts';
import { refusal, verdictOf } from './outcome.ts';
import { nextLink, nextOf, requestOf } from './paging.ts';
import { begin, ended, greater, RememberedIds } from './place.ts';
import type { Pass } from './place.ts';
import { parseExactly, valueAt, segmentsOf } from './pointer.ts';
import { filledBody, filledUrl, templateProblem, withParameter } from './template.ts';

const base = { url: 'https://api.example.com/v1/log' };
const pass: Pass = { next: null, count: 0, greatest: null };

describe('an answer that is no page', () => {
  it.each([
    [200, false, 'page'],
    [206, false, 'page'],
    [204, false, 'nothing'],
    [304, false, 'nothing'],
    [408, false, 'retry'],
    [425, false, 'retry'],
    [429, false, 'retry'],
    [500, false, 'retry'],
    [502, true, 'retry'],
    [503, false, 'retry'],
    [504, false, 'retry'],
    [501, false, 'misconfigured'],
    [400, true, 'misconfigured'],
    [401, false, 'misconfigured'],
    [403, false, 'misconfigured'],
    [404, true, 'misconfigured'],
    [405, false, 'misconfigured'],
    [410, false, 'misconfigured'],
    [410, true, 'resume'],
  ] as const)('%d, within pages %s: %s', (status, isWithin, verdict) => {
    expect(verdictOf(status, isWithin)).toBe(verdict);
  });

  it('says when to come again', () => {
    expect(refusal({ status: 429, headers: { 'retry-after': '9' } }, 'h', 0)).toMatchObject({ code: 'SOURCE_UNAVAILABLE', details: { afterMs: 9_000 } });
    expect(refusal({ status: 401, headers: {} }, 'h', 0)).toMatchObject({
      code: 'SOURCE_MISCONFIGURED',
      message: 'h answered 401. It does not take the credentials.',
    });
  });
});

describe('a template', () => {
  it.each([
    ['https://a/b?from={from}&x=1', { from: '2026-01-01T00:00:00Z' }, 'https://a/b?from=2026-01-01T00%3A00%3A00Z&x=1'],
    ['https://a/b?cursor={cursor}&x=1', { cursor: '' }, 'https://a/b?x=1'],
    ['https://a/b?cursor={cursor}', {}, 'https://a/b'],
    ['https://a/b?q=after:{since}', { since: 'a b&c' }, 'https://a/b?q=after:a%20b%26c'],
    ['https://a/{since}/b', { since: '../x' }, 'https://a/..%2Fx/b'],
    ['https://a/b', {}, 'https://a/b'],
  ])('%s', (template, values, url) => {
    expect(filledUrl(template, values)).toBe(url);
  });
  it('of a body keeps values inside of their quotes', () => {
    expect(JSON.parse(filledBody('{"after":"{cursor}","n":{"a":1}}', { cursor: '"},{"x\\' }))).toEqual({ after: '"},{"x\\', n: { a: 1 } });
  });
  it('knows its placeholders', () => {
    expect(templateProblem('{"query":{"a":"{from}"}}')).toBeNull();
    expect(templateProblem('x={form}')).toContain('{form}');
  });
  it('takes a parameter, in place of one that is there', () => {
    expect(withParameter('https://a/b?page=1&x=%20', 'page', '2')).toBe('https://a/b?x=%20&page=2');
    expect(withParameter('https://a/b', 'c[d]', 'é')).toBe('https://a/b?c%5Bd%5D=%C3%A9');
  });
});

describe('the next page', () => {
  const next = (given: object, page: Partial<Parameters<typeof nextOf>[1]>) =>
    nextOf(config.parse({ ...base, ...given }), { url: `${base.url}?x=1`, link: undefined, document: {}, records: 3, ...page });
  it.each<[string, object, Partial<Parameters<typeof nextOf>[1]>, string | true | null]>([
    ['there is one page', {}, {}, null],
    ['a link', { paging: 'link' }, { link: '<https://api.example.com/v1/log?a=2>; rel="next", </x>; rel=self' }, 'https://api.example.com/v1/log?a=2'],
    ['a link without a host', { paging: 'link' }, { link: '</v1/log?a=2>; title="a, b"; rel="prefetch next"' }, 'https://api.example.com/v1/log?a=2'],
    ['no link', { paging: 'link' }, { link: '</x>; rel="prev"' }, null],
    ['an address', { paging: 'next-url', nextAt: '/links/next' }, { document: { links: { next: '?a=2' } } }, 'https://api.example.com/v1/log?a=2'],
    ['no address', { paging: 'next-url', nextAt: '/links/next' }, { document: { links: { next: null } } }, null],
    ['a cursor', { paging: 'cursor', nextAt: '/c', cursorParameter: 'c' }, { document: { c: 'abc' } }, 'abc'],
    ['a cursor that is a number', { paging: 'cursor', nextAt: '/c', cursorParameter: 'c' }, { document: { c: 7 } }, '7'],
    ['an empty cursor', { paging: 'cursor', nextAt: '/c', cursorParameter: 'c' }, { document: { c: '' } }, null],
    ['a number after a page', { paging: 'page', pageParameter: 'p' }, {}, true],
    ['a number after an empty page', { paging: 'page', pageParameter: 'p' }, { records: 0 }, null],
    ['a number after a short page', { paging: 'offset', pageParameter: 'p', pageRecords: 4 }, {}, null],
  ])('%s', (_, given, page, wanted) => {
    expect(next(given, page)).toBe(wanted);
  });
  it.each(['https://evil.example.com/x', 'http://api.example.com/v1/log', 'https://api.example.com:8443/x', '//evil.example.com/x', 'http://['])(
    'is not asked of another host: %s',
    (address) => {
      expect(() => next({ paging: 'next-url', nextAt: '/n' }, { document: { n: address } })).toThrow(expect.objectContaining({ code: 'SOURCE_MISCONFIGURED' }));
    },
  );
  it('is read from a header in linear time', () => {
    expect(nextLink(`<a>${'; x=y'.repeat(50_000)}; rel=next`)).toBe('a');
    expect(nextLink('<'.repeat(50_000))).toBeNull();
  });
});

describe('a request', () => {
  const request = (given: object, more: Partial<Pass> = {}, since?: string) => requestOf(config.parse({ ...base, ...given }), since, { ...pass, ...more });
  it.each<[string, object, Partial<Pass>, string | undefined, string]>([
    ['of a page', { paging: 'page', pageParameter: 'p' }, { count: 2 }, undefined, 'https://api.example.com/v1/log?p=3'],
    ['of a page from 0', { paging: 'page', url: 'https://a/b?p={page}', firstPage: 0 }, { count: 0 }, undefined, 'https://a/b?p=0'],
    ['behind records', { paging: 'offset', pageParameter: 'skip' }, { count: 200 }, undefined, 'https://api.example.com/v1/log?skip=200'],
    [
      'of a window',
      { progress: 'window', url: 'https://a/b?f={from}&t={to}' },
      { from: 1_500, to: 2_000 },
      undefined,
      'https://a/b?f=1970-01-01T00%3A00%3A01.500Z&t=1970-01-01T00%3A00%3A02.000Z',
    ],
    [
      'of a window in seconds',
      { progress: 'window', url: 'https://a/b?f={from}', timeFormat: 'seconds' },
      { from: 1_500, to: 2_000 },
      undefined,
      'https://a/b?f=1',
    ],
    [
      'of a window without milliseconds',
      { progress: 'window', url: 'https://a/{from}', timeFormat: 'iso-seconds' },
      { from: 1_500 },
      undefined,
      'https://a/1970-01-01T00%3A00%3A01Z',
    ],
    ['since a value', { progress: 'field', sinceAt: '/id', url: 'https://a/b?s={since}' }, {}, '77', 'https://a/b?s=77'],
    ['since the first value', { progress: 'field', sinceAt: '/id', url: 'https://a/b?s={since}', sinceStart: '5' }, {}, undefined, 'https://a/b?s=5'],
    ['with a cursor', { paging: 'cursor', nextAt: '/c', cursorParameter: 'c' }, { next: 'a=' }, undefined, 'https://api.example.com/v1/log?c=a%3D'],
    ['of an address that was given', { paging: 'link' }, { next: 'https://api.example.com/other' }, undefined, 'https://api.example.com/other'],
  ])('%s', (_, given, more, since, url) => {
    expect(request(given, more, since).url).toBe(url);
  });
});

describe('where it stands', () => {
  const window = config.parse({
    ...base,
    url: 'https://a/{from}',
    progress: 'window',
    lookBackHours: 2,
    maxWindowMinutes: 60,
    overlapSeconds: 10,
    delaySeconds: 30,
    idAt: '/id',
  });
  const hour = 3_600_000;
  it('begins as far back as it is told, a span at a time', () => {
    expect(begin(window, {}, 10 * hour)).toMatchObject({ from: 8 * hour - 30_000, to: 9 * hour - 30_000 });
    expect(begin(window, { to: 9 * hour }, 10 * hour)).toMatchObject({ from: 9 * hour - 10_000, to: 10 * hour - 30_000 });
  });
  it('asks for nothing that is not past, also when the clock goes back', () => {
    expect(begin(window, { to: 10 * hour }, 10 * hour)).toBeNull();
    expect(begin(window, { to: 10 * hour }, 9 * hour)).toBeNull();
  });
  it('keeps the greatest value', () => {
    expect(ended({ since: '9' }, { ...pass, greatest: '10' }, null)).toEqual({ since: '10' });
    expect(ended({ since: '9' }, { ...pass, greatest: null }, null)).toEqual({ since: '9' });
    expect(greater('2026-01-02', '2026-01-10')).toBe('2026-01-10');
    expect(greater('12345678901234567891', '12345678901234567890')).toBe('12345678901234567891');
  });
  it('remembers the latest ids', () => {
    const ids = new RememberedIds(undefined, 2);
    expect(['a', 'b', 'a', 'c'].map((id) => ids.add(id))).toEqual([true, true, false, true]);
    const again = new RememberedIds(ids.text(), 2);
    expect(['c', 'a', 'b'].map((id) => again.add(id))).toEqual([false, false, true]);
  });
  it('is checked when it is set by hand', () => {
    expect(httpPoller.checkPosition({ source: 'http-poller' }, { to: 5 })).toBeNull();
    expect(httpPoller.checkPosition({ source: 'http-poller' }, { upTo: 5 })).toContain('upTo');
  });
});

it('values are found by pointer, large numbers whole', () => {
  const document = parseExactly('{"a/b":{"~":[{"id":12345678901234567890,"f":1.5}]}}');
  expect(valueAt(document, segmentsOf('/a~1b/~0/0/id'))).toBe('12345678901234567890');
  expect(valueAt(document, segmentsOf('/a~1b/x/y'))).toBeUndefined();
  expect(valueAt(document, segmentsOf('/__proto__'))).toBeUndefined();
});

describe('a configuration', () => {
  it.each<[string, object, string]>([
    ['a placeholder in the host', { url: 'https://{since}.example.com/' }, 'url'],
    ['a token that is not there', { auth: 'bearer' }, 'token'],
    ['oauth without its parts', { auth: 'oauth', tokenUrl: 'https://a/t', clientId: 'c' }, 'clientSecret'],
    ['an overlap without ids', { url: 'https://a/{from}', progress: 'window', overlapSeconds: 5 }, 'idAt'],
    ['a window without {from}', { progress: 'window' }, 'url'],
    ['a field without {since}', { progress: 'field', sinceAt: '/id' }, 'url'],
    ['a cursor without a place for it', { paging: 'cursor', nextAt: '/c' }, 'cursorParameter'],
    ['progress by cursor without one', { progress: 'cursor', paging: 'page', pageParameter: 'p' }, 'paging'],
    ['a body of a GET', { body: '{}' }, 'method'],
    ['a secret among the headers', { headers: ['Authorization: x'] }, 'headers'],
  ])('is refused: %s', (_, given, option) => {
    const { error } = config.safeParse({ ...base, ...given });
    expect(error?.issues.map(({ path }) => path[0])).toContain(option);
  });
});
