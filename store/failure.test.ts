import pg from 'pg';
import { expect, it } from 'vitest';
import { FatalError, RetryableError } from '../pipeline/core/errors.ts';
import { asPipelineError, isDataRefused, isDuplicate, isPartitionMissing } from './failure.ts';

function fromServer(code: string, constraint?: string): Error {
  const error = new pg.DatabaseError('reason', 6, 'error');
  return Object.assign(error, { code, severity: 'ERROR', constraint });
}
const withCode = (code: string) => Object.assign(new Error(''), { code });

it.each<[name: string, error: unknown, becomes: unknown]>([
  ['a refused connection', withCode('ECONNREFUSED'), 'DATABASE_UNAVAILABLE'],
  ['a name that is not found now', withCode('EAI_AGAIN'), 'DATABASE_UNAVAILABLE'],
  ['a socket that is not there', withCode('ENOENT'), 'DATABASE_UNAVAILABLE'],
  ['a connection that ended', new Error('Connection terminated unexpectedly'), 'DATABASE_UNAVAILABLE'],
  ['a pool that is busy', new Error('timeout exceeded when trying to connect'), 'DATABASE_UNAVAILABLE'],
  ['a shutdown', fromServer('57P01'), 'DATABASE_UNAVAILABLE'],
  ['a start that is under way', fromServer('57P03'), 'DATABASE_UNAVAILABLE'],
  ['a full disk', fromServer('53100'), 'DATABASE_UNAVAILABLE'],
  ['a deadlock', fromServer('40P01'), 'DATABASE_UNAVAILABLE'],
  ['a failover', fromServer('25006'), 'DATABASE_UNAVAILABLE'],
  ['a missing right', fromServer('42501'), 'DATABASE_REFUSED'],
  ['a missing table', fromServer('42P01'), 'DATABASE_REFUSED'],
  ['a wrong password', fromServer('28P01'), 'DATABASE_REFUSED'],
])('%s', (_name, error, code) => {
  expect(asPipelineError(error)).toMatchObject({ code });
  expect(asPipelineError(error)).toBeInstanceOf(code === 'DATABASE_REFUSED' ? FatalError : RetryableError);
});

it.each([
  ['a bug of ours', new TypeError('x is not a function')],
  ['an error of core', new FatalError('MIGRATION_FAILED', 'x')],
  ['a bad argument', withCode('ERR_INVALID_ARG_TYPE')],
  ['no error', 'text'],
])('%s stays what it is', (_name, error) => {
  expect(asPipelineError(error)).toBe(error);
});

it('tells refused data, repeats and missing partitions apart', () => {
  expect(['22021', '22P02', '23505', '23514', '54000', '42P01'].map((state) => isDataRefused(fromServer(state, 'c')))).toEqual([
    true,
    true,
    true,
    true,
    true,
    false,
  ]);
  expect(isDuplicate(fromServer('23505'))).toBe(true);
  expect([isPartitionMissing(fromServer('23514')), isDataRefused(fromServer('23514')), isPartitionMissing(fromServer('23514', 'c'))]).toEqual([
    true,
    false,
    false,
  ]);
});
