// How a connector does and what it has done, in words.
import type { ConnectorStateFragment } from '../gql/graphql.ts';
import { Ago } from '../kit/moment.tsx';
import { exactCount } from '../kit/numbers.ts';
import { HealthShape } from '../kit/severity.tsx';
import { conditionOf, isErrorOfNow } from './condition.ts';

type Delivery = ConnectorStateFragment['delivery'];

export function ConditionMark({ connector }: { readonly connector: ConnectorStateFragment }) {
  const { health, word, about } = conditionOf(connector);
  return (
    <span className="health-mark" title={about ?? undefined}>
      <HealthShape health={health} />
      <span>{word}</span>
    </span>
  );
}

export function Lag({ lag }: Pick<Delivery, 'lag'>) {
  return lag === null ? <span className="faint">not known</span> : exactCount(lag);
}

export function OldestOwed({ oldestOwedAt }: Pick<Delivery, 'oldestOwedAt'>) {
  return oldestOwedAt === null ? <span className="faint">none</span> : <Ago at={oldestOwedAt} suffix=" old" />;
}

/** An error that was followed by progress is over, and says so. */
export function LastError({ delivery }: { readonly delivery: Delivery }) {
  const { lastError, lastErrorAt } = delivery;
  if (lastError === null) return <span className="faint">none</span>;
  return (
    <span className={isErrorOfNow(delivery) ? '' : 'faint'}>
      {lastErrorAt !== null && (
        <>
          <Ago at={lastErrorAt} suffix=" ago" />
          {isErrorOfNow(delivery) ? '' : ', over'}:{' '}
        </>
      )}
      {lastError}
    </span>
  );
}
