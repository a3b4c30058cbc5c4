import { Link } from '@tanstack/react-router';
import { Empty } from '../kit/states.tsx';

export function Lost() {
  return (
    <Empty
      icon="search"
      title="Nothing is at this address"
      action={
        <Link className="button button-main" to="/">
          Go to the overview
        </Link>
      }
    >
      The link may have been cut off on its way. Areas are in the rail on the left.
    </Empty>
  );
}
