// The pages of this area, and who may see which.
export const PAGES = [
  { to: '/administration', name: 'Users', needs: 'users:read' },
  { to: '/administration/service-accounts', name: 'Service accounts', needs: 'users:read' },
  { to: '/administration/roles', name: 'Roles', needs: 'users:read' },
  { to: '/administration/identity-providers', name: 'Identity providers', needs: 'users:read' },
  { to: '/administration/trust-domains', name: 'Trust domains', needs: 'users:read' },
  { to: '/administration/organization', name: 'Organization', needs: 'organization:read' },
  { to: '/administration/organizations', name: 'Organizations', needs: 'organizations:manage' },
  { to: '/administration/audit', name: 'Audit', needs: 'audit:read' },
] as const;

/** In the order of the tabs; empty for who has no business here. */
export const pagesFor = (may: (permission: string) => boolean): readonly (typeof PAGES)[number][] => PAGES.filter(({ needs }) => may(needs));
