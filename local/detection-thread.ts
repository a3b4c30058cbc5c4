// Rules and exceptions tried for the API, one request after another, by the stages' own code.
import { parentPort, workerData } from 'node:worker_threads';
import pino from 'pino';
import type { Analysis, AnalysisRequest, AnalyzedEvent, AnalyzedMatch, Conditions } from '../api/rules/detection.ts';
import { exceptionRule, withCanonical } from '../domains/sigma/index.ts';
import type { RuleLogsource } from '../domains/sigma/index.ts';
import { alert, config as alertConfig } from '../pipeline/alert/index.ts';
import { RecordError } from '../pipeline/core/errors.ts';
import { config as correlateConfig, correlate } from '../pipeline/correlate/index.ts';
import { aliasesOf } from '../pipeline/detect/aliases.ts';
import type { DetectConfig } from '../pipeline/detect/index.ts';
import { detect, openRules, ruleOptionsOf } from '../pipeline/detect/index.ts';
import { Engine } from '../pipeline/detect/match/engine.ts';
import { parseJson } from '../pipeline/detect/match/object-reader.ts';
import type { JsonObject } from '../pipeline/detect/match/object-reader.ts';
import { config as ingestConfig, openIngestor } from '../pipeline/ingest/index.ts';
import type { Memory } from '../pipeline/ingest/kit.ts';
import { sourceOf } from '../pipeline/ingest/source.ts';
import { StageDriver } from '../pipeline/runtime/driver.ts';
import { config as validateConfig, validate } from '../pipeline/validate/index.ts';
import { plainContext } from '../schemas/avro/plain.ts';
import type { Alert, Event, Finding, Match, RefRule } from '../schemas/avro/types.gen.ts';
import { rawTopic, topics } from '../topologies/topics.ts';
import { askCorrelation } from './correlation-questions.ts';
import type { AskedOfCorrelation } from './correlation-questions.ts';
import { askRule } from './rule-questions.ts';
import type { AskedOfRule } from './rule-questions.ts';

/** What the thread is sent. Rules travel once under a name. */
export type Asked =
  | { readonly id: number; readonly kind: 'analyze'; readonly request: Omit<AnalysisRequest, 'rules'> & { readonly rules?: readonly RefRule[] } }
  | { readonly id: number; readonly kind: 'meets'; readonly request: Conditions }
  | ({ readonly id: number } & (AskedOfRule | AskedOfCorrelation));
export type Answered = { readonly id: number } & ({ readonly answer: unknown } | { readonly failure: string });

const KEPT_RULES = 8;
const AT_END = Number.MAX_SAFE_INTEGER;
const options = workerData as DetectConfig;
const config: DetectConfig = { ...options, findingsPerHour: Number.MAX_SAFE_INTEGER, candidatesPerSecond: Number.MAX_SAFE_INTEGER };
const files = await openRules(config, pino({ level: 'silent' }));
const detecting = detect(config, files);
const correlating = correlate(correlateConfig.parse({}), files.set, { experimental: config.experimental, ruleOptions: ruleOptionsOf(config), isLane: true });
const ingestor = await openIngestor(ingestConfig.parse({}), { installation: 'analysis' });
const named = new Map<string, readonly RefRule[]>();

