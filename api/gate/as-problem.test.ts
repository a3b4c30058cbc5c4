import { expect, it } from 'vitest';
import { FatalError, RetryableError } from '../../pipeline/core/errors.ts';
import { SearchError } from '../../domains/search/syntax.ts';
import { asProblem } from './as-problem.ts';
import { ApiProblem, pointer, PROBLEMS } from './problem.ts';

const sqlError = (code: string) => Object.assign(new Error('from the server'), { code, severity: 'ERROR' });

it.each<[name: string, error: unknown, code: string, status: number]>([
  ['a problem stays what it is', new ApiProblem('FORBIDDEN', 'No.'), 'FORBIDDEN', 403],
  ['a broker that is away', new RetryableError('BROKER_UNAVAILABLE', 'x'), 'BROKER_UNAVAILABLE', 503],
  ['a database that is away, as the store says it', new RetryableError('DATABASE_UNAVAILABLE', 'x'), 'DATABASE_UNAVAILABLE', 503],
  ['a connection that is refused', Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' }), 'DATABASE_UNAVAILABLE', 503],
  ['a socket that is not there', Object.assign(new Error('connect ENOENT'), { code: 'ENOENT' }), 'DATABASE_UNAVAILABLE', 503],
  [
    'a connection refused for each address',
    new AggregateError([Object.assign(new Error('connect ECONNREFUSED ::1'), { code: 'ECONNREFUSED' })]),
    'DATABASE_UNAVAILABLE',
    503,
  ],
  ['a server that shuts down', sqlError('57P01'), 'DATABASE_UNAVAILABLE', 503],
  ['too many connections', sqlError('53300'), 'DATABASE_UNAVAILABLE', 503],
  ['a pool that waited too long', new Error('timeout exceeded when trying to connect'), 'DATABASE_UNAVAILABLE', 503],
  ['a server that has stopped answering', new Error('Query read timeout'), 'DATABASE_UNAVAILABLE', 503],
  ['a query that took too long', sqlError('57014'), 'QUERY_TIMEOUT', 503],
  ['a character that no text can hold', sqlError('22021'), 'INVALID_REQUEST', 400],
  ['a search that cannot be read', new SearchError('Not closed.', 3), 'INVALID_SEARCH', 400],
  ['a body that is no JSON', Object.assign(new SyntaxError('Unexpected token'), { statusCode: 400 }), 'MALFORMED_JSON', 400],
  ['a body that is too large', Object.assign(new Error('x'), { code: 'FST_ERR_CTP_BODY_TOO_LARGE', statusCode: 413 }), 'BODY_TOO_LARGE', 413],
  ['another media type', Object.assign(new Error('x'), { code: 'FST_ERR_CTP_INVALID_MEDIA_TYPE', statusCode: 415 }), 'UNSUPPORTED_MEDIA_TYPE', 415],
  ['an address that cannot be read', Object.assign(new Error("'/%' is not a valid url component"), { statusCode: 400 }), 'INVALID_REQUEST', 400],
  ['a statement that the database refuses', sqlError('42P01'), 'UNEXPECTED', 500],
  ['what the store calls fatal', new FatalError('DATABASE_REFUSED', 'relation does not exist'), 'UNEXPECTED', 500],
  ['a bug', new TypeError('x is undefined'), 'UNEXPECTED', 500],
  ['something that is no error', 'text', 'UNEXPECTED', 500],
])('%s', (_name, error, code, status) => {
  const problem = asProblem(error);
  expect([problem.code, problem.status]).toEqual([code, status]);
});

it('says of our own mistakes nothing but where to look', () => {
  const document = asProblem(new TypeError('secret detail')).document('req-1');
  expect(JSON.stringify(document)).not.toContain('secret');
  expect(document).toMatchObject({
    type: 'urn:goshawk:problem:UNEXPECTED',
    status: 500,
    code: 'UNEXPECTED',
    requestId: 'req-1',
    title: PROBLEMS.UNEXPECTED.title,
  });
});

it('says where in a search the mistake is', () => {
  expect(asProblem(new SearchError('Not closed.', 3, 2)).document('r')).toMatchObject({ detail: 'Not closed.', position: { at: 3, length: 2 } });
});

it.each([
  [['body', 'events', 3, '@timestamp'], '/body/events/3/@timestamp'],
  [['a/b', 'c~d'], '/a~1b/c~0d'],
  [[], ''],
])('writes the pointer of %j', (parts, text) => {
  expect(pointer(...parts)).toBe(text);
});
