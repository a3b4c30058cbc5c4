// Many rules against one event after another.
import type { LinkedRule } from '../../../domains/sigma/index.ts';
import { KEYWORDS } from '../compile/field.ts';
import { Programs } from '../compile/program.ts';
import type { AliasesOf, Program } from '../compile/program.ts';
import { explain } from './explain.ts';
import type { MetField } from './explain.ts';
import { Group } from './group.ts';
import type { Member } from './group.ts';
import { JsonReader } from './json-reader.ts';
import { leavesOf, ObjectReader, parseJson } from './object-reader.ts';
import type { JsonObject } from './object-reader.ts';
import { EventView } from './view.ts';

/** What a record says of its log source; an attribute that is not known is an empty list. Lower case. */
export interface EventLogsource {
  readonly product: string | readonly string[];
  readonly category: readonly string[];
  readonly service: readonly string[];
}
/** A JSON object in UTF-8, or the object itself. */
export type EventDocument = Uint8Array | JsonObject;

export interface EngineOptions {
  /** False: every rule is asked of every event, and fields have no other names. For comparisons only. */
  readonly isGated?: boolean;
  readonly aliasesOf?: AliasesOf;
  /** Fields that the caller will ask for after a match of the rule, beside those that the rule reads itself. */
  readonly alsoRead?: (rule: LinkedRule) => readonly string[];
}

/** A rule that met the event. Its methods answer for that event until the next call of `match`, and throw afterwards. */
export interface RuleMatch {
  readonly rule: LinkedRule;
  /** Which fields met the rule, with their values, in the order of the rule. */
  why(): readonly MetField[];
  /** Text of a field that the rule reads or `alsoRead` names; the first element of an array; undefined when there is none. */
  text(field: string): string | undefined;
  /** All of an array. */
  texts(field: string): readonly string[];
}

const NO_MATCHES: readonly RuleMatch[] = [];
const NO_BYTES = new Uint8Array(0);
/** Log sources remembered. Events may name any; a rule set meets a few dozen. */
const MAX_LOGSOURCES = 1024;

interface Loaded {
  readonly rule: LinkedRule;
  readonly program: Program;
  readonly fieldOf: (name: string) => number;
}

class Met implements RuleMatch {
  readonly #loaded: Loaded;
  readonly #view: EventView;
  readonly #event: number;

  constructor(loaded: Loaded, view: EventView) {
    this.#loaded = loaded;
    this.#view = view;
    this.#event = view.now;
  }

  get rule(): LinkedRule {
    return this.#loaded.rule;
  }

  why(): readonly MetField[] {
    return explain(this.#loaded.program.tree, this.#current());
  }

  text(field: string): string | undefined {
    const texts = this.#current().text(this.#loaded.fieldOf(field));
    return typeof texts === 'string' ? texts : texts?.[0];
  }

  texts(field: string): readonly string[] {
    const texts = this.#current().text(this.#loaded.fieldOf(field)) ?? [];
    return typeof texts === 'string' ? [texts] : texts;
  }

  #current(): EventView {
    if (this.#view.now !== this.#event) throw new Error('A match was asked after its event');
    return this.#view;
  }
}

/** Synchronous and not re-entrant: one event at a time. Rules never change; make another engine for another set. */
export class Engine {
  readonly #isGated: boolean;
  readonly #programs: Programs;
  readonly #rules: readonly Loaded[];
  readonly #alsoRead: readonly (readonly number[])[];
  readonly #view: EventView;
  readonly #json: JsonReader;
  readonly #object: ObjectReader;
  readonly #byLogsource: ByCategory = new Map();
  #logsources = 0;
  #everything: Group | undefined;
  readonly #byRules = new Map<string, Group>();
  #document: EventDocument = NO_BYTES;
  readonly #readLeaves = (): readonly string[] => leavesOf(this.#document instanceof Uint8Array ? parse(this.#document) : this.#document);

  constructor(rules: readonly LinkedRule[], { isGated = true, aliasesOf = noAliases, alsoRead = () => [] }: EngineOptions = {}) {
    this.#isGated = isGated;
    const namesOf = isGated ? aliasesOf : noAliases;
    this.#programs = new Programs(namesOf);
    this.#rules = rules.map((rule) => {
      const aliases = namesOf(rule);
      return { rule, program: this.#programs.compile(rule), fieldOf: (name: string) => this.#programs.fields.number(name, aliases(name)) };
    });
    this.#alsoRead = this.#rules.map(({ rule, fieldOf }) => alsoRead(rule).map(fieldOf));
    this.#view = new EventView(this.#programs.fields.fields);
    this.#view.resize(this.#programs.fields.paths.length, this.#programs.predicates.length);
    this.#json = new JsonReader(this.#view);
    this.#object = new ObjectReader(this.#view);
  }

