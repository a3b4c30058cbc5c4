import { useViewer } from '../shell/viewer.tsx';

/** Whether the viewer's roles give a permission; no to all until it is known. What may not be done is not offered, and the API refuses it anyway. */
export function useMay(): (permission: string) => boolean {
  const held = useViewer()?.permissions ?? [];
  return (permission) => held.includes(permission);
}
