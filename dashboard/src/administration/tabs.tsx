// The pages of this area, side by side: those that one may see.
import { Link } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import { useMay } from './may.ts';

const PAGES = [
  { to: '/administration', name: 'Users', needs: 'users:read' },
  { to: '/administration/service-accounts', name: 'Service accounts', needs: 'users:read' },
  { to: '/administration/roles', name: 'Roles', needs: 'users:read' },
  { to: '/administration/identity-providers', name: 'Identity providers', needs: 'users:read' },
  { to: '/administration/trust-domains', name: 'Trust domains', needs: 'users:read' },
  { to: '/administration/organization', name: 'Organization', needs: 'organization:read' },
  { to: '/administration/organizations', name: 'Organizations', needs: 'organizations:manage' },
  { to: '/administration/audit', name: 'Audit', needs: 'audit:read' },
] as const;

export function AdministrationTabs() {
  const may = useMay();
  const bar = useRef<HTMLElement>(null);
  const shown = PAGES.filter(({ needs }) => may(needs));
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
