// Who else looks at the alert just now, so that two do not do the same.
import { useState } from 'react';
import { useLive } from '../data/live.ts';
import { AlertViewersDocument, type AlertViewersSubscription } from '../gql/graphql.ts';
import { Icon } from '../kit/icon.tsx';
import { plural } from '../kit/numbers.ts';

type Viewing = AlertViewersSubscription['alertViewers'][number];
const MOST_NAMED = 2;

export function AlsoHere({ alertId, user }: { readonly alertId: string; readonly user: string | undefined }) {
  const [seen, setSeen] = useState<{ readonly alertId: string; readonly viewers: readonly Viewing[] }>();
  const live = useLive(AlertViewersDocument, user === undefined ? null : alertId, { id: alertId }, ({ alertViewers }) =>
    setSeen({ alertId, viewers: alertViewers }),
  );
  // Who was here before the connection went may have gone since.
  const others = live.state === 'open' && seen?.alertId === alertId ? seen.viewers.filter((viewing) => viewing.user !== user) : [];
  if (others.length === 0) return null;
  const names = others.map((viewing) => viewing.user);
  return (
    <span className="also-here cut" role="status" title={`${names.join(', ')} ${names.length === 1 ? 'looks' : 'look'} at this alert, too.`}>
      <Icon name="person" size={13} /> {names.length <= MOST_NAMED ? `${names.join(' and ')} also here` : `${plural(names.length, 'colleague')} also here`}
    </span>
  );
}
