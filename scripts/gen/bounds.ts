// What every buffer, queue, cache and store may hold. Numbers are read from the options and from the constants in the code, so that the page
// cannot say what is no longer so: a constant that was renamed stops `npm run gen`.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectFolder } from '../../local/project.ts';
import { ownSections } from '../../local/config.ts';
import { ENTRY_WEIGHT, WEIGHT_BYTES } from '../../pipeline/features/held.ts';
import { flow, PERSIST, stored } from '../../topologies/telemetry/flow.ts';
import { sections } from '../../topologies/telemetry/config.ts';
import type { Generator } from './files.ts';

const KiB = 1024;
const MiB = 1024 * KiB;

/** A numeric constant of a file, as `NAME = 16 * 1024` or `name: 4000`. */
function numberIn(file: string, name: string): number {
  const [, text] = new RegExp(`\\b${name}(?: = |: )([\\d_.*<+ ()]+?)[;,]`).exec(readFileSync(join(projectFolder, file), 'utf8')) ?? [];
  if (text === undefined) throw new Error(`${file} has no number ${name}: scripts/gen/bounds.ts must follow.`);
  return text
    .replaceAll('_', '')
    .split('*')
    .map((factor) => {
      const [base = '', shift = '0'] = factor.split('<<');
      return Number(base) * 2 ** Number(shift);
    })
    .reduce((product, factor) => product * factor, 1);
}

const api = ownSections.api.parse({});
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
const tailBatches = numberIn('api/live/tail.ts', 'MAX_WAITING');
const flushMs = numberIn('api/live/tail.ts', 'FLUSH_MS');
const idempotencyBytes = numberIn('api/rest/idempotency.ts', 'MAX_BYTES');
const tailEvents = Math.round((api.liveEventsPerSecond * flushMs) / 1000);

interface Bound {
  readonly what: string;
  readonly file: string;
  /** The arithmetic, in words. */
  readonly most: string;
  /** Of one stage instance, or of one task where `perTask`; null where it follows from the rules, the rate or what administrators enter. */
  readonly bytes: number | null;
  readonly perTask: boolean;
  readonly stages: readonly string[] | 'every stage' | 'API';
  readonly atBound: string;
}
const count = (number: number) => number.toLocaleString('en');
const size = (bytes: number) => (bytes >= MiB ? `${count(Math.round(bytes / MiB))} MiB` : `${count(Math.ceil(bytes / KiB))} KiB`);

const SEEN_ID_BYTES = 64; // four words a slot, at least a quarter of the slots in use
const OPEN_ALERT_BYTES = 40 * KiB; // a hundred events and what they name
const STREAM_BYTES = numberIn('pipeline/ingest/zeek-tsv/index.ts', 'MAX_HEADER_CHARS');
const ADDRESS_BYTES = 500;
const ROW_BYTES = 2 * KiB;

const bounds: readonly Bound[] = [
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
    what: 'Notices of alerts',
    file: 'api/live/alert-feed.ts',
    most: `${count(numberIn('api/live/alert-feed.ts', 'MAX_WAITING'))} ids for each subscription, ${numberIn('api/live/rooms.ts', 'MAX_WAITING')} messages for each socket`,
    bytes: null,
    perTask: false,
    stages: 'API',
    atBound: 'SLOW_CONSUMER.',
  },
  {
    what: 'Answers kept for idempotency keys',
    file: 'api/rest/idempotency.ts',
    most: `${count(numberIn('api/rest/idempotency.ts', 'MAX_KEYS'))} keys or ${size(idempotencyBytes)} for a day`,
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

/** Partitions of what a stage reads: its tasks. */
const settings = [
  { name: 'embedded', partitions: ownSections.kafka.parse({}).partitions },
  { name: 'chart', partitions: Number(/^partitions: (\d+)/m.exec(readFileSync(join(projectFolder, 'helm/goshawk/values.yaml'), 'utf8'))?.[1]) },
];

const stageNames: readonly string[] = [...Object.keys(flow), PERSIST];
function mostOf(stage: string, tasks: number): number {
  return bounds
    .filter(({ stages }) => stages === stage || (stages === 'every stage' && stage !== 'API') || (Array.isArray(stages) && stages.includes(stage)))
    .reduce((sum, { bytes, perTask }) => sum + (bytes ?? 0) * (perTask ? tasks : 1), 0);
}

const INTRODUCTION = `# What may be held in memory

Written by \`npm run gen\` from the options and the constants of the code. Every buffer, queue, cache and store of the running product has a bound.
What is behind waits on disk, in the topics: a burst makes lag there, not memory here. Sizes are of what is held, as it arrives or is kept; objects around
it, garbage not yet collected and the code itself come on top: reckon with 150 MiB for an idle process, and give V8 a limit with \`NODE_OPTIONS=--max-old-space-size\`
that leaves room. A task is a stage on one partition number; per-task bounds are divided among as many processes as share the stage.

| what | where | at most | when it is full |
|---|---|---|---|
`;

export default {
  name: 'bounds',
  generate() {
    const rows = bounds.map(
      ({ what, file, most, bytes, perTask, stages, atBound }) =>
        `| ${what} (${Array.isArray(stages) ? stages.join(', ') : String(stages)}) | \`${file}\` | ${most}${bytes === null ? '' : ` = **${size(bytes)}${perTask ? ' a task' : ''}**`} | ${atBound} |`,
    );
    const sums = [...stageNames, 'API'].map((stage) => `| ${stage} | ${settings.map(({ partitions }) => size(mostOf(stage, partitions))).join(' | ')} |`);
    const totals = settings.map(({ partitions }) => size([...stageNames, 'API'].reduce((sum, stage) => sum + mostOf(stage, partitions), 0)));
    const head = settings.map(({ name, partitions }) => `${name}, ${partitions} partitions`).join(' | ');
    return new Map([
      [
        'docs/reference/bounds.md',
        `${INTRODUCTION}${rows.join('\n')}

## Sums

When every bound in bold is reached at the same moment, with all tasks of a stage in one process; what follows from rules and reference rows is not in it. An installation at rest
holds a few MiB of it. A task of ingest is one partition number over all raw topics.

| stage | ${head} |
|---|--:|--:|
${sums.join('\n')}
| **all** | ${totals.map((total) => `**${total}**`).join(' | ')} |

The servers beside them: the embedded broker is started with \`-Xmx512m\`, the registry with \`-Xmx400m\`; PostgreSQL takes its \`shared_buffers\` (128 MB unless configured) and a few MiB
for each of the connections, of which each process opens at most \`database.poolSize\`.
`,
      ],
    ]);
  },
} satisfies Generator;
