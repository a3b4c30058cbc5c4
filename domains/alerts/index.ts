export { changed, isSameWork, MAX_LABELS, MOVES, STATUSES, VERDICTS } from './work.ts';
export type { AlertStatus, AlertWork, Misfit, Verdict, WorkChange } from './work.ts';
