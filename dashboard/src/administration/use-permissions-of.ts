import { useFresh } from '../data/fresh.ts';
import { RolesDocument } from '../gql/graphql.ts';

/** What some roles give together; nothing until it is known. */
export function usePermissionsOf(roles: readonly string[]): readonly string[] {
  const { data } = useFresh(RolesDocument, { key: 'roles', variables: () => ({}), what: 'The roles' });
  return [...new Set(data?.roles.filter(({ name }) => roles.includes(name)).flatMap(({ permissions }) => permissions))];
}
