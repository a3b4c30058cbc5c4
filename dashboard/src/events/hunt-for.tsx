// From a search to a hunt for it, in the whole past.
import { useNavigate } from '@tanstack/react-router';
import { useMay } from '../administration/may.ts';
import { IconButton } from '../kit/button.tsx';
import type { EventsSearch } from './address.ts';

/** Nothing for who may not hunt, and while nothing is searched for: a hunt for all there is finds nothing. */
export function HuntFor({ search: { q } }: { readonly search: EventsSearch }) {
  const navigate = useNavigate();
  const mayHunt = useMay()('hunts:run');
  if (!mayHunt || q === undefined) return null;
  return <IconButton icon="hunt" label="Hunt for this in the past" onClick={() => void navigate({ to: '/hunts/new', search: { q } })} />;
}
