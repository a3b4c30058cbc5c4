// Every part of a rule becomes a rule of its own, and the engine that runs in the stage says which of them the event meets: so an
// explanation cannot say something else than the stage does.
import { any, exists, filtersOf, not, partsOfFilter, partsOfRule } from '../../domains/sigma/index.ts';
import type {
  ConditionPart,
  DefinitionPart,
  DetectionParts,
  EntryPart,
  ExplainedCondition,
  ExplainedDefinition,
  ExplainedDetection,
  ExplainedEntry,
  ExplainedValue,
  Explanation,
  Expression,
  LinkedRule,
  Placeholders,
  RuleLogsource,
  SelectionUse,
  SigmaFilter,
} from '../../domains/sigma/index.ts';
import { aliasesOf } from './aliases.ts';
import { Engine } from './match/engine.ts';
import type { EventDocument, EventLogsource, RuleMatch } from './match/engine.ts';
import { metTexts, shortened } from './met-texts.ts';
import type { NamedText } from './met-texts.ts';
import { namedLeavesOf, parseJson } from './match/object-reader.ts';

export interface ExplainOptions {
  /** Of the rule's set: those for this rule are explained, too. */
  readonly filters?: readonly SigmaFilter[];
  /** With which the set was read. */
  readonly placeholders?: Placeholders;
}
/** @throws SyntaxError when the bytes are no JSON object */
export type Explain = (logsource: EventLogsource, document: EventDocument) => Explanation;

const MOST_VALUES = 200;
const MOST_SEEN = 50;
/** Values of one entry that say which text met them. */
const MOST_MET = 50;
const ATTRIBUTES = ['product', 'category', 'service'] as const;

/** Compiles the rule once; what it returns is pure, synchronous and not re-entrant. The rule is one of a set, filters applied. */
export function openExplain(rule: LinkedRule, { filters = [], placeholders = {} }: ExplainOptions = {}): Explain {
  const questions = new Questions(rule);
  const whole = questions.ask(rule.expression);
  const detection = askDetection(questions, partsOfRule(rule, placeholders));
  const filtered = filtersOf(rule, filters).map((filter) => ({ title: filter.title, explain: askDetection(questions, partsOfFilter(filter, placeholders)) }));
  const { key, title, file, version } = rule;
  return (logsource, document) => {
    const answers = questions.answer(document);
    const gate = gateOf(rule.logsource, logsource);
    return {
      matches: gate.holds && answers.holds(whole),
      rule: { key, title, file, version },
      logsource: gate,
      detection: detection(answers),
      filters: filtered.map((filter) => ({ title: filter.title, ...filter.explain(answers) })),
    };
  };
}

function gateOf(wanted: RuleLogsource, has: EventLogsource): Explanation['logsource'] {
  const attributes = ATTRIBUTES.flatMap((name) => {
    const wants = wanted[name];
    const values = [has[name]].flat();
    return wants === null ? [] : [{ name, wants, has: values, holds: values.includes(wants) }];
  });
  return { holds: attributes.every(({ holds }) => holds), attributes };
}

interface Answers {
  readonly holds: (question: number) => boolean;
  readonly texts: (field: string) => readonly string[];
  /** All that keywords ask. */
  readonly leaves: () => readonly NamedText[];
}

/** Rules whose log source is the explained one's, so that fields have the names that they have for it. */
class Questions {
  readonly #rule: LinkedRule;
  readonly #asked: LinkedRule[] = [];
  readonly #fields = new Set<string>();
  /** Made of fields as they are written, without other names. */
  readonly #plain = new Set<LinkedRule>();
  #engine: Engine | undefined;

  constructor(rule: LinkedRule) {
    this.#rule = rule;
  }

