// The body of Elasticsearch's bulk API: an action line, and for most actions a document line. Source: Elastic, "Bulk API".
import { MAX_EVENT_BYTES } from '../../gateway/gateway.ts';

export interface BulkItem {
  readonly action: string;
  readonly index: string | null;
  readonly id: string | null;
  /** Null when it is refused. */
  readonly document: Buffer | null;
  readonly refusal: ElasticError | null;
}
export interface ElasticError {
  readonly status: number;
  readonly type: string;
  readonly reason: string;
}
/** The request cannot be read as a whole: nothing of it is taken. */
export class BulkError extends Error {
  readonly refusal: ElasticError;
  constructor(status: number, type: string, reason: string) {
    super(reason);
    this.name = 'BulkError';
    this.refusal = { status, type, reason };
  }
}

const MAX_ITEMS = 50_000;
const NEWLINE = 0x0a;
const malformed = (line: number, reason: string) => new BulkError(400, 'illegal_argument_exception', `Malformed action/metadata line [${line}], ${reason}`);

/** @param target Index of the path, for items that name none. @throws BulkError */
export function readBulk(bytes: Buffer, target: string | null): readonly BulkItem[] {
  if (bytes.length === 0) throw new BulkError(400, 'parse_exception', 'request body is required');
  if (bytes[bytes.length - 1] !== NEWLINE) throw new BulkError(400, 'illegal_argument_exception', 'The bulk request must be terminated by a newline [\\n]');
  const items: BulkItem[] = [];
  let line = 0;
  let at = 0;
  const next = (): Buffer | null => {
    if (at >= bytes.length) return null;
    const end = bytes.indexOf(NEWLINE, at);
    const text = bytes.subarray(at, bytes[end - 1] === 0x0d ? end - 1 : end);
    at = end + 1;
    line += 1;
    return text;
  };
  for (let text = next(); text !== null; text = next()) {
    if (text.length === 0) continue;
    const { action, index, id } = readAction(text, line);
    if (items.length === MAX_ITEMS) throw new BulkError(413, 'content_too_large_exception', `Send at most ${MAX_ITEMS} documents per request.`);
    const document = action === 'delete' ? null : next();
    if (action !== 'delete' && document === null)
      throw new BulkError(400, 'action_request_validation_exception', `Validation Failed: 1: no document after the action in line [${line}];`);
    const refusal = refusalOf(action, document);
    items.push({ action, index: index ?? target, id, document: refusal === null ? document : null, refusal });
  }
  if (items.length === 0) throw new BulkError(400, 'action_request_validation_exception', 'Validation Failed: 1: no requests added;');
  return items;
}

function readAction(text: Buffer, line: number): Pick<BulkItem, 'action' | 'index' | 'id'> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text.toString('utf8'));
  } catch {
    throw malformed(line, 'expected a JSON object');
  }
  const [[action, meta] = ['', null], more] = typeof parsed === 'object' && parsed !== null ? Object.entries(parsed) : [];
  if (!['create', 'index', 'update', 'delete'].includes(action) || more !== undefined || typeof meta !== 'object' || meta === null)
    throw malformed(line, 'expected field [create], [delete], [index] or [update]');
  const { _index: index, _id: id } = meta as { _index?: unknown; _id?: unknown };
  return { action, index: typeof index === 'string' ? index : null, id: typeof id === 'string' ? id : null };
}

function refusalOf(action: string, document: Buffer | null): ElasticError | null {
  if (action === 'update' || action === 'delete' || document === null)
    return { status: 400, type: 'illegal_argument_exception', reason: `only [create] and [index] are taken here, not [${action}]: events do not change` };
  if (document.length > MAX_EVENT_BYTES)
    return { status: 413, type: 'content_too_large_exception', reason: `a document has at most ${MAX_EVENT_BYTES} bytes, this one has ${document.length}` };
  // Whether it is well-formed inside is for ingest to say, which keeps what it cannot read.
  if (document[0] !== 0x7b || document[document.length - 1] !== 0x7d)
    return { status: 400, type: 'document_parsing_exception', reason: 'failed to parse: a document is a JSON object on one line' };
  return null;
}
