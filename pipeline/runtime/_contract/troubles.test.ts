// Every trouble that is known of kafkajs and of brokers, with what we do and the tests that prove it, in memory and on a broker. A test that is
// renamed or deleted fails here. Where a row has no test on one side, it says why.
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

interface Proof {
  /** Below `pipeline/runtime/`, with a part of the test's name as it stands in the source. */
  readonly file: string;
  readonly test: string;
}
interface Row {
  readonly trouble: string;
  readonly answer: string;
  readonly memory: readonly Proof[] | string;
  readonly broker: readonly Proof[] | string;
}
const proof =
  (file: string) =>
  (...tests: readonly string[]): Proof[] =>
    tests.map((test) => ({ file, test }));
const contract = proof('_contract/port/');
const kafka = proof('kafka/kafka.kafka.test.ts');
const own = proof('kafka/own-broker.kafka.test.ts');
const wire = proof('kafka/wire.test.ts');
const fetched = proof('kafka/fetch.test.ts');
const unit = proof('kafka/errors.test.ts');
const stages = proof('exactly-once.test.ts');

const bytes = 'It is about bytes, and memory has none.';
const theirs = 'It is in a part of kafkajs that is not used (docs/adr/0003).';
const both = (...tests: readonly string[]): Pick<Row, 'memory' | 'broker'> => ({ memory: contract(...tests), broker: contract(...tests) });

