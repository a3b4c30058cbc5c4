// A signed account of each day: sums per hop and organization, what did not add up, and the hash of the day before.
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { Pool } from '../../store/connect.ts';
import type { ReportRow } from '../../store/ledger.ts';
import { lastReport, loadReports, saveReport } from '../../store/ledger.ts';
import type { SigningKeys } from '../auth/keys.ts';
import { documentHash, readDocument, signDocument } from '../auth/signed-document.ts';
import type { Hop, Statement, StatementDeps } from './statement.ts';
import { DAY_MICROS, dayOf, daysDue, startOf, statementOf } from './statement.ts';

const TYPE = 'goshawk-ledger-report+jws';

type Counts = Readonly<Record<string, number>>;
/** One stage on one topic, all partitions together. */
export interface ReportedHop {
  readonly stage: string;
  readonly topic: string;
  readonly in: number;
  readonly passed: number;
  readonly dropped: Counts;
  readonly rejected: Counts;
  readonly emitted: number;
  readonly out: Counts;
  /** Offsets [from, to) by partition. */
  readonly offsets: Readonly<Record<string, readonly [from: number, to: number]>>;
}
export interface Report {
  readonly installation: string;
  /** UTC. */
  readonly day: string;
  /** Closings between which it counts; what was committed between the last one and midnight is counted the day after. */
  readonly counted: { readonly from: string | null; readonly to: string };
  readonly previous: { readonly day: string; readonly hash: string } | null;
  readonly balanced: boolean;
  readonly hops: readonly ReportedHop[];
  /**
   * By organization: hops that read its raw topics, and what was written to its sinks. In between topics are shared, and the ledger counts
   * all organizations together.
   */
  readonly organizations: Readonly<Record<string, { readonly raw: readonly ReportedHop[]; readonly sinks: Counts }>>;
  readonly breaks: Statement['breaks'];
  readonly notCompared: Statement['notCompared'];
}

export interface ReportDeps extends StatementDeps {
  readonly keys: SigningKeys;
  readonly installation: string;
  /** Where the documents are written too, `<day>.jws`. */
  readonly folder: string;
}

/** Signs every day that is over and has none yet, in order: also those of a time when nobody did. */
export async function signDueReports(deps: ReportDeps): Promise<void> {
  let previous = await lastReport(deps.pool);
  if (previous !== null) writeFile(deps.folder, previous); // it was stored, and then something ended us
  for (const day of await daysDue(deps.pool, previous?.day ?? null, deps.wallMicros())) {
    const report = reportOf(day, await ofDay(day, deps), deps.installation, previous);
    const jws = await signDocument(report, TYPE, deps.keys);
    const row = { day, jws, hash: documentHash(jws) };
    if (!(await saveReport(deps.pool, row))) return; // another ticker was quicker
    writeFile(deps.folder, row);
    previous = row;
  }
}
const ofDay = (day: string, deps: StatementDeps) => statementOf({ from: startOf(day), to: startOf(day) + DAY_MICROS }, deps);

function writeFile(folder: string, { day, jws }: ReportRow): void {
  const file = join(folder, `${day}.jws`);
  if (existsSync(file)) return;
  mkdirSync(folder, { recursive: true });
  writeFileSync(file, `${jws}\n`);
}

function reportOf(day: string, { isBalanced, range, hops, breaks, notCompared }: Statement, installation: string, previous: ReportRow | null): Report {
  const iso = (micros: number) => new Date(micros / 1000).toISOString();
  const organizations: Record<string, { raw: ReportedHop[]; sinks: Record<string, number> }> = {};
  const of = (organization: string) => (organizations[organization] ??= { raw: [], sinks: {} });
  const reported = Map.groupBy(hops, ({ stage, topic }) => `${stage}|${topic}`);
  const sums = [...reported.values()].map(together);
  for (const hop of sums) {
    const raw = /^raw\.([^.]+)\./.exec(hop.topic)?.[1];
    if (raw !== undefined) of(raw).raw.push(hop);
    for (const [topic, count] of Object.entries(hop.out)) {
      const owner = /^sink\.([^.]+)\./.exec(topic)?.[1];
      if (owner !== undefined) of(owner).sinks[topic] = (of(owner).sinks[topic] ?? 0) + count;
    }
  }
  return {
    installation,
    day,
    counted: { from: range.from === null ? null : iso(range.from), to: iso(range.to ?? startOf(day) + DAY_MICROS) },
    previous: previous === null ? null : { day: previous.day, hash: previous.hash.toString('hex') },
    balanced: isBalanced,
    hops: sums,
    organizations,
    breaks,
    notCompared,
  };
}

