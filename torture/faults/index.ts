// Every kind of fault there is.
import type { Fault } from '../world.ts';
import { answerLost, brokerKilled, brokersRolled, refused } from './brokers.ts';
import { databaseKilled, databaseRestarted, diskFull, registryAway } from './servers.ts';
import { clockShifted, frozen, joined, killed, killedAndRestarted, left, restarted } from './stages.ts';

export const faults: readonly Fault[] = [
  killed,
  killedAndRestarted,
  frozen,
  left,
  joined,
  restarted,
  clockShifted,
  answerLost,
  refused,
  brokerKilled,
  brokersRolled,
  databaseRestarted,
  databaseKilled,
  registryAway,
  diskFull,
];
export const faultOf = (kind: string): Fault | undefined => faults.find((fault) => fault.kind === kind);
