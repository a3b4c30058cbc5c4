// The text on one side; on the other what is known of the rule, what it would meet, why it meets an event, and how it came to be.
import { useNavigate } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { Button, Segments } from '../kit/button.tsx';
import { useKeys } from '../kit/keys.ts';
import { Panel } from '../kit/panel.tsx';
import { RequestId } from '../kit/states.tsx';
import { About, AboutNew } from './about.tsx';
import type { Part, RuleSearch } from './address.ts';
import { changeOfRule } from './change.ts';
import { Editor } from './editor.tsx';
import { ExplanationPanel } from './explanation.tsx';
import { Problems } from './problems.tsx';
import { useMayWrite } from './roles.ts';
import type { RuleFull, ShowRule } from './rule.tsx';
import { StateDialog } from './state-dialog.tsx';
import { TrialPanel } from './trial.tsx';
import { useDraft } from './use-draft.ts';
import { useProblems } from './use-problems.ts';
import { Versions } from './versions.tsx';
import type { Problem } from '../data/problem.ts';

interface WorkspaceProps {
  /** Null: not saved yet. */
  readonly rule: RuleFull | null;
  /** That is saved, or to begin with. */
  readonly text: string;
  readonly search: RuleSearch;
  readonly show: ShowRule;
  readonly onChanged: () => void;
}

export function Workspace({ rule, text: saved, search, show, onChanged }: WorkspaceProps) {
  const navigate = useNavigate();
  const mayWrite = useMayWrite();
  const id = rule?.id ?? null;
  const [draft, setDraft] = useDraft(id);
  const [isBusy, setBusy] = useState(false);
  const [failure, setFailure] = useState<Problem>();
  const [isAsking, setAsking] = useState(false);
  /** Version that was saved and has not come back yet: until then what was written is shown. */
  const [awaited, setAwaited] = useState<number>();
  useEffect(() => {
    if (awaited === undefined || rule === null || rule.version < awaited) return;
    setAwaited(undefined);
    setDraft(undefined);
  }, [awaited, rule?.version]);
  const [goTo, setGoTo] = useState<{ readonly line: number }>();
  const isOfFile = rule !== null && rule.file !== null;
  const isReadOnly = !mayWrite || isOfFile;
  const text = isReadOnly ? saved : (draft?.text ?? saved);
  const isChanged = !isReadOnly && awaited === undefined && (rule === null || text !== saved);
  const isBehind = rule !== null && draft !== undefined && draft.base !== null && draft.base < rule.version && awaited === undefined;
  const judged = useProblems(text, id, mayWrite && (isChanged || rule !== null));
  const isRefused = judged.problems.some(({ isRefusal }) => isRefusal);
  const part = search.part ?? 'about';

  const save = () => {
    if (isReadOnly || !isChanged || isBusy) return;
    setBusy(true);
    void changeOfRule(rule, { text, ...(draft?.base === undefined || draft.base === null ? {} : { version: draft.base }) }, onChanged).then((result) => {
      setBusy(false);
      setFailure('problem' in result ? result.problem : undefined);
      if ('problem' in result) return;
      if (rule === null) {
        setDraft(undefined);
        void navigate({ to: '/rules/rule/$ruleId', params: { ruleId: result.saved.id }, replace: true });
      } else setAwaited(result.saved.version);
      onChanged();
    });
  };
  useKeys([
    { keys: 't', label: 'Try on recent events', group: 'Rules', run: () => show({ part: 'trial' }) },
    { keys: 'v', label: 'Versions', group: 'Rules', run: () => rule !== null && show({ part: 'versions' }) },
    ...(mayWrite && rule !== null ? [{ keys: 's', label: 'Change the state', group: 'Rules', run: () => setAsking(true) } as const] : []),
    { keys: 'Escape', label: 'Back to the list', group: 'Lists', run: () => void navigate({ to: '/rules' }) },
  ]);

  return (
    <div className="rule-work">
      <Panel
        className="rule-text"
        title={isOfFile ? 'Text' : rule === null ? 'New rule' : 'Text'}
        note={isOfFile ? rule.file : isChanged ? (rule === null ? 'a draft, until it is saved' : 'changed, not saved') : undefined}
        isFlush
        actions={
          <>
            {isChanged && draft !== undefined && (
              <Button kind="quiet" icon="undo" onClick={() => setDraft(undefined)}>
                Discard
              </Button>
            )}
            {mayWrite && isOfFile && (
              <Button icon="copy" onClick={() => void navigate({ to: '/rules/new', search: { from: rule.id } })}>
                Copy to a new rule
              </Button>
            )}
            {mayWrite && rule !== null && (
              <Button hint="s" onClick={() => setAsking(true)}>
                State
              </Button>
            )}
            {!isReadOnly && (
              <Button kind="main" disabled={!isChanged || isBusy || (isRefused && !judged.isLooking)} onClick={save}>
                {isBusy ? 'Saving' : 'Save'}
              </Button>
            )}
          </>
        }
      >
        {isOfFile && (
          <p className="rule-notice">
            This rule comes with the installation: its text is changed in its file. Its state can be changed here, for your organization.
          </p>
        )}
        {isBehind && (
          <p className="rule-notice" role="status">
            Version {rule.version} was saved by {rule.writtenBy} meanwhile; this text began from version {draft.base}. Compare under Versions, or discard.
          </p>
        )}
        {failure !== undefined && (
          <div className="rule-notice" role="alert">
            <p>{failure.advice}</p>
            <RequestId problem={failure} />
          </div>
        )}
        <Editor
          label="Text of the rule, YAML"
          value={text}
          isReadOnly={isReadOnly}
          problems={judged.problems}
          goTo={goTo}
          onChange={(next) => {
            if (isReadOnly || next === text) return;
            setDraft(next === saved && rule !== null ? undefined : { text: next, base: awaited ?? draft?.base ?? rule?.version ?? null });
            setAwaited(undefined);
          }}
          onSave={save}
        />
        {mayWrite && <Problems judged={judged} onGo={(line) => setGoTo({ line })} />}
      </Panel>
      <div className="rule-side">
        <div className="rule-parts">
          <Segments<Part | 'about'>
            label="Beside the text"
            value={part}
            choices={[
              { value: 'about', label: 'About' },
              { value: 'trial', label: 'Try' },
              { value: 'explain', label: 'Explain' },
              ...(rule === null ? [] : [{ value: 'versions' as const, label: `Versions` }]),
            ]}
            onChange={(next) => show({ part: next === 'about' ? undefined : next })}
          />
        </div>
        {part === 'about' && (rule === null ? <AboutNew /> : <About rule={rule} />)}
        {part === 'trial' && <TrialPanel text={text} isRefused={isRefused} mayTry={mayWrite} onExplain={(event) => show({ part: 'explain', event })} />}
        {part === 'explain' && (
          <ExplanationPanel text={text} isRefused={isRefused} mayTry={mayWrite} event={search.event} onEvent={(event) => show({ event })} />
        )}
        {part === 'versions' && rule !== null && (
          <Versions
            rule={rule}
            shown={search.version}
            onShow={(version) => show({ version })}
            onTake={isReadOnly ? undefined : (earlier) => setDraft({ text: earlier, base: rule.version })}
          />
        )}
      </div>
      {rule !== null && (
        <StateDialog
          rule={rule}
          isOpen={isAsking}
          onCancel={() => setAsking(false)}
          onDone={() => {
            setAsking(false);
            onChanged();
          }}
        />
      )}
    </div>
  );
}
