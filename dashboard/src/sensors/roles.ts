import { useViewer } from '../shell/viewer.tsx';

/** Roles that enrol, rotate, revoke and try; the API refuses the others anyway. */
const BUILDERS: readonly string[] = ['platform_admin', 'admin', 'engineer'];

/** False until it is known. A SPIFFE ID is bound by those of the whole installation. */
export function useMay(): { readonly change: boolean; readonly bindSpiffe: boolean } {
  const roles = useViewer()?.roles ?? [];
  return { change: roles.some((role) => BUILDERS.includes(role)), bindSpiffe: roles.includes('platform_admin') };
}
