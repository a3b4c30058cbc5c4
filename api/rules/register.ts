// The register of rules: what the API may write, checked as the stages will read it, so that a rule that is taken runs.
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { MAX_INT } from '../rest/kit.ts';
import { headsOf, linkFiles, parseFile, problemOf } from '../../domains/sigma/index.ts';
import type { Metadata, ParsedFile, Problem, RuleHead, RuleSet, RuleSetOptions } from '../../domains/sigma/index.ts';
import { ownRules, putRule, ruleById, rulesOfFilesNamed, rulesThatReferTo, setRuleState } from '../../store/queries/rules.ts';
import type { RuleRow } from '../../store/queries/rules.ts';
import type { Sql } from '../../store/queries/sql.ts';
import type { Principal } from '../auth/tokens.ts';
import type { InOrganization } from '../database.ts';
import { ApiProblem, notFound } from '../gate/problem.ts';

const MAX_TEXT = 400_000; // a record of the topic has at most 1 MiB, and a character up to three bytes
export const ruleText = z
  .string()
  .min(1)
  .max(MAX_TEXT)
  .refine((value) => !value.includes('\0'), 'Cannot hold the character NUL.')
  .meta({ description: 'One Sigma document in YAML: a rule, a correlation or a filter. Without an id it is given one.' });
const state = z
  .enum(['draft', 'test', 'production'])
  .meta({ description: 'draft: findings are stored as shadows; test: they are shown, too; production: they make alerts.' });

/** What makes a rule. */
export const newRule = z.strictObject({ text: ruleText, state: state.default('draft') });
/** What changes one. */
export const ruleChange = z
  .strictObject({
    text: ruleText.optional(),
    state: state.optional(),
    version: z
      .int()
      .min(1)
      .max(MAX_INT)
      .optional()
      .meta({ description: 'The version that the change was made from; refused when there is another. Left out: whatever there is.' }),
  })
  .refine(({ text, state: to }) => text !== undefined || to !== undefined, 'Needs a text, a state, or both.');

/** What is wrong with a text, or worth knowing of it. */
export interface RuleProblem {
  /** From 1. */
  readonly line: number;
  /** False: it would be taken all the same. */
  readonly isRefusal: boolean;
  /** A sentence without its full stop. */
  readonly reason: string;
}

const FILE = 'text';

export class Rules {
  readonly #run: InOrganization;
  readonly #options: RuleSetOptions;

  constructor(run: InOrganization, options: RuleSetOptions = {}) {
    this.#run = run;
    this.#options = options;
  }

