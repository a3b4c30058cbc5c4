// Who reads what and writes where. The picture in flow.golden.txt is printed from this table, and index.ts wires the stages by it.
import { sinks, topics } from '../topics.ts';

export const flow = {
  ingest: { from: topics.raw, to: [topics.parsed] },
  validate: { from: topics.parsed, to: [topics.valid, topics.findings] },
  enrich: { from: topics.valid, to: [topics.enriched] },
  detect: { from: topics.enriched, to: [topics.findings, topics.matches] },
  correlate: { from: topics.matches, to: [topics.findings, topics.matches, topics.late] },
  // Nobody waits for these at the screen: fewer commits are cheaper.
  partials: { from: topics.enriched, to: [topics.partials], commitEveryMs: 1000 },
  features: { from: topics.partials, to: [topics.features], commitEveryMs: 1000 },
  alert: { from: topics.findings, to: [topics.alerts] },
  'publish-events': { from: topics.enriched, to: [sinks], commitEveryMs: 400 },
  'publish-findings': { from: topics.findings, to: [sinks], commitEveryMs: 400 },
  'publish-alerts': { from: topics.alerts, to: [sinks], commitEveryMs: 400 },
} as const;

/** What persist stores; one loader each, one group. */
export const stored = { events: topics.enriched, findings: topics.findings, features: topics.features, alerts: topics.alerts } as const;
export const PERSIST = 'persist';

/** Names that `run telemetry --stage` takes, in the order of the flow. */
export const stageNames: readonly string[] = [...Object.keys(flow), PERSIST];
export type StageName = keyof typeof flow | typeof PERSIST;

/** Who reads what, for the ledger. PERSIST keeps its entries and position in the database. */
export const stageFlow = Object.entries(flow).map(([stage, { from }]) => ({ stage, from: from.name }));

/** The flow as text: a line per stage, what it reads on the left, what it writes on the right. */
export function picture(): string {
  const rows = [
    ...Object.entries(flow).map(([name, { from, to }]) => [from.name, name, to.map((topic) => topic.name).join(', ')]),
    ...Object.entries(stored).map(([table, topic]) => [topic.name, PERSIST, `table ${table}`]),
  ];
  const width = (column: number) => Math.max(...rows.map((row) => row[column]!.length));
  const [left, middle] = [width(0), width(1)];
  return rows.map(([from, name, to]) => `${from!.padEnd(left)}  ->  ${name!.toUpperCase().padEnd(middle)}  ->  ${to}`).join('\n') + '\n';
}
