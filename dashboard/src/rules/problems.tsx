// What is wrong with the text, in words, below it: for those who do not see the marks, and for a narrow screen.
import { Icon } from '../kit/icon.tsx';
import { plural } from '../kit/numbers.ts';
import { RequestId } from '../kit/states.tsx';
import type { Judged } from './use-problems.ts';

export function Problems({ judged: { problems, isLooking, failure }, onGo }: { readonly judged: Judged; readonly onGo: (line: number) => void }) {
  const refusals = problems.filter(({ isRefusal }) => isRefusal).length;
  const warnings = problems.length - refusals;
  const words = [...(refusals > 0 ? [plural(refusals, 'problem')] : []), ...(warnings > 0 ? [plural(warnings, 'warning')] : [])].join(', ');
  return (
    <div className="rule-problems">
      <p role="status" className="quiet">
        {failure !== undefined ? failure.advice : isLooking ? 'Looking at the text' : words === '' ? 'Nothing is wrong with it' : words}
      </p>
      {failure !== undefined && <RequestId problem={failure} />}
      {problems.length > 0 && (
        <ul aria-label="Problems">
          {problems.map(({ line, isRefusal, reason }) => (
            <li key={`${line} ${reason}`}>
              <button type="button" className="rule-problem" onClick={() => onGo(line)}>
                <span className={isRefusal ? 'rule-bad' : 'rule-warning'}>
                  <Icon name="warning" size={14} />
                </span>
                <span className="number rule-problem-line">Line {line}</span>
                <span>
                  <span className="hidden-text">{isRefusal ? 'Refused: ' : 'Warning: '}</span>
                  {reason}
                </span>
              </button>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
