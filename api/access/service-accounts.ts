// Accounts of programs, and their API keys. REST and GraphQL serve the same.
import type { z } from 'zod';
import {
  addKey,
  addServiceAccount,
  changeServiceAccount,
  pageOfServiceAccounts,
  removeServiceAccount,
  revokeKey,
  rotateKey,
  serviceAccountById,
} from '../../store/queries/access/service-accounts.ts';
import type { ApiKeyRow, ServiceAccountRow } from '../../store/queries/access/service-accounts.ts';
import type { Sql } from '../../store/queries/sql.ts';
import type { InOrganization } from '../database.ts';
import { ApiProblem, notFound, pointer } from '../gate/problem.ts';
import { isPermission } from '../gate/roles.ts';
import type { Permission } from '../gate/roles.ts';
import type { Keyset } from '../paging.ts';
import { hashOfKey, hintOf, makeKey } from './api-key.ts';
import { requireGrantable, requireHeld, roleBookOf } from './granting.ts';
import type { Who } from './granting.ts';
import type { keyRotation, newKey, newServiceAccount, serviceAccountChange } from './input.ts';
import type { ApiKeys } from './keys.ts';
import { orRefused, required } from './refused.ts';

const WHAT = 'service account of this id';
const KEY = 'API key of this id that still holds';

export interface MadeKey {
  readonly account: ServiceAccountRow;
  readonly key: ApiKeyRow;
  /** Shown once, and kept nowhere. */
  readonly secret: string;
}

export class ServiceAccounts {
  readonly #run: InOrganization;
  readonly #known: Pick<ApiKeys, 'forget'>;

  constructor(run: InOrganization, known: Pick<ApiKeys, 'forget'>) {
    this.#run = run;
    this.#known = known;
  }

  /** Newest first. */
  page({ organization }: Pick<Who, 'organization'>, withRemoved: boolean, after: Keyset | null, limit: number): Promise<readonly ServiceAccountRow[]> {
    return this.#run(organization, (sql) => pageOfServiceAccounts(sql, withRemoved, after, limit));
  }

  /** @throws ApiProblem NOT_FOUND */
  async account({ organization }: Pick<Who, 'organization'>, id: string): Promise<ServiceAccountRow> {
    return required(await this.#run(organization, (sql) => serviceAccountById(sql, id)), WHAT);
  }

  /** @throws ApiProblem CONFLICT when the name is taken; INVALID_REQUEST, FORBIDDEN for roles that cannot be given. */
  add(who: Who, account: z.output<typeof newServiceAccount>): Promise<ServiceAccountRow> {
    return this.#write(who, async (sql) => {
      requireGrantable(who, account.roles, await roleBookOf(sql));
      return addServiceAccount(sql, who.user, account);
    });
  }

  /** In force at once. @throws ApiProblem NOT_FOUND, INVALID_REQUEST, FORBIDDEN. */
  change(who: Who, id: string, change: z.output<typeof serviceAccountChange>): Promise<ServiceAccountRow> {
    return this.#write(who, async (sql) => {
      await changeable(sql, who, id);
      if (change.roles !== undefined) requireGrantable(who, change.roles, await roleBookOf(sql));
      await changeServiceAccount(sql, who.user, id, change);
      return id;
    });
  }

  /** Ends its keys at once. @throws ApiProblem NOT_FOUND, FORBIDDEN. */
  remove(who: Who, id: string): Promise<ServiceAccountRow> {
    return this.#write(who, async (sql) => {
      await changeable(sql, who, id);
      await removeServiceAccount(sql, who.user, id);
      return id;
    });
  }

  /** @throws ApiProblem NOT_FOUND; FORBIDDEN when the key would give more than `who` holds; INVALID_REQUEST when it names what the account has not. */
  async addKey(who: Who, id: string, { permissions, networks, days }: z.output<typeof newKey>): Promise<MadeKey> {
    const secret = makeKey();
    return this.#made(who, secret, async (sql) => {
      const { held } = await reachOf(sql, id);
      const beyond = (permissions ?? []).flatMap((name, n) =>
        held.has(name) ? [] : [{ pointer: pointer('body', 'permissions', n), detail: `The roles of the account do not give ${name}.` }],
      );
      if (beyond.length > 0) throw new ApiProblem('INVALID_REQUEST', beyond.map(({ detail }) => detail).join(' '), { errors: beyond });
      requireHeld(who, permissions ?? held);
      return { accountId: id, keyId: await addKey(sql, who.user, id, fresh(secret, days), permissions, networks) };
    });
  }

  /** Another key of the same rights; the one before holds for a while. @throws ApiProblem NOT_FOUND, also when it has ended; FORBIDDEN as `addKey`. */
  async rotateKey(who: Who, id: string, keyId: string, { days, overlapSeconds }: z.output<typeof keyRotation>): Promise<MadeKey> {
    const secret = makeKey();
    return this.#made(who, secret, async (sql) => {
      const { account, held } = await reachOf(sql, id);
      requireHeld(who, scopeOf(keyOf(account, keyId), held));
      return { accountId: id, keyId: await rotateKey(sql, who.user, keyId, fresh(secret, days), overlapSeconds) };
    });
  }

  /** At once, also for what it holds open. @throws ApiProblem NOT_FOUND, also when it has ended. */
  revokeKey(who: Who, id: string, keyId: string): Promise<ServiceAccountRow> {
    return this.#write(
      who,
      async (sql) => {
        const { account, held } = await reachOf(sql, id);
        requireHeld(who, scopeOf(keyOf(account, keyId), held));
        await revokeKey(sql, who.user, keyId);
        return id;
      },
      KEY,
    );
  }

  #write(who: Who, work: (sql: Sql) => Promise<string>, what = WHAT): Promise<ServiceAccountRow> {
    return this.#changed(
      what,
      this.#run(who.organization, async (sql) => required(await serviceAccountById(sql, await work(sql)), what)),
    );
  }

  #made(who: Who, secret: string, work: (sql: Sql) => Promise<{ readonly accountId: string; readonly keyId: string }>): Promise<MadeKey> {
    return this.#changed(
      KEY,
      this.#run(who.organization, async (sql) => {
        const { accountId, keyId } = await work(sql);
        const account = required(await serviceAccountById(sql, accountId), WHAT);
        return { account, key: keyOf(account, keyId), secret };
      }),
    );
  }

  async #changed<T>(what: string, work: Promise<T>): Promise<T> {
    const result = await orRefused(what, work);
    this.#known.forget();
    return result;
  }
}

/** An account that may do more than `who` is not for `who` to change. */
async function changeable(sql: Sql, who: Who, id: string): Promise<void> {
  requireHeld(who, (await reachOf(sql, id)).held);
}

/** An account that is there, and all that its roles give. */
async function reachOf(sql: Sql, id: string): Promise<{ readonly account: ServiceAccountRow; readonly held: ReadonlySet<Permission> }> {
  const account = required(await serviceAccountById(sql, id), WHAT);
  if (account.removedAt !== null) throw notFound(WHAT);
  return { account, held: (await roleBookOf(sql)).permissionsOf(account.roles) };
}

const keyOf = ({ keys }: ServiceAccountRow, id: string): ApiKeyRow =>
  required(
    keys.find((key) => key.id === id),
    KEY,
  );
const scopeOf = ({ permissions }: ApiKeyRow, held: ReadonlySet<Permission>): Iterable<Permission> =>
  permissions === null ? held : permissions.filter(isPermission).filter((name) => held.has(name));
const fresh = (secret: string, lifeDays: number) => ({ hint: hintOf(secret), hash: hashOfKey(secret), lifeDays });
