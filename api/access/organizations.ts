// Organizations of the installation, and the settings of one's own. REST and GraphQL serve the same.
import type { z } from 'zod';
import type { Micros } from '../../pipeline/core/index.ts';
import { setMfaRoles } from '../../store/queries/accounts.ts';
import {
  addOrganization,
  brokerUsers,
  changeOrganization,
  changeSettings,
  lockSettings,
  organizations,
  organizationSettings,
} from '../../store/queries/access/organizations.ts';
import type { OrganizationRow, SettingsRow } from '../../store/queries/access/organizations.ts';
import type { InOrganization } from '../database.ts';
import type { BrokerUsers } from '../sensors/broker-users.ts';
import { ApiProblem, pointer } from '../gate/problem.ts';
import { requireReplaced } from './replaced.ts';
import { roleBookOf } from './granting.ts';
import type { Who } from './granting.ts';
import type { newOrganization, organizationChange, settingsChange } from './input.ts';
import type { Invitations, Invited } from './invitations.ts';
import { orRefused, required } from './refused.ts';
import type { ApiKeys } from './keys.ts';
import type { Standings } from './standing.ts';

const WHAT = 'organization of this id';

export interface OrganizationsDeps {
  readonly run: InOrganization;
  readonly standings: Pick<Standings, 'forget'>;
  readonly keys: Pick<ApiKeys, 'forget'>;
  readonly brokerUsers: Pick<BrokerUsers, 'suspend' | 'resume'>;
  readonly invitations: Invitations;
}

export class Organizations {
  readonly #deps: OrganizationsDeps;

  constructor(deps: OrganizationsDeps) {
    this.#deps = deps;
  }

  /** All of the installation, by id. */
  list({ organization }: Pick<Who, 'organization'>): Promise<readonly OrganizationRow[]> {
    return this.#deps.run(organization, organizations);
  }

  /** @param baseUrl For the link of the invitation. @throws ApiProblem CONFLICT when the id is taken. */
  async add(
    who: Who,
    { id, name, admin }: z.output<typeof newOrganization>,
    baseUrl: string,
  ): Promise<{ readonly organization: OrganizationRow; readonly invited: Invited | null }> {
    const organization = await this.#write(who, id, (sql) => addOrganization(sql, who.user, id, name));
    if (admin === undefined) return { organization, invited: null };
    const inviter = { organization: id, user: `${who.organization}/${who.user}`, permissions: who.permissions };
    return { organization, invited: await this.#deps.invitations.add(inviter, { ...admin, roles: ['admin'], hours: INVITATION_HOURS }, baseUrl) };
  }

  /**
   * Suspended: readers and sensors are refused within seconds, and nothing is deleted.
   * @throws ApiProblem NOT_FOUND; CONFLICT for one's own. RetryableError BROKER_UNAVAILABLE: those that write to the broker themselves still may; the same again ends it.
   */
  async change(who: Who, id: string, { name, suspended }: z.output<typeof organizationChange>): Promise<OrganizationRow> {
    const row = await this.#write(who, id, (sql) => changeOrganization(sql, who.user, id, name ?? null, suspended ?? null));
    this.#deps.standings.forget(id);
    this.#deps.keys.forget();
    if (suspended !== undefined) await this.#tellBroker(id, suspended);
    return row;
  }

  async #tellBroker(id: string, suspended: boolean): Promise<void> {
    for (const { user, topic } of await this.#deps.run(id, brokerUsers))
      await (suspended ? this.#deps.brokerUsers.suspend(user) : this.#deps.brokerUsers.resume(user, topic));
  }

  /** Of one's own organization. @throws ApiProblem NOT_FOUND when the token is of an organization that was never made. */
  async settings({ organization }: Pick<Who, 'organization'>): Promise<SettingsRow> {
    return required(await this.#deps.run(organization, organizationSettings), WHAT);
  }

  /** What is left out stays. @throws ApiProblem INVALID_REQUEST for a role that is not there; CONFLICT when others are there than were to be changed. */
  async changeSettings(who: Who, { mfaRoles, ...change }: z.output<typeof settingsChange>, replaces?: Micros): Promise<SettingsRow> {
    const row = await orRefused(
      WHAT,
      this.#deps.run(who.organization, async (sql) => {
        await lockSettings(sql);
        requireReplaced('an organization', replaces, required(await organizationSettings(sql), WHAT));
        if (mfaRoles !== undefined) {
          const book = await roleBookOf(sql);
          const errors = mfaRoles.flatMap((role, n) =>
            book.has(role) ? [] : [{ pointer: pointer('body', 'mfaRoles', n), detail: `There is no role ${role}.` }],
          );
          if (errors.length > 0) throw new ApiProblem('INVALID_REQUEST', errors.map(({ detail }) => detail).join(' '), { errors });
          await setMfaRoles(sql, who.user, mfaRoles);
        }
        if (Object.keys(change).length > 0) await changeSettings(sql, who.user, change);
        return required(await organizationSettings(sql), WHAT);
      }),
    );
    this.#deps.standings.forget(who.organization);
    return row;
  }

  #write(who: Who, id: string, work: (sql: Parameters<typeof organizations>[0]) => Promise<void>): Promise<OrganizationRow> {
    return orRefused(
      WHAT,
      this.#deps.run(who.organization, async (sql) => {
        await work(sql);
        return required(
          (await organizations(sql)).find((row) => row.id === id),
          WHAT,
        );
      }),
    );
  }
}

const INVITATION_HOURS = 168;