  /**
   * All rules that the event meets, in the order in which they were given.
   *
   * @throws SyntaxError when the bytes are no JSON object
   */
  match(logsource: EventLogsource, document: EventDocument): readonly RuleMatch[] {
    const group = this.#groupOf(logsource);
    if (group === undefined) return NO_MATCHES;
    this.#document = document;
    this.#read(group, document);
    const { awake, members, always } = group;
    let matched: number[] | undefined;
    for (let i = 0; i < awake.count; i += 1) {
      const { program, rules } = members[awake.list[i]!]!;
      if (program.check(this.#view)) (matched ??= []).push(...rules);
    }
    for (const { guard, members: guarded } of always) {
      if (!guard(this.#view)) continue;
      for (const { program, rules } of guarded) if (program.check(this.#view)) (matched ??= []).push(...rules);
    }
    if (matched === undefined) return NO_MATCHES;
    if (matched.length > 1) matched.sort((a, b) => a - b);
    return matched.map((number) => new Met(this.#rules[number]!, this.#view));
  }

  /** Rules whose condition was asked of the last event, which had this log source: those that a literal woke, and those that none has to wake. */
  lastAsked(logsource: EventLogsource): readonly LinkedRule[] {
    const group = this.#groupOf(logsource);
    if (group === undefined) return [];
    const woken = Array.from({ length: group.awake.count }, (_unused, at) => group.members[group.awake.list[at]!]!);
    const others = group.always.filter(({ guard }) => guard(this.#view)).flatMap(({ members }) => members);
    return [...woken, ...others].flatMap(({ rules }) => rules.map((number) => this.#rules[number]!.rule));
  }

  #read(group: Group, document: EventDocument): void {
    const { awake, keys, index, keywordField } = group;
    awake.reset();
    index.present(KEYWORDS);
    if (!(document instanceof Uint8Array)) {
      this.#view.begin(NO_BYTES, this.#readLeaves);
      this.#object.read(document, keys, index, keywordField);
      return;
    }
    this.#view.begin(document, this.#readLeaves);
    if (this.#json.read(document, keys, index, keywordField)) return;
    const parsed = parse(document);
    awake.reset();
    index.present(KEYWORDS);
    this.#view.begin(NO_BYTES, this.#readLeaves);
    this.#object.read(parsed, keys, index, keywordField);
  }

  #groupOf(logsource: EventLogsource): Group | undefined {
    if (!this.#isGated) return (this.#everything ??= this.#groupOfRules([...this.#rules.keys()]));
    const { product, category, service } = logsource;
    const productName = typeof product === 'string' ? product : nameOf(product);
    const categoryName = nameOf(category);
    const serviceName = nameOf(service);
    const known = this.#byLogsource.get(productName)?.get(categoryName)?.get(serviceName);
    if (known !== undefined) return known === NO_GROUP ? undefined : known;
    const group = this.#find(logsource);
    this.#logsources += 1;
    if (this.#logsources <= MAX_LOGSOURCES) below(below(this.#byLogsource, productName), categoryName).set(serviceName, group ?? NO_GROUP);
    return group;
  }

  /** Rules that name nothing which the event does not have. */
  #find({ product, category, service }: EventLogsource): Group | undefined {
    const products = typeof product === 'string' ? [product] : product;
    const numbers = [...this.#rules.keys()].filter((number) => {
      const { logsource } = this.#rules[number]!.rule;
      return (
        (logsource.product === null || products.includes(logsource.product)) &&
        (logsource.category === null || category.includes(logsource.category)) &&
        (logsource.service === null || service.includes(logsource.service))
      );
    });
    return numbers.length === 0 ? undefined : this.#groupOfRules(numbers);
  }

  /** Log sources that the same rules apply to share a group. */
  #groupOfRules(numbers: readonly number[]): Group {
    const name = numbers.join(',');
    let group = this.#byRules.get(name);
    if (group === undefined) {
      const byProgram = Map.groupBy(numbers, (number) => this.#rules[number]!.program);
      const members = [...byProgram].map(([program, rules]): Member => ({ program, rules }));
      group = new Group(
        members,
        this.#programs.fields,
        numbers.flatMap((number) => this.#alsoRead[number]!),
      );
      this.#byRules.set(name, group);
    }
    return group;
  }
}

/** Product, category, service; several values of one are joined, which event after event does in the same order. */
type ByService = Map<string, Group | typeof NO_GROUP>;
type ByCategory = Map<string, Map<string, ByService>>;
const NO_GROUP = Symbol('no rule is for this log source');
const nameOf = (values: readonly string[]): string => (values.length === 1 ? values[0]! : values.join('\t'));
function below<V>(map: Map<string, Map<string, V>>, name: string): Map<string, V> {
  const found = map.get(name) ?? new Map<string, V>();
  map.set(name, found);
  return found;
}

const noAliases: AliasesOf = () => () => [];

function parse(bytes: Uint8Array): JsonObject {
  const parsed = parseJson(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8'));
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) throw new SyntaxError('The document is no JSON object');
  return parsed as JsonObject;
}