  ask(expression: Expression, isPlain = false): number {
    const question: LinkedRule = { ...this.#rule, expression, key: String(this.#asked.length), correlations: [] };
    if (isPlain) this.#plain.add(question);
    return this.#asked.push(question) - 1;
  }

  /** The text of the field will be asked for. */
  seen(field: string): void {
    this.#fields.add(field);
  }

  aliases(field: string): readonly string[] {
    return aliasesOf(this.#rule)(field);
  }

  answer(document: EventDocument): Answers {
    this.#engine ??= this.#open();
    const { product, category, service } = this.#rule.logsource;
    const listed = (one: string | null): readonly string[] => (one === null ? [] : [one]);
    const met = this.#engine.match({ product: listed(product), category: listed(category), service: listed(service) }, document);
    const byQuestion = new Map<string, RuleMatch>(met.map((match) => [match.rule.key, match]));
    const always = byQuestion.get('always')!;
    let leaves: readonly NamedText[] | undefined;
    return {
      holds: (question) => byQuestion.has(String(question)),
      texts: (field) => always.texts(field),
      leaves: () => (leaves ??= namedLeavesOf(document instanceof Uint8Array ? parseJson(Buffer.from(document).toString()) : document)),
    };
  }

  #open(): Engine {
    const always = any([exists('always'), not(exists('always'))]);
    return new Engine([...this.#asked, { ...this.#rule, expression: always, key: 'always', correlations: [] }], {
      aliasesOf: (rule) => (this.#plain.has(rule as LinkedRule) ? () => [] : aliasesOf(rule)),
      alsoRead: ({ key }) => (key === 'always' ? [...this.#fields] : []),
    });
  }
}

function askDetection(questions: Questions, { conditions, selections }: DetectionParts): (answers: Answers) => ExplainedDetection {
  const asked = [...selections].map(([name, part]) => ({ name, use: useOf(name, conditions), explain: askDefinition(questions, part) }));
  return (answers) => {
    const explained = asked.map(({ name, use, explain }) => {
      const of = explain(answers);
      return { name, use, holds: of.holds, of };
    });
    const holds = new Map(explained.map((one) => [one.name, one.holds]));
    const judged = conditions.map(({ text, of }) => {
      const tree = judge(of, holds);
      return { text, holds: tree.holds, of: tree };
    });
    return { holds: judged.some((one) => one.holds), conditions: judged, selections: explained };
  };
}

function useOf(name: string, conditions: DetectionParts['conditions']): SelectionUse {
  const isIn = (part: ConditionPart, isExcluded: boolean, wanted: boolean): boolean => {
    if (part.kind === 'selection') return part.name === name && isExcluded === wanted;
    if (part.kind === 'not') return isIn(part.of, !isExcluded, wanted);
    return part.of.some((one) => isIn(one, isExcluded, wanted));
  };
  const isWanted = conditions.some(({ of }) => isIn(of, false, false));
  const isExcluded = conditions.some(({ of }) => isIn(of, false, true));
  return isWanted ? (isExcluded ? 'both' : 'wanted') : isExcluded ? 'excluded' : 'unused';
}

function judge(part: ConditionPart, holds: ReadonlyMap<string, boolean>): ExplainedCondition {
  if (part.kind === 'selection') return { ...part, holds: holds.get(part.name)! };
  if (part.kind === 'not') {
    const of = judge(part.of, holds);
    return { kind: 'not', holds: !of.holds, of };
  }
  const of = part.of.map((one) => judge(one, holds));
  return { kind: part.kind, holds: part.kind === 'and' ? of.every((one) => one.holds) : of.some((one) => one.holds), of };
}

function askDefinition(questions: Questions, part: DefinitionPart): (answers: Answers) => ExplainedDefinition {
  if (part.kind === 'entry') return askEntry(questions, part);
  const asked = part.of.map((one) => askDefinition(questions, one));
  return (answers) => {
    const of = asked.map((explain) => explain(answers));
    return { kind: part.kind, holds: part.kind === 'and' ? of.every((one) => one.holds) : of.some((one) => one.holds), of };
  };
}

function askEntry(questions: Questions, { field, modifiers, expression, values }: EntryPart): (answers: Answers) => ExplainedEntry {
  const whole = questions.ask(expression);
  const each = values.map(({ value, expression: alone }) => ({
    value: (typeof value === 'bigint' ? value.toString() : value) as ExplainedValue['value'],
    alone,
    question: questions.ask(alone),
  }));
  for (const other of otherFields(expression)) questions.seen(other);
  const place = field === null ? null : askPlace(questions, field);
  return (answers) => {
    const texts = (): readonly NamedText[] => (field === null ? answers.leaves() : answers.texts(field).map((text) => ({ path: null, text })));
    let met = 0;
    const judged = each.map(({ value, alone, question }): ExplainedValue => {
      const holds = answers.holds(question);
      const isTold = holds && met < MOST_MET;
      if (isTold) met += 1;
      return { value, holds, met: isTold ? metTexts(alone, texts, answers.texts) : [] };
    });
    return {
      kind: 'entry',
      field,
      modifiers,
      holds: answers.holds(whole),
      ...(place === null ? { has: null, foundAs: null, seen: [] } : place(answers)),
      values: judged.filter(({ holds }, at) => holds || at < MOST_VALUES),
      valueCount: judged.length,
    };
  };
}

function otherFields(expression: Expression): readonly string[] {
  if (expression.kind === 'item') return expression.tests.flatMap((test) => (test.kind === 'fieldref' ? [test.field] : []));
  return [expression.of].flat().flatMap(otherFields);
}

/** Where and what the field is in the event. */
function askPlace(questions: Questions, field: string): (answers: Answers) => Pick<ExplainedEntry, 'has' | 'foundAs' | 'seen'> {
  questions.seen(field);
  const present = questions.ask(exists(field));
  const nothing = questions.ask({ kind: 'item', field, tests: [{ kind: 'null' }] });
  const names = [field, ...questions.aliases(field)].map((name) => ({ name, question: questions.ask(exists(name), true) }));
  return (answers) => {
    const seen = answers.texts(field);
    const found = names.find(({ question }) => answers.holds(question))?.name ?? null;
    return {
      has: !answers.holds(present) ? 'missing' : seen.length > 0 ? 'value' : answers.holds(nothing) ? 'null' : 'object',
      foundAs: found === field ? null : found,
      seen: seen.slice(0, MOST_SEEN).map(shortened),
    };
  };
}
