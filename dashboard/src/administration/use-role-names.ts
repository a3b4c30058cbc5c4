import { useFresh } from '../data/fresh.ts';
import { RolesDocument } from '../gql/graphql.ts';

/** Roles of the organization, built in and its own; none until they are known. @param never What is left out. */
export function useRoleNames(never: readonly string[] = []): readonly string[] {
  const { data } = useFresh(RolesDocument, { key: 'roles', variables: () => ({}), what: 'The roles' });
  return data?.roles.map(({ name }) => name).filter((name) => !never.includes(name)) ?? [];
}
