// Saving: another text, another state. Each makes the next numbered set; what was there before comes back by undo, as one more version.
import { tell } from '../data/fresh.ts';
import type { Problem } from '../data/problem.ts';
import { AddRuleDocument, RetireRuleDocument, UpdateRuleDocument, type RuleState, type UpdateRuleMutation } from '../gql/graphql.ts';
import { preferences } from '../kit/preferences.ts';
import { clockTime, zoneOffset } from '../kit/time.ts';
import { report } from '../kit/undo.tsx';
import type { RuleFull } from './rule.tsx';
import { stateWord } from './words.tsx';

/** Between the change and the moment from which all stages run it. */
export const EFFECT_MS = 10_000;
export type SavedRule = UpdateRuleMutation['updateRule'];
type Result = { readonly saved: SavedRule } | { readonly problem: Problem };
interface Change {
  readonly text?: string;
  readonly state?: RuleState;
  /** That it was made from. */
  readonly version?: number;
}

async function send(id: string, change: Change): Promise<Result> {
  if (change.state === 'retired') {
    const result = await tell(RetireRuleDocument, { id, version: change.version ?? null }, 'The change');
    return 'data' in result ? { saved: result.data.retireRule } : result;
  }
  const result = await tell(UpdateRuleDocument, { id, change }, 'The change');
  return 'data' in result ? { saved: result.data.updateRule } : result;
}

/**
 * Says what was done, which set it makes and when that runs, and offers the way back.
 * @param rule Null: it is added, as a draft.
 * @param onUndone Called when the way back was taken.
 */
export async function changeOfRule(rule: RuleFull | null, change: Change, onUndone: () => void): Promise<Result> {
  if (rule === null) {
    const result = await tell(AddRuleDocument, { input: { text: change.text ?? '', state: 'draft' } }, 'The rule');
    if ('problem' in result) return result;
    const { addRule: saved } = result.data;
    report({ text: `Added as a draft: ${inForce(saved)}`, undo: () => void back(saved.id, { state: 'retired' }, onUndone) });
    return { saved };
  }
  const result = await send(rule.id, change);
  if ('problem' in result) return result;
  const { saved } = result;
  const what = change.state === undefined ? `Saved as version ${saved.version}` : `${stateWord(saved.state)}, version ${saved.version}`;
  report({
    text: `${what}: ${inForce(saved)}`,
    undo: () =>
      void back(
        rule.id,
        { ...(change.text === undefined || rule.file !== null ? {} : { text: rule.text }), ...(change.state === undefined ? {} : { state: rule.state }) },
        onUndone,
      ),
  });
  return result;
}

async function back(id: string, change: Change, onUndone: () => void): Promise<void> {
  const result = await send(id, change);
  if ('problem' in result) report({ text: `${result.problem.title} ${result.problem.advice}`, isFailure: true });
  else report({ text: `Taken back: ${inForce(result.saved)}` });
  onUndone();
}

/** `set 12, in force from 12:00:10 UTC+01:00`, in the reader's zone. */
export function inForce({ set, writtenAt }: Pick<SavedRule, 'set' | 'writtenAt'>): string {
  const at = Date.parse(writtenAt) + EFFECT_MS;
  const { zone } = preferences.get();
  return `set ${set}, in force from ${clockTime(new Date(at).toISOString(), zone).slice(0, 8)} ${zoneOffset(zone, at)}`;
}