  /** @throws ApiProblem INVALID_RULE with what is wrong and where; CONFLICT when its id is taken. */
  add({ user, organization }: Principal, { text, state: to }: z.infer<typeof newRule>): Promise<RuleRow> {
    return this.#run(organization, async (sql) => {
      const head = await this.#checked(sql, text, null);
      await putRule(sql, user, head.id, to, head, 0).catch(rethrow);
      return (await ruleById(sql, head.id))!;
    });
  }

  /** @throws ApiProblem NOT_FOUND; INVALID_RULE; CONFLICT when there is another version, or a rule of files would get another text. */
  change({ user, organization }: Principal, id: string, { text, state: to, version }: z.infer<typeof ruleChange>): Promise<RuleRow> {
    return this.#run(organization, async (sql) => {
      const before = await ruleById(sql, id);
      if (before === undefined) throw notFound('rule of this id');
      if (text === undefined) await setRuleState(sql, user, id, to!, version ?? null).catch(rethrow);
      else if (before.file !== null)
        throw new ApiProblem(
          'CONFLICT',
          `This rule comes from ${before.file}: its text is changed there. Its state can be changed here, or add a rule of your own and retire this one.`,
        );
      else {
        const head = await this.#checked(sql, text, before);
        await putRule(sql, user, id, to ?? (before.state === 'retired' ? 'draft' : before.state), head, version ?? null).catch(rethrow);
      }
      return (await ruleById(sql, id))!;
    });
  }

  /** A text that holds one document, as far as can be told without the others. @throws ApiProblem INVALID_RULE */
  readable(text: string): RuleHead {
    return this.#only(this.#parse(FILE, text));
  }

  /**
   * Why `add`, or `change` of the rule `id`, would refuse the text, and what is worth knowing of it. Writes nothing.
   * @throws ApiProblem NOT_FOUND when there is no rule `id`
   */
  problems({ organization }: Pick<Principal, 'organization'>, text: string, id: string | null): Promise<readonly RuleProblem[]> {
    const told =
      (isRefusal: boolean) =>
      ({ line, reason }: Pick<Problem, 'line' | 'reason'>) => ({ line, isRefusal, reason });
    return this.#run(organization, async (sql) => {
      const before = id === null ? null : await ruleById(sql, id);
      if (before === undefined) throw notFound('rule of this id');
      try {
        await this.#checked(sql, text, before);
      } catch (error) {
        if (error instanceof RefusedRule) return error.problems.map(told(true));
        if (error instanceof ApiProblem && error.code === 'CONFLICT') return [told(true)({ line: 1, reason: error.message.replace(/\.$/, '') })];
        throw error;
      }
      return this.#parse(FILE, text).warnings.map(told(false));
    });
  }

  /** @throws ApiProblem NOT_FOUND; CONFLICT when others that run refer to it. */
  retire({ user, organization }: Principal, id: string, version: number | null = null): Promise<RuleRow> {
    return this.#run(organization, async (sql) => {
      const before = await ruleById(sql, id);
      if (before === undefined) throw notFound('rule of this id');
      const others = (await rulesThatReferTo(sql, [id, ...before.head.names])).filter((other) => other.id !== id);
      if (others.length > 0)
        throw new ApiProblem(
          'CONFLICT',
          `Others refer to this rule; retire or change them first: ${others.map(({ title, id: its }) => `${title} (${its})`).join(', ')}.`,
        );
      await setRuleState(sql, user, id, 'retired', version).catch(rethrow);
      return (await ruleById(sql, id))!;
    });
  }

  /**
   * A document that would run beside the others of the organization.
   * @param before What it takes the place of. @param added Lines that were put before the text.
   * @throws ApiProblem INVALID_RULE; CONFLICT when others would stop running
   */
  async #checked(sql: Sql, text: string, before: RuleRow | null, added = 0): Promise<RuleHead> {
    const parsed = this.#parse(FILE, text);
    const head = this.#only(parsed);
    if (head.head.names.length === 0) return this.#checked(sql, withId(text, before?.id ?? randomUUID()), before, 1);
    if (before !== null && head.id !== before.id)
      throw refused([problemOf(documentOf(parsed), `its id is ${head.id}; this address is that of ${before.id}`, ['id'])]);
    const own = await ownRules(sql);
    const context = (rows: readonly RuleRow[]): readonly ParsedFile[] => rows.map((row) => this.#parse(row.id, row.text));
    const [others, files] = [context(own.filter(({ id }) => id !== head.id)), context(await rulesOfFilesNamed(sql, head.head.refersTo))];
    const linked = linkFiles([...others, ...files, parsed]);
    const mine = linked.refusals.filter(({ file }) => file === FILE);
    if (mine.length > 0) throw refused(mine.map(({ line, reason }) => ({ line: line - added, reason })));
    const stopped = reasonsOf(linkFiles([...context(own), ...files]));
    const stops = linked.refusals.filter(({ file, reason }) => !stopped.has(`${file}|${reason}`));
    if (stops.length > 0)
      throw new ApiProblem(
        'CONFLICT',
        `Other rules would not run any more: ${stops.map(({ title, file, reason }) => `${title ?? file}: ${reason}`).join('; ')}.`,
      );
    return headsOf(linked).find(({ file }) => file === FILE)!;
  }

  #parse(file: string, text: string): ParsedFile {
    return parseFile({ file, text }, this.#options);
  }

  /** @throws ApiProblem INVALID_RULE unless it is exactly one document that can be read and is meant to run */
  #only(parsed: ParsedFile): RuleHead {
    if (parsed.refusals.length > 0) throw refused(parsed.refusals);
    const heads = headsOf({
      ...EMPTY,
      ...parsed,
      rules: parsed.rules.map((rule) => ({ ...rule, isAlerting: true, correlations: [] })),
      correlations: parsed.correlations.map((one) => ({ ...one, isAlerting: true, correlations: [] })),
    });
    const [retired] = parsed.retired;
    if (retired !== undefined) throw refused([problemOf(retired, `its status is ${retired.status}, so it would not run`, ['status'])]);
    const [head, second] = heads;
    if (head === undefined) throw refused([{ line: 1, reason: 'there is no document' }]);
    if (second !== undefined) throw refused([{ line: 1, reason: 'there are several documents; add them one by one' }]);
    return head;
  }
}

/** Of a text that holds one that runs. */
const documentOf = ({ rules, correlations, filters }: ParsedFile): Metadata => [...rules, ...correlations, ...filters][0]!;
const EMPTY: RuleSet = { rules: [], correlations: [], filters: [], retired: [], refusals: [], warnings: [] };
const reasonsOf = ({ refusals }: RuleSet): ReadonlySet<string> => new Set(refusals.map(({ file, reason }) => `${file}|${reason}`));

/** After the line that begins a document, where there is one. */
function withId(text: string, id: string): string {
  const begin = /^(?:\uFEFF)?---[ \t]*\r?\n/.exec(text)?.[0] ?? '';
  return `${begin}id: ${id}\n${text.slice(begin.length)}`;
}

class RefusedRule extends ApiProblem {
  readonly problems: readonly Pick<Problem, 'line' | 'reason'>[];

  constructor(problems: readonly Pick<Problem, 'line' | 'reason'>[]) {
    super('INVALID_RULE', `Line ${problems[0]!.line}: ${problems[0]!.reason}.`, {
      errors: problems.map(({ line, reason }) => ({ pointer: '/body/text', detail: `Line ${line}: ${reason}.` })),
    });
    this.problems = problems;
  }
}
const refused = (problems: readonly Pick<Problem, 'line' | 'reason'>[]): ApiProblem => new RefusedRule(problems);

/** What the database refuses, as what the caller can change. */
function rethrow(error: unknown): never {
  switch ((error as { readonly code?: unknown }).code) {
    case 'P0002':
      throw notFound('rule of this id that could be changed so');
    case '23505':
      throw new ApiProblem('CONFLICT', 'There is a rule of this id already: change it, or give this one another id.');
    case '40001':
      throw new ApiProblem('CONFLICT', 'Somebody has changed the rule meanwhile: read it again, and change what is there now.');
    default:
      throw error;
  }
}
