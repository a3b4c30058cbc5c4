// The public rules over events with known matches: what an event costs beside RSigma, and what rules cost by their number.
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { parseRuleSet } from '../../domains/sigma/index.ts';
import type { RuleFile } from '../../domains/sigma/index.ts';
import type { Engine } from '../../pipeline/detect/match/engine.ts';
import { openEngine, readRuleFiles } from '../../pipeline/detect/open-rules.ts';
import type { Bench, Figure } from '../figure.ts';
import { bestOf, cpuMicros } from '../figure.ts';
import { rulesTimes, sigmaEvents } from './corpus.ts';
import type { SigmaEvent } from './corpus.ts';
import { findRsigma, runRsigma } from './rsigma.ts';

const SET_SIZES = [3000, 30_000];
/** Of events.ndjson; the second is of real telemetry alone. Repeated until reading the rules costs little beside them. */
const EVENT_SETS = [
  { name: 'all events', kinds: undefined, times: 25 },
  { name: 'real telemetry', kinds: ['otrf'], times: 120 },
];

export async function publicRules(folder: string, bench: Bench): Promise<readonly Figure[]> {
  const files = await readRuleFiles(join(folder, 'rules'));
  const events = sigmaEvents(folder);
  return [...besidePeer(join(folder, 'rules'), files, events, bench), ...bySetSize(files, events)];
}

function besidePeer(path: string, files: readonly RuleFile[], events: readonly SigmaEvent[], { folder, say }: Bench): readonly Figure[] {
  const rsigma = findRsigma();
  if (rsigma === undefined) say('RSigma is not installed (on the PATH, or named by GOSHAWK_RSIGMA): its figures are left out.');
  const set = parseRuleSet(files);
  const engine = openEngine(set, { isGated: false });
  return EVENT_SETS.map(({ name, kinds, times }): Figure => {
    const chosen = events.filter(({ kind }) => kinds?.includes(kind) ?? true);
    const peer = rsigma === undefined ? undefined : runRsigma(rsigma, path, chosen, times, folder);
    const ours = new Set(chosen.flatMap(({ logsource, native }, n) => engine.match(logsource, native).map(({ rule }) => `${n} ${rule.key}`)));
    const [missing, extra] = peer === undefined ? [0, 0] : [peer.pairs.difference(ours).size, ours.difference(peer.pairs).size];
    return {
      measure: `public rules, ${name}`,
      value: bestOf(3, chosen.length * times, () => {
        for (let time = 0; time < times; time++) writeMatches(engine, chosen); // as many as the peer has: a compiler that works while it runs needs some
      }),
      unit: 'us/event',
      baseline: peer === undefined ? null : { what: 'RSigma, JSON in and lines out', value: peer.microsPerEvent },
      goal: peer === undefined ? null : { value: peer.microsPerEvent, isAtMost: true },
      note: `${set.rules.length} rules, no gate, ${chosen.length} events, ${ours.size} matches${peer === undefined ? '' : `; of RSigma's ${missing} missing, ${extra} more`}`,
    };
  });
}

/** JSON bytes in, a line for each match out, as RSigma does it. */
function writeMatches(engine: Engine, events: readonly SigmaEvent[]): number {
  let written = 0;
  for (const { logsource, native } of events)
    for (const { rule } of engine.match(logsource, native))
      written += JSON.stringify({ rule_id: rule.id, title: rule.title, level: rule.level, tags: rule.tags }).length;
  return written;
}

function bySetSize(files: readonly RuleFile[], events: readonly SigmaEvent[]): readonly Figure[] {
  let fewer: { readonly rules: number; readonly micros: number } | undefined;
  return SET_SIZES.flatMap((size): readonly Figure[] => {
    const chosen = rulesTimes(files, size);
    const { rules, engine, loadMicros, bytes } = loaded(chosen);
    const micros = bestOf(3, events.length, () => {
      for (const { logsource, native } of events) engine.match(logsource, native);
    });
    const before = fewer;
    fewer = { rules, micros };
    return [
      {
        measure: `load ${rules} rules`,
        value: loadMicros / 1e6,
        unit: 's',
        baseline: null,
        goal: size === 3000 ? { value: 2, isAtMost: true } : null,
        note: 'YAML to a compiled index',
      },
      { measure: `memory of ${rules} rules`, value: bytes / 1e6 / (rules / 1000), unit: 'MB per 1000', baseline: null, goal: null, note: 'rules and index' },
      {
        measure: `match ${rules} rules`,
        value: micros,
        unit: 'us/event',
        baseline: before === undefined ? null : { what: `${before.rules} rules`, value: before.micros },
        goal: before === undefined ? null : { value: 1.5 * before.micros, isAtMost: true },
        note: `gated, ${events.length} events`,
      },
    ];
  });
}

function loaded(files: readonly RuleFile[]): { readonly rules: number; readonly engine: Engine; readonly loadMicros: number; readonly bytes: number } {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  collect();
  const used = () => process.memoryUsage().heapUsed + process.memoryUsage().arrayBuffers;
  const before = used();
  const start = process.cpuUsage();
  const set = parseRuleSet(files);
  const engine = openEngine(set);
  const loadMicros = cpuMicros(start);
  collect();
  return { rules: set.rules.length, engine, loadMicros, bytes: used() - before };
}
