// What Elasticsearch and OpenSearch answer to a bulk request, as what it means for records.
// Elastic, "Bulk API" and "Failure store"; both products' sources for the types of errors.
import { DELIVERED, PRESENT, rejected } from '../_sink/index.ts';
import type { Outcome } from '../_sink/index.ts';

/** An item of the answer, as far as `filter_path` asks for it. */
export interface Item {
  readonly status: number;
  readonly error?: { readonly type: string; readonly reason?: string; readonly caused_by?: { readonly reason?: string } };
  /** Elasticsearch 8.19, 9.1 and later. */
  readonly failure_store?: string;
}
/** Only a person can mend it, and it is not this record's fault. */
export interface Misconfigured {
  readonly kind: 'misconfigured';
  readonly message: string;
}

/** A block is lifted by people, or when a disk has space again: asking more often helps nobody. */
const BLOCKED_MS = 60_000;

/** Errors that tell of the index, the credentials or the configuration, not of the document; all others of 4xx do. */
const OF_THE_TARGET = new Set([
  'index_not_found_exception',
  'index_closed_exception',
  'invalid_index_name_exception',
  'security_exception',
  'invalid_alias_name_exception',
]);
/** Said with the type that documents have, too. */
const ABOUT_THE_TARGET = /^(pipeline with id \[.*\] does not exist|no write index is defined for alias|only write ops with an op_type of create are allowed)/;

/** Said with 500 of a document that the server's code does not withstand: what is no object (Elasticsearch 9), and its own mistakes. It will not withstand it later. */
const BROUGHT_ABOUT = new Set([
  'not_x_content_exception',
  'null_pointer_exception',
  'class_cast_exception',
  'index_out_of_bounds_exception',
  'array_index_out_of_bounds_exception',
  'string_index_out_of_bounds_exception',
  'number_format_exception',
]);

export function outcomeOf(item: Item): Outcome | Misconfigured {
  const { status, error } = item;
  if (status >= 200 && status < 300)
    // Kept among the failed documents, where no search of the stream finds it.
    return item.failure_store === 'used' ? rejected('failure_store', 'Stored in the failure store of the data stream, as a document that failed.') : DELIVERED;
  const type = error?.type ?? `status ${status}`;
  const message = textOf(item);
  if (status === 409) return type === 'version_conflict_engine_exception' ? PRESENT : rejected(type, message);
  if (type === 'cluster_block_exception') return { kind: 'retry', message, isAmbiguous: false, afterMs: BLOCKED_MS };
  if (BROUGHT_ABOUT.has(type)) return rejected(type, message);
  // Sent again under its own id, a document that is there already is `present`.
  if (status === 429 || status >= 500) return { kind: 'retry', message, isAmbiguous: false };
  if (status === 401 || status === 403 || OF_THE_TARGET.has(type) || ABOUT_THE_TARGET.test(error?.reason ?? '')) return { kind: 'misconfigured', message };
  return rejected(type, message);
}

/** Of the answer as a whole. `items`: each has one of its own. `apart`: refused together, perhaps because of their size or of one of them. */
export type Answered = { readonly kind: 'items' | 'apart' } | Misconfigured | { readonly kind: 'away'; readonly message: string };

/** @param error What the body says, where it is the error of Elasticsearch. */
export function answerOf(status: number, error: Item['error']): Answered {
  const said = error === undefined ? `answered ${status}` : `answered ${status}: ${textOf({ status, error })}`;
  if (status === 200) return { kind: 'items' };
  if (status === 413) return { kind: 'apart' };
  if (status === 400 && error?.type === 'action_request_validation_exception') return { kind: 'apart' };
  if (status === 408 || status === 429 || status >= 500) return { kind: 'away', message: said };
  return { kind: 'misconfigured', message: said };
}

/** A reason may quote a field, never a whole document. */
const MOST_CHARACTERS = 300;
function textOf({ status, error }: Item): string {
  if (error === undefined) return `status ${status}`;
  const { type, reason, caused_by } = error;
  return [type, reason, caused_by?.reason]
    .filter((text) => text !== undefined && text !== '')
    .join(': ')
    .slice(0, MOST_CHARACTERS);
}
