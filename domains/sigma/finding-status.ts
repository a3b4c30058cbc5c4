import type { FindingStatus } from '../../schemas/avro/types.gen.ts';
import type { Status } from './metadata.ts';

/**
 * What findings of a rule of a file are, by the status that its author gave it: the state that the rule begins with. Sigma's `test` says that
 * a rule did well in some places, so it is in production; our own `test` is for who wants to see findings before alerts.
 * @param experimental What those of experimental ones are; drafts are shadows, stored but never part of an alert.
 */
export function findingStatus(status: Status, experimental: FindingStatus): FindingStatus {
  if (status === 'stable' || status === 'test') return 'production';
  return status === 'experimental' ? experimental : 'test';
}
