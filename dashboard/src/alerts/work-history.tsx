// Who did what on an alert, as the audit has it.
import { useState } from 'react';
import { Button } from '../kit/button.tsx';
import { Ago } from '../kit/moment.tsx';
import { sentenceOf } from './deed.ts';
import type { AlertFull } from './detail.tsx';

const SHOWN = 5;

/** Nothing at all where nobody did anything. */
export function WorkHistory({ alert }: { readonly alert: AlertFull }) {
  const [isAll, setAll] = useState(false);
  if (alert.history.length === 0) return null;
  return (
    <section className="side-part" aria-label="Who did what">
      <h3>Who did what</h3>
      <ol className="notes">
        {(isAll ? alert.history : alert.history.slice(0, SHOWN)).map((deed) => (
          <li key={`${deed.at} ${deed.by}`}>
            <strong>{deed.by}</strong> {sentenceOf(deed)}{' '}
            <span className="faint">
              <Ago at={deed.at} suffix=" ago" />
            </span>
          </li>
        ))}
      </ol>
      {alert.history.length > SHOWN && (
        <Button kind="quiet" onClick={() => setAll(!isAll)}>
          {isAll ? 'Show fewer' : `Show all ${alert.history.length}`}
        </Button>
      )}
    </section>
  );
}
