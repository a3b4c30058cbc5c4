import { closeSync, openSync, writeSync } from 'node:fs';
import { resolve } from 'node:path';
import Table from 'cli-table3';
import { ConfigError } from '../pipeline/core/errors.ts';
import type { Finding } from '../schemas/avro/types.gen.ts';
import { isoOf } from '../api/time.ts';
import { Backtest } from './backtest/backtest.ts';
import type { Counts } from './backtest/backtest.ts';
import { expectedText, judge, readExpectation } from './backtest/expectation.ts';
import type { Judged } from './backtest/expectation.ts';
import { testFiles } from './backtest/files.ts';
import { testTopic } from './backtest/topic.ts';
import { openClients } from './clients.ts';
import type { CommandFile, Io } from './command.ts';
import { requireConnection } from './connection.ts';
import { parseMoment } from './dead-letters/filter.ts';
import { placed, readSet } from './rules/rule-files.ts';

interface Options {
  readonly rules?: readonly string[];
  readonly retired?: boolean;
  readonly events?: readonly string[];
  readonly organization: string;
  readonly topic?: string;
  readonly from?: number;
  readonly to?: number;
  readonly data?: string;
  readonly expect?: string;
  readonly findings?: string;
}

export default {
  name: 'backtest',
  register(program, io) {
    program
      .command('backtest')
      .description('Rules over recorded events, by the code of the stages: what each would have found. Reads only; ends with 1 when --expect says otherwise')
      .option('--rules <path...>', 'files or folders; the rules of this project unless given')
      .option('--retired', 'deprecated and unsupported rules, too')
      .option('--events <file...>', 'native or canonical records, a line each, or JSON documents; .gz is read too, - is stdin')
      .option('--organization <name>', 'that the events of files are of', 'default')
      .option('--topic <name>', 'raw.<organization>.<source>, events.parsed.v1, events.valid.v1 or events.enriched.v1, or that of a lane')
      .option('--from <time>', 'of a topic: appended since; ISO 8601 with a zone, or 30m, 12h, 7d ago', (text) => parseMoment(text))
      .option('--to <time>', 'of a topic: appended before', (text) => parseMoment(text))
      .option('--data <folder>', 'the installation that has the topic')
      .option(
        '--expect <file>',
        'findings of each rule: `<id or title>: 3` or `<id or title>: {min: 1, max: 5}`, a line each; `*` = each rule that is not named',
      )
      .option('--findings <file>', 'write the findings, one JSON document a line; revisions too')
      .option('--json', 'one JSON document')
      .action((options: Options) => run(io, options));
  },
} satisfies CommandFile;

async function run(io: Io, options: Options): Promise<void> {
  const { events, topic, from, to } = options;
  if ((events === undefined) === (topic === undefined))
    throw new ConfigError('INVALID_USAGE', 'Say what to read: --events FILE..., or --topic NAME with --from and --to.');
  if (events !== undefined && (from !== undefined || to !== undefined)) throw new ConfigError('INVALID_USAGE', '--from and --to go with --topic.');
  const expected = options.expect === undefined ? undefined : readExpectation(options.expect);
  const set = await readSet(options.rules ?? [], options.retired === true);
  for (const refusal of set.refusals) io.report.say('refused', `Refused ${placed(refusal)}.`, { ...refusal });
  if (set.rules.length === 0) throw new ConfigError('INVALID_USAGE', 'There is no rule to run.');

  const out = options.findings === undefined ? undefined : openSync(resolve(options.findings), 'w');
  const backtest = new Backtest(set, (finding) => {
    if (out !== undefined) writeSync(out, `${JSON.stringify(documentOf(finding))}\n`);
  });
  const begun = { at: performance.now(), cpu: process.cpuUsage() };
  if (events !== undefined) await testFiles(io, backtest, events, options.organization);
  else {
    await using clients = await openClients(requireConnection(['kafkaBrokers', 'registryUrl'], options), io);
    const range = { topic: topic!, ...(from !== undefined && { from }), ...(to !== undefined && { to }) };
    await testTopic(backtest, range, clients, io.interruption.signal);
  }
  if (io.interruption.signal.aborted) return;
  const counts = backtest.end();
  const { user, system } = process.cpuUsage(begun.cpu);
  const cost = { seconds: (performance.now() - begun.at) / 1_000, cpuSeconds: (user + system) / 1e6 };
  if (out !== undefined) closeSync(out);
  const judged = expected === undefined ? undefined : judge(expected, counts.rules);
  if (judged?.some(({ isRight }) => !isRight) === true) process.exitCode = 1;
  if (io.json)
    io.print(
      JSON.stringify({ ...counts, span: spanOf(counts), ...cost, eventsPerSecond: rate(counts, cost), ...(judged !== undefined && { expected: judged }) }),
    );
  else print(io, counts, cost, judged);
}

interface Cost {
  readonly seconds: number;
  readonly cpuSeconds: number;
}
const rate = ({ events }: Counts, { seconds }: Cost): number => Math.round(events / Math.max(seconds, 0.001));
const spanOf = ({ span }: Counts) => (span === null ? null : { from: isoOf(span.from), to: isoOf(span.to) });

const documentOf = ({ id, ruleId, title, kind, severity, time, lastTime, eventCount, fields, entities, events, revisable }: Finding) => ({
  id,
  rule: ruleId,
  title,
  kind,
  severity,
  from: isoOf(time),
  to: isoOf(lastTime),
  eventCount,
  revision: revisable?.revision ?? 0,
  isWithdrawn: revisable?.isWithdrawn ?? false,
  fields,
  entities,
  events: events.map(({ topic, partition, offset }) => ({ topic, partition, offset })),
});

function print(io: Io, counts: Counts, cost: Cost, judged: readonly Judged[] | undefined): void {
  const hit = counts.rules.filter(({ matches, findings }) => matches > 0 || findings > 0).toSorted((a, b) => b.findings - a.findings || b.matches - a.matches);
  if (hit.length > 0) {
    const table = new Table({ head: ['rule', 'matches', 'findings'], style: { head: [], border: [] } });
    for (const { title, kind, matches, findings } of hit) table.push([title, kind === 'rule' ? String(matches) : '', String(findings)]);
    io.print(table.toString());
  }
  const { records, events, findings, refused, streams } = counts;
  const span = spanOf(counts);
  io.print(
    `${findings} findings of ${hit.length} of ${counts.rules.length} rules in ${events} events (${records} records)${span === null ? '' : `, ${span.from} to ${span.to}`}.`,
  );
  for (const [code, count] of Object.entries(refused)) io.print(`${count} would have been set aside: ${code}.`);
  if (streams > 1) io.print(`Files that begin before the one before them ends are streams of their own: correlations were begun anew ${streams - 1} times.`);
  io.print(`${rate(counts, cost)} events/s; ${cost.seconds.toFixed(1)} s, ${cost.cpuSeconds.toFixed(1)} s of CPU.`);
  for (const { title, expected, findings: found, isRight } of judged ?? [])
    if (!isRight) io.print(`not as expected  ${title}: ${found === null ? 'there is no such rule' : `${found} findings`}, expected ${expectedText(expected)}`);
  if (judged !== undefined) io.print(`${judged.filter(({ isRight }) => isRight).length} of ${judged.length} expectations hold.`);
}
