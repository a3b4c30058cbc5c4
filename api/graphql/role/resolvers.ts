import { newRole, roleChange } from '../../access/input.ts';
import { describePermission, PERMISSION_NAMES, permissionsOfRole, ROLES } from '../../gate/roles.ts';
import { checkedInput } from '../../rules/checked-input.ts';
import type { ApiContext } from '../context.ts';

type Given = Readonly<Record<string, unknown>>;

export default {
  Query: {
    async roles(_root: unknown, _args: unknown, { principal, services }: ApiContext) {
      const builtIn = ROLES.map((name) => ({ name, isBuiltIn: true, description: '', permissions: [...permissionsOfRole(name)] }));
      return [...builtIn, ...(await services.access.roles.list(principal))];
    },
    permissions: () =>
      PERMISSION_NAMES.map((name) => {
        const { text, only } = describePermission(name);
        return { name, text, isOwnable: only === undefined };
      }),
  },
  Mutation: {
    addRole: (_root: unknown, { input }: { readonly input: Given }, { principal, services }: ApiContext) =>
      services.access.roles.add(principal, checkedInput(newRole, input, 'input')),
    changeRole: (_root: unknown, { name, change }: { readonly name: string; readonly change: Given }, { principal, services }: ApiContext) =>
      services.access.roles.change(principal, name, checkedInput(roleChange, change, 'change')),
    removeRole: (_root: unknown, { name }: { readonly name: string }, { principal, services }: ApiContext) => services.access.roles.remove(principal, name),
  },
  Role: { isBuiltIn: (role: { readonly isBuiltIn?: boolean }) => role.isBuiltIn === true },
};
