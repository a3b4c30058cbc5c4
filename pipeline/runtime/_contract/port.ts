// What every broker behind the port promises. Run for memory always, and for a real broker where one is configured.
import { describe } from 'vitest';
import { adminContract } from './port/admin.ts';
import { faultsContract } from './port/faults.ts';
import { groupsContract } from './port/groups.ts';
import { ownersContract } from './port/owners.ts';
import { readersContract } from './port/readers.ts';
import { recordsContract } from './port/records.ts';
import { transactionsContract } from './port/transactions.ts';
import { openWorld } from './port/world.ts';
import type { Subject } from './subject.ts';

export function portContract(name: string, subject: Subject): void {
  describe(`port: ${name}`, () => {
    const world = openWorld(subject);
    recordsContract(world);
    groupsContract(world);
    readersContract(world);
    transactionsContract(world);
    faultsContract(world);
    ownersContract(world);
    adminContract(world);
  });
}
