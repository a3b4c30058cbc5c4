import type { FindingStatus } from '../../schemas/avro/types.gen.ts';
import type { Status } from './metadata.ts';

/**
 * What findings of a rule or correlation are, by its status.
 * @param experimental What those of experimental ones are; drafts are shadows, stored but never part of an alert.
 */
export function findingStatus(status: Status, experimental: FindingStatus): FindingStatus {
  if (status === 'stable') return 'production';
  return status === 'experimental' ? experimental : 'test';
}
