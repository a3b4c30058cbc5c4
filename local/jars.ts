// The broker and the registry as jars, fetched once by Maven into the project's cache.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { ConfigError, FatalError } from '../pipeline/core/errors.ts';
import { runCommand } from './command.ts';
import type { Java } from './java.ts';
import { waitForLock } from './lock.ts';
import { cacheFolder, projectFolder } from './project.ts';
import type { Report } from './report.ts';

export interface Jars {
  /** Folder with the broker's jars. */
  readonly kafka: string;
  /** Folder with the registry's runnable jar. */
  readonly registry: string;
  readonly registryVersion: string;
  /** Name of the runnable jar below `registry`. */
  readonly registryJar: string;
}

const FILES_FETCHED = 349; // of Maven, at the versions of the pom: for the progress bar only

/** The registry's newest line needs Java 21. */
export const registryVersionFor = (java: Java): string => (java.major >= 21 ? '3.3.3' : '2.6.13.Final');

function jarsAt(folder: string, registryVersion: string): Jars {
  const registryJar = registryVersion.startsWith('2.') ? `apicurio-registry-app-${registryVersion}-runner.jar` : 'quarkus-run.jar';
  return { kafka: join(folder, 'kafka'), registry: join(folder, 'registry'), registryVersion, registryJar };
}

const pom = join(projectFolder, 'java/pom.xml');
const jarsFolder = join(cacheFolder, 'jars');
/** The pom and the registry's version decide what is in a folder, so they are its name: several may lie side by side. */
function folderFor(registryVersion: string): string {
  return join(jarsFolder, createHash('sha256').update(readFileSync(pom)).update(registryVersion).digest('hex').slice(0, 16));
}

/** True when nothing has to be fetched for this Java. */
export const hasJars = (java: Java): boolean => existsSync(folderFor(registryVersionFor(java)));

/** True when there is a `mvn`: asked only when jars are, or may be, missing. It need not find a Java itself: it is given ours. */
export const hasMaven = async (java: Java | null): Promise<boolean> =>
  !(await runCommand('mvn', ['--version'], { env: { ...process.env, ...(java === null ? {} : { JAVA_HOME: java.home }), MAVEN_OPTS: '-XX:-UsePerfData' } }))
    .isMissing;

/**
 * Fetches what is missing and gives the folders. Two processes may ask at once: one fetches, the other waits.
 * @throws ConfigError PREREQUISITE_MISSING without Maven, FatalError FETCH_FAILED with Maven's last lines; the signal's reason when it aborts.
 */
export async function ensureJars(java: Java, report: Report, signal: AbortSignal): Promise<Jars> {
  const version = registryVersionFor(java);
  const folder = folderFor(version);
  if (existsSync(folder)) return jarsAt(folder, version);
  const lock = await waitForLock(jarsFolder, signal, () => report.say('jars', 'Another command is fetching the broker and the registry; waiting for it.'));
  try {
    if (!existsSync(folder)) await fetchJars(java, version, folder, report, signal);
    return jarsAt(folder, version);
  } finally {
    lock.release();
  }
}

/**
 * Apache Kafka of another version than the pom's, alone: tests of defects that some versions have (`test/own-broker.ts` starts it). Kept beside
 * the others, by version.
 * @returns Folder with the broker's jars. @throws as `ensureJars`.
 */
export async function ensureKafkaJars(kafkaVersion: string, java: Java, report: Report, signal: AbortSignal): Promise<string> {
  const folder = join(jarsFolder, createHash('sha256').update(readFileSync(pom)).update(`kafka ${kafkaVersion}`).digest('hex').slice(0, 16));
  if (existsSync(folder)) return join(folder, 'kafka');
  const lock = await waitForLock(jarsFolder, signal, () => report.say('jars', 'Another command is fetching jars; waiting for it.'));
  try {
    if (!existsSync(folder)) {
      report.say('jars', `Fetching Apache Kafka ${kafkaVersion} (once, some 100 MB).`);
      await fetchInto(folder, java, [`-Dkafka=${kafkaVersion}`, 'dependency:copy-dependencies@broker'], report, signal);
    }
    return join(folder, 'kafka');
  } finally {
    lock.release();
  }
}

/**
 * Apache Kafka's command-line tools at the broker's version, beside its jars: the console producer, for tests.
 * @returns What Java's -cp takes. @throws as `ensureJars`.
 */
export async function ensureKafkaTools(java: Java, report: Report, signal: AbortSignal): Promise<string> {
  const { kafka } = await ensureJars(java, report, signal);
  const [, version = ''] = /<kafka>([^<]+)</.exec(readFileSync(pom, 'utf8')) ?? [];
  const folder = join(jarsFolder, `kafka-tools-${version}`);
  if (!existsSync(folder)) {
    const lock = await waitForLock(jarsFolder, signal, () => report.say('jars', 'Another command is fetching jars; waiting for it.'));
    try {
      const goals = ['dependency:copy', `-Dartifact=org.apache.kafka:kafka-tools:${version}`, `-DoutputDirectory=${folder}.part`];
      if (!existsSync(folder)) await fetchInto(folder, java, goals, report, signal);
    } finally {
      lock.release();
    }
  }
  return [folder, kafka].map((each) => join(each, '*')).join(delimiter);
}

async function fetchJars(java: Java, registryVersion: string, folder: string, report: Report, signal: AbortSignal): Promise<void> {
  report.say('jars', 'Fetching Apache Kafka and the schema registry (once, some 220 MB).');
  await fetchInto(folder, java, [`-Dregistry=${registryVersion}`, 'package'], report, signal);
  report.say('jars', 'The broker and the registry are fetched.');
}

async function fetchInto(folder: string, java: Java, goals: readonly string[], report: Report, signal: AbortSignal): Promise<void> {
  const out = `${folder}.part`;
  const repository = join(cacheFolder, 'maven'); // kept when this is interrupted: the next run goes on from there
  await rm(out, { recursive: true, force: true });
  await mkdir(out, { recursive: true });
  let count = 0;
  const result = await runCommand('mvn', ['-B', '-f', pom, `-Dmaven.repo.local=${repository}`, `-Dout=${out}`, ...goals], {
    env: { ...process.env, JAVA_HOME: java.home, MAVEN_OPTS: `${process.env.MAVEN_OPTS ?? ''} -XX:-UsePerfData`.trim() },
    signal,
    onLine: (line) => {
      if (line.startsWith('Downloaded from ')) report.progress('jars', 'Fetching the broker and the registry', ++count, FILES_FETCHED);
    },
  });
  if (result.isMissing) throw new ConfigError('PREREQUISITE_MISSING', MAVEN_MISSING);
  if (result.code !== 0) {
    const problems = result.output
      .split('\n')
      .filter((line) => line.includes('ERROR'))
      .slice(0, 6)
      .join('\n');
    throw new FatalError(
      'FETCH_FAILED',
      `Maven could not fetch the broker and the registry. What it got is kept; the same command goes on from there.\n${problems}`,
    );
  }
  await rm(join(out, 'target'), { recursive: true, force: true });
  await rename(out, folder);
  if (readdirSync(jarsFolder).every((name) => !name.endsWith('.part'))) await rm(repository, { recursive: true, force: true });
}

export const MAVEN_MISSING = 'Maven fetches the broker and the registry once, and is not installed (Debian: apt install maven).';
