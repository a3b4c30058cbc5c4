// How hard a password is to guess, by what guessers try: words, names, dates, keys side by side. No rules about digits and signs.
import { pointer } from '../gate/problem.ts';
import type { Violation } from '../gate/problem.ts';

/** Of zxcvbn: 10^8 guesses, a day or more at what argon2id lets one machine try. */
const LEAST_SCORE = 3;
const LEAST_CHARACTERS = 8;
export const MOST_CHARACTERS = 256;
/** What is looked at: guessing does not get easier behind it, and the analysis takes long. */
const LOOKED_AT = 48;
const OWN_WORDS = ['goshawk', 'siem', 'soc', 'admin', 'administrator'];

export interface PasswordOwner {
  readonly user: string;
  readonly organization: string;
}

let analysis:
  Promise<{ check: (password: string, words: string[]) => { score: number; feedback: { warning?: string | null; suggestions: string[] } } }> | undefined;

/** Loaded when first asked: the dictionaries take some megabytes. */
async function load() {
  const [{ ZxcvbnFactory }, common, en] = await Promise.all([
    import('@zxcvbn-ts/core'),
    import('@zxcvbn-ts/language-common'),
    import('@zxcvbn-ts/language-en'),
  ]);
  return new ZxcvbnFactory({ dictionary: { ...common.dictionary, ...en.dictionary }, graphs: common.adjacencyGraphs, translations: en.translations });
}

/**
 * @param at Where in the request the password is: `['body', 'newPassword']`.
 * @returns What is wrong with it and what to do; empty = it will do. Never holds the password.
 */
export async function passwordProblems(password: string, { user, organization }: PasswordOwner, at: readonly string[]): Promise<readonly Violation[]> {
  const say = (detail: string): readonly Violation[] => [{ pointer: pointer(...at), detail }];
  const length = Array.from(password).length;
  if (length < LEAST_CHARACTERS) return say(`Too short: use at least ${LEAST_CHARACTERS} characters; four or more unrelated words are easy to keep.`);
  if (length > MOST_CHARACTERS) return say(`Too long: use at most ${MOST_CHARACTERS} characters.`);
  analysis ??= load();
  const words = [...OWN_WORDS, organization, ...organization.split('-'), user, ...user.split(/[^\p{L}\p{N}]+/u)].filter((word) => word.length > 2);
  const check = (text: string) => analysis!.then((ready) => ready.check(Array.from(text).slice(0, LOOKED_AT).join(''), words));
  const whole = await check(password);
  // Words that everybody knows of this account count for nothing, however they are put together: what is left has to be enough.
  const rest = without(words, password);
  const { score, feedback } = whole.score >= LEAST_SCORE && rest !== password ? await check(rest) : whole;
  if (score >= LEAST_SCORE) return [];
  const hints = [feedback.warning ?? '', ...feedback.suggestions].filter((hint) => hint !== '');
  return say(`Too easy to guess. ${hints.join(' ')} Four or more unrelated words, or what a password manager makes, will do.`.replaceAll(/\s+/g, ' '));
}

/** Longest first, so that a name is gone before its parts are looked for. */
function without(words: readonly string[], text: string): string {
  const pattern = [...words].sort((a, b) => b.length - a.length).map((word) => word.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return text.replaceAll(new RegExp(pattern.join('|'), 'giu'), '');
}
