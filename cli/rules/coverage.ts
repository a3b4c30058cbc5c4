// `rules coverage`: techniques of ATT&CK that rules see.
import { readFileSync, writeFileSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import Table from 'cli-table3';
import type { Command } from 'commander';
import { z } from 'zod';
import { coverageOf, navigatorLayer, reachOf, TACTICS } from '../../domains/attack/index.ts';
import type { Coverage, TaggedRule } from '../../domains/attack/index.ts';
import { tacticsOf, techniquesOf } from '../../domains/sigma/index.ts';
import type { RuleSet } from '../../domains/sigma/index.ts';
import { ConfigError } from '../../pipeline/core/errors.ts';
import type { Io } from '../command.ts';
import { rulesOfInstallation } from './installation.ts';
import type { Where } from './installation.ts';
import { orOurs, readSet } from './rule-files.ts';

interface Options extends Where {
  readonly installed?: boolean;
  readonly navigator?: string;
  readonly labels?: string;
}

export function registerCoverage(parent: Command, io: Io): void {
  parent
    .command('coverage')
    .description('Techniques of ATT&CK that rules see, by tactic, origin and product')
    .argument('[path...]', 'files or folders, each an origin of its own; the rules of this project unless given')
    .option('--installed', 'those that the running installation runs, beside the paths that are given')
    .option('--organization <name>', 'whose rules, with --installed', 'default')
    .option('--data <folder>', 'the installation, with --installed')
    .option('--navigator <file>', 'write a layer for the ATT&CK Navigator (format 4.5)')
    .option(
      '--labels <file>',
      'recordings and their techniques, [{"file","attack":["T1003.001"]}]: says which no rule sees, and ends with 1 when there are such',
    )
    .option('--json', 'one JSON document')
    .action((paths: string[], options: Options) => run(io, paths, options));
}

async function run(io: Io, paths: readonly string[], options: Options): Promise<void> {
  const isInstalled = options.installed === true;
  const labels = options.labels === undefined ? undefined : readLabels(options.labels);
  const origins = isInstalled && paths.length === 0 ? [] : orOurs(paths);
  const rules = (await Promise.all(origins.map(async (path) => taggedRules(await readSet([path]), relative('', resolve(path)) || path)))).flat();
  if (isInstalled) rules.push(...taggedRules((await rulesOfInstallation(io, options)).set, 'installation'));
  const coverage = coverageOf(rules);
  if (options.navigator !== undefined) {
    const description = `${rules.length} rules from ${[...new Set(rules.map(({ origin }) => origin))].join(', ')}`;
    const layer = navigatorLayer(coverage, { name: 'Goshawk rules', description });
    writeFileSync(resolve(options.navigator), `${JSON.stringify(layer, null, 2)}\n`);
  }
  const labelled = labels === undefined ? undefined : reachOfLabels(coverage, labels);
  if (labelled?.some(({ reach }) => reach === 'none') === true) process.exitCode = 1;
  if (io.json) return io.print(JSON.stringify({ rules: rules.length, ...coverage, ...(labelled !== undefined && { labels: labelled }) }));
  print(io, rules.length, coverage);
  if (labelled !== undefined) printLabels(io, labelled);
}

/** Correlations read the events of the rules that they are made of. */
function taggedRules(set: RuleSet, origin: string): TaggedRule[] {
  const products = new Map<string, readonly string[]>(set.rules.map(({ key, logsource: { product } }) => [key, product === null ? [] : [product]]));
  for (const { key, rules } of set.correlations) products.set(key, [...new Set(rules.flatMap((inner) => products.get(inner) ?? []))].sort()); // inner ones come first
  return [...set.rules.filter(({ isAlerting }) => isAlerting), ...set.correlations].map(({ key, title, tags }) => ({
    key,
    title,
    origin,
    products: products.get(key)!,
    techniques: techniquesOf(tags),
    tactics: tacticsOf(tags),
  }));
}

const labelsFile = z.array(z.looseObject({ file: z.string(), attack: z.array(z.string()).nullish() }));
type Labels = z.infer<typeof labelsFile>;

function readLabels(file: string): Labels {
  let document: unknown;
  try {
    document = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new ConfigError('INVALID_USAGE', `${file} cannot be read: ${(error as Error).message}.`, {}, { cause: error });
  }
  const labels = labelsFile.safeParse(document);
  if (!labels.success) throw new ConfigError('INVALID_USAGE', `${file} is no list of {"file","attack"}: ${z.prettifyError(labels.error)}`);
  return labels.data;
}

interface LabelReach {
  readonly technique: string;
  readonly reach: ReturnType<typeof reachOf>;
  readonly recordings: readonly string[];
}
function reachOfLabels(coverage: Coverage, labels: Labels): readonly LabelReach[] {
  const byTechnique = Map.groupBy(
    labels.flatMap(({ file, attack }) => (attack ?? []).map((technique) => ({ technique: technique.toUpperCase(), file }))),
    ({ technique }) => technique,
  );
  return [...byTechnique]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([technique, found]) => ({ technique, reach: reachOf(coverage, technique), recordings: found.map(({ file }) => file) }));
}

const listed = (counts: Readonly<Record<string, number>>): string =>
  Object.entries(counts)
    .map(([name, count]) => `${name} ${count}`)
    .join(', ');
const titleOf = (name: string): string => TACTICS.find((tactic) => tactic.name === name)?.title ?? name;

function print(io: Io, count: number, { techniques, tactics, untagged }: Coverage): void {
  const isMixed = new Set(techniques.flatMap(({ byOrigin }) => Object.keys(byOrigin))).size > 1;
  const table = new Table({ head: ['tactic', 'technique', 'name', 'rules', 'products', ...(isMixed ? ['from'] : [])], style: { head: [], border: [] } });
  for (const { tactic } of tactics) {
    for (const [at, one] of techniques.filter((each) => each.tactics.includes(tactic)).entries())
      table.push([
        at === 0 ? titleOf(tactic) : '',
        one.technique,
        one.title ?? '',
        String(one.rules.length),
        listed(one.byProduct),
        ...(isMixed ? [listed(one.byOrigin)] : []),
      ]);
  }
  for (const { technique, title, rules, byProduct, byOrigin } of techniques.filter((one) => one.tactics.length === 0))
    table.push(['no tactic named', technique, title ?? '', String(rules.length), listed(byProduct), ...(isMixed ? [listed(byOrigin)] : [])]);
  if (techniques.length > 0) io.print(table.toString());
  const without = tactics.filter(({ rules }) => rules === 0).map(({ tactic }) => titleOf(tactic));
  io.print(`${count} rules see ${techniques.length} techniques.${without.length === 0 ? '' : ` No rule names ${without.join(', ')}.`}`);
  if (untagged.length > 0) io.print(`${untagged.length} rules name no technique.`);
}

function printLabels(io: Io, labels: readonly LabelReach[]): void {
  for (const { technique, reach, recordings } of labels) {
    if (reach === 'named') continue;
    io.print(`${reach === 'near' ? 'only near ' : 'not seen  '}  ${technique.padEnd(10)} ${recordings.join(', ')}`);
  }
  const named = labels.filter(({ reach }) => reach === 'named').length;
  const near = labels.filter(({ reach }) => reach === 'near').length;
  io.print(
    `Of ${labels.length} techniques of recordings, rules name ${named}, ${near} only by one above or below; ${labels.length - named - near} are not seen.`,
  );
}
