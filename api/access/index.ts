// Who may come in, and what they may do there: all that lives as long as the API.
import type { Logger } from 'pino';
import type { DatabaseClient } from '../../store/queries/sql.ts';
import type { Revocations } from '../auth/revocation.ts';
import type { InOrganization } from '../database.ts';
import type { BrokerUsers } from '../sensors/broker-users.ts';
import { Invitations } from './invitations.ts';
import { openApiKeys } from './keys.ts';
import type { ApiKeys } from './keys.ts';
import { Organizations } from './organizations.ts';
import { PasswordLinks } from './password-links.ts';
import { OwnRoles } from './roles.ts';
import { ServiceAccounts } from './service-accounts.ts';
import { openStandings } from './standing.ts';
import type { Standings } from './standing.ts';
import { Users } from './users.ts';

export interface Access {
  readonly standings: Standings;
  readonly keys: ApiKeys;
  readonly users: Users;
  readonly invitations: Invitations;
  readonly passwordLinks: PasswordLinks;
  readonly roles: OwnRoles;
  readonly serviceAccounts: ServiceAccounts;
  readonly organizations: Organizations;
}
export interface AccessDeps {
  readonly run: InOrganization;
  readonly openListener: () => DatabaseClient;
  readonly revocations: Pick<Revocations, 'isRevoked' | 'sessionsEnded'>;
  readonly brokerUsers: Pick<BrokerUsers, 'suspend' | 'resume'>;
  /** Where people reach the dashboard; empty = as the caller reaches it. */
  readonly publicUrl: string;
  readonly log: Logger;
}

/** `standings.start()` begins to listen, `standings.stop()` ends it. */
export function openAccess({ run, openListener, revocations, brokerUsers, publicUrl, log }: AccessDeps): Access {
  const standings = openStandings({ run, openListener, log });
  const invitations = new Invitations(run, publicUrl);
  const keys = openApiKeys({ run, standings, revocations });
  return {
    standings,
    keys,
    users: new Users(run, revocations),
    invitations,
    passwordLinks: new PasswordLinks(run, revocations, publicUrl),
    roles: new OwnRoles(run, standings),
    serviceAccounts: new ServiceAccounts(run, keys),
    organizations: new Organizations({ run, standings, keys, brokerUsers, invitations }),
  };
}
