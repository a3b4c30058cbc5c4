// What CORRELATE costs per match: reorder buffer, group, window and share, with the changelog's entries sealed as a commit does. No broker.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { parseRuleSet } from '../../domains/sigma/index.ts';
import { APPEND_CLOCK } from '../../pipeline/core/index.ts';
import type { StreamRecord } from '../../pipeline/core/index.ts';
import { config, correlate } from '../../pipeline/correlate/index.ts';
import { ReferenceData } from '../../pipeline/runtime/reference.ts';
import { Task } from '../../pipeline/runtime/task.ts';
import type { Sink } from '../../pipeline/runtime/task.ts';
import { Codec } from '../../schemas/avro/codec.ts';
import { fixedIds } from '../../schemas/avro/registry.ts';
import type { Match } from '../../schemas/avro/types.gen.ts';
import { schemas } from '../../schemas/avro/types.gen.ts';
import type { Benchmark, Figure } from '../figure.ts';
import { bestOf, cpuMicros } from '../figure.ts';

const SECOND = 1_000_000;
const START = 1_700_000_000_000_000;
const MATCHES = 20_000;
const COMMIT_EVERY = 1000;
const OPEN_GROUPS = 1_000_000;
const RULES = parseRuleSet([
  {
    file: 'bench.yml',
    text: [
      'title: A\nname: a\nlogsource: {product: windows}\ndetection: {s: {x: y}, condition: s}\n',
      'title: Many\nname: many\nstatus: stable\nlevel: high\ncorrelation: {type: event_count, rules: [a], group-by: [User], timespan: 60s, condition: {gte: 20}}\n',
      'title: Each\nname: each\nstatus: stable\nlevel: high\ncorrelation: {type: event_count, rules: [a], group-by: [User], timespan: 60s, condition: {gte: 1}}\n',
      'title: Day\nname: day\nstatus: stable\nlevel: high\ncorrelation: {type: event_count, rules: [a], group-by: [User], timespan: 1d, condition: {gte: 20}}\n',
    ].join('---\n'),
  },
]);

interface Shape {
  readonly measure: string;
  /** Name of the correlation. */
  readonly rule?: string;
  readonly groups: number;
  /** Between one match and the next. */
  readonly stepMicros: number;
  /** One in so many comes this late. */
  readonly late?: { readonly oneIn: number; readonly by: number };
  readonly goal?: Figure['goal'];
  readonly note: string;
}
const SHAPES: readonly Shape[] = [
  { measure: 'many groups, in order', groups: 2000, stepMicros: 10_000, note: '3 matches of a group in its window' },
  { measure: 'a busy group, in order', groups: 1, stepMicros: 100_000, note: '600 matches in the window' },
  {
    measure: 'many groups, one in ten late',
    groups: 200,
    stepMicros: 10_000,
    late: { oneIn: 10, by: 20 * SECOND },
    note: '30 matches in the window; a late one judges it anew',
  },
  {
    measure: 'each match a finding',
    rule: 'each',
    groups: MATCHES,
    stepMicros: 10_000,
    goal: { value: 20, isAtMost: true },
    note: 'a group of its own for each',
  },
];
const OPEN: Shape = { measure: 'groups open', rule: 'day', groups: OPEN_GROUPS, stepMicros: 1000, note: 'one match each' };

const matchOf = ({ rule = 'many', groups, stepMicros, late }: Shape, n: number): Match => {
  const group = `user-${n % groups}`;
  const isLate = late !== undefined && (n * 7919) % late.oneIn === 0;
  return {
    organization: 'default',
    ruleId: 'a',
    ruleVersion: '1',
    correlationId: rule,
    groupFields: ['User'],
    groupValues: [group],
    values: [],
    event: {
      id: `event-${n}`,
      time: START + n * stepMicros - (isLate ? late.by : 0),
      dataset: 'windows.sysmon',
      topic: 'raw.default.windows',
      partition: 0,
      offset: n,
    },
    entities: [{ type: 'user', value: group }],
    isRetracted: false,
    ruleSet: 0,
    suppressedBy: null,
  };
};

const openTask = (): Task =>
  new Task({
    stage: correlate({ ...config.parse({}), matchesPerRule: 2 * OPEN_GROUPS, groupsPerRule: 2 * OPEN_GROUPS }, RULES) as never,
    reference: new ReferenceData(),
    upstream: ['detect'],
  });

/** @param matchAt Made or taken one by one: a million would be a heap of their own. @returns How many findings it made. */
function run(task: Task, shape: Shape, count: number, matchAt: (n: number) => Match): number {
  let findings = 0;
  const sink: Sink = {
    mark: () => 0,
    rollback: () => {},
    output: () => void findings++,
    passed: () => {},
    dropped: () => {},
    rejected: (_record, error) => {
      throw error;
    },
    emitted: () => {},
  };
  for (let n = 0; n < count; n++) {
    const now = START + n * shape.stepMicros;
    const record: StreamRecord<unknown> = {
      key: null,
      value: matchAt(n),
      headers: new Map(),
      position: { topic: 'matches.v1', partition: 0, offset: n },
      appendedAt: now,
    };
    task.handle(record, sink);
    if (n % COMMIT_EVERY !== COMMIT_EVERY - 1) continue;
    task.watermarks.update({ 'windows.sysmon': now - SECOND, [APPEND_CLOCK]: now });
    task.fireTimers(sink);
    task.seal();
    task.settle();
  }
  return findings;
}

export default {
  name: 'correlate',
  description: 'Matches through the stage, one core, beside decoding them alone',
  async run(): Promise<readonly Figure[]> {
    const codec = new Codec(fixedIds());
    const figures = SHAPES.map((shape): Figure => {
      const matches = Array.from({ length: MATCHES }, (_unused, n) => matchOf(shape, n));
      const encoded = matches.map((match) => codec.encode(schemas.match, match));
      const baseline = {
        what: 'decoding the match alone',
        value: bestOf(3, MATCHES, () => {
          for (const bytes of encoded) codec.decode(schemas.match, bytes);
        }),
      };
      let findings = 0;
      const value = bestOf(3, MATCHES, () => {
        findings = run(openTask(), shape, MATCHES, (n) => matches[n]!);
      });
      return {
        measure: shape.measure,
        value,
        unit: 'us/match',
        baseline,
        goal: shape.goal ?? null,
        note: `${shape.note}; ${MATCHES} matches, ${findings} findings`,
      };
    });
    return [...figures, ...openGroups()];
  },
} satisfies Benchmark;

/** What a million groups take, and what a match costs among so many. */
function openGroups(): readonly Figure[] {
  const collect = collector();
  const task = openTask();
  collect();
  const before = process.memoryUsage();
  const start = process.cpuUsage();
  run(task, OPEN, OPEN_GROUPS, (n) => matchOf(OPEN, n));
  const micros = cpuMicros(start) / OPEN_GROUPS;
  collect();
  const after = process.memoryUsage();
  const used = after.heapUsed + after.external - before.heapUsed - before.external;
  const open = task.entries()['groups']!.length;
  return [
    {
      measure: 'memory per open group',
      value: used / open,
      unit: 'bytes',
      baseline: null,
      goal: null,
      note: `${open} groups of one match each, all in one task`,
    },
    { measure: 'a match of a new group', value: micros, unit: 'us/match', baseline: null, goal: null, note: `while there come to be ${open}` },
  ];
}

/** Memory in use says nothing while garbage is in it. */
function collector(): () => void {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as () => void;
}
