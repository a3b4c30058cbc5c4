// What the stages may hold.
import { ENTRY_WEIGHT, WEIGHT_BYTES } from '../../../pipeline/features/held.ts';
import { PERSIST, stored } from '../../../topologies/telemetry/flow.ts';
import { sections } from '../../../topologies/telemetry/config.ts';
import { count, KiB, numberIn, size } from './bound.ts';
import type { Bound } from './bound.ts';

const options = Object.fromEntries(Object.entries(sections).map(([name, schema]) => [name, schema.parse({})])) as {
  [K in keyof typeof sections]: ReturnType<(typeof sections)[K]['parse']>;
};
const limits = 'pipeline/runtime/run-options.ts';
const commitRecords = numberIn(limits, 'commitRecords');
const partitionBytes = numberIn(limits, 'maxBytesPerPartition');
const fetchBytes = numberIn('pipeline/runtime/kafka/fetcher.ts', 'MAX_FETCH_BYTES');
const unpackedBytes = numberIn('pipeline/runtime/kafka/compression.ts', 'MAX_UNPACKED_BYTES');
const transactionBytes = numberIn('pipeline/runtime/outbox.ts', 'TRANSACTION_BYTES');
const requestBytes = numberIn('pipeline/runtime/kafka/sender.ts', 'MAX_REQUEST_BYTES');
const waitingBytes = numberIn('pipeline/runtime/loader-lane.ts', 'WAITING_BYTES');
const portionBytes = numberIn('pipeline/persist/loader.ts', 'LOAD_BYTES');

const SEEN_ID_BYTES = 64; // four words a slot, at least a quarter of the slots in use
const OPEN_ALERT_BYTES = 40 * KiB; // a hundred events and what they name
const STREAM_BYTES = numberIn('pipeline/ingest/zeek-tsv/index.ts', 'MAX_HEADER_CHARS');
const ADDRESS_BYTES = 500;

