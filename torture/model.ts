// The model answers: what the raw records must have become, from the script's own words and nothing of the product's.
import type { Expectation } from './script.ts';
import { RULES } from './script.ts';

/** One record of a raw topic. */
export interface RawInput {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly appendedMs: number;
  readonly expectation: Expectation;
}
/** What is on the topics and in the tables, or must be: each entry a text that names one thing, as often as it is there. */
export interface Outcomes {
  /** Raw positions. */
  readonly parsed: readonly string[];
  readonly valid: readonly string[];
  readonly enriched: readonly string[];
  /** `rule@position`. */
  readonly matches: readonly string[];
  /** `rule: positions`. */
  readonly findings: readonly string[];
  /** `rule: positions x revision`, the last revision of each. */
  readonly alerts: readonly string[];
  /** `stage code position`. */
  readonly deadLetters: readonly string[];
  /** `host pane: events` of the panes that are surely closed: what features are counted from. */
  readonly panes: readonly string[];
  /** Of `stage`: what came of its input. */
  readonly counts: readonly string[];
  readonly eventRows: readonly string[];
  readonly findingRows: readonly string[];
  readonly alertRows: readonly string[];
}

const DUPLICATE_WINDOW_MS = 10 * 60_000;
const PANE_MICROS = 10_000_000;
/** Panes close by the watermark, which lies ten seconds behind, and behind the slowest of all inputs. */
const SURELY_CLOSED_MICROS = 90_000_000;
export const positionOf = ({ topic, partition, offset }: Pick<RawInput, 'topic' | 'partition' | 'offset'>): string => `${topic}/${partition}/${offset}`;
export const findingText = (rule: string, positions: readonly string[]): string => `${rule}: ${[...positions].sort().join(' ')}`;

/** @param inputs Everything on the raw topics, in the order of each partition. */
export function modelOf(inputs: readonly RawInput[]): Outcomes {
  const decoded = inputs.filter(({ expectation }) => expectation.fate !== 'undecodable');
  const inTime = decoded.filter(({ expectation }) => expectation.fate === 'valid');
  const { fresh, reused } = withoutRepeats(inTime);
  const positions = fresh.map(positionOf);
  const findings = [...single(fresh), ...reused.map((input) => ({ rule: RULES.reused, group: input.topic, inputs: [input] })), ...correlated(fresh)];
  const findingTexts = findings.map(({ rule, inputs: of }) => findingText(rule, of.map(positionOf)));
  const alerts = [...Map.groupBy(findings, ({ rule, group }) => `${rule} ${group}`).values()].map(
    (together) =>
      `${findingText(
        together[0]!.rule,
        together.flatMap(({ inputs: of }) => of.map(positionOf)),
      )} x${together.length}`,
  );
  const failed = (stage: string, code: string, of: readonly RawInput[]) => of.map((input) => `${stage} ${code} ${positionOf(input)}`);
  const undecodable = inputs.filter(({ expectation }) => expectation.fate === 'undecodable');
  const future = decoded.filter(({ expectation }) => expectation.fate === 'future');
  return {
    parsed: decoded.map(positionOf),
    valid: positions,
    enriched: positions,
    matches: fresh.flatMap((input) => input.expectation.matches.map(({ rule }) => `${rule}@${positionOf(input)}`)),
    findings: findingTexts,
    alerts,
    panes: paneTexts(
      fresh.flatMap(({ expectation: { host, atMicros } }) =>
        host === null ? [] : [{ host, paneStart: Math.floor(atMicros / PANE_MICROS) * PANE_MICROS, events: 1 }],
      ),
      inputs,
    ),
    deadLetters: [...failed('ingest', 'DECODE_FAILED', undecodable), ...failed('validate', 'FUTURE_TIMESTAMP', future)],
    counts: [
      `ingest in ${inputs.length}${reason('rejected DECODE_FAILED', undecodable.length)}`,
      `validate in ${decoded.length}${reason('dropped duplicate', inTime.length - fresh.length)}${reason('rejected FUTURE_TIMESTAMP', future.length)}`,
      `enrich in ${fresh.length}`,
      `detect in ${fresh.length}`,
      `persist in ${fresh.length}`,
    ],
    eventRows: positions,
    findingRows: findingTexts,
    alertRows: alerts,
  };
}

