import { keyRotation, newKey, newServiceAccount, serviceAccountChange } from '../../access/input.ts';
import { knownId } from '../../access/refused.ts';
import { pageSize, parseCursor, toConnection } from '../../paging.ts';
import { checkedInput } from '../../rules/checked-input.ts';
import type { ApiContext } from '../context.ts';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
type Given = Readonly<Record<string, unknown>>;
interface PageArgs {
  readonly first?: number | null;
  readonly after?: string | null;
  readonly withRemoved?: boolean | null;
}
interface KeyArgs {
  readonly accountId: string;
  readonly keyId: string;
}
const accountId = (id: string): string => knownId(id, 'service account of this id');
const keyId = (id: string): string => knownId(id, 'API key of this id that still holds');

export default {
  Query: {
    async serviceAccounts(_root: unknown, { first, after, withRemoved }: PageArgs, { principal, services }: ApiContext) {
      const size = pageSize(first);
      const rows = await services.access.serviceAccounts.page(principal, withRemoved === true, parseCursor(after, UUID), size + 1);
      return toConnection(rows, size, ({ createdAt, id }) => ({ at: createdAt, id }));
    },
  },
  Mutation: {
    addServiceAccount: (_root: unknown, { input }: { readonly input: Given }, { principal, services }: ApiContext) =>
      services.access.serviceAccounts.add(principal, checkedInput(newServiceAccount, input, 'input')),
    changeServiceAccount: (_root: unknown, { id, change }: { readonly id: string; readonly change: Given }, { principal, services }: ApiContext) =>
      services.access.serviceAccounts.change(principal, accountId(id), checkedInput(serviceAccountChange, change, 'change')),
    removeServiceAccount: (_root: unknown, { id }: { readonly id: string }, { principal, services }: ApiContext) =>
      services.access.serviceAccounts.remove(principal, accountId(id)),
    addApiKey: (_root: unknown, args: { readonly accountId: string; readonly input: Given }, { principal, services }: ApiContext) =>
      services.access.serviceAccounts.addKey(principal, accountId(args.accountId), checkedInput(newKey, args.input, 'input')),
    rotateApiKey: (_root: unknown, { accountId: account, keyId: key, ...rotation }: KeyArgs & Given, { principal, services }: ApiContext) =>
      services.access.serviceAccounts.rotateKey(principal, accountId(account), keyId(key), checkedInput(keyRotation, rotation, 'rotation')),
    revokeApiKey: (_root: unknown, args: KeyArgs, { principal, services }: ApiContext) =>
      services.access.serviceAccounts.revokeKey(principal, accountId(args.accountId), keyId(args.keyId)),
  },
};
