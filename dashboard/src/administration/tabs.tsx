// The pages of this area, side by side: those that one may see.
import { Link } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import { useMay } from './may.ts';
import { pagesFor } from './pages.ts';

export function AdministrationTabs() {
  const may = useMay();
  const bar = useRef<HTMLElement>(null);
  const shown = pagesFor(may);
  // On a phone they do not all fit: the present one is in view.
  useEffect(() => {
    bar.current?.querySelector('[aria-current=page]')?.scrollIntoView({ inline: 'center', block: 'nearest' });
  }, [shown.length]);
  return (
    <nav ref={bar} className="access-tabs" aria-label="Administration">
      {shown.map(({ to, name }) => (
        <Link key={to} to={to} className="access-tab" activeOptions={{ exact: true, includeSearch: false }} activeProps={{ 'aria-current': 'page' }}>
          {name}
        </Link>
      ))}
    </nav>
  );
}
