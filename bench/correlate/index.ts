// What CORRELATE costs per match: reorder buffer, group, window and share, with the changelog's entries sealed as a commit does. No broker.
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
import { bestOf } from '../figure.ts';

const SECOND = 1_000_000;
const START = 1_700_000_000_000_000;
const MATCHES = 20_000;
const COMMIT_EVERY = 1000;
const RULES = parseRuleSet([
  {
    file: 'bench.yml',
    text:
      'title: A\nname: a\nlogsource: {product: windows}\ndetection: {s: {x: y}, condition: s}\n---\n' +
      'title: Many\nname: many\nstatus: stable\nlevel: high\ncorrelation: {type: event_count, rules: [a], group-by: [User], timespan: 60s, condition: {gte: 20}}\n',
  },
]);

interface Shape {
  readonly measure: string;
  readonly groups: number;
  /** Between one match and the next. */
  readonly stepMicros: number;
  /** One in so many comes this late. */
  readonly late?: { readonly oneIn: number; readonly by: number };
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
];

const matchOf = ({ groups, stepMicros, late }: Shape, n: number): Match => {
  const group = `user-${n % groups}`;
  const isLate = late !== undefined && (n * 7919) % late.oneIn === 0;
  return {
    organization: 'default',
    ruleId: 'a',
    ruleVersion: '1',
    correlationId: 'many',
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

/** @returns How many findings it made. */
function run(shape: Shape, matches: readonly Match[]): number {
  const task = new Task({ stage: correlate(config.parse({}), RULES) as never, reference: new ReferenceData(), upstream: ['detect'] });
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
  for (const [n, value] of matches.entries()) {
    const now = START + n * shape.stepMicros;
    const record: StreamRecord<unknown> = { key: null, value, headers: new Map(), position: { topic: 'matches.v1', partition: 0, offset: n }, appendedAt: now };
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
    return SHAPES.map((shape) => {
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
        findings = run(shape, matches);
      });
      return { measure: shape.measure, value, unit: 'us/match', baseline, goal: null, note: `${shape.note}; ${MATCHES} matches, ${findings} findings` };
    });
  },
} satisfies Benchmark;
