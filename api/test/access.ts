// Users, roles, keys and organizations over a database of one's own, without the routes.
import pino from 'pino';
import { openAccess } from '../access/index.ts';
import type { Access, AccessDeps } from '../access/index.ts';
import type { Who } from '../access/granting.ts';
import { openRevocations } from '../auth/revocation.ts';
import type { Revocations } from '../auth/revocation.ts';
import { inOrganization } from '../database.ts';
import type { InOrganization } from '../database.ts';
import { permissionsOfRoles } from '../gate/roles.ts';
import type { Permission } from '../gate/roles.ts';
import { openTestDatabase } from './database.ts';
import type { TestDatabase } from './database.ts';
import { seedOrganization } from './seed.ts';

export interface TestAccess extends Access {
  readonly database: TestDatabase;
  readonly run: InOrganization;
  readonly revocations: Revocations;
  /** What was audited in the organization, oldest first. */
  readonly audited: (
    organization?: string,
  ) => Promise<readonly { readonly actor: string; readonly action: string; readonly object: string; readonly detail: Detail }[]>;
  readonly close: () => Promise<void>;
}
interface Detail {
  readonly before?: Readonly<Record<string, unknown>>;
  readonly after?: Readonly<Record<string, unknown>>;
  readonly [name: string]: unknown;
}

/** Somebody of organization alpha who holds these roles, and these permissions besides. */
export const somebody = (roles: readonly string[], permissions: readonly Permission[] = [], user = 'ada', organization = 'alpha'): Who => ({
  user,
  organization,
  permissions: new Set([...permissionsOfRoles(roles), ...permissions]),
});
export const ADMIN = somebody(['admin']);
export const PASSWORD = 'correct horse battery staple mule';

const NO_BROKER: AccessDeps['brokerUsers'] = { suspend: async () => {}, resume: async () => {} };

/** Listens to the database as the API does, with organizations alpha and beta. */
export async function openTestAccess(brokerUsers = NO_BROKER): Promise<TestAccess> {
  const database = await openTestDatabase();
  for (const id of ['alpha', 'beta']) await seedOrganization(database.owner, id);
  const run = inOrganization(database.pool, { isDown: () => false, onDown: () => () => {} });
  const log = pino({ level: 'silent' });
  const revocations = openRevocations({ openListener: database.openListener, log });
  const access = openAccess({ run, openListener: database.openListener, revocations, brokerUsers, publicUrl: '', log });
  access.standings.start();
  await revocations.start();
  return {
    ...access,
    database,
    run,
    revocations,
    audited: async (organization = 'alpha') =>
      (await database.owner.query('SELECT actor, action, object, detail FROM goshawk.audit WHERE organization = $1 ORDER BY seq', [organization])).rows,
    async close() {
      await Promise.all([access.standings.stop(), revocations.stop()]);
      await database.drop();
    },
  };
}
