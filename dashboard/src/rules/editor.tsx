// The text of a rule: YAML, with what is wrong under the line that it is about.
import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands';
import { yaml } from '@codemirror/lang-yaml';
import { HighlightStyle, indentUnit, syntaxHighlighting } from '@codemirror/language';
import { lintGutter, setDiagnostics, type Diagnostic } from '@codemirror/lint';
import { Compartment, EditorState } from '@codemirror/state';
import { drawSelection, EditorView, highlightActiveLine, highlightActiveLineGutter, keymap, lineNumbers } from '@codemirror/view';
import { tags } from '@lezer/highlight';
import { useEffect, useRef } from 'react';
import type { RuleProblemsQuery } from '../gql/graphql.ts';
import './editor.css';

export type RuleProblem = RuleProblemsQuery['ruleProblems'][number];

interface EditorProps {
  readonly label: string;
  readonly value: string;
  readonly isReadOnly: boolean;
  readonly problems: readonly RuleProblem[];
  /** A line to go to; another object goes again. */
  readonly goTo: { readonly line: number } | undefined;
  readonly onChange: (text: string) => void;
  /** Asked for by the keyboard. */
  readonly onSave: () => void;
}

/** Weight and brightness tell parts apart: colour is for severities and states. */
const LOOK = HighlightStyle.define([
  { tag: [tags.definition(tags.propertyName), tags.propertyName], color: 'var(--ink)', fontWeight: '600' },
  { tag: [tags.string, tags.content, tags.literal], color: 'var(--ink-2)' },
  { tag: [tags.separator, tags.punctuation, tags.squareBracket, tags.brace], color: 'var(--ink-3)' },
  { tag: [tags.comment, tags.lineComment], color: 'var(--ink-3)', fontStyle: 'italic' },
]);

const writable = (isReadOnly: boolean) => [EditorState.readOnly.of(isReadOnly), EditorView.editable.of(!isReadOnly)];

export function Editor({ label, value, isReadOnly, problems, goTo, onChange, onSave }: EditorProps) {
  const place = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView>(undefined);
  const mode = useRef(new Compartment());
  const latest = useRef({ onChange, onSave });
  latest.current = { onChange, onSave };

  useEffect(() => {
    if (place.current === null) return undefined;
    const made = new EditorView({
      parent: place.current,
      state: EditorState.create({
        doc: value,
        extensions: [
          lineNumbers(),
          lintGutter(),
          history(),
          drawSelection(),
          highlightActiveLine(),
          highlightActiveLineGutter(),
          indentUnit.of('  '),
          EditorState.tabSize.of(2),
          EditorView.lineWrapping,
          yaml(),
          syntaxHighlighting(LOOK),
          EditorView.contentAttributes.of({ 'aria-label': label, 'aria-multiline': 'true', tabindex: '0' }),
          mode.current.of(writable(isReadOnly)),
          keymap.of([
            { key: 'Mod-s', preventDefault: true, run: () => (latest.current.onSave(), true) },
            { key: 'Escape', run: ({ contentDOM }) => (contentDOM.blur(), true) }, // Tab indents, so there is a way out
            ...defaultKeymap,
            ...historyKeymap,
            indentWithTab,
          ]),
          EditorView.updateListener.of((update) => update.docChanged && latest.current.onChange(update.state.doc.toString())),
        ],
      }),
    });
    view.current = made;
    return () => made.destroy();
    // Made once: what changes later is told below.
  }, []);

  useEffect(() => view.current?.dispatch({ effects: mode.current.reconfigure(writable(isReadOnly)) }), [isReadOnly]);
  useEffect(() => {
    const now = view.current;
    if (now === undefined || now.state.doc.toString() === value) return;
    now.dispatch({ changes: { from: 0, to: now.state.doc.length, insert: value } });
  }, [value]);
  useEffect(() => {
    const now = view.current;
    if (now === undefined) return;
    const { doc } = now.state;
    const diagnostics = problems.map(({ line, isRefusal, reason }): Diagnostic => {
      const { from, to, text } = doc.line(Math.min(Math.max(1, line), doc.lines));
      const begin = from + (text.length - text.trimStart().length);
      return { from: Math.min(begin, to), to, severity: isRefusal ? 'error' : 'warning', message: `${reason}.` };
    });
    now.dispatch(setDiagnostics(now.state, diagnostics));
  }, [problems]);
  useEffect(() => {
    const now = view.current;
    if (now === undefined || goTo === undefined) return;
    const { from } = now.state.doc.line(Math.min(Math.max(1, goTo.line), now.state.doc.lines));
    now.dispatch({ selection: { anchor: from }, effects: EditorView.scrollIntoView(from, { y: 'center' }) });
    now.focus();
  }, [goTo]);

  return <div className="rule-editor" ref={place} />;
}
