import type { ApiContext } from '../context.ts';

export default {
  Query: { viewer: (_root: unknown, _args: unknown, { principal: { user, organization, roles } }: ApiContext) => ({ user, organization, roles }) },
};
