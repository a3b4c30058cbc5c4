// Users, roles, keys and organizations over REST.
import type { Access } from '../../access/index.ts';
import type { RetentionDays } from '../../deps.ts';
import type { Routes } from '../kit.ts';
import { registerInvitationRoutes } from './invitations.ts';
import { registerOrganizationRoutes } from './organizations.ts';
import { registerPasswordLinkRoutes } from './password-links.ts';
import { registerRoleRoutes } from './roles.ts';
import { registerServiceAccountRoutes } from './service-accounts.ts';
import { registerUserRoutes } from './users.ts';

/** @param retentionDays Null where this process does not know it. */
export function registerAccessRoutes(
  app: Routes,
  { users, invitations, passwordLinks, roles, serviceAccounts, organizations }: Access,
  retentionDays: RetentionDays | null,
): void {
  registerUserRoutes(app, users);
  registerInvitationRoutes(app, invitations);
  registerPasswordLinkRoutes(app, passwordLinks);
  registerRoleRoutes(app, roles);
  registerServiceAccountRoutes(app, serviceAccounts);
  registerOrganizationRoutes(app, organizations, retentionDays);
}