export const ofStages: readonly Bound[] = [
  {
    what: 'Answer to a fetch, compressed',
    file: 'pipeline/runtime/kafka/fetcher.ts',
    most: `one answer from each broker, ${size(fetchBytes)} in all and ${size(partitionBytes)} a partition; a single batch that is larger comes whole`,
    bytes: fetchBytes,
    perTask: false,
    stages: 'every stage',
    atBound: 'The next fetch waits until everything of this one is handled or paused.',
  },
  {
    what: 'Batch being read, unpacked',
    file: 'pipeline/runtime/kafka/compression.ts',
    most: `one at a time, ${size(unpackedBytes)}; some ten times ${size(partitionBytes)} in practice`,
    bytes: unpackedBytes,
    perTask: false,
    stages: 'every stage',
    atBound: 'A batch that unpacks to more is set aside as a dead letter, as a range of offsets.',
  },
  {
    what: 'Outputs that wait for the commit',
    file: 'pipeline/runtime/outbox.ts',
    most: `one transaction under way and one that fills: ${count(commitRecords)} inputs, four times as many outputs or ${size(transactionBytes)} each, whichever comes first, and what one input adds`,
    bytes: 2 * transactionBytes,
    perTask: false,
    stages: 'every stage',
    atBound: 'No more input is taken until the commit is through; fetching pauses with it.',
  },
  {
    what: 'Requests to produce',
    file: 'pipeline/runtime/kafka/sender.ts',
    most: `one of ${size(requestBytes)} at a time to each broker, made of the outputs above`,
    bytes: requestBytes,
    perTask: false,
    stages: 'every stage',
    atBound: 'The rest waits for the answer.',
  },
  {
    what: 'Ids of sensors seen lately',
    file: 'pipeline/core/seen-ids.ts',
    most: `validate.maxRememberedIds = ${count(options.validate.maxRememberedIds)} a task, up to ${SEEN_ID_BYTES} bytes each, for ${options.validate.duplicateWindowMinutes} to ${options.validate.duplicateWindowMinutes * 1.2} minutes`,
    bytes: options.validate.maxRememberedIds * SEEN_ID_BYTES,
    perTask: true,
    stages: ['validate'],
    atBound: 'Further ids are not remembered: `validate_forgotten_ids_total`. Their repeats pass.',
  },
  {
    what: 'Streams of formats that need earlier lines',
    file: 'pipeline/ingest/index.ts',
    most: `${count(numberIn('pipeline/ingest/index.ts', 'MAX_STREAMS'))} a task, of ${size(STREAM_BYTES)} at most; only sources that send such a format have any, some 1 KiB each`,
    bytes: numberIn('pipeline/ingest/index.ts', 'MAX_STREAMS') * KiB,
    perTask: true,
    stages: ['ingest'],
    atBound: 'Lines of further streams are kept as unparsed events.',
  },
  {
    what: 'Events whose further lines may come as records of their own',
    file: 'pipeline/ingest/groups.ts',
    most: `${count(numberIn('pipeline/ingest/groups.ts', 'MAX_TASK_CHARS'))} characters a task, of them ${count(numberIn('pipeline/ingest/groups.ts', 'MAX_STREAM_CHARS'))} of one stream, up to 2 bytes each, for two seconds; ${count(numberIn('pipeline/ingest/groups.ts', 'MAX_PARTS'))} lines and ${count(numberIn('pipeline/ingest/groups.ts', 'MAX_CHARS'))} characters an event`,
    bytes: 2 * numberIn('pipeline/ingest/groups.ts', 'MAX_TASK_CHARS'),
    perTask: true,
    stages: ['ingest'],
    atBound: 'The oldest of the stream is told as it is, and says so: `ingest_groups_total{closing="limit"}`.',
  },
  {
    what: 'Geography of addresses',
    file: 'pipeline/enrich/geo/index.ts',
    most: `enrich.maxCachedAddresses = ${count(options.enrich.maxCachedAddresses)}, about ${ADDRESS_BYTES} bytes each; the files themselves beside it`,
    bytes: options.enrich.maxCachedAddresses * ADDRESS_BYTES,
    perTask: false,
    stages: ['enrich'],
    atBound: 'The least recently used is looked up again.',
  },
  {
    what: 'Reference tables',
    file: 'pipeline/runtime/reference.ts',
    most: `all rows, their versions replaced within the last hour, ${numberIn('pipeline/runtime/reference.ts', 'CACHED_BUILDS')} derived indexes a table`,
    bytes: null,
    perTask: false,
    stages: ['enrich'],
    atBound: 'Bounded by what administrators enter: about 1 KiB a row.',
  },
  {
    what: 'Rules, compiled',
    file: 'pipeline/detect/match/engine.ts',
    most: `the rules that are loaded, and ${count(numberIn('pipeline/detect/match/engine.ts', 'MAX_LOGSOURCES'))} log sources met so far`,
    bytes: null,
    perTask: false,
    stages: ['detect'],
    atBound: 'Further log sources are routed anew for each event.',
  },
  {
    what: 'Rules compiled',
    file: 'domains/sigma/organization-rules.ts',
    most: `${count(numberIn('domains/sigma/organization-rules.ts', 'KEPT_SETS'))} sets of an organization that differ, each beside those of files`,
    bytes: null,
    perTask: false,
    stages: ['detect', 'correlate'],
    atBound: 'A set that is asked for again is linked and compiled again.',
  },
  {
    what: 'Matches of correlations',
    file: 'pipeline/correlate/index.ts',
    most: `correlate.matchesPerGroup = ${count(options.correlate.matchesPerGroup)} a group, correlate.matchesPerRule = ${count(options.correlate.matchesPerRule)} a correlation and task, about 300 bytes each beside others of their group, 1,600 where each has a group of its own (${size(options.correlate.matchesPerRule * 300)} to ${size(options.correlate.matchesPerRule * 1600)} a correlation and task; \`npm run bench -- correlate\`); those in the reorder buffer for up to ${count(options.correlate.reorderMs)} ms of append time beside them`,
    bytes: null,
    perTask: true,
    stages: ['correlate'],
    atBound: 'The oldest of a group, then the groups silent longest are given up: `correlate_evicted_matches_total`.',
  },
  {
    what: 'Panes of entities',
    file: 'pipeline/features/held.ts',
    most: `features.maxHeld = ${count(options.features.maxHeld)} a task: one for each distinct value and ${ENTRY_WEIGHT} for each entity, ${WEIGHT_BYTES} bytes each`,
    bytes: options.features.maxHeld * WEIGHT_BYTES,
    perTask: true,
    stages: ['partials'],
    atBound: 'New entities and values are left out, their events counted as dropped, `over-limit`.',
  },
  {
    what: 'Windows of entities',
    file: 'pipeline/features/held.ts',
    most: 'features.maxHeld a task, likewise',
    bytes: options.features.maxHeld * WEIGHT_BYTES,
    perTask: true,
    stages: ['features'],
    atBound: 'Likewise.',
  },
  {
    what: 'Open alerts',
    file: 'pipeline/alert/index.ts',
    most: `alert.maxOpen = ${count(options.alert.maxOpen)} a task, ${size(OPEN_ALERT_BYTES)} at most and about 4 KiB in practice`,
    bytes: options.alert.maxOpen * 4 * KiB,
    perTask: true,
    stages: ['alert'],
    atBound: 'Each finding of a further group makes an alert of its own, counted as dropped, `over-limit`.',
  },
  {
    what: 'Records that wait for the database',
    file: 'pipeline/runtime/loader-lane.ts',
    most: `per loader (${Object.keys(stored).length} of them): one load under way and one that waits, ${count(commitRecords)} records or ${size(waitingBytes)} each`,
    bytes: Object.keys(stored).length * 2 * waitingBytes,
    perTask: false,
    stages: [PERSIST],
    atBound: 'That loader takes nothing more from its topic; the stages before it go on.',
  },
  {
    what: 'Rows being written',
    file: 'pipeline/persist/loader.ts',
    most: `per loader, ${size(portionBytes)} of rows in one SQL transaction`,
    bytes: Object.keys(stored).length * portionBytes,
    perTask: false,
    stages: [PERSIST],
    atBound: 'A larger load is cut into several transactions.',
  },
  {
    what: 'Rejected records of a source',
    file: 'pipeline/runtime/throttle.ts',
    most: `one bucket of ${count(numberIn('pipeline/runtime/throttle.ts', 'BURST'))} for each raw topic`,
    bytes: KiB,
    perTask: false,
    stages: ['ingest'],
    atBound: 'That topic alone is read more slowly.',
  },
];
