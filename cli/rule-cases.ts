// Cases beside rules: records of a sensor, and whether the rule must make a finding of them. They run through the stages that records take.
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { ConfigError } from '../pipeline/core/errors.ts';
import { OWN_SOURCE } from '../pipeline/core/sensor.ts';
import { openEngine } from '../pipeline/detect/open-rules.ts';
import { config as ingestConfig, openIngestor } from '../pipeline/ingest/index.ts';
import type { Ingestor } from '../pipeline/ingest/index.ts';
import type { RuleSet } from '../domains/sigma/index.ts';
import type { Event, Finding } from '../schemas/avro/types.gen.ts';
import { rawTopic } from '../topologies/topics.ts';
import { RuleChain } from './rules/chain.ts';
import { readerOf } from './rules/records.ts';

/** A record of a sensor as an object, or as the text that it wrote. */
const record = z.union([z.string(), z.record(z.string(), z.unknown())]);
const caseSchema = z.strictObject({
  name: z.string(),
  /** Whether the rule makes a finding. */
  match: z.boolean(),
  /** Records in the order of arrival. */
  events: z.array(record).min(1),
  /** Id or name of the rule; the last document of the rule file unless given. */
  rule: z.string().optional(),
});
const fileSchema = z.array(caseSchema).min(1);
export type RuleCase = z.infer<typeof caseSchema>;
export interface CaseFile {
  readonly file: string;
  readonly ruleFile: string;
  readonly cases: readonly RuleCase[];
}
export interface CaseResult {
  readonly file: string;
  readonly rule: string;
  readonly name: string;
  readonly match: boolean;
  readonly problem: string | null;
}

/** All `<rule>.cases.yml` below a folder, or of a single rule file. @throws ConfigError INVALID_CONFIG for a file of another shape */
export async function readCases(path: string): Promise<readonly CaseFile[]> {
  const files = (await stat(path)).isDirectory()
    ? (await readdir(path, { recursive: true, withFileTypes: true }))
        .filter((entry) => entry.isFile() && entry.name.endsWith('.cases.yml'))
        .map((entry) => join(entry.parentPath, entry.name))
        .sort()
    : [path.replace(/\.yml$/, '.cases.yml')];
  return Promise.all(
    files.map(async (file) => {
      const read = fileSchema.safeParse(parse(await readFile(file, 'utf8')));
      if (!read.success) throw new ConfigError('INVALID_CONFIG', `${file} holds no cases: ${z.prettifyError(read.error)}`);
      return { file, ruleFile: file.replace(/\.cases\.yml$/, '.yml'), cases: read.data };
    }),
  );
}

const APPENDED_AT = Date.UTC(2026, 0, 1) * 1000;
const AT_LAST = APPENDED_AT * 2;

/** Runs records through ingest, detect and correlate in memory, each case from the beginning. */
export class RuleCases {
  readonly #set: RuleSet;
  readonly #ingestor: Ingestor;
  readonly #engine: ReturnType<typeof openEngine>;

  private constructor(set: RuleSet, ingestor: Ingestor) {
    this.#set = set;
    this.#ingestor = ingestor;
    this.#engine = openEngine(set);
  }

  static async open(set: RuleSet): Promise<RuleCases> {
    return new RuleCases(set, await openIngestor(ingestConfig.parse({}), { installation: 'cases' }));
  }

  run({ file, ruleFile, cases }: CaseFile): readonly CaseResult[] {
    const inFile = [...this.#set.rules, ...this.#set.correlations]
      .filter((rule) => rule.file.endsWith(ruleFile) || ruleFile.endsWith(rule.file))
      .sort((a, b) => a.document - b.document);
    return cases.map((one) => {
      const { name, match } = one;
      const rule =
        one.rule === undefined
          ? inFile.at(-1)
          : [...this.#set.rules, ...this.#set.correlations].find(({ id, name: alias }) => id === one.rule || alias === one.rule);
      if (rule === undefined) return { file, rule: one.rule ?? ruleFile, name, match, problem: 'there is no such rule' };
      // Rules about the platform itself: only on its own topic is it believed.
      const isOfPlatform = 'logsource' in rule && rule.logsource.product === 'goshawk';
      const found = this.findings(this.events(one.events, isOfPlatform ? OWN_SOURCE : undefined)).some(({ ruleId }) => ruleId === rule.key);
      return { file, rule: rule.title, name, match, problem: found === match ? null : match ? 'the rule makes no finding' : 'the rule makes a finding' };
    });
  }

  /** Native records, as of one file of a sensor. */
  events(records: readonly RuleCase['events'][number][], source = 'cases'): readonly Event[] {
    const { read } = readerOf(this.#ingestor, rawTopic('default', source));
    return records.flatMap((native) => read(Buffer.from(typeof native === 'string' ? native : JSON.stringify(native)), APPENDED_AT));
  }

  /** What people would see of these events, correlations included. */
  findings(events: readonly Event[]): readonly Finding[] {
    const chain = new RuleChain(this.#set, { engine: this.#engine });
    return [...events.flatMap((event) => chain.send(event, APPENDED_AT).findings), ...chain.advance(AT_LAST, APPENDED_AT)];
  }
}
