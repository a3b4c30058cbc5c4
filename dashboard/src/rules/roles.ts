import { useViewer } from '../shell/viewer.tsx';

/** Roles that write rules and exceptions; the API refuses the others anyway. */
const WRITERS: readonly string[] = ['platform_admin', 'admin', 'analyst', 'engineer'];

/** False until it is known. */
export const useMayWrite = (): boolean => (useViewer()?.roles ?? []).some((role) => WRITERS.includes(role));
