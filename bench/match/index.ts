import { parseRuleSet } from '../../domains/sigma/index.ts';
import type { RuleFile } from '../../domains/sigma/index.ts';
import { openEngine, OWN_RULES, readRuleFiles } from '../../pipeline/detect/open-rules.ts';
import { config, openIngestor } from '../../pipeline/ingest/index.ts';
import type { Bench, Benchmark, Figure } from '../figure.ts';
import { bestOf } from '../figure.ts';
import { sigmaFolder, varied } from './corpus.ts';
import { publicRules } from './public.ts';
import { throughStage } from './stage.ts';

export default {
  name: 'match',
  description:
    'Native documents of events against all rules, one core, beside parsing their JSON alone, RSigma and ten times the rules; then through the stage',
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
    const files = await readRuleFiles(OWN_RULES);
    const once = measure(files);
    const tenfold = measure(
      Array.from({ length: 10 }, (_unused, copy) => files.map(({ file, text }) => ({ file: `${copy}/${file}`, text: varied(text, copy) }))).flat(),
    );
    const figures: readonly Figure[] = [
      {
        measure: 'own rules: match',
        value: once.value,
        unit: 'us/event',
        baseline,
        goal: { value: 20, isAtMost: true },
        note: `${once.rules} rules, ${documents.length} events, ${once.matches} matches`,
      },
      {
        measure: 'own rules: ten times the rules',
        value: tenfold.value,
        unit: 'us/event',
        baseline: { what: 'the rules once', value: once.value },
        goal: { value: 1.5 * once.value, isAtMost: true },
        note: `${tenfold.rules} rules, ${tenfold.matches} matches`,
      },
    ];
    const folder = sigmaFolder();
    if (folder === undefined) {
      bench.say('GOSHAWK_TEST_DATA names no folder with sigma: the public rules are left out.');
      return figures;
    }
    return [...figures, ...(await publicRules(folder, bench)), ...(await throughStage(folder, events, bench))];
  },
} satisfies Benchmark;
