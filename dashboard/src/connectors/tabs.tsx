// The pages of this area, side by side: those that one may see.
import { Link } from '@tanstack/react-router';
import { useMay } from '../administration/may.ts';

const PAGES = [
  { to: '/connectors', name: 'Connectors', needs: 'connectors:read' },
  { to: '/connectors/subscriptions', name: 'Subscriptions', needs: 'subscriptions:read' },
] as const;

export function ConnectorTabs() {
  const may = useMay();
  return (
    <nav className="connectors-tabs" aria-label="Connectors">
      {PAGES.filter(({ needs }) => may(needs)).map(({ to, name }) => (
        <Link key={to} to={to} className="connectors-tab" activeOptions={{ exact: true, includeSearch: false }} activeProps={{ 'aria-current': 'page' }}>
          {name}
        </Link>
      ))}
    </nav>
  );
}
