import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parseRuleSet } from '../../domains/sigma/index.ts';
import type { RuleFile } from '../../domains/sigma/index.ts';
import { openEngine, OWN_RULES, readRuleFiles } from '../../pipeline/detect/open-rules.ts';
import { config, openIngestor } from '../../pipeline/ingest/index.ts';
import type { Bench, Benchmark, Figure } from '../figure.ts';
import { bestOf } from '../figure.ts';

export default {
  name: 'match',
  description: 'Native documents of events against all rules, one core, beside parsing their JSON alone; then ten times the rules',
  async run(bench: Bench): Promise<readonly Figure[]> {
    const ingestor = await openIngestor(config.parse({}), { installation: 'bench' });
    const memory = { get: () => undefined, put: () => undefined };
    const events = (await bench.samples()).flatMap(({ source, text }, offset) =>
      ingestor.events(
        { value: Buffer.from(text), position: { topic: `raw.default.${source}`, partition: 0, offset }, appendedAt: 1_700_000_000_000_000 },
        { organization: 'default', name: source, sensor: source, format: undefined },
        memory,
      ),
    );
    const documents = events.map(({ product, logsource: { category, service }, native }) => ({
      logsource: { product: product === '' ? [] : [product], category, service },
      native,
    }));
    const baseline = {
      what: 'JSON.parse alone',
      value: bestOf(3, documents.length, () => {
        for (const { native } of documents) JSON.parse(Buffer.from(native).toString());
      }),
    };
    const measure = (files: readonly RuleFile[]) => {
      const set = parseRuleSet(files);
      const engine = openEngine(set);
      let matches = 0;
      const value = bestOf(3, documents.length, () => {
        matches = 0;
        for (const { logsource, native } of documents) matches += engine.match(logsource, native).length;
      });
      return { value, rules: set.rules.length, matches };
    };
    const figures: Figure[] = [];
    const publicRules = join(process.env['GOSHAWK_TEST_DATA'] ?? '', 'sigma/rules');
    for (const [name, path] of [
      ['own rules', OWN_RULES],
      ['public rules', publicRules],
    ] as const) {
      if (!existsSync(path)) continue;
      const files = await readRuleFiles(path);
      const once = measure(files);
      figures.push({
        measure: `${name}: match`,
        value: once.value,
        unit: 'us/event',
        baseline,
        goal: { value: 20, isAtMost: true },
        note: `${once.rules} rules, ${documents.length} events, ${once.matches} matches`,
      });
      const tenfold = measure(
        Array.from({ length: 10 }, (_unused, copy) => files.map(({ file, text }) => ({ file: `${copy}/${file}`, text: varied(text, copy) }))).flat(),
      );
      figures.push({
        measure: `${name}: ten times the rules`,
        value: tenfold.value,
        unit: 'us/event',
        baseline: { what: 'the rules once', value: once.value },
        goal: { value: 1.5 * once.value, isAtMost: true },
        note: `${tenfold.rules} rules, ${tenfold.matches} matches`,
      });
    }
    return figures;
  },
} satisfies Benchmark;

/** Another set of rules of the same shape: other ids, and literals that share no more with the first than other rules would. */
function varied(text: string, copy: number): string {
  if (copy === 0) return text;
  return text
    .replaceAll(
      /\b([0-9a-f]{8})-([0-9a-f]{4})-([0-9a-f]{4})-([0-9a-f]{4})-([0-9a-f]{12})\b/g,
      (_all, a: string, b: string, c: string, d: string, e: string) =>
        `${(Number.parseInt(a, 16) ^ (copy * 0x01010101)).toString(16).replace('-', 'f').padStart(8, '0').slice(-8)}-${b}-${c}-${d}-${e}`,
    )
    .replaceAll(/^name: (.+)$/gm, `name: $1_${copy}`)
    .replaceAll(
      /(['"]?)([A-Za-z]{5,})(\.exe|\.dll|\.ps1)(['"]?)/g,
      (_all, open: string, stem: string, end: string, close: string) => `${open}${stem}${copy}${end}${close}`,
    );
}
