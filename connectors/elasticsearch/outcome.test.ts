import { describe, expect, it } from 'vitest';
import { answerOf, outcomeOf } from './outcome.ts';
import type { Item } from './outcome.ts';

const failed = (status: number, type: string, reason = 'a reason', more: Partial<Item> = {}): Item => ({ status, error: { type, reason }, ...more });

describe('an item', () => {
  it.each<[name: string, item: Item, outcome: object]>([
    ['201 is delivered', { status: 201 }, { kind: 'delivered' }],
    ['200 is delivered', { status: 200 }, { kind: 'delivered' }],
    ['one in the failure store is not where it is looked for', { status: 201, failure_store: 'used' }, { kind: 'rejected', reason: 'failure_store' }],
    ['a failure store that was not needed is none of our business', { status: 201, failure_store: 'not_applicable_or_unknown' }, { kind: 'delivered' }],
    ['409 of its own id is present', failed(409, 'version_conflict_engine_exception'), { kind: 'present' }],
    ['another 409 is not', failed(409, 'another_conflict'), { kind: 'rejected', reason: 'another_conflict' }],
    ['429 comes again', failed(429, 'es_rejected_execution_exception'), { kind: 'retry', isAmbiguous: false }],
    ['429 of OpenSearch comes again', failed(429, 'rejected_execution_exception'), { kind: 'retry' }],
    ['503 of shards comes again', failed(503, 'unavailable_shards_exception'), { kind: 'retry', isAmbiguous: false }],
    ['500 comes again: under its own id it cannot be there twice', failed(500, 'exception'), { kind: 'retry', isAmbiguous: false }],
    [
      '500 of what is no object is refused: it would come again for ever',
      failed(500, 'not_x_content_exception'),
      { kind: 'rejected', reason: 'not_x_content_exception' },
    ],
    ['500 of a mistake that a document brings about is refused', failed(500, 'null_pointer_exception'), { kind: 'rejected' }],
    ['500 of a mapping that was not made in time comes again', failed(500, 'mapper_exception'), { kind: 'retry' }],
    ['a block comes again, a minute later', failed(403, 'cluster_block_exception'), { kind: 'retry', afterMs: 60_000 }],
    ['a full disk is a block too', failed(429, 'cluster_block_exception'), { kind: 'retry', afterMs: 60_000 }],
    ['400 of parsing is refused', failed(400, 'document_parsing_exception'), { kind: 'rejected', reason: 'document_parsing_exception' }],
    ['400 of a mapper is refused', failed(400, 'mapper_parsing_exception'), { kind: 'rejected', reason: 'mapper_parsing_exception' }],
    ['400 of a strict mapping is refused', failed(400, 'strict_dynamic_mapping_exception'), { kind: 'rejected', reason: 'strict_dynamic_mapping_exception' }],
    ['400 of an argument is refused', failed(400, 'illegal_argument_exception'), { kind: 'rejected', reason: 'illegal_argument_exception' }],
    ['400 of validation is refused', failed(400, 'action_request_validation_exception'), { kind: 'rejected', reason: 'action_request_validation_exception' }],
    [
      'refused, and not kept in a failure store either',
      failed(400, 'document_parsing_exception', 'r', { failure_store: 'failed' }),
      { kind: 'rejected', reason: 'document_parsing_exception' },
    ],
    ['400 without a type is refused', { status: 400 }, { kind: 'rejected', reason: 'status 400', message: 'status 400' }],
    ['404 of an index is for a person', failed(404, 'index_not_found_exception'), { kind: 'misconfigured' }],
    ['400 of a closed index is for a person', failed(400, 'index_closed_exception'), { kind: 'misconfigured' }],
    ['400 of a name of an index is for a person', failed(400, 'invalid_index_name_exception'), { kind: 'misconfigured' }],
    ['403 of security is for a person', failed(403, 'security_exception'), { kind: 'misconfigured' }],
    [
      'an ingest pipeline that is not there is for a person',
      failed(400, 'illegal_argument_exception', 'pipeline with id [nono] does not exist'),
      { kind: 'misconfigured' },
    ],
    [
      'an alias without a write index is for a person',
      failed(400, 'illegal_argument_exception', 'no write index is defined for alias [logs]. The write index may be explicitly disabled'),
      { kind: 'misconfigured' },
    ],
  ])('%s', (_name, item, outcome) => {
    expect(outcomeOf(item)).toMatchObject(outcome);
  });

  it('says why, with the cause, and never a whole document', () => {
    const item = {
      status: 400,
      error: { type: 'mapper_parsing_exception', reason: 'failed to parse', caused_by: { reason: `Preview: ${'x'.repeat(5_000)}` } },
    };
    const outcome = outcomeOf(item) as { readonly message: string };
    expect(outcome.message).toHaveLength(300);
    expect(outcome.message).toMatch(/^mapper_parsing_exception: failed to parse: Preview: x+$/);
  });
});

describe('an answer', () => {
  const validation = { type: 'action_request_validation_exception', reason: 'id is too long' };
  const other = { type: 'illegal_argument_exception', reason: 'request [/_bulk] contains unrecognized parameter' };
  it.each<[name: string, status: number, error: Item['error'], answered: object]>([
    ['200 has items, failed or not', 200, undefined, { kind: 'items' }],
    ['413 is for halves', 413, undefined, { kind: 'apart' }],
    ['400 of validation is for halves', 400, validation, { kind: 'apart' }],
    ['another 400 is for a person', 400, other, { kind: 'misconfigured', message: `answered 400: ${other.type}: ${other.reason}` }],
    ['401 is for a person', 401, undefined, { kind: 'misconfigured' }],
    ['403 is for a person', 403, undefined, { kind: 'misconfigured' }],
    ['404 is for a person', 404, undefined, { kind: 'misconfigured' }],
    ['406 of a media type is for a person', 406, undefined, { kind: 'misconfigured' }],
    ['429 is sent again', 429, undefined, { kind: 'away' }],
    ['503 is sent again', 503, undefined, { kind: 'away' }],
    ['502 is sent again', 502, undefined, { kind: 'away' }],
    ['504 is sent again', 504, undefined, { kind: 'away' }],
    ['500 is sent again', 500, undefined, { kind: 'away' }],
  ])('%s', (_name, status, error, answered) => {
    expect(answerOf(status, error)).toMatchObject(answered);
  });
});