const reply = (answered: Answered): void => parentPort?.postMessage(answered, []);
parentPort!.on('message', (asked: Asked) => {
  try {
    reply({ id: asked.id, answer: answerTo(asked) });
  } catch (error) {
    reply({ id: asked.id, failure: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  }
});

function answerTo(asked: Asked): unknown {
  if (asked.kind === 'analyze') return analyze(asked.request);
  if (asked.kind === 'meets') return meets(asked.request);
  return asked.kind === 'correlation' ? askCorrelation(asked, ruleOptionsOf(config)) : askRule(asked, ruleOptionsOf(config));
}

function rulesOf({ name, rules }: { readonly name: string; readonly rules?: readonly RefRule[] }): readonly RefRule[] {
  if (rules !== undefined) named.set(name, rules);
  if (named.size > KEPT_RULES) named.delete(named.keys().next().value!);
  const found = named.get(name);
  if (found === undefined) throw new Error(`There are no rules named ${name}`);
  return found;
}

function analyze(request: Omit<AnalysisRequest, 'rules'> & { readonly rules?: readonly RefRule[] }): Analysis {
  const { organization, exceptions, records, format, now } = request;
  const reference = { rules: rulesOf(request), suppressions: exceptions };
  const check = new StageDriver(validate(validateConfig.parse({})));
  const detector = new StageDriver(detecting, { reference });
  const correlator = new StageDriver(correlating, { reference });
  const topic = rawTopic(organization, request.source);
  const source = sourceOf(topic, new Map());
  let kept: unknown;
  const memory: Memory = { get: () => kept, put: (value) => void (kept = value) };
  const matched: Match[] = [];

  const judged = (event: Event, index: number): AnalyzedEvent => {
    const { error, code } = check.send(event, { appendedAt: now });
    const dataset = event.dataset === 'unparsed' ? null : event.dataset;
    if (error !== undefined) return { index, dataset, refused: { code: code ?? 'UNEXPECTED', reason: error.message }, matches: [], correlations: [], score: 0 };
    const { outputs } = detector.send({ event, context: plainContext() }, { appendedAt: now });
    const findings = outputs.filter(({ to }) => to === topics.findings.name).map(({ value }) => value as Finding);
    const matches = outputs.filter(({ to }) => to === topics.matches.name).map(({ value }) => value as Match);
    matched.push(...matches);
    return {
      index,
      dataset,
      refused: null,
      matches: findings.map(matchOf),
      correlations: [...new Set(matches.map(({ correlationId }) => correlationId))],
      score: scoreOf(findings),
    };
  };
  const events = records.flatMap((record, index): readonly AnalyzedEvent[] => {
    try {
      const position = { topic, partition: 0, offset: index };
      return ingestor.events({ value: Buffer.from(record), position, appendedAt: now }, source, memory, format).map((event) => judged(event, index));
    } catch (error) {
      if (!(error instanceof RecordError)) throw error;
      return [{ index, dataset: null, refused: { code: error.code, reason: error.message }, matches: [], correlations: [], score: 0 }];
    }
  });

  const correlated: Finding[] = [];
  const take = (outputs: readonly { readonly to: string; readonly value: unknown }[]): void => {
    for (const { to, value } of outputs) {
      if (to === topics.findings.name) correlated.push(value as Finding);
      else if (to === topics.matches.name) take(correlator.send(value as Match, { appendedAt: now }).outputs);
    }
  };
  for (const match of matched.sort((a, b) => a.event.time - b.event.time)) take(correlator.send(match, { appendedAt: now }).outputs);
  take(correlator.advance(AT_END));
  return { events, correlated: correlated.map((finding) => ({ ...matchOf(finding), eventCount: finding.eventCount, score: scoreOf([finding]) })) };
}

const matchOf = ({ ruleId, ruleVersion, title, severity, status, tags, fields, suppressedBy }: Finding): AnalyzedMatch => ({
  ruleId,
  version: ruleVersion,
  title,
  level: severity,
  state: status,
  tags,
  why: fields,
  suppressedBy,
});

/** Of the alerts that these findings would make. */
function scoreOf(findings: readonly Finding[]): number {
  const alerting = new StageDriver(alert(alertConfig.parse({})));
  return Math.max(0, ...findings.flatMap((finding) => alerting.send(finding).outputs.map(({ value }) => (value as Alert).score)));
}

function meets({ conditions, documents }: Conditions): readonly boolean[] {
  const engines = new Map<string, Engine>();
  return documents.map(({ logsource, native, canonical }) => {
    const asked = logsource ?? EVERY;
    const name = JSON.stringify(asked);
    let engine = engines.get(name);
    if (engine === undefined) {
      const rule = exceptionRule({ id: 'tried', conditions }, asked);
      engines.set(name, (engine = new Engine(rule === undefined ? [] : [rule], { aliasesOf })));
    }
    const listed = (one: string | null): readonly string[] => (one === null ? [] : [one]);
    try {
      const gate = { product: listed(asked.product), category: listed(asked.category), service: listed(asked.service) };
      const names = Object.keys(canonical);
      const document = names.length === 0 ? Buffer.from(native) : withCanonical(parseJson(native) as JsonObject, names, (field) => canonical[field]);
      return engine.match(gate, document).length > 0;
    } catch (error) {
      if (error instanceof SyntaxError) return false; // no JSON object: detect sets it aside
      throw error;
    }
  });
}
const EVERY: RuleLogsource = { product: null, category: null, service: null };
