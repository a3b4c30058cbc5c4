// Reads a configuration: every option as what it is, every problem at its option.
import { nearest } from '../../../domains/fields/nearest.ts';
import type { Alias, Block, Blocks, Texts } from './blocks.ts';
import { blocksOf, typeProblem } from './blocks.ts';
import { DEAD_LETTER_TOPIC } from './common-options.ts';
import type { Option } from './options.ts';
import type { Plugin } from './plugins.ts';
import { holdsReference, parseReference } from './reference.ts';
import { sinkProblems } from './rules.ts';
import type { Secrets } from './secrets.ts';
import type { ConnectorConfig } from './shapes.ts';

export const HIDDEN = '[hidden]';

/** What a configuration comes to. */
export interface Reading {
  readonly blocks: Blocks;
  /** What the schema of a block has made of it; undefined when something is wrong with it. */
  readonly values: ReadonlyMap<Block, object | undefined>;
  /** By option; options that nobody knows are among them. */
  readonly problems: ReadonlyMap<string, readonly string[]>;
  /** References by option. */
  readonly texts: Texts;
}

/**
 * @param resolved Values of secrets by option, in place of the references. null = they are not looked up: only their form and place are judged.
 * @param secrets null = any place will do.
 */
export function readTexts(plugin: Plugin, config: ConnectorConfig, secrets: Pick<Secrets, 'refusal' | 'fileRefusal'> | null, resolved: Texts | null): Reading {
  const texts = new Map(Object.entries(config).filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
  const blocks = blocksOf(plugin, texts);
  const problems = new Map<string, string[]>();
  const note = (option: string, message: string) => void (problems.get(option) ?? problems.set(option, []).get(option)!).push(message);
  const values = new Map<Block, object | undefined>();
  for (const block of [blocks.common, ...blocks.aliases.map((alias) => alias.block), blocks.own]) {
    if (!values.has(block)) values.set(block, readBlock(block, { texts, secrets, resolved, note }));
  }
  if (plugin.type === 'sink') for (const [option, message] of sinkProblems(Object.fromEntries(texts), DEAD_LETTER_TOPIC)) note(option, message);
  for (const alias of blocks.aliases) noteAlias(alias, blocks, texts, note);
  for (const kind of ['transforms', 'predicates'] as const) noteTwice(kind, texts, note);
  const known = new Set(
    [blocks.common, blocks.own, ...blocks.aliases.map(({ block }) => block)].flatMap(({ options }) => options.map(({ definition }) => definition.name)),
  );
  const isTyped = (option: string) => blocks.aliases.every(({ named, block }) => named !== null || !option.startsWith(block.prefix));
  for (const [option, value] of Object.entries(config)) {
    if (value === null) note(option, 'Null value can not be supplied as the configuration value.');
    // Options of a transform of unknown type may be right: its type is what is wrong.
    if (!known.has(option) && isTyped(option)) note(option, unknownOption(option, known));
  }
  return { blocks, values, problems, texts };
}

type Note = (option: string, message: string) => void;
interface Sources {
  readonly texts: Texts;
  readonly secrets: Pick<Secrets, 'refusal' | 'fileRefusal'> | null;
  readonly resolved: Texts | null;
  readonly note: Note;
}

function readBlock({ prefix, schema, options }: Block, { texts, secrets, resolved, note }: Sources): object | undefined {
  const given: Record<string, unknown> = {};
  const noted = new Set<string>();
  const refuse = (option: Option, message: string) => {
    noted.add(option.definition.name.slice(prefix.length));
    note(option.definition.name, message);
  };
  let isUnresolved = false;
  for (const option of options) {
    const { name, type, required } = option.definition;
    const text = texts.get(name);
    if (name === `${prefix}type` && prefix !== '') continue;
    // Forms send what nobody has filled in.
    const isLeftOpen = text?.trim() === '' && !required && (type === 'PASSWORD' || (prefix === '' && option.definition.default_value === null));
    if (text === undefined || isLeftOpen) {
      if (required) refuse(option, `Missing required configuration "${name}" which has no default value.`);
      continue;
    }
    const wrong = type === 'PASSWORD' ? secretProblem(text, secrets) : plainProblem(option, text, secrets);
    if (wrong !== null) {
      refuse(option, invalid(option, text, wrong));
      continue;
    }
    const secret = type === 'PASSWORD' ? resolved?.get(name) : undefined;
    if (type === 'PASSWORD' && secret === undefined) isUnresolved = true;
    const bare = name.slice(prefix.length);
    try {
      given[bare] = option.read(secret ?? text);
    } catch (error) {
      refuse(option, invalid(option, text, (error as Error).message));
    }
  }
  const parsed = schema.safeParse(given);
  if (parsed.success) return noted.size === 0 && !isUnresolved ? (parsed.data as object) : undefined;
  for (const { path, message } of parsed.error.issues) {
    const bare = String(path[0] ?? '');
    const option = options.find(({ definition }) => definition.name === prefix + bare) ?? options[0]!;
    if (noted.has(bare)) continue;
    // What the schema says of a reference, it says of the wrong text.
    if (option.definition.type === 'PASSWORD' && resolved === null && texts.has(option.definition.name)) continue;
    const where = path.length > 1 && typeof path[1] === 'number' ? textOfItem(option, texts, path[1]) : texts.get(option.definition.name);
    note(option.definition.name, invalid(option, where ?? option.definition.default_value, message));
  }
  return undefined;
}

const textOfItem = (option: Option, texts: Texts, index: number): string | undefined => texts.get(option.definition.name)?.split(',')[index]?.trim();

/** As Kafka's ConfigException words it. */
function invalid({ definition }: Option, text: string | null, message: string): string {
  const isHidden = definition.type === 'PASSWORD' || (text !== null && holdsCredentials(text));
  return `Invalid value ${isHidden ? HIDDEN : text === null ? 'null' : text.trim()} for configuration ${definition.name}: ${message}`;
}

/** An address with a password in it, alone or in a list. */
export const holdsCredentials = (text: string): boolean => /(^|[\s,])[a-z][a-z0-9+.-]*:\/\/[^/?#\s,]*@/i.test(text);

function secretProblem(text: string, secrets: Sources['secrets']): string | null {
  const reference = parseReference(text);
  return typeof reference === 'string' ? reference : (secrets?.refusal(reference) ?? null);
}

function plainProblem({ isFile }: Option, text: string, secrets: Sources['secrets']): string | null {
  if (holdsCredentials(text)) return 'what stands before @ in an address is shown to everybody who may see the connector; there are options for it';
  if (holdsReference(text)) return 'only secrets are named by reference, and this option is none';
  return isFile && text.trim() !== '' ? (secrets?.fileRefusal(text.trim()) ?? null) : null;
}

function noteAlias(alias: Alias, blocks: Blocks, texts: Texts, note: Note): void {
  const { kind, block } = alias;
  const wrong = typeProblem(alias, texts);
  if (wrong !== null) note(`${block.prefix}type`, wrong);
  if (kind === 'predicates') return;
  const predicate = texts.get(`${block.prefix}predicate`)?.trim();
  if (predicate === undefined && texts.has(`${block.prefix}negate`))
    note(
      `${block.prefix}type`,
      `Config '${block.prefix}negate' was provided but there is no config '${block.prefix}predicate' defining a predicate to be negated.`,
    );
  if (predicate !== undefined && predicate !== '' && !blocks.aliases.some((other) => other.kind === 'predicates' && other.alias === predicate))
    note(`${block.prefix}predicate`, `Invalid value ${predicate} for configuration ${block.prefix}predicate: predicates names none of this name`);
}

function noteTwice(kind: Alias['kind'], texts: Texts, note: Note): void {
  const aliases = (texts.get(kind) ?? '').split(',').map((alias) => alias.trim());
  if (new Set(aliases).size < aliases.length) note(kind, `Invalid value [${aliases.join(', ')}] for configuration ${kind}: Duplicate alias provided.`);
  if (aliases.length > 1 && aliases.includes('')) note(kind, `Invalid value [${aliases.join(', ')}] for configuration ${kind}: an alias is empty`);
}

function unknownOption(option: string, known: ReadonlySet<string>): string {
  const [prefix = '', kind, alias] = /^(transforms|predicates)\.([^.]+)\./.exec(option) ?? [];
  if (kind !== undefined && !known.has(`${prefix}type`)) return `Unknown option "${option}": ${kind} does not name ${alias}.`;
  if (/^(producer|consumer|admin)\.override\./.test(option)) return `Unknown option "${option}": clients of Kafka are configured for the whole worker.`;
  const beside = [...known].flatMap((name) => (name.startsWith(prefix) ? [name.slice(prefix.length)] : []));
  const near = nearest(option.slice(prefix.length), beside);
  return `Unknown option "${option}".${near === undefined ? '' : ` Did you mean "${prefix}${near}"?`}`;
}
