// How a rule came to be: each version with who and when, and what it changed.
import { Button } from '../kit/button.tsx';
import { Moment } from '../kit/moment.tsx';
import { count, plural } from '../kit/numbers.ts';
import { Panel } from '../kit/panel.tsx';
import { diffLines, hunks } from './diff.ts';
import type { RuleFull } from './rule.tsx';
import { stateWord } from './words.tsx';

type Version = RuleFull['versions'][number];
const AROUND = 3;

interface VersionsProps {
  readonly rule: RuleFull;
  /** Number of the one that is looked at; the newest unless said. */
  readonly shown: string | undefined;
  readonly onShow: (version: string | undefined) => void;
  /** Brings its text into the editor; absent where that may not be changed. */
  readonly onTake: ((text: string) => void) | undefined;
}

/** A version that changed the state only has the text of the one before it. */
const textAt = (versions: readonly Version[], index: number): string => versions.slice(index).find(({ text }) => text !== null)?.text ?? '';

export function Versions({ rule: { versions }, shown, onShow, onTake }: VersionsProps) {
  const found = versions.findIndex(({ version }) => String(version) === shown);
  const index = found < 0 ? 0 : found;
  const now = versions[index];
  const before = versions[index + 1];
  return (
    <>
      <Panel title="Versions" note={plural(versions.length, 'version')} isFlush>
        <ul className="rule-versions" aria-label="Versions">
          {versions.map((one, at) => (
            <li key={one.version}>
              <button type="button" className="rule-version" aria-pressed={at === index} onClick={() => onShow(String(one.version))}>
                <strong className="number">{one.version}</strong>
                <span>
                  {stateWord(one.state)}
                  {wordsOf(versions, at)}
                  <span className="faint rule-version-who">
                    set {count(one.set)}, <Moment at={one.writtenAt} isLong /> by {one.writtenBy}
                  </span>
                </span>
              </button>
            </li>
          ))}
        </ul>
      </Panel>
      {now !== undefined && (
        <Panel
          title={before === undefined ? `Version ${now.version}` : `What version ${now.version} changed`}
          isFlush
          actions={
            onTake !== undefined && index > 0 ? (
              <Button kind="quiet" onClick={() => onTake(textAt(versions, index))}>
                Put this text into the editor
              </Button>
            ) : undefined
          }
        >
          <Diff before={before === undefined ? '' : textAt(versions, index + 1)} after={textAt(versions, index)} />
        </Panel>
      )}
    </>
  );
}

function wordsOf(versions: readonly Version[], at: number): string {
  const [now, before] = [versions[at], versions[at + 1]];
  if (now === undefined || before === undefined) return ', the first';
  const isOtherText = textAt(versions, at) !== textAt(versions, at + 1);
  if (now.state !== before.state) return `, was ${stateWord(before.state).toLowerCase()}${isOtherText ? ', with another text' : ''}`;
  return isOtherText ? ', another text' : '';
}

function Diff({ before, after }: { readonly before: string; readonly after: string }) {
  const lines = diffLines(before, after);
  if (lines.every(({ kind }) => kind === 'same')) return <p className="rule-about quiet">The text is the same.</p>;
  return (
    <div className="rule-diff" tabIndex={0} role="region" aria-label="Changed lines">
      <table>
        <tbody>
          {hunks(lines, AROUND).map((line, index) =>
            line === null ? (
              <tr key={`gap ${index}`} className="rule-diff-gap">
                <td colSpan={4}>…</td>
              </tr>
            ) : (
              <tr key={`${line.before} ${line.after}`} className={`rule-diff-${line.kind}`}>
                <td className="n faint">{line.before}</td>
                <td className="n faint">{line.after}</td>
                <td>
                  {line.kind === 'gone' ? '−' : line.kind === 'new' ? '+' : ''}
                  <span className="hidden-text">{line.kind === 'gone' ? 'removed' : line.kind === 'new' ? 'added' : ''}</span>
                </td>
                <td>
                  <code>{line.text}</code>
                </td>
              </tr>
            ),
          )}
        </tbody>
      </table>
    </div>
  );
}
