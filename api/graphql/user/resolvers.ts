import { newInvitation, userChange } from '../../access/input.ts';
import { knownId } from '../../access/refused.ts';
import { withoutNul } from '../../event-filter.ts';
import { ApiProblem } from '../../gate/problem.ts';
import { pageSize, parseCursor, toConnection } from '../../paging.ts';
import type { MemberFilter } from '../../../store/queries/access/members.ts';
import { checkedInput } from '../../rules/checked-input.ts';
import type { ApiContext } from '../context.ts';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
interface PageArgs {
  readonly first?: number | null;
  readonly after?: string | null;
}
type Given = Readonly<Record<string, unknown>>;

export default {
  Query: {
    async users(_root: unknown, { first, after, filter }: PageArgs & { readonly filter?: MemberFilter | null }, { principal, services }: ApiContext) {
      const size = pageSize(first);
      for (const member of ['search', 'role'] as const) withoutNul(filter?.[member] ?? '', `/filter/${member}`);
      const rows = await services.access.users.page(principal, filter ?? {}, parseCursor(after, UUID), size + 1);
      return toConnection(rows, size, ({ createdAt, id }) => ({ at: createdAt, id }));
    },
    user: (_root: unknown, { id }: { readonly id: string }, { principal, services }: ApiContext) =>
      UUID.test(id)
        ? services.access.users.user(principal, id).catch((error: unknown) => {
            if (error instanceof ApiProblem && error.code === 'NOT_FOUND') return null;
            throw error;
          })
        : null,
    async invitations(_root: unknown, { first, after, withClosed }: PageArgs & { readonly withClosed?: boolean | null }, { principal, services }: ApiContext) {
      const size = pageSize(first);
      const rows = await services.access.invitations.page(principal, withClosed === true, parseCursor(after, UUID), size + 1);
      return toConnection(rows, size, ({ createdAt, id }) => ({ at: createdAt, id }));
    },
  },
  Mutation: {
    inviteUser: (_root: unknown, { input }: { readonly input: Given }, { principal, services, apiUrl }: ApiContext) =>
      services.access.invitations.add(principal, checkedInput(newInvitation, input, 'input'), apiUrl),
    revokeInvitation: (_root: unknown, { id }: { readonly id: string }, { principal, services }: ApiContext) =>
      services.access.invitations.revoke(principal, knownId(id, 'open invitation of this id')),
    changeUser: (_root: unknown, { id, change }: { readonly id: string; readonly change: Given }, { principal, services }: ApiContext) =>
      services.access.users.change(principal, knownId(id, 'user of this id'), checkedInput(userChange, change, 'change', ['email'])),
    endUserSessions: (_root: unknown, { id }: { readonly id: string }, { principal, services }: ApiContext) =>
      services.access.users.endSessions(principal, knownId(id, 'user of this id')),
    unlinkIdentity: (_root: unknown, { user, identity }: { readonly user: string; readonly identity: string }, { principal, services }: ApiContext) =>
      services.access.users.unlink(principal, knownId(user, 'user of this id'), knownId(identity, 'identity of this user')),
  },
};