const MEMBERS: readonly Row[] = [
  {
    trouble: 'heartbeats only when the handler asks',
    answer: 'they go out beside the work; a member that hangs is expelled',
    ...both('tell a batch at work that the group rebalances', 'expel a member that hangs'),
  },
  {
    trouble: 'rebalance events are not awaited',
    answer: '`revoked` and `assigned` are',
    ...both('hand partitions over by number, after the old owner committed, with hooks in order'),
  },
  {
    trouble: 'only an eager round-robin assigner',
    answer: 'a sticky one by partition number',
    ...both('leave partitions where they are when members come and go'),
  },
  {
    trouble: "an assignment's user data is dropped",
    answer: 'what members owned is in their subscription',
    ...both('leave partitions where they are when members come and go'),
  },
  {
    trouble: 'no static membership, no manual assignment',
    answer: 'partitions stay where they are; readers need no group',
    ...both('join again as the same member in the very next generation', 'read a range to its end, across markers, and no further'),
  },
  {
    trouble: 'consumer and producer share a cache of offsets that runs ahead of the commit',
    answer: 'positions are ours; an abort goes back',
    memory: stages('a commit that the broker never saw'),
    broker: contract('leave nothing when their work fails, and the producer goes on'),
  },
  {
    trouble: 'offset out of range commits -1 or -2 and jumps',
    answer: 'FatalError OFFSET_GONE, nothing committed',
    ...both('never jump over records that were deleted before they were read'),
  },
  {
    trouble: 'seek(-2) means offset 0, resets commit negative offsets',
    answer: 'seeks take offsets only; a negative commit counts as none',
    ...both('seek from within a batch, which then is stale', 'knows groups and sets offsets of those without members'),
  },
];
const PRODUCERS: readonly Row[] = [
  {
    trouble: 'a lost produce answer loses later records of the same producer',
    answer: 'the batch is sent again as it is; without an answer the producer is discarded',
    ...both('the answer to a send is lost', 'a send is lost'),
  },
  {
    trouble: 'a failed commit or abort leaves the producer unusable',
    answer: 'it says so, a new one is made',
    ...both('the answer to a commit is lost', 'are fenced by a later producer of the same id'),
  },
  {
    trouble: 'every transaction looks for its coordinator 2 to 4 times',
    answer: 'known until it moves',
    memory: 'Clients in memory need not find anybody.',
    broker: contract('may be many, quickly, and empty'),
  },
  {
    trouble: 'a coordinator that loads, is away or moved (14, 15, 16) ends sendOffsets',
    answer: 'it is looked for again',
    ...both('the coordinator loads, is away or has moved'),
  },
  {
    trouble: 'CONCURRENT_TRANSACTIONS (51) after quick commits',
    answer: 'repeated after 10 ms',
    ...both('the transaction before is not finished, twice', 'may be many, quickly, and empty'),
  },
  {
    trouble: 'concurrent sends of an idempotent producer are out of order',
    answer: 'one request at a time to each node',
    ...both('keep their order over many sends, also concurrent ones'),
  },
  {
    trouble: 'sequence numbers jump to 0 near 2^31',
    answer: 'they wrap',
    memory: proof('kafka/sender.test.ts')('counts sequences round the end of 31 bits'),
    broker: own('goes on with sequence numbers from the end of 31 bits to the beginning'),
  },
  {
    trouble: 'one send is one batch, above message.max.bytes it fails',
    answer: 'cut at 2,000 records, 900 kB of a partition and 16 MiB of a request; halved where a topic takes less',
    ...both('may be more and larger than one request holds', 'below the limit of their topic go through'),
  },
  {
    trouble: 'a record without key gets a random partition',
    answer: 'every record names its partition',
    memory: proof('partition.test.ts')('as Java does'),
    broker: contract('come back as they were sent, in order, where the send said'),
  },
];
const BYTES: readonly Row[] = [
  {
    trouble: 'a data record whose key is 00000000 counts as an abort marker',
    answer: 'markers are told by the batch',
    memory: fetched('do not take a record whose key looks like an abort marker for one'),
    broker: contract('come back as they were sent, in order, where the send said'),
  },
  {
    trouble: 'a hole at the end of a compacted batch is walked offset by offset',
    answer: 'the header says how far the batch covers',
    memory: [...contract('read compacted partitions over the holes'), ...fetched('cover what compaction left empty')],
    broker: contract('read compacted partitions over the holes'),
  },
  {
    trouble: 'an aborted record shows behind the start of another aborted transaction',
    answer: 'transactions are told by their own ranges',
    memory: [...contract('see only committed data'), ...fetched('leave out an aborted record behind the start of another')],
    broker: contract('see only committed data'),
  },
  {
    trouble: 'tagged fields are skipped one byte short',
    answer: 'own reader',
    memory: bytes,
    broker: wire('are committed in a transaction by TxnOffsetCommit 3', 'are read by OffsetFetch 7'),
  },
  {
    trouble: 'offsets and times are text, headers a map, timers negative',
    answer: 'numbers, lists, and a timer only when something waits',
    memory: contract('come back as they were sent'),
    broker: contract('come back as they were sent'),
  },
  {
    trouble: 'snappy, lz4 and zstd are missing',
    answer: 'all are read, each with a limit',
    memory: fetched('put a batch aside %s, whole and alone', 'read all frames of a batch'),
    broker: kafka('reads what the broker has stored as %s'),
  },
  {
    trouble: 'a batch that is damaged, cannot be unpacked, lies about its size or is a bomb',
    answer: 'one dead letter for its range, counted as its records',
    memory: proof('set-aside.test.ts')('is one dead letter with its bytes and its range', 'counts in the ledger as the records it holds'),
    broker: own('gives a batch %s as unreadable', 'takes a batch of %s that unpacks to 70 MiB'),
  },
];
const ADMIN: readonly Row[] = [
  { trouble: 'alterConfigs resets what is not named', answer: 'nothing of ours alters a topic', memory: theirs, broker: theirs },
  {
    trouble: 'createTopics throws 3 after it created',
    answer: 'it waits until there are leaders',
    ...both('creates what is missing and leaves the rest alone'),
  },
  { trouble: 'the table of error codes ends at 88', answer: 'the number is taken out of the text', memory: bytes, broker: unit('%j become %o %s') },
  {
    trouble: 'the admin cannot ask for the last stable offset',
    answer: 'own request',
    ...both('do not pass an open transaction', 'knows offsets: earliest, latest, by time'),
  },
];
const CODES: readonly Row[] = [
  {
    trouble: 'retryable codes, and no answer at all',
    answer: 'the class goes by the number behind all causes, not by `retriable`',
    memory: stages('holds under faults, crashes and rebalances at random'),
    broker: unit('%j become %o %s', 'are found through causes; a lost connection is none'),
  },
  {
    trouble: 'codes after which a transaction must be aborted (45, 48, 49, 59, 120)',
    answer: 'TXN_MUST_ABORT: aborted, read again',
    memory: stages('holds with %s'),
    broker: unit('%j become %o %s'),
  },
  { trouble: 'ILLEGAL_GENERATION (22)', answer: 'FencedError: drop, join again', ...both('refuses a member of an earlier generation') },
  {
    trouble: 'UNKNOWN_MEMBER_ID (25)',
    answer: 'FencedError: drop, join again',
    ...both('fences a zombie', 'would not, without group metadata: the test above can fail'),
  },
  {
    trouble: 'INVALID_PRODUCER_EPOCH (47): fenced',
    answer: 'a new producer under the same id; three times in a minute is fatal',
    memory: [...contract('are fenced by a later producer of the same id'), ...stages('ends a process whose transactional id another one uses')],
    broker: contract('are fenced by a later producer of the same id'),
  },
  {
    trouble: 'INVALID_PRODUCER_EPOCH (47): timed out',
    answer: 'as above; committed offsets tell what became of it',
    ...both('that time out are aborted, and their producer is fenced'),
  },
  { trouble: 'DUPLICATE_SEQUENCE_NUMBER (46)', answer: 'it has been appended', ...both('the answer to a send is lost') },
  {
    trouble: 'UNSTABLE_OFFSET_COMMIT (88)',
    answer: 'waits for the open transaction',
    ...both('lets a new owner wait for the open transaction of the old one', 'would not, without stable reads: the test above can fail'),
  },
  { trouble: 'REBALANCE_IN_PROGRESS (27)', answer: 'last commit, then join again', ...both('tell a batch at work that the group rebalances') },
  {
    trouble: 'MESSAGE_TOO_LARGE (10) for one record',
    answer: 'the input record behind it is a dead letter, the others commit',
    memory: [...contract('above the limit of their topic are refused one by one'), ...proof('suspicion.test.ts')('is a dead letter, %s; the others commit')],
    broker: contract('above the limit of their topic are refused one by one'),
  },
  {
    trouble: 'INVALID_RECORD (87), INVALID_TIMESTAMP (32)',
    answer: "as 10; times are never refused, since the append time is the broker's",
    ...both('that their topic refuses for what they are (87) are refused alone'),
  },
  { trouble: 'everything else, unknown codes too', answer: 'FatalError', memory: bytes, broker: unit('%j become %o %s') },
];
const OUTCOMES: readonly Row[] = [
  {
    trouble: 'commit outcome unknown: reset before the broker had it',
    answer: 'a new producer decides; committed offsets tell',
    memory: [...contract('a commit is lost'), ...stages('a commit that the broker never saw')],
    broker: contract('a commit is lost'),
  },
  {
    trouble: 'commit outcome unknown: the answer was lost',
    answer: 'as above',
    memory: [...contract('the answer to a commit is lost'), ...stages('a commit whose answer is lost')],
    broker: [...contract('the answer to a commit is lost'), ...kafka('says that the outcome of a commit is unknown, and the next init finds out')],
  },
  {
    trouble: 'commit outcome unknown: closed, and the request arrives after all',
    answer: 'the epoch of its successor fences it',
    ...both('a request that reaches the broker after its successor is done (%s) counts for nothing'),
  },
  {
    trouble: 'commit outcome unknown: the broker is frozen',
    answer: 'as above',
    memory: stages('a commit whose answer is lost, and the abort and the next producer too'),
    broker: own('that hangs while a transaction commits'),
  },
  {
    trouble: 'a lost changelog',
    answer: 'FatalError CHANGELOG_GAP',
    memory: [
      ...proof('time.test.ts')('refuse to go on from a changelog that lost its end'),
      ...proof('set-aside.test.ts')('ends a task whose changelog it is in'),
    ],
    broker: 'Nothing of it is in the adapter: the runtime compares two offsets, which the contract covers.',
  },
  {
    trouble: 'KAFKA-20734: no marker where a partition has no leader',
    answer: 'a cleansing transaction after every init',
    memory: 'Markers in memory are written in the moment of the decision.',
    broker: own('shows aborted records and blocks the group, where nothing is done about it', 'shows nothing that was aborted after the cleansing transaction'),
  },
];

const sources = new Map<string, string>();
const sourceOf = (file: string): string => {
  let text = sources.get(file);
  if (text === undefined) {
    const at = new URL(`../${file}`, import.meta.url);
    const parts = file.endsWith('/') ? readdirSync(at).map((name) => new URL(name, at)) : [at];
    text = parts
      .map((part) => readFileSync(part, 'utf8'))
      .join('\n')
      .replaceAll(/\\(['"`])/g, '$1');
    sources.set(file, text);
  }
  return text;
};

describe.each([
  ['members', MEMBERS],
  ['producers', PRODUCERS],
  ['bytes', BYTES],
  ['admin', ADMIN],
  ['codes', CODES],
  ['outcomes', OUTCOMES],
])('troubles of %s have their tests', (_name, rows) => {
  it.each(rows)('$trouble: $answer', ({ memory, broker }) => {
    for (const proofs of [memory, broker]) {
      if (typeof proofs === 'string') {
        expect(proofs, 'why there is none').toMatch(/\.$/);
        continue;
      }
      expect(proofs.length).toBeGreaterThan(0);
      for (const { file, test } of proofs) expect(sourceOf(file), `${file} has a test "${test}"`).toContain(test);
    }
  });
});