/** Sums by host and pane, without the last panes. @param inputs All of them: they say when the run ended. */
export function paneTexts(
  counted: readonly { readonly host: string; readonly paneStart: number; readonly events: number }[],
  inputs: readonly RawInput[],
): readonly string[] {
  const last = inputs.reduce((highest, { appendedMs }) => Math.max(highest, appendedMs), 0) * 1000;
  const sums = new Map<string, number>();
  for (const { host, paneStart, events } of counted) {
    if (paneStart + PANE_MICROS > last - SURELY_CLOSED_MICROS) continue;
    const key = `${host} ${paneStart}`;
    sums.set(key, (sums.get(key) ?? 0) + events);
  }
  return [...sums].map(([key, events]) => `${key}: ${events}`);
}

const reason = (name: string, count: number): string => (count === 0 ? '' : ` ${name} ${count}`);

/** A sensor's id counts once in ten minutes, unless it comes with other content: then both count, and the second is told of. */
function withoutRepeats(inputs: readonly RawInput[]): { readonly fresh: readonly RawInput[]; readonly reused: readonly RawInput[] } {
  const seen = new Map<string, { readonly content: string; readonly appendedMs: number }>();
  const reused: RawInput[] = [];
  const fresh = inputs.filter((input) => {
    const { id, content } = input.expectation;
    if (id === null) return true;
    const before = seen.get(`${input.topic} ${id}`);
    const isKnown = before !== undefined && input.appendedMs - before.appendedMs < DUPLICATE_WINDOW_MS;
    if (isKnown && before.content === content) return false;
    seen.set(`${input.topic} ${id}`, { content, appendedMs: input.appendedMs });
    if (isKnown) reused.push(input);
    return true;
  });
  return { fresh, reused };
}

interface Found {
  readonly rule: string;
  readonly group: string;
  readonly inputs: readonly RawInput[];
}
const single = (inputs: readonly RawInput[]): readonly Found[] =>
  inputs.flatMap((input) => input.expectation.findings.map(({ rule, group }) => ({ rule, group, inputs: [input] })));

/** A correlation fires once, on the first so many of its group. */
function correlated(inputs: readonly RawInput[]): readonly Found[] {
  const wanted = inputs.flatMap((input) => input.expectation.matches.map(({ rule, group, needs }) => ({ rule, group, needs, input })));
  return [...Map.groupBy(wanted, ({ rule, group }) => `${rule} ${group}`).values()].flatMap((group) => {
    const [{ rule, group: name, needs }] = group as [(typeof group)[number]];
    if (needs === 0 || group.length < needs) return [];
    const inOrder = group.map(({ input }) => input).sort((a, b) => a.expectation.atMicros - b.expectation.atMicros);
    return [{ rule, group: name, inputs: inOrder.slice(0, needs) }];
  });
}

/** Names what one list has more often than the other. */
export function differences(name: keyof Outcomes, expected: readonly string[], found: readonly string[]): readonly string[] {
  const counts = new Map<string, number>();
  for (const text of expected) counts.set(text, (counts.get(text) ?? 0) - 1);
  for (const text of found) counts.set(text, (counts.get(text) ?? 0) + 1);
  return [...counts]
    .filter(([, count]) => count !== 0)
    .map(([text, count]) => (count < 0 ? `${name}: missing${count < -1 ? ` ${-count} times` : ''}: ${text}` : `${name}: too often by ${count}: ${text}`));
}

export const compare = (expected: Outcomes, found: Outcomes): readonly string[] =>
  (Object.keys(expected) as (keyof Outcomes)[]).flatMap((name) => differences(name, expected[name], found[name]));
