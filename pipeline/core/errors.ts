/** What this project throws on purpose. The class says what the caller does next; `code` says why. */
export abstract class PipelineError extends Error {
  readonly code: string;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: ErrorCode, message: string, details: Record<string, unknown> = {}, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
    this.code = code;
    this.details = details;
  }
}

/** Wrong configuration or usage: print every problem, exit 2 before anything starts. */
export class ConfigError extends PipelineError {}
/** This record can never succeed: the runtime sends it to the dead-letter topic and moves on. */
export class RecordError extends PipelineError {}
/** May succeed later: wait and retry in place, order kept; past its budget it becomes fatal. */
export class RetryableError extends PipelineError {}
/** Another task owns the partition: drop uncommitted work and rejoin. */
export class FencedError extends PipelineError {}
/** Ends the process with status 1 and a sentence that says what to do. */
export class FatalError extends PipelineError {}

/** Every code with the sentence that docs/reference/errors.md prints. A test compares this table with what is thrown. */
export const ERROR_CODES = {
  // ConfigError
  INVALID_CONFIG: 'An option is missing, unknown or out of range. The message lists all of them with their paths.',
  INVALID_USAGE: 'The command line is wrong. `./goshawk <command> --help` shows what it takes.',
  NAME_MISMATCH: 'A folder exports a member of another name. Rename one of them.',
  TOPIC_MISMATCH: 'A topic exists with settings that differ from the catalogue. Change the topic or the catalogue.',
  PREREQUISITE_MISSING: 'Something this machine needs is not installed. The message names the package.',
  PORT_IN_USE: 'The port asked for is taken. Choose another with --port, or 0 for any.',
  ALREADY_RUNNING: 'Another installation uses this data folder. Stop it, or choose another with --data.',
  BACKUP_REFUSED: 'A backup cannot be made, or cannot be restored here. The message says why; nothing was changed.',
  DATA_FOLDER: 'The data folder cannot be used as it is. The message says why.',
  OUTBOUND_REFUSED: 'An address that a user named may not be reached: nothing was sent. The message says why, and which entry of outbound.allow would open it.',
  OUTBOUND_REDIRECTED: 'An address that a user named answered with a redirect. Redirects are not followed; the message has where it leads.',
  OUTBOUND_TOO_LARGE: 'An address that a user named answered with more than is taken, packed or unpacked.',
  SINK_MISCONFIGURED:
    'A sink cannot work as it is configured: credentials, an address or a target that the far side does not know. The task stops; the message says what to correct.',
  SOURCE_MISCONFIGURED:
    'A source cannot work as it is configured: credentials, an address or a name that the far side does not know, or answers that are not what was described. The task stops; the message says what to correct.',
  // RecordError
  DECODE_FAILED: 'The bytes are not what their topic declares.',
  BATCH_UNREADABLE:
    'A batch of records cannot be unpacked: a wrong checksum, broken compression, or more than its limit. Its range of offsets is set aside as one dead letter with the raw batch.',
  SCHEMA_UNKNOWN: 'A record carries a schema id that the registry does not know.',
  INVALID_EVENT: 'A field has a value that the event model refuses.',
  FUTURE_TIMESTAMP: "The event is stamped further ahead of the broker's clock than maxFuture allows.",
  PAST_TIMESTAMP: 'The event is older than maxPast allows.',
  RECORD_TOO_LARGE: 'The record, or what became of it, exceeds the limit of its topic.',
  SOURCE_REFUSED: 'What was sent would make a raw topic that may not be made: the name is none, or there are too many sources. The message says which.',
  SINK_REFUSED: 'The far side of a sink will never take this document as it is. The message has what it said.',
  TRANSFORM_FAILED: 'A transform of a connector cannot be applied to a record. The message says what it has found; the details name the transform.',
  FORMAT_REFUSED: 'A document cannot be written in the format that a sink was asked for. The message says which field.',
  UNEXPECTED: 'A bug of ours: a stage threw something it does not document. Please report it.',
  // RetryableError
  BROKER_UNAVAILABLE: 'The broker does not answer. Work waits and goes on when it does.',
  REGISTRY_UNAVAILABLE: 'The schema registry does not answer and the id is not cached.',
  DATABASE_UNAVAILABLE: 'The database does not answer. Work waits and goes on when it does.',
  TOPIC_MISSING: 'A topic that a stage writes to does not exist yet; it is created, and work goes on.',
  GATEWAY_BUSY: 'More is waiting for the broker than may. Senders are told to come again; it ends when the broker has caught up.',
  QUOTA_EXCEEDED: 'An organization has used up what it may have in a day. Senders are told to come again after midnight (UTC), or to have it raised.',
  OUTBOUND_FAILED: 'An address that a user named does not answer: no address, no connection, a certificate that does not hold, or too slow. It may later.',
  TXN_MUST_ABORT: 'The transaction cannot be committed; it is aborted and done again.',
  SOURCE_UNAVAILABLE: 'The far side of a source does not answer, or asks for patience. It is asked again from where it was left.',
  SINK_UNAVAILABLE: 'The far side of a sink does not take what is sent. It is sent again, and stays owed until then.',
  // FencedError
  PRODUCER_FENCED: 'Another process has the transactional id.',
  GENERATION_FENCED: 'The consumer group moved on without this member.',
  OFFSETS_FENCED: 'Another owner has moved the offsets in the database.',
  // FatalError
  OFFSET_GONE: 'The committed position is no longer in the topic: records were deleted before they were read. Reset the group on purpose to go on.',
  TOPICS_BEHIND:
    'A topic ends before the position that the database has of it: the topics are older than the database, or other ones. Restore both from one backup, or the older database.',
  CHANGELOG_GAP: 'A changelog ends before the position that was committed with it.',
  BROKER_REFUSED: 'The broker refused a request for good. The message has its error code.',
  UNSUPPORTED_BROKER: 'The broker is older than 2.5 or its client library is not the pinned version.',
  TOO_MANY_UNEXPECTED: 'Too many records failed with UNEXPECTED; the stage stops rather than drain its topic into dead letters.',
  FETCH_FAILED: 'A download did not complete. What came is kept; the same command goes on from there.',
  BUILD_FAILED: 'The dashboard could not be built. The message has the last lines of the build.',
  PART_DIED: 'A part of the local installation ended by itself, or did not become ready. The message has its log file.',
  SECRET_UNREADABLE: 'A secret in the database cannot be decrypted: its key is missing, or it was changed. The message says which.',
  NO_SPACE: 'The disk is full.',
  TIMER_FAILED: 'A bug of ours: a stage failed in a timer, which has no record to set aside. Please report it.',
  MIGRATION_FAILED: 'A database migration failed. The message has the file and the reason.',
  DATABASE_REFUSED: 'The database refuses for good: a right, an extension, its version or a statement. The message says which.',
} as const;
export type ErrorCode = keyof typeof ERROR_CODES;
