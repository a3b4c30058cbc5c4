import type { ApiContext } from '../context.ts';

export default {
  Query: {
    viewer: (_root: unknown, _args: unknown, { principal: { user, organization, roles, permissions } }: ApiContext) => ({
      user,
      organization,
      roles,
      permissions: [...permissions].sort(),
    }),
  },
};
