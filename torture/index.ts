// A whole run: pieces, one after another, each proved before the next begins. What is proved is kept, so that a run can be resumed.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { cp, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { openInstallation } from '../local/installation.ts';
import { ensureJars, ensureKafkaJars } from '../local/jars.ts';
import { tryLock } from '../local/lock.ts';
import { clearLeftover } from '../local/part.ts';
import { stateFolder, writeAtomically } from '../local/project.ts';
import type { Report } from '../local/report.ts';
import { planServices, requireComplete } from '../local/services.ts';
import { ConfigError } from '../pipeline/core/errors.ts';
import type { PieceResult } from './piece.ts';
import { runPiece } from './piece.ts';
import type { Place } from './place.ts';

export interface TortureOptions {
  readonly seed: string;
  /** Where the run keeps its state; null = below the project, by seed. */
  readonly folder: string | null;
  /** Faults that all pieces together are to survive. */
  readonly faults: number;
  /** No fault begins later; null = no limit. */
  readonly minutes: number | null;
  /** Goes on with what an earlier run of this seed has proved. */
  readonly isResumed: boolean;
  readonly brokers: 1 | 3;
  readonly members: number;
  /** Of Apache Kafka; null = the pinned one. */
  readonly kafkaVersion: string | null;
  readonly only: readonly string[];
  readonly perSecond: number;
  readonly perPiece: number;
  readonly breaks: readonly URL[];
  readonly report: Report;
  readonly log: Logger;
  readonly signal: AbortSignal;
}
/** A piece that was proved, or failed, and under what. */
export interface Piece extends PieceResult {
  readonly index: number;
  readonly brokers: 1 | 3;
  readonly kafkaVersion: string | null;
  readonly members: number;
}
export interface TortureResult {
  readonly seed: string;
  readonly pieces: readonly Piece[];
  /** Where logs of a failed piece lie; null when all passed. */
  readonly evidence: string | null;
}
const FOREVER_MS = 1e12;
const runsFolder = join(stateFolder, 'torture');

/**
 * Runs pieces until the faults are survived, the time is over or one fails. Everything that it starts has ended when it returns or throws.
 * @throws ConfigError PREREQUISITE_MISSING, ALREADY_RUNNING when another run has the folder, INVALID_USAGE when there is nothing to resume.
 */
export async function torture(options: TortureOptions): Promise<TortureResult> {
  const folder = options.folder ?? join(runsFolder, options.seed);
  const lock = tryLock(folder);
  if (lock === null)
    throw new ConfigError('ALREADY_RUNNING', `A torture run is under way in ${folder} already. Wait for it, or choose another --seed or --data.`);
  try {
    const stateFile = join(folder, 'state.json');
    if (options.isResumed && !existsSync(stateFile)) throw new ConfigError('INVALID_USAGE', `There is no run in ${folder} to be resumed.`);
    await clearRun(folder);
    const pieces: Piece[] = options.isResumed ? (JSON.parse(readFileSync(stateFile, 'utf8')) as Piece[]) : [];
    const endMs = options.minutes === null ? FOREVER_MS : options.minutes * 60_000;
    const began = Date.now();
    while (survived(pieces) < options.faults && Date.now() < began + endMs && pieces.every(({ problems }) => problems.length === 0)) {
      const index = pieces.length + 1;
      options.report.say('piece', `Piece ${index}: ${survived(pieces)} of ${options.faults} faults are survived.`);
      const result = await inPlace(join(folder, `piece-${index}`), options, (place) =>
        runPiece({ ...options, place, index, faults: Math.min(options.perPiece, options.faults - survived(pieces)), untilMs: began + endMs }),
      );
      pieces.push({ ...result, index, brokers: options.brokers, kafkaVersion: options.kafkaVersion, members: options.members });
      if (result.problems.length === 0) await writeAtomically(stateFile, JSON.stringify(pieces, null, 1));
    }
    const isPassed = pieces.every(({ problems }) => problems.length === 0);
    return { seed: options.seed, pieces, evidence: isPassed ? null : join(folder, 'failed') };
  } finally {
    lock.release();
  }
}
export const survived = (pieces: readonly Piece[]): number => pieces.reduce((sum, { suffered }) => sum + suffered.length, 0);

/** Ends what a killed run has left behind, and deletes its pieces. */
async function clearRun(folder: string): Promise<void> {
  for (const piece of readdirSync(folder).filter((name) => name.startsWith('piece-'))) {
    const notes = join(folder, piece, 'parts');
    const left = existsSync(notes) ? readdirSync(notes).filter((name) => name.endsWith('.json')) : [];
    await Promise.all(left.map((name) => clearLeftover(name.replace(/\.json$/, ''), notes, join(folder, piece), () => {})));
    await rm(join(folder, piece), { recursive: true, force: true });
  }
}

async function inPlace(folder: string, options: TortureOptions, work: (place: Place) => Promise<PieceResult>): Promise<PieceResult> {
  const { report, signal, kafkaVersion } = options;
  const plan = await planServices(['broker', 'registry', 'database'], folder, withoutAddresses());
  requireComplete(plan);
  if (plan.java === null || plan.postgres === null)
    throw new ConfigError(
      'PREREQUISITE_MISSING',
      'A torture run starts and kills servers of its own: it needs Java and PostgreSQL on this machine, not in Docker.',
    );
  const jars = await ensureJars(plan.java, report, signal);
  const kafkaJars = kafkaVersion === null ? jars.kafka : await ensureKafkaJars(kafkaVersion, plan.java, report, signal);
  const installation = await openInstallation(folder, report, signal);
  let result: PieceResult | undefined;
  try {
    result = await work({
      folder: installation.folder,
      temporary: installation.temporary,
      parts: installation.parts,
      clusterId: installation.identity.clusterId,
      installationId: installation.identity.installationId,
      java: plan.java,
      jars,
      kafkaJars,
      postgres: plan.postgres,
      report,
      signal,
      taken: new Set(),
    });
    return result;
  } finally {
    await installation.release();
    if (result?.problems.length !== 0) await keepEvidence(folder);
    await rm(folder, { recursive: true, force: true });
  }
}

/** Logs only: they say what happened, the rest is large. */
async function keepEvidence(folder: string): Promise<void> {
  const kept = join(folder, '..', 'failed');
  await rm(kept, { recursive: true, force: true });
  await mkdir(kept, { recursive: true });
  await cp(join(folder, 'logs'), kept, { recursive: true }).catch(() => {}); // it failed before anything logged
}

function withoutAddresses(): NodeJS.ProcessEnv {
  const { KAFKA_BROKERS, SCHEMA_REGISTRY_URL, DATABASE_URL, ...env } = process.env; // a real installation is never tortured
  void [KAFKA_BROKERS, SCHEMA_REGISTRY_URL, DATABASE_URL];
  return env;
}