function together(hops: readonly Hop[]): ReportedHop {
  const [{ stage, topic }] = hops as [Hop];
  const total = (of: (hop: Hop) => number) => hops.reduce((sum, hop) => sum + of(hop), 0);
  const counts = (of: (hop: Hop) => Counts): Counts => {
    const sums: Record<string, number> = {};
    for (const hop of hops) for (const [name, count] of Object.entries(of(hop))) sums[name] = (sums[name] ?? 0) + count;
    return Object.fromEntries(Object.entries(sums).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  };
  return {
    stage,
    topic,
    in: total((hop) => hop.in),
    passed: total((hop) => hop.passed),
    dropped: counts((hop) => hop.dropped),
    rejected: counts((hop) => hop.rejected),
    emitted: total((hop) => hop.emitted),
    out: counts((hop) => hop.out),
    offsets: Object.fromEntries(hops.map(({ partition, from, to }) => [String(partition), [from, to] as const])),
  };
}

/** The document, after its signature is checked. @throws DocumentProblem */
export const readReport = async (jws: string, keys: Pick<SigningKeys, 'ofDocument'>): Promise<Report> => (await readDocument(jws, TYPE, keys)) as Report;

/**
 * Checks one document: signature, its place between the days before and after it, and its sums against the ledger.
 * @returns What is wrong with it, in sentences; empty when it holds.
 */
export async function verifyReport(text: string, deps: Omit<ReportDeps, 'folder'>): Promise<readonly string[]> {
  const jws = text.trim();
  const report = await readReport(jws, deps.keys).catch((error: unknown) => error as Error);
  if (report instanceof Error) return [report.message];
  const reports = await loadReports(deps.pool);
  const problems: string[] = [];
  if (report.installation !== deps.installation) problems.push(`It is of another installation, ${report.installation}.`);
  const at = reports.findIndex(({ day }) => day === report.day);
  if (at < 0) problems.push(`The database has no report of ${report.day}: it was deleted there, or this one was never stored.`);
  else if (reports[at]!.jws !== jws) problems.push(`The database has another report of ${report.day}.`);
  problems.push(...linkProblems(report, reports[at < 0 ? reports.findLastIndex(({ day }) => day < report.day) : at - 1]));
  const next = reports.find(({ day }) => day > report.day);
  if (next !== undefined) {
    const after = await readReport(next.jws, deps.keys).catch((error: unknown) => error as Error);
    if (after instanceof Error) problems.push(`The report of ${next.day}: ${after.message}`);
    else if (after.previous?.hash !== documentHash(jws).toString('hex')) problems.push(`The report of ${next.day} names another one before it.`);
  }
  const { day, previous } = report;
  const again = reportOf(
    day,
    await ofDay(day, deps),
    report.installation,
    previous === null ? null : { day: previous.day, hash: Buffer.from(previous.hash, 'hex'), jws: '' },
  );
  for (const part of ['counted', 'hops', 'organizations', 'breaks'] as const)
    if (!isDeepStrictEqual(JSON.parse(JSON.stringify(again[part])), report[part])) problems.push(`Its ${part} are not what the ledger says now.`);
  return problems;
}

/** Checks every stored document and the chain from the first to the last. @returns What is wrong, in sentences. */
export async function verifyReports(deps: Pick<ReportDeps, 'keys' | 'pool'>): Promise<readonly string[]> {
  const problems: string[] = [];
  let before: ReportRow | undefined;
  for (const row of await loadReports(deps.pool)) {
    const report = await readReport(row.jws, deps.keys).catch((error: unknown) => error as Error);
    const found = report instanceof Error ? [report.message] : linkProblems(report, before);
    problems.push(...found.map((sentence) => `${row.day}: ${sentence}`));
    before = row;
  }
  return problems;
}

function linkProblems({ day, previous }: Report, before: ReportRow | undefined): string[] {
  if (previous === null) return before === undefined ? [] : [`It says that it is the first, but there is one of ${before.day}.`];
  const problems: string[] = [];
  if (previous.day !== dayOf(startOf(day) - DAY_MICROS)) problems.push(`It follows ${previous.day}: the days in between have none.`);
  if (before === undefined || before.day !== previous.day) problems.push(`The one it follows, of ${previous.day}, is gone.`);
  else if (documentHash(before.jws).toString('hex') !== previous.hash) problems.push(`The one of ${previous.day} is not the one it followed.`);
  return problems;
}

/** The stored document of a day, read; null when there is none. */
export async function storedReport(pool: Pool, day: string | null): Promise<ReportRow | null> {
  const reports = await loadReports(pool);
  return (day === null ? reports.at(-1) : reports.find((row) => row.day === day)) ?? null;
}
