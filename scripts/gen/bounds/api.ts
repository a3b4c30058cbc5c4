// What the API, its inputs and the duties beside it may hold.
import { DOCUMENT_LIMITS } from '../../../api/graphql/documents.ts';
import { QUERY_LIMITS } from '../../../api/graphql/limits.ts';
import { ownSections } from '../../../local/config.ts';
import { count, KiB, numberIn, size } from './bound.ts';
import type { Bound } from './bound.ts';

const api = ownSections.api.parse({});
const tailBatches = numberIn('api/live/tail.ts', 'MAX_WAITING');
const flushMs = numberIn('api/live/tail.ts', 'FLUSH_MS');
const idempotencyBytes = numberIn('api/rest/idempotency-answers.ts', 'MAX_BYTES');
const tailEvents = Math.round((api.liveEventsPerSecond * flushMs) / 1000);

const ROW_BYTES = 2 * KiB;
/** A key of some 60 characters and a number in a map. */
const BUCKET_BYTES = 200;

export const ofApi: readonly Bound[] = [
  {
    what: 'Live tails',
    file: 'api/live/tail.ts',
    most: `api.liveSubscribers = ${count(api.liveSubscribers)}, each ${tailBatches} batches of ${tailEvents} events of about ${size(ROW_BYTES)}, when all of them read too slowly at once`,
    bytes: api.liveSubscribers * tailBatches * tailEvents * ROW_BYTES,
    perTask: false,
    stages: 'API',
    atBound: 'A watcher that is too slow is ended with SLOW_CONSUMER; events above api.liveEventsPerSecond are counted, not shown.',
  },
  {
    what: 'News for subscriptions and sockets',
    file: 'api/live/subscriptions.ts',
    most: `${count(numberIn('api/live/subscriptions.ts', 'MAX_WAITING'))} for each subscription; api.liveQueueBytes = ${size(api.liveQueueBytes)} for each of api.liveConnections = ${count(api.liveConnections)} sockets, when all of them read too slowly at once`,
    bytes: null,
    perTask: false,
    stages: 'API',
    atBound: 'SLOW_CONSUMER.',
  },
  {
    what: 'Queries read and checked before',
    file: 'api/graphql/documents.ts',
    most: `${count(DOCUMENT_LIMITS.documents)} texts of ${count(QUERY_LIMITS.characters)} characters, and what is read of each, some ten times as much when all are as long as they may be`,
    bytes: DOCUMENT_LIMITS.documents * QUERY_LIMITS.characters * 11,
    perTask: false,
    stages: 'API',
    atBound: 'The least recently used is read again; by its hash alone it is not known any more: `PERSISTED_QUERY_NOT_FOUND`.',
  },
  {
    what: 'Access tokens that held',
    file: 'api/auth/tokens.ts',
    most: `${count(numberIn('api/auth/tokens.ts', 'REMEMBERED_TOKENS'))} of about 1 KiB, for ${count(numberIn('api/auth/tokens.ts', 'REMEMBERED_SECONDS'))} seconds`,
    bytes: numberIn('api/auth/tokens.ts', 'REMEMBERED_TOKENS') * KiB,
    perTask: false,
    stages: 'API',
    atBound: 'The oldest is checked again.',
  },
  {
    what: 'Answers kept for idempotency keys while the database is away',
    file: 'api/rest/idempotency-answers.ts',
    most: `${count(numberIn('api/rest/idempotency-answers.ts', 'MAX_KEYS'))} keys or ${size(idempotencyBytes)} for a day`,
    bytes: idempotencyBytes,
    perTask: false,
    stages: 'API',
    atBound: 'The oldest is forgotten.',
  },
  {
    what: 'Records of inputs on their way to the broker',
    file: 'api/gateway/gateway.ts',
    most: `${size(numberIn('api/gateway/gateway.ts', 'MAX_WAITING_BYTES'))} over all senders`,
    bytes: numberIn('api/gateway/gateway.ts', 'MAX_WAITING_BYTES'),
    perTask: false,
    stages: 'API',
    atBound: 'Senders are told to come again, each in the terms of its protocol; TCP is not read on.',
  },
  {
    what: 'Bodies of inputs that are read, unpacked',
    file: 'api/inputs/body.ts',
    most: `${size(numberIn('api/inputs/body.ts', 'MAX_BYTES_AT_ONCE'))} over all senders`,
    bytes: numberIn('api/inputs/body.ts', 'MAX_BYTES_AT_ONCE'),
    perTask: false,
    stages: 'API',
    atBound: '503 with Retry-After.',
  },
  {
    what: 'Requests by OTLP/gRPC, as they come in',
    file: 'connectors/otlp-grpc/server.ts',
    most: `${size(numberIn('connectors/otlp-grpc/server.ts', 'MAX_BYTES_AT_ONCE'))} over all senders, of one sensor half`,
    bytes: numberIn('connectors/otlp-grpc/server.ts', 'MAX_BYTES_AT_ONCE'),
    perTask: false,
    stages: 'API',
    atBound: 'Others wait, unread, until their own deadline.',
  },
  {
    what: 'Records of one OTLP request, with resource and scope beside each',
    file: 'schemas/otlp/logs.ts',
    most: `${count(numberIn('schemas/otlp/logs.ts', 'MAX_RECORDS'))} records or ${size(numberIn('schemas/otlp/logs.ts', 'MAX_BYTES'))}`,
    bytes: numberIn('schemas/otlp/logs.ts', 'MAX_BYTES'),
    perTask: false,
    stages: 'API',
    atBound: 'The request is refused: send fewer records at once.',
  },
  {
    what: 'Datagrams of syslog and flows',
    file: 'connectors/_listen/udp.ts',
    most: 'syslog.queueBytes and netflow.queueBytes = 32 MiB each',
    bytes: null,
    perTask: false,
    stages: 'API',
    atBound: 'Lost, and counted in input_dropped_records_total.',
  },
  {
    what: 'Messages of syslog connections',
    file: 'connectors/syslog/framing.ts',
    most: 'one of syslog.maxMessageBytes for each of syslog.maxConnections',
    bytes: null,
    perTask: false,
    stages: 'API',
    atBound: 'A larger message is left out and counted; one connection too many is refused.',
  },
  {
    what: 'Acknowledgements of HEC that nobody has asked for',
    file: 'api/inputs/hec/acks.ts',
    most: `${count(numberIn('api/inputs/hec/acks.ts', 'MAX_IDS_PER_CHANNEL'))} numbers a channel, ${count(numberIn('api/inputs/hec/acks.ts', 'MAX_CHANNELS'))} channels`,
    bytes: null,
    perTask: false,
    stages: 'API',
    atBound: '429 with code 27; the channel that was quiet the longest is forgotten.',
  },
  {
    what: 'Callers whose rate is counted',
    file: 'api/gate/limits/memory.ts',
    most: `${count(numberIn('api/gate/limits/memory.ts', 'MAX_BUCKETS'))} users, organizations and addresses of which something came within a minute`,
    bytes: numberIn('api/gate/limits/memory.ts', 'MAX_BUCKETS') * BUCKET_BYTES,
    perTask: false,
    stages: 'API',
    atBound: 'The one that came first is forgotten: it has its whole rate again.',
  },
  {
    what: 'Bodies of requests',
    file: 'api/app.ts',
    most: `api.bodyMaxBytes = ${size(api.bodyMaxBytes)} each; api.requestsPerMinute and api.bulkRequestsPerMinute of them a minute and user`,
    bytes: null,
    perTask: false,
    stages: 'API',
    atBound: 'A larger one is refused (413), one too many likewise (429). A proxy in front bounds how many come at once.',
  },
  {
    what: 'Lists for a page',
    file: 'api/graphql/limits.ts',
    most: 'pages of 200 rows at most, queries measured before they run, no cache between requests',
    bytes: null,
    perTask: false,
    stages: 'API',
    atBound: 'A query that asks for more is refused.',
  },
  {
    what: 'Relay',
    file: 'api/relay/index.ts',
    most: `relay.batchRows = ${count(ownSections.relay.parse({}).batchRows)} rows at a time`,
    bytes: null,
    perTask: false,
    stages: 'API',
    atBound: 'The rest stays in the database.',
  },
  {
    what: 'Dead letters sent again',
    file: 'pipeline/runtime/redrive/index.ts',
    most: `${count(numberIn('pipeline/runtime/redrive/index.ts', 'BATCH_RECORDS'))} records or ${size(numberIn('pipeline/runtime/redrive/index.ts', 'BATCH_BYTES'))} at a time; one bit for each that was sent before`,
    bytes: null,
    perTask: false,
    stages: 'API',
    atBound: 'Read and sent piece by piece, however many there are.',
  },
];
