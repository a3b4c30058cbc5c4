// The pages of this area, side by side.
import { Link } from '@tanstack/react-router';

const PAGES = [
  { to: '/rules', name: 'Rules' },
  { to: '/rules/coverage', name: 'ATT&CK coverage' },
  { to: '/rules/exceptions', name: 'Exceptions' },
] as const;

export function RuleTabs() {
  return (
    <nav className="rule-tabs" aria-label="Rules">
      {PAGES.map(({ to, name }) => (
        <Link key={to} to={to} className="rule-tab" activeOptions={{ exact: true, includeSearch: false }} activeProps={{ 'aria-current': 'page' }}>
          {name}
        </Link>
      ))}
    </nav>
  );
}
